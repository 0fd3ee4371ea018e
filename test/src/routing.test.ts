import * as fc from 'fast-check';
import { DETAIL_TYPE, EVENT_SOURCE, Tier, TIERS } from '../../src/contract';
import { Statement, statementsOf } from '../helpers/iam';
import { render, synthesize } from '../helpers/template';

const subject = synthesize();
const { system } = subject;
const tierRules = { low: system.lowValueRule, medium: system.mediumValueRule, high: system.highValueRule };

const arnOf = (construct: Parameters<typeof subject.idOf>[0]) => `\${${subject.idOf(construct)}}`;
const targetsOf = (rule: typeof system.lowValueRule): any[] => subject.propertiesOf(rule).Targets;
const targetOf = (rule: typeof system.lowValueRule, arn: string) => targetsOf(rule).find(({ Arn }) => render(Arn) === arn);

/** Fills an input template in as EventBridge does: values as JSON, but bare inside a quoted string. */
function fill({ InputPathsMap, InputTemplate }: any, event: any): unknown {
  const valueAt = (path: string) => path.split('.').slice(1).reduce((value, key) => value?.[key], event);
  const isText = InputTemplate.startsWith('"');
  return JSON.parse(InputTemplate.replace(/<([\w-]+)>/g, (_: string, name: string) => {
    const value = valueAt(InputPathsMap[name]);
    return isText ? JSON.stringify(String(value)).slice(1, -1) : JSON.stringify(value);
  }));
}

/** The pattern of a rule that must not see replays, less what keeps them out. */
function firstTimeOnly(rule: typeof system.lowValueRule): unknown {
  const { 'replay-name': byEventBridge, 'detail': { replay: byCommand, ...detail }, ...pattern } = subject.propertiesOf(rule).EventPattern;
  expect([byEventBridge, byCommand]).toEqual([[{ exists: false }], [{ exists: false }]]);
  return { ...pattern, detail };
}

/** The patterns here hold lists of exact values only. */
function matches(pattern: any, event: any): boolean {
  return Object.entries<any>(pattern).every(([field, expected]) =>
    Array.isArray(expected) ? expected.includes(event?.[field]) : matches(expected, event?.[field]));
}

const event = (tier: Tier | undefined, detailType: string = DETAIL_TYPE.transactionCreated) => ({
  'source': EVENT_SOURCE,
  'detail-type': detailType,
  'time': '2026-11-23T12:00:00Z',
  'detail': {
    transaction_id: 'pi_1', provider: 'stripe', currency: 'EUR', amount_text: '12345678901.23', ...(tier && { tier }),
    conflicts_with: { transaction_id: 'stripe#pi_1', event_id: 'evt_1' },
  },
});

describe('tier rules', () => {
  const rulesFor = (published: any) => TIERS.filter((tier) => matches(subject.propertiesOf(tierRules[tier]).EventPattern, published));

  it('take every created transaction exactly once, whatever its amount', () => {
    fc.assert(fc.property(fc.constantFrom(...TIERS), fc.double(), (tier, amount) => {
      const published = event(tier);
      expect(rulesFor({ ...published, detail: { ...published.detail, amount } })).toEqual([tier]);
    }));
  });

  it('take nothing that moved no money, and no conflict', () => {
    expect(rulesFor(event(undefined, DETAIL_TYPE.webhookReceived))).toEqual([]);
    expect(rulesFor(event('high', DETAIL_TYPE.transactionConflict))).toEqual([]);
    expect(rulesFor({ ...event('high'), source: 'somebody.else' })).toEqual([]);
  });

  it('are on the bus of the system', () => {
    for (const rule of [...Object.values(tierRules), system.lowValueBatchRule, system.conflictRule]) {
      expect(subject.propertiesOf(rule)).toMatchObject({ EventBusName: { Ref: subject.idOf(system.bus) }, State: 'ENABLED' });
    }
  });

  it.each<[Tier, boolean, boolean, string]>([['low', true, false, 'Low'], ['medium', true, true, 'Medium'], ['high', true, true, 'High']])(
    '%s starts the workflow with screen %s and notify %s, called %s',
    (tier, screen, notify, label) => {
      const published = event(tier);
      const { InputTransformer } = targetOf(tierRules[tier], arnOf(system.workflow));
      expect(fill(InputTransformer, published)).toEqual({ transaction: published.detail, timestamp: published.time, screen, notify, label });
    },
  );

  it('tell the topic of nothing themselves: the workflow does, once', () => {
    for (const rule of Object.values(tierRules)) expect(targetsOf(rule).map(({ Arn }) => render(Arn))).toEqual([arnOf(system.workflow)]);
  });

  it('log low-value transactions whole for batch processing', () => {
    const [target, ...others] = targetsOf(system.lowValueBatchRule);
    expect(others).toEqual([]);
    expect(firstTimeOnly(system.lowValueBatchRule)).toEqual({
      'source': [EVENT_SOURCE], 'detail-type': [DETAIL_TYPE.transactionCreated], 'detail': { tier: ['low'] },
    });
    expect(render(target.Arn)).toBe(`arn:\${AWS::Partition}:logs:\${AWS::Region}:\${AWS::AccountId}:log-group:${arnOf(system.batchLogGroup)}`);
    expect(target).not.toHaveProperty('InputTransformer');
  });
});

