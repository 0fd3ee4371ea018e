import { Stack } from 'aws-cdk-lib';
import { AwsSolutionsChecks, NIST80053R5Checks, PCIDSS321Checks } from 'cdk-nag';
import { WebhookProcessingSystem } from '../../../src';
import { CONFIGURATIONS } from '../../configurations';
import { testApp } from '../../helpers/template';
import { ACCEPTED } from './accepted-findings';

const PACKS = { 'AwsSolutions': AwsSolutionsChecks, 'NIST.800.53.R5': NIST80053R5Checks, 'PCI.DSS.321': PCIDSS321Checks };

/** Names of the rules that found something, without the name of the pack and what they found. */
function findingsIn(configuration: string): Map<string, string[]> {
  const stack = new Stack(testApp(), 'Test');
  new WebhookProcessingSystem(stack, 'Payments', CONFIGURATIONS[configuration](stack));
  return new Map(Object.entries(PACKS).map(([name, Pack]) => {
    const rules = new Pack(stack).validateScope(stack).violations.map(({ ruleName }) => ruleName.slice(name.length + 1).replace(/\[.*$/, ''));
    return [name, [...new Set(rules)].sort()];
  }));
}

const FOUND = new Map(Object.keys(CONFIGURATIONS).map((name) => [name, findingsIn(name)]));
const allOf = (configuration: string) => [...new Set([...FOUND.get(configuration)!.values()].flat())].sort();
const expectedIn = (configuration: string) => Object.entries(ACCEPTED)
  .filter(([, { closedBy, notIn = [], onlyIn }]) => {
    if (onlyIn) return onlyIn.includes(configuration);
    const isClosed = configuration === 'all' && closedBy !== undefined && closedBy !== 'endpoint.cloudWatchRole: false';
    return !isClosed && !notIn.includes(configuration);
  })
  .map(([rule]) => rule);

describe.each(Object.keys(CONFIGURATIONS))('of the configuration %s', (configuration) => {
  it('AWS Solutions, NIST 800-53 R5 and PCI DSS 3.2.1 find what is accepted, with a reason, and nothing else', () => {
    expect(allOf(configuration)).toEqual(expectedIn(configuration).sort());
  });
});

test('every accepted finding has a reason', () => {
  for (const [rule, { reason }] of Object.entries(ACCEPTED)) expect([rule, reason.length > 20]).toEqual([rule, true]);
});

test('every pack was run', () => {
  for (const found of FOUND.get('default')!.values()) expect(found.length).toBeGreaterThan(5);
});

test('what an option closes is not found with it', () => {
  const closed = Object.entries(ACCEPTED).filter(([, { closedBy }]) => closedBy !== undefined).map(([rule]) => rule);
  expect(closed.filter((rule) => !allOf('default').includes(rule))).toEqual([]);
  const stack = new Stack(testApp(), 'Test');
  const props = CONFIGURATIONS.all(stack);
  new WebhookProcessingSystem(stack, 'Payments', { ...props, endpoint: { ...props.endpoint, cloudWatchRole: false } });
  const left = Object.values(PACKS).flatMap((Pack) => new Pack(stack).validateScope(stack).violations.map(({ ruleName }) => ruleName));
  expect(closed.filter((rule) => left.some((found) => found.endsWith(`-${rule}`) || found.includes(`-${rule}[`)))).toEqual([]);
});

test('the library hides no finding from those who use it', () => {
  const stack = new Stack(testApp(), 'Test');
  const system = new WebhookProcessingSystem(stack, 'Payments');
  const metadata = system.node.findAll().flatMap(({ node }) => node.metadata).map(({ type }) => type);
  expect(metadata.filter((type) => /nag|acknowledge|suppress/i.test(type))).toEqual([]);
});
