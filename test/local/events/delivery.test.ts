import { ServiceError } from '../../../local/kernel/wire';
import { EventSystem, FUNCTION, QUEUE } from './system';

const throttled = () => {
  throw new ServiceError('TooManyRequestsException', 'slow down', 429);
};

const toFunction = (system: EventSystem) => system.received.filter(({ arn }) => arn === FUNCTION);

function attributesOf(system: EventSystem): Record<string, { DataType: string; StringValue: string }> {
  const letters = system.received.filter(({ arn }) => arn === QUEUE);
  expect(letters).toHaveLength(1);
  return JSON.parse(letters[0].parameters!.MessageAttributes);
}

test('a matching event reaches every target of every matching rule once', async () => {
  const system = new EventSystem();
  system.rule();
  system.rule({}, 'second');
  system.buses.putTargets('second', 'payments', [{ Id: '2', Arn: FUNCTION }]);
  await system.put();
  await system.put({ Source: 'other' });
  expect(system.received).toHaveLength(3);
  expect(system.entries('RuleMatched').map(({ data }) => data.rule)).toEqual(['all', 'second']);
  expect(system.entries('RuleNotMatched')).toHaveLength(2);
  expect(system.entries('EventReceived')).toHaveLength(2);
  expect(system.buses.pending()).toBe(0);
  const ofRule = { RuleName: 'second' };
  for (const dimensions of [ofRule, { ...ofRule, EventBusName: 'payments' }]) {
    expect(['MatchedEvents', 'TriggeredRules', 'Invocations', 'FailedInvocations'].map((name) => system.count(name, dimensions))).toEqual([1, 1, 2, 0]);
  }
});

test('a disabled rule and another bus are left alone', async () => {
  const system = new EventSystem();
  system.rule();
  await system.put({ EventBusName: 'default' });
  system.buses.putRule({ Name: 'all', EventBusName: 'payments', EventPattern: { source: ['shop'] }, State: 'DISABLED' });
  await system.put();
  expect(system.received).toEqual([]);
});

test('retries back off until the target recovers', async () => {
  const system = new EventSystem();
  system.rule();
  let failures = 3;
  system.failure = () => failures-- > 0 && throttled();
  const start = system.clock.now();
  await system.put();
  expect(system.buses.pending()).toBe(1);
  await system.clock.advance(60_000);
  expect(toFunction(system).map(({ at }) => at - start)).toEqual([0, 1000, 3000, 7000]);
  expect(system.entries('TargetFailed').every(({ data }) => data.willRetry)).toBe(true);
  expect(system.buses.pending()).toBe(0);
  expect(['Invocations', 'FailedInvocations', 'RetryInvocationAttempts'].map((name) => system.count(name, { RuleName: 'all' }))).toEqual([1, 0, 3]);
});

test('after its retries an event goes to the dead-letter queue', async () => {
  const system = new EventSystem();
  system.rule({ RetryPolicy: { MaximumRetryAttempts: 2 }, DeadLetterConfig: { Arn: QUEUE }, InputPath: '$.detail' });
  system.failure = (arn) => arn === FUNCTION && throttled();
  await system.put();
  await system.clock.advance(60_000);
  expect(toFunction(system)).toHaveLength(3);
  expect(attributesOf(system)).toEqual({
    RULE_ARN: { DataType: 'String', StringValue: 'arn:aws:events:us-east-1:000000000000:rule/payments/all' },
    TARGET_ARN: { DataType: 'String', StringValue: FUNCTION },
    ERROR_CODE: { DataType: 'String', StringValue: 'TooManyRequestsException' },
    ERROR_MESSAGE: { DataType: 'String', StringValue: 'slow down' },
    EXHAUSTED_RETRY_CONDITION: { DataType: 'String', StringValue: 'MaximumRetryAttempts' },
    RETRY_ATTEMPTS: { DataType: 'Number', StringValue: '2' },
  });
  expect(JSON.parse(system.received.at(-1)!.payload)).toMatchObject({ source: 'shop', detail: { id: 'o-1' } });
  expect(['Invocations', 'FailedInvocations', 'InvocationsSentToDlq'].map((name) => system.count(name, { RuleName: 'all' }))).toEqual([1, 1, 1]);
  expect(system.buses.pending()).toBe(0);
});

test('an event older than its policy allows is given up', async () => {
  const system = new EventSystem();
  system.rule({ RetryPolicy: { MaximumEventAgeInSeconds: 60 }, DeadLetterConfig: { Arn: QUEUE } });
  system.failure = (arn) => arn === FUNCTION && throttled();
  await system.put();
  await system.clock.advance(120_000);
  expect(attributesOf(system).EXHAUSTED_RETRY_CONDITION.StringValue).toBe('MaximumEventAgeInSeconds');
});

