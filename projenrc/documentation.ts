import { Component, Project, YamlFile } from 'projen';

interface Field {
  readonly id: string;
  readonly label: string;
  readonly description?: string;
  readonly placeholder?: string;
  /** A field of one line instead of a text. */
  readonly isShort?: boolean;
  /** Shown as code. */
  readonly render?: string;
  readonly isOptional?: boolean;
}

const NO_SECRETS = 'Never paste a secret, a signature or the data of a real customer.';

/** Issue forms, and the tables in docs/ that are computed. */
export class Documentation extends Component {
  public constructor(project: Project) {
    super(project);

    project.addTask('docs:tables', {
      description: 'Compute the tables in docs/scaling.md and docs/cost.md again',
      env: { TS_NODE_PROJECT: 'tsconfig.dev.json' },
      exec: 'node -r ts-node/register/transpile-only bench/tables.ts',
    });

    this.form('bug', 'Something is wrong', 'bug', [
      { id: 'what', label: 'What happens, and what should happen instead?', description: NO_SECRETS },
      { id: 'steps', label: 'How can it be made to happen?', description: 'Best on the local runner: props, and the request that was sent.' },
      { id: 'logs', label: 'Messages and logs', render: 'text', isOptional: true },
      { id: 'versions', label: 'Versions', placeholder: 'cdk-webhook-processing, aws-cdk-lib, Node.js, language', isShort: true },
    ]);
    this.form('provider', 'A provider is verified or mapped wrongly, or is missing', 'provider', [
      { id: 'provider', label: 'Which provider, and which product of it?', isShort: true },
      { id: 'source', label: 'Where does it say how it signs?', description: 'A page of its documentation, or its own library.' },
      { id: 'example', label: 'An example with a made-up secret', description: `Headers, body and what \`verify\` says. ${NO_SECRETS}`, render: 'text' },
    ]);
    this.form('feature', 'Something is missing', 'enhancement', [
      { id: 'problem', label: 'What cannot be done today?' },
      { id: 'proposal', label: 'How would you like to write it?', render: 'ts', isOptional: true },
    ]);
    new YamlFile(project, '.github/ISSUE_TEMPLATE/config.yml', {
      obj: {
        blank_issues_enabled: false,
        contact_links: [{
          name: 'Report a vulnerability',
          url: 'https://github.com/cdk-webhook-processing/cdk-webhook-processing/security/advisories/new',
          about: 'In private, please.',
        }],
      },
    });
  }

  private form(file: string, name: string, label: string, fields: readonly Field[]): void {
    const body = fields.map(({ id, isShort, isOptional, ...attributes }) => (
      { type: isShort ? 'input' : 'textarea', id, attributes, validations: { required: !isOptional } }));
    new YamlFile(this.project, `.github/ISSUE_TEMPLATE/${file}.yml`, { obj: { name, description: name, labels: [label], body } });
  }
}
