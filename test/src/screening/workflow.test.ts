import { App, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { HandlerPackaging, WebhookProcessingSystem } from '../../../src';

// eslint-disable-next-line @typescript-eslint/no-explicit-any
type Json = any;

const stack = new Stack(new App(), 'Payments');
const system = new WebhookProcessingSystem(stack, 'System', { packaging: HandlerPackaging.zip() });
const resources: Json = Template.fromStack(stack).toJSON().Resources;
const idOf = (construct: { node: { defaultChild?: unknown } }) => stack.getLogicalId(construct.node.defaultChild as never);
const text = (value: Json): string => (typeof value === 'string' ? value : value['Fn::Join'][1].map((part: Json) => (typeof part === 'string' ? part : '?')).join(''));
const definition: Json = JSON.parse(text(resources[idOf(system.workflow)].Properties.DefinitionString));
const [screening, notification]: Json[] = definition.States.ProcessTransaction.Branches.map(({ States }: Json) => States);
const tasks = Object.entries<Json>({ ...screening, ...notification }).filter(([name, { Type }]) => Type === 'Task' && !name.startsWith('Keep'));

test.each(tasks.map(([name, state]) => [name, state] as const))('%s keeps what failed for good, results that are too large included', (_, state) => {
  const caught = state.Catch.filter(({ Next }: Json) => Next.startsWith('Keep'));
  expect(caught.map(({ ErrorEquals }: Json) => ErrorEquals)).toEqual([['States.DataLimitExceeded'], ['States.ALL']]);
  expect(state.Retry.at(-1)).toMatchObject({ ErrorEquals: ['States.ALL'], JitterStrategy: 'FULL' });
});

test('a verdict is told of on the bus by what the detector answered, under a type that no tier rule matches', () => {
  expect(screening.FraudDetection.Next).toBe('TellOfVerdict');
  expect(screening.TellOfVerdict.Parameters.Entries).toEqual([
    expect.objectContaining({ 'Source': 'webhook.transaction', 'DetailType': 'Transaction Screened', 'Detail.$': '$' }),
  ]);
  for (const rule of [system.lowValueRule, system.mediumValueRule, system.highValueRule, system.conflictRule]) {
    expect(resources[idOf(rule)].Properties.EventPattern['detail-type']).not.toContain('Transaction Screened');
  }
});

test('medium and high values are told of, low ones are not, and none goes to the topic past its claim', () => {
  const targets = (rule: { node: { defaultChild?: unknown } }): Json[] => resources[idOf(rule)].Properties.Targets;
  const wanted = [system.lowValueRule, system.mediumValueRule, system.highValueRule]
    .map((rule) => targets(rule).flatMap(({ InputTransformer }) => (InputTransformer ? [InputTransformer.InputTemplate.match(/"notify":(\w+),"label":"(\w+)"/).slice(1)] : [])));
  expect(wanted).toEqual([[['false', 'Low']], [['true', 'Medium']], [['true', 'High']]]);
  const topic = { Ref: idOf(system.alertTopic) };
  expect([system.mediumValueRule, system.highValueRule].flatMap(targets).map(({ Arn }) => Arn)).not.toContainEqual(topic);
});

test('an alert about a value holds neither metadata nor the id that was not masked', () => {
  const { Parameters: described } = notification.DescribeTransaction;
  expect(described['transaction_id.$']).toBe('$.transaction.reference');
  expect(JSON.stringify([described, notification.SendNotification.Parameters])).not.toMatch(/metadata|\$\.transaction\.transaction_id|\$\.transaction"/);
});