describe('conflict rule', () => {
  it('takes conflicts and nothing else', () => {
    expect(firstTimeOnly(system.conflictRule)).toEqual({ 'source': [EVENT_SOURCE], 'detail-type': [DETAIL_TYPE.transactionConflict], 'detail': {} });
  });

  it('has the workflow tell of them, with both events, and screens nothing', () => {
    const [target, ...others] = targetsOf(system.conflictRule);
    expect(others).toEqual([]);
    expect(render(target.Arn)).toBe(arnOf(system.workflow));
    const published = event(undefined, DETAIL_TYPE.transactionConflict);
    expect(fill(target.InputTransformer, published)).toEqual({
      transaction: published.detail, timestamp: published.time, screen: false, notify: true, label: 'Conflict',
    });
  });
});

describe('delivery', () => {
  const rules = Object.entries({ ...tierRules, batch: system.lowValueBatchRule, conflict: system.conflictRule });

  it.each(rules)('of the %s rule is tried again for hours and then kept in the dead-letter queue', (_, rule) => {
    expect(targetsOf(rule)).not.toEqual([]);
    for (const target of targetsOf(rule)) {
      expect(target.RetryPolicy.MaximumRetryAttempts).toBeGreaterThanOrEqual(10);
      expect(target.RetryPolicy.MaximumEventAgeInSeconds).toBeGreaterThanOrEqual(3600);
      expect(render(target.DeadLetterConfig.Arn)).toBe(`\${${subject.idOf(system.routingDeadLetters)}.Arn}`);
    }
  });

  const byEventBridge = statementsOf(subject).filter(({ effect, principals }) => effect === 'Allow' && principals.includes('Service:events.amazonaws.com'));
  const queue = `\${${subject.idOf(system.routingDeadLetters)}.Arn}`;
  const log = `\${${subject.idOf(system.batchLogGroup)}.Arn}`;
  const sourceOf = ({ condition }: Statement) => render(condition.ArnEquals['aws:SourceArn']);

  it.each<[string, typeof system.lowValueRule, [string, string][]]>([
    ['low', system.lowValueRule, [['sqs:SendMessage', queue]]],
    ['batch', system.lowValueBatchRule, [['logs:PutLogEvents', log], ['sqs:SendMessage', queue]]],
    ['medium', system.mediumValueRule, [['sqs:SendMessage', queue]]],
    ['high', system.highValueRule, [['sqs:SendMessage', queue]]],
    ['conflict', system.conflictRule, [['sqs:SendMessage', queue]]],
  ])('of the %s rule is allowed by its targets and the dead-letter queue, and by nothing else', (_, rule, expected) => {
    const allowed = byEventBridge.filter((statement) => statement.condition && sourceOf(statement) === `\${${subject.idOf(rule)}.Arn}`);
    const pairs = allowed.flatMap(({ actions, resources }) => actions.flatMap((action) => resources.map((resource) => `${action} ${resource}`)));
    expect([...new Set(pairs)].sort()).toEqual(expected.map((pair) => pair.join(' ')));
  });

  it('is for the rules of the system alone: any rule of another account is EventBridge too', () => {
    const bound = byEventBridge.filter(({ condition }) => condition !== undefined);
    for (const { condition } of bound) expect(condition).toEqual({ ArnEquals: { 'aws:SourceArn': expect.anything() } });
    expect(new Set(bound.map(sourceOf))).toEqual(new Set([...rules.map(([, rule]) => rule), system.archiveSchedule]
      .map((rule) => `\${${subject.idOf(rule)}.Arn}`)));
    expect(bound.flatMap(({ ownerType }) => ownerType)).toEqual(expect.arrayContaining(['AWS::SQS::QueuePolicy', 'AWS::Logs::ResourcePolicy']));
  });

  it('to the log lets EventBridge create a stream before it says for which rule, but write nothing', () => {
    const unbound = byEventBridge.filter(({ condition }) => condition === undefined);
    expect(unbound.map(({ ownerType, actions, resources }) => [ownerType, actions, resources])).toEqual([
      ['AWS::Logs::ResourcePolicy', ['logs:CreateLogStream'], [log]],
    ]);
  });

  it('to the topic is nobody\'s but the workflow\'s and the fraud detector\'s, by their roles', () => {
    expect(statementsOf(subject).filter(({ ownerType, effect }) => ownerType === 'AWS::SNS::TopicPolicy' && effect === 'Allow')).toEqual([]);
  });

  it('to the topic needs TLS', () => {
    const denied = statementsOf(subject).filter(({ ownerType, effect }) => ownerType === 'AWS::SNS::TopicPolicy' && effect === 'Deny');
    expect(denied.map(({ condition }) => condition)).toEqual([{ Bool: { 'aws:SecureTransport': 'false' } }]);
  });
});
