import { awscdk, Component, javascript } from 'projen';

export interface BundlesOptions {
  /** Folder of the Lambda handlers. */
  readonly runtimeDir: string;
  /** Folder of the local runner. */
  readonly localDir: string;
  /** Folder of the local runner's web page. */
  readonly consoleDir: string;
}

/**
 * The code that jsii never sees: the Lambda handlers, bundled into `assets/`,
 * the local runner, bundled into `bin/`, and its web page, bundled into `bin/console/`. Each is typed on its own.
 */
export class Bundles extends Component {
  public constructor(project: awscdk.AwsCdkConstructLibrary, options: BundlesOptions) {
    super(project);

    const dirs = [options.runtimeDir, options.localDir, options.consoleDir];
    for (const dir of dirs) {
      const isBrowser = dir === options.consoleDir;
      new javascript.TypescriptConfig(project, {
        fileName: `${dir}/tsconfig.json`,
        include: ['**/*.ts'],
        compilerOptions: {
          target: 'es2023',
          lib: isBrowser ? ['es2023', 'dom', 'dom.iterable'] : ['es2023'],
          module: 'esnext',
          moduleResolution: javascript.TypeScriptModuleResolution.BUNDLER,
          types: isBrowser ? [] : ['node'],
          strict: true,
          noEmit: true,
          isolatedModules: true,
          esModuleInterop: true,
          resolveJsonModule: true,
          noImplicitReturns: true,
          noUnusedLocals: true,
          noUnusedParameters: true,
          skipLibCheck: true,
        },
      });
      project.eslint?.allowDevDeps(`${dir}/**`);
      project.npmignore?.exclude(`/${dir}/`);
    }

    const bundle = project.addTask('bundle', {
      description: 'Bundle the Lambda handlers into assets/, the local runner and its web page into bin/',
      exec: 'node scripts/bundle.mjs',
    });
    const typecheck = project.addTask('typecheck', {
      description: 'Type-check the Lambda handlers, the local runner and its web page',
      steps: dirs.map((dir) => ({ exec: `tsc -p ${dir}/tsconfig.json` })),
    });
    project.preCompileTask.spawn(typecheck);
    project.preCompileTask.spawn(bundle);
    project.testTask.prependSpawn(bundle);

    for (const output of ['/assets/*/*.mjs', '/bin/']) project.gitignore.exclude(output);
    project.npmignore?.addPatterns('!/assets/', '!/bin/');

    project.addTask('test:console', {
      description: 'Test the web page in headless Chromium, and renew its screenshots with --screenshots',
      exec: 'node scripts/test-console.mjs',
      receiveArgs: true,
    });

    // Plain scripts, so that arguments pass through untouched: `npm start -- --demo 20`.
    project.setScript('start', 'node scripts/start.mjs');
  }
}