test('the default policy ends within a day', async () => {
  const system = new EventSystem();
  system.rule({ DeadLetterConfig: { Arn: QUEUE } });
  system.failure = (arn) => arn === FUNCTION && throttled();
  await system.put();
  await system.clock.advance(86_400_000);
  expect(attributesOf(system).EXHAUSTED_RETRY_CONDITION.StringValue).toBe('MaximumEventAgeInSeconds');
  expect(toFunction(system).length).toBeLessThanOrEqual(186);
});

test.each([
  ['NotSupportedLocally', 'NotSupportedLocally'],
  ['ResourceNotFoundException', 'NO_RESOURCE'],
  ['AccessDeniedException', 'NO_PERMISSIONS'],
])('%s is not retried', async (code, reported) => {
  const system = new EventSystem();
  system.rule({ DeadLetterConfig: { Arn: QUEUE } });
  system.failure = (arn) => {
    if (arn === FUNCTION) throw new ServiceError(code, 'no');
  };
  await system.put();
  expect(toFunction(system)).toHaveLength(1);
  const { ERROR_CODE, RETRY_ATTEMPTS, EXHAUSTED_RETRY_CONDITION } = attributesOf(system);
  expect([ERROR_CODE.StringValue, RETRY_ATTEMPTS.StringValue, EXHAUSTED_RETRY_CONDITION]).toEqual([reported, '0', undefined]);
});

test('an input that cannot be made fails for good', async () => {
  const system = new EventSystem();
  system.rule({ InputPath: '$.detail.absent', DeadLetterConfig: { Arn: QUEUE } });
  await system.put();
  expect(toFunction(system)).toEqual([]);
  expect(attributesOf(system).ERROR_CODE.StringValue).toBe('InvalidTargetInput');
});

test('a dead-letter queue that fails is counted', async () => {
  const system = new EventSystem();
  system.rule({ RetryPolicy: { MaximumRetryAttempts: 0 }, DeadLetterConfig: { Arn: QUEUE } });
  system.failure = throttled;
  await system.put();
  expect(system.count('InvocationsFailedToBeSentToDlq', { RuleName: 'all' })).toBe(1);
  expect(system.entries('TargetDeadLetterFailed')).toHaveLength(1);
});

test('without a dead-letter queue the loss is recorded', async () => {
  const system = new EventSystem();
  system.rule({ RetryPolicy: { MaximumRetryAttempts: 0 } });
  system.failure = throttled;
  await system.put();
  expect(system.entries('TargetDropped')).toHaveLength(1);
});

test('explain says why a rule did not match', () => {
  const system = new EventSystem();
  system.rule();
  expect(system.buses.explain('all', 'payments', { source: 'other' })).toEqual([
    { path: 'source', expected: ['shop'], actual: ['other'], matched: false },
  ]);
});

describe('archives', () => {
  const request = (system: EventSystem, name: string, FilterArns?: string[]) => {
    const seconds = system.clock.now() / 1000;
    const bus = system.buses.bus('payments').arn;
    const EventSourceArn = system.buses.archives.get('kept')!.arn;
    const times = { EventStartTime: seconds - 86_400 * 30, EventEndTime: seconds + 1 };
    return { ReplayName: name, EventSourceArn, ...times, Destination: { Arn: bus, FilterArns } };
  };

  function archiving(extra: object = {}): EventSystem {
    const system = new EventSystem();
    system.rule();
    system.buses.createArchive({ ArchiveName: 'kept', EventSourceArn: system.buses.bus('payments').arn, ...extra });
    return system;
  }

  test('replay what they kept, marked and not kept twice', async () => {
    const system = archiving();
    await system.put({ Detail: '{"n":1.0}' });
    system.buses.startReplay(request(system, 'again'));
    await system.clock.advance(0);
    expect(system.received).toHaveLength(2);
    expect(JSON.parse(system.received[1].payload)).toMatchObject({ 'replay-name': 'again', 'source': 'shop' });
    expect(system.received[1].payload).toContain('{"n":1.0}');
    expect(system.buses.archives.get('kept')!.kept()).toHaveLength(1);
    expect(system.buses.replays.get('again')!.describe()).toMatchObject({ State: 'COMPLETED' });
  });

  test('replay only to rules that let replays in', async () => {
    const system = archiving();
    system.buses.putRule({ Name: 'all', EventBusName: 'payments', EventPattern: { 'source': ['shop'], 'replay-name': [{ exists: false }] } });
    await system.put();
    system.buses.startReplay(request(system, 'again'));
    system.buses.startReplay(request(system, 'other rules', ['arn:aws:events:us-east-1:000000000000:rule/payments/absent']));
    await system.clock.advance(0);
    expect(system.received).toHaveLength(1);
  });

  test('keep only what matches, for as long as they say', async () => {
    const system = archiving({ EventPattern: { 'detail-type': ['Sold'] }, RetentionDays: 2 });
    await system.put();
    await system.put({ DetailType: 'Returned' });
    expect(system.buses.archives.get('kept')!.kept()).toHaveLength(1);
    await system.clock.advance(2 * 86_400_000);
    expect(system.buses.archives.get('kept')!.kept()).toEqual([]);
  });
});
