import {
  CreateArchiveCommand, DeleteRuleCommand, DescribeArchiveCommand, DescribeEventBusCommand, DescribeReplayCommand, DescribeRuleCommand,
  DisableRuleCommand, EnableRuleCommand, EventBridgeClient, ListEventBusesCommand, ListRulesCommand, ListTargetsByRuleCommand, PutEventsCommand,
  PutRuleCommand, PutTargetsCommand, RemoveTargetsCommand, StartReplayCommand, TagResourceCommand, TestEventPatternCommand,
} from '@aws-sdk/client-eventbridge';
import { clientOptions, serve, Served } from '../../helpers/serve';
import { EventSystem, FUNCTION } from './system';

describe('over the wire', () => {
  const system = new EventSystem();
  let served: Served;
  let client: EventBridgeClient;

  beforeAll(async () => {
    served = await serve(system.buses);
    client = new EventBridgeClient(clientOptions(served));
  });

  afterAll(async () => {
    client.destroy();
    await served.close();
  });

  test('a rule made by the SDK delivers what the SDK puts', async () => {
    const made = await client.send(new PutRuleCommand({ Name: 'sold', EventBusName: 'payments', EventPattern: '{"source":["shop"]}' }));
    expect(made.RuleArn).toBe('arn:aws:events:us-east-1:000000000000:rule/payments/sold');
    await client.send(new PutTargetsCommand({ Rule: 'sold', EventBusName: 'payments', Targets: [{ Id: 'a', Arn: FUNCTION }] }));
    const time = new Date('2026-01-02T03:04:05Z');
    const answer = await client.send(new PutEventsCommand({
      Entries: [{ Source: 'shop', DetailType: 'Sold', Detail: '{"n":1}', Time: time, Resources: ['r'], EventBusName: 'payments', TraceHeader: 'Root=1-a-b;Sampled=1' }],
    }));
    await system.clock.advance(0);
    expect(answer.FailedEntryCount).toBe(0);
    expect(system.received.at(-1)).toMatchObject({ arn: FUNCTION, sourceArn: made.RuleArn, traceHeader: 'Root=1-a-b;Sampled=1' });
    expect(JSON.parse(system.received.at(-1)!.payload)).toEqual({
      'version': '0',
      'id': answer.Entries![0].EventId,
      'detail-type': 'Sold',
      'source': 'shop',
      'account': '000000000000',
      'time': '2026-01-02T03:04:05Z',
      'region': 'us-east-1',
      'resources': ['r'],
      'detail': { n: 1 },
    });
  });

  test('reads give back what was put', async () => {
    expect(await client.send(new DescribeEventBusCommand({ Name: 'payments' }))).toMatchObject({ Name: 'payments' });
    const rules = await client.send(new ListRulesCommand({ EventBusName: 'payments' }));
    expect(rules.Rules).toMatchObject([{ Name: 'sold', State: 'ENABLED', EventPattern: '{"source":["shop"]}' }]);
    const targets = await client.send(new ListTargetsByRuleCommand({ Rule: 'sold', EventBusName: 'payments' }));
    expect(targets.Targets).toEqual([{ Id: 'a', Arn: FUNCTION }]);
  });

  test('patterns can be tried, and wrong ones are refused by name', async () => {
    const Event = '{"id":"1","source":"shop"}';
    expect((await client.send(new TestEventPatternCommand({ EventPattern: '{"source":["shop"]}', Event }))).Result).toBe(true);
    await expect(client.send(new TestEventPatternCommand({ EventPattern: '{"source":"shop"}', Event })))
      .rejects.toMatchObject({ name: 'InvalidEventPatternException' });
  });

  test('lists come in pages', async () => {
    const first = await client.send(new ListEventBusesCommand({ Limit: 1 }));
    const second = await client.send(new ListEventBusesCommand({ NextToken: first.NextToken }));
    expect([...first.EventBuses!, ...second.EventBuses!].map(({ Name }) => Name)).toEqual(['default', 'payments']);
    expect(second.NextToken).toBeUndefined();
  });

  test('a rule can be switched off and on, emptied and deleted', async () => {
    const rule = { Name: 'brief', EventBusName: 'payments' };
    const state = async () => (await client.send(new DescribeRuleCommand(rule))).State;
    await client.send(new PutRuleCommand({ ...rule, EventPattern: '{"source":["nobody"]}' }));
    await client.send(new PutTargetsCommand({ Rule: 'brief', EventBusName: 'payments', Targets: [{ Id: 'a', Arn: FUNCTION }] }));
    await client.send(new DisableRuleCommand(rule));
    expect(await state()).toBe('DISABLED');
    await client.send(new EnableRuleCommand(rule));
    expect(await state()).toBe('ENABLED');
    await expect(client.send(new DeleteRuleCommand(rule))).rejects.toMatchObject({ name: 'ValidationException' });
    await client.send(new RemoveTargetsCommand({ Rule: 'brief', EventBusName: 'payments', Ids: ['a'] }));
    await client.send(new DeleteRuleCommand(rule));
    await expect(client.send(new DescribeRuleCommand(rule))).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
  });

  test('an archive can be made and replayed', async () => {
    const bus = (await client.send(new DescribeEventBusCommand({ Name: 'payments' }))).Arn!;
    const { ArchiveArn } = await client.send(new CreateArchiveCommand({ ArchiveName: 'kept', EventSourceArn: bus }));
    await system.put();
    expect(await client.send(new DescribeArchiveCommand({ ArchiveName: 'kept' }))).toMatchObject({ EventCount: 1, State: 'ENABLED' });
    const EventStartTime = new Date(system.clock.now() - 1000);
    const replay = { ReplayName: 'again', EventSourceArn: ArchiveArn, EventStartTime, EventEndTime: new Date(system.clock.now()), Destination: { Arn: bus } };
    await client.send(new StartReplayCommand(replay));
    await system.clock.advance(0);
    expect(await client.send(new DescribeReplayCommand({ ReplayName: 'again' }))).toMatchObject({ State: 'COMPLETED', EventStartTime });
    await expect(client.send(new StartReplayCommand({ ...replay, ReplayName: 'elsewhere', Destination: { Arn: 'default' } }))).rejects.toThrow(/event bus of the archive/);
    await expect(client.send(new StartReplayCommand({ ...replay, ReplayName: 'backwards', EventEndTime: EventStartTime }))).rejects.toThrow(/EventStartTime must be before/);
  });

  test('an action that is missing says so', async () => {
    await expect(client.send(new TagResourceCommand({ ResourceARN: 'arn', Tags: [] }))).rejects.toMatchObject({ name: 'NotSupportedLocally' });
  });

  test('a missing bus is refused by name', async () => {
    await expect(client.send(new DescribeEventBusCommand({ Name: 'absent' }))).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
  });
});

