import { readFileSync } from 'node:fs';
import { CfnResource } from 'aws-cdk-lib';
import { synthesize } from '../helpers/template';

const README = readFileSync('README.md', 'utf8');

/** What makes the others work, and is in every stage. */
const PLUMBING = /^AWS::(IAM|Lambda::Permission|Lambda::EventSourceMapping|\w+::\w*Policy$|ApiGateway::(?!RestApi|Stage))/;

/** `ApiGateway::RestApi, Lambda::Function × 4`, by construct below the system. */
function created(): Readonly<Record<string, string>> {
  const { system } = synthesize();
  const byStage = system.node.children.map(({ node }): [string, string[]] => [
    node.id, node.findAll().filter((child) => CfnResource.isCfnResource(child)).map(({ cfnResourceType }) => cfnResourceType),
  ]);
  return Object.fromEntries(byStage.map(([stage, types]): [string, string] => [stage, counted(types.filter((type) => !PLUMBING.test(type)))])
    .filter(([, types]) => types !== ''));
}

function counted(types: readonly string[]): string {
  return [...new Set(types)].sort().map((type) => {
    const count = types.filter((other) => other === type).length;
    return `${type.replace('AWS::', '')}${count > 1 ? ` × ${count}` : ''}`;
  }).join(', ');
}

test('the README lists what the default system creates, stage by stage', () => {
  const section = README.split('## What is created')[1].split('\n## ')[0];
  const rows = [...section.matchAll(/^\| `(\w+)` \| .* \| `(.*)` \|$/gm)].map(([, stage, types]) => [stage, types]);
  expect(Object.fromEntries(rows)).toEqual(created());
});

describe('the README says to whom each tier goes', () => {
  const subject = synthesize();
  it.each([
    ['low', '"screen":true,"notify":false', 'low    ──▶ workflow { fraud detection },  batch log'],
    ['medium', '"screen":true,"notify":true', 'medium ──▶ workflow { fraud detection ∥ notification }'],
    ['high', '"screen":true,"notify":true', 'high   ──▶ workflow { fraud detection ∥ notification }'],
  ] as const)('%s', (tier, task, line) => {
    const [target, ...others] = subject.propertiesOf(subject.system[`${tier}ValueRule`]).Targets;
    expect(others).toEqual([]);
    expect(target.Arn).toEqual({ Ref: subject.idOf(subject.system.workflow) });
    expect(target.InputTransformer.InputTemplate).toContain(task);
    expect(README).toContain(line);
  });

  it('and low alone to the batch log', () => {
    expect(subject.propertiesOf(subject.system.lowValueBatchRule).EventPattern.detail.tier).toEqual(['low']);
  });
});
