import { Component, Project } from 'projen';

/**
 * Integration tests (`test/integ.*.ts`), compared with their snapshots offline.
 */
export class IntegrationSnapshots extends Component {
  public constructor(project: Project) {
    super(project);

    // A region must be set, or integ-runner asks the instance metadata service for one.
    const env = { TS_NODE_TRANSPILE_ONLY: '1', TS_NODE_PROJECT: 'tsconfig.dev.json', AWS_REGION: 'us-east-1' };
    const runner = 'integ-runner --language typescript --parallel-regions us-east-1';

    project.addTask('integ', {
      description: 'Compare the integration snapshots; needs no AWS account, network or container engine',
      env,
      receiveArgs: true,
      exec: runner,
    });
    project.addTask('integ:update', {
      description: 'Rewrite the integration snapshots without deploying',
      env,
      steps: [
        { exec: `${runner} --update-on-failed --dry-run`, receiveArgs: true },
        { exec: 'node scripts/scrub-snapshots.mjs' },
      ],
    });
  }
}
