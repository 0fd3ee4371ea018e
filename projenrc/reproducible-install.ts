import { Component, javascript, JsonPatch } from 'projen';

/**
 * Makes `npm ci` give the same tree on every machine, from any registry mirror.
 */
export class ReproducibleInstall extends Component {
  public constructor(project: javascript.NodeProject) {
    super(project);

    const npmrc = new javascript.NpmConfig(project);
    npmrc.addConfig('omit-lockfile-registry-resolved', 'true');
    npmrc.addConfig('fund', 'false');
    npmrc.addConfig('audit', 'false');

    // 1.13.0 names optional binaries that were never published, which breaks `npm ci`.
    project.package.addPackageResolutions('unrs-resolver@1.12.2');
    // The next major needs Node 22 to bump a version.
    project.deps.removeDependency('commit-and-tag-version');
    project.addDevDeps('commit-and-tag-version@^12');

    // Publishing goes to the registry npm is configured for.
    const release = project.github?.tryFindWorkflow('release')?.file;
    release?.patch(
      JsonPatch.test('/jobs/release_npm/steps/9/id', 'release'),
      JsonPatch.remove('/jobs/release_npm/steps/9/env/NPM_REGISTRY'),
    );

    project.tasks.addEnvironment('JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION', '20');
    project.tasks.addEnvironment('AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED', 'true');
  }
}