describe('entries', () => {
  const good = { Source: 'shop', DetailType: 'Sold', Detail: '{}', EventBusName: 'payments' };

  test('fail alone', async () => {
    const system = new EventSystem();
    system.rule();
    const bad = [{ Source: 'aws.shop' }, { Detail: '[1]' }, { Detail: '{' }, { DetailType: undefined }, { EventBusName: 'absent' }];
    const { FailedEntryCount, Entries } = system.buses.putEvents([good, ...bad.map((one) => ({ ...good, ...one }))]);
    await system.clock.advance(0);
    expect(FailedEntryCount).toBe(5);
    expect(Entries.map((entry) => ('ErrorCode' in entry ? entry.ErrorCode : 'ok'))).toEqual([
      'ok', 'NotAuthorizedForSourceException', 'MalformedDetail', 'MalformedDetail', 'InvalidArgument', 'ResourceNotFoundException',
    ]);
    expect(system.received).toHaveLength(1);
    expect(system.count('PutEventsEntriesCount', {})).toBe(6);
    expect(system.count('PutEventsFailedEntriesCount', {})).toBe(5);
  });

  test('number one to ten', () => {
    const { buses } = new EventSystem();
    expect(() => buses.putEvents([])).toThrow(/greater than or equal to 1/);
    expect(buses.putEvents(Array(10).fill(good)).FailedEntryCount).toBe(0);
    expect(() => buses.putEvents(Array(11).fill(good))).toThrow(/less than or equal to 10/);
  });

  test('weigh at most one megabyte together', () => {
    const { buses } = new EventSystem();
    const detail = (bytes: number) => JSON.stringify({ a: 'x'.repeat(bytes - 8) });
    const rest = 'shop'.length + 'Sold'.length;
    expect(buses.putEvents([{ ...good, Detail: detail(1024 * 1024 - rest) }]).FailedEntryCount).toBe(0);
    expect(() => buses.putEvents([{ ...good, Detail: detail(1024 * 1024 - rest + 1) }])).toThrow(/over the limit/);
  });

  test('with members that would be ignored are refused', () => {
    expect(() => new EventSystem().buses.putEvents([{ ...good, Colour: 'red' } as object])).toThrow(/Colour/);
  });
});

test('the trace header of the request serves entries without their own', async () => {
  const system = new EventSystem();
  system.rule();
  system.buses.putEvents([{ Source: 'shop', DetailType: 'Sold', Detail: '{}', EventBusName: 'payments' }], 'Root=1-c-d');
  await system.clock.advance(0);
  expect(system.received[0].traceHeader).toBe('Root=1-c-d');
  expect(system.entries('RuleMatched')[0].traceId).toBe('1-c-d');
});
