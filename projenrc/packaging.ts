import { awscdk, Component } from 'projen';

/**
 * `build` packs npm only; the bindings of the other languages are generated as
 * sources, which proves that they can be without their toolchains.
 */
export class Packaging extends Component {
  public constructor(project: awscdk.AwsCdkConstructLibrary) {
    super(project);

    project.packageTask.reset();
    project.packageTask.spawn(project.tasks.tryFind('package:js')!);
    project.addTask('package:sources', {
      description: 'Generate the bindings of every language without their toolchains',
      exec: 'jsii-pacmak --code-only --targets python java dotnet go --outdir generated',
    });
    project.addTask('docs:check', {
      description: 'Compile every README example',
      exec: 'jsii-rosetta extract --strict .',
    });
    project.addTask('test:package', {
      description: 'Pack the tarball, install it in a scratch app and synthesize there',
      exec: 'node scripts/test-package.mjs',
    });
    project.addTask('test:languages', {
      description: 'Build the Python, Java and Go packages; each must synthesize the template of the TypeScript example',
      exec: 'node scripts/test-languages.mjs',
      receiveArgs: true,
    });
    project.addTask('test:emulators', {
      description: 'Deploy the system to MiniStack, send webhooks through it, and compare DynamoDB with moto',
      exec: 'node --no-warnings scripts/test-emulators.mjs',
    });
    project.addTask('test:images', {
      description: 'Build the container images without a container engine, look into them and run them',
      exec: 'node --no-warnings scripts/test-images.mjs',
    });
    project.addTask('test:versions', {
      description: 'Synthesize with the minimum and the latest aws-cdk-lib; compare the public API with its baseline',
      exec: 'node --no-warnings scripts/test-versions.mjs',
      receiveArgs: true,
    });

    project.addTask('test:lint-templates', {
      description: 'Hold the synthesized configurations against cfn-lint and checkov; fetches them from PyPI the first time',
      exec: 'node scripts/lint-templates.mjs',
      receiveArgs: true,
    });

    const unpublished = [
      '/scripts/', '/rosetta/', '/examples/', '/bench/', '/console/', '/docs/', '/generated/', '/.ci/', '/.local/',
      '/jest.config.json', '/tsconfig.dev.json', '/.npmrc', '/.projenrc.ts', '/projenrc/', '.jsii.tabl.json', 'cdk.out/',
      '/api-baseline.jsii.gz',
    ];
    for (const path of unpublished) project.npmignore?.exclude(path);
  }
}
