import { VirtualClock } from '../../../local/kernel/clock';
import { Journal } from '../../../local/kernel/journal';
import { Metrics } from '../../../local/kernel/metrics';
import { Resource } from '../../../local/kernel/resource';
import { LogGroups } from '../../../local/logs/log-groups';
import { logResources } from '../../../local/logs/resources';
import { serve, Served } from '../../helpers/serve';

const DAY = 86_400_000;
let clock: VirtualClock;
let journal: Journal;
let metrics: Metrics;
let logs: LogGroups;

beforeEach(() => {
  clock = new VirtualClock();
  journal = new Journal(clock);
  metrics = new Metrics(clock);
  logs = new LogGroups({ clock, journal, metrics });
});

const values = (namespace: string, name: string, dimensions: Record<string, string>) =>
  metrics.get(namespace, name, dimensions).map(({ value }) => value);

describe('lines', () => {
  test('are kept in order, by stream, in groups that need not exist', () => {
    logs.put('/app', 'one', 'a');
    logs.put('/app', 'two', 'b');
    expect(logs.lines('/app')).toEqual(['a', 'b']);
    expect(logs.lines('/app', 'two')).toEqual(['b']);
    expect(logs.lines('/none')).toEqual([]);
    expect(values('AWS/Logs', 'IncomingLogEvents', { LogGroupName: '/app' })).toEqual([1, 1]);
    expect(values('AWS/Logs', 'IncomingBytes', { LogGroupName: '/app' })).toEqual([27, 27]);
  });

  test('expire with the retention of their group', async () => {
    logs.create('/short', { retentionDays: 1 });
    logs.put('/short', 's', 'old');
    await clock.advance(DAY);
    logs.put('/short', 's', 'new');
    expect(logs.lines('/short')).toEqual(['old', 'new']);
    await clock.advance(1);
    expect(logs.lines('/short')).toEqual(['new']);
  });

  test('take bounded memory, the oldest go first', () => {
    logs = new LogGroups({ clock, journal, metrics, maxCharactersPerGroup: 100 });
    for (let i = 0; i < 50; i++) logs.put('/busy', 's', `line ${i}`.padEnd(10));
    const lines = logs.lines('/busy');
    expect(lines.length).toBeLessThanOrEqual(10);
    expect(lines.length).toBeGreaterThanOrEqual(8);
    expect(lines.at(-1)).toMatch('line 49');
  });
});

describe('embedded metrics', () => {
  const line = (fields: object, dimensions: unknown = [['Service'], ['Service', 'Tier']]) => JSON.stringify({
    _aws: { Timestamp: 1, CloudWatchMetrics: [{ Namespace: 'Shop', Dimensions: dimensions, Metrics: [{ Name: 'Orders', Unit: 'Count' }] }] },
    Service: 'relay',
    Tier: 'low',
    ...fields,
  });

  test('are put once for every dimension set', () => {
    logs.put('/app', 's', line({ Orders: 2 }));
    expect(values('Shop', 'Orders', { Service: 'relay' })).toEqual([2]);
    expect(values('Shop', 'Orders', { Service: 'relay', Tier: 'low' })).toEqual([2]);
  });

  test('may hold several values, no dimensions, and follow the prefix of a console line', () => {
    logs.put('/app', 's', `2026-01-01T00:00:00.000Z\tid\tINFO\t${line({ Orders: [1, 2] }, [[]])}`);
    expect(values('Shop', 'Orders', {})).toEqual([1, 2]);
  });

  test.each([
    ['no number', { Orders: 'many' }, [[]]],
    ['more than 100 values', { Orders: Array(101).fill(1) }, [[]]],
    ['no text value', { Orders: 1 }, [['Missing']]],
    ['list of lists', { Orders: 1 }, 'Service'],
  ])('with %s are recorded as refused', (reason, fields, dimensions) => {
    logs.put('/app', 's', line(fields, dimensions));
    expect(values('Shop', 'Orders', {})).toEqual([]);
    expect(journal.entries().at(-1)).toMatchObject({ type: 'EmbeddedMetricsRefused', data: { reason: expect.stringContaining(reason) } });
    expect(logs.lines('/app')).toHaveLength(1);
  });

  test('are not seen in other lines', () => {
    logs.put('/app', 's', 'about "CloudWatchMetrics"');
    logs.put('/app', 's', '{"note":"CloudWatchMetrics"}');
    expect(journal.entries().map(({ type }) => type)).toEqual(['LogGroupCreated']);
  });
});

describe('as a target of EventBridge', () => {
  const arn = (name: string) => `arn:aws:logs:us-east-1:000000000000:log-group:${name}`;
  const traceHeader = 'Root=1-00000001-000000000000000000000001';

  test('an event becomes a line', async () => {
    logs.create('/events');
    await logs.deliver(arn('/events:*'), { payload: '{"detail":{"a":1}}', traceHeader });
    await logs.deliver(arn('/events'), { payload: '{"timestamp":5,"message":{"b":2}}' });
    expect(logs.events('/events')).toMatchObject([{ message: '{"detail":{"a":1}}', timestamp: clock.now() }, { message: '{"b":2}', timestamp: 5 }]);
    expect(journal.entries().at(-2)).toMatchObject({ type: 'EventLogged', traceId: '1-00000001-000000000000000000000001' });
  });

  test('a missing group is an error', async () => {
    await expect(logs.deliver(arn('/none'), { payload: '{}' })).rejects.toMatchObject({ code: 'ResourceNotFoundException' });
    await expect(logs.deliver('arn:aws:sqs:us-east-1:000000000000:q', { payload: '{}' })).rejects.toMatchObject({ code: 'InvalidParameterException' });
  });
});

describe('on the wire', () => {
  let served: Served;

  beforeEach(async () => { served = await serve(logs); });
  afterEach(() => served.close());

  /** The members of answers the tests look into. */
  interface Answer {
    readonly events: { readonly message: string }[];
    readonly logGroups: object[];
    readonly logStreams: object[];
    readonly nextToken?: string;
    readonly nextForwardToken?: string;
    readonly nextBackwardToken?: string;
  }

  async function call(action: string, input: object) {
    const response = await fetch(served.url, {
      method: 'POST',
      headers: { 'x-amz-target': `Logs_20140328.${action}`, 'content-type': 'application/x-amz-json-1.1' },
      body: JSON.stringify(input),
    });
    return { status: response.status, error: response.headers.get('x-amzn-errortype'), body: await response.json() as Answer };
  }

  const stream = { logGroupName: '/app', logStreamName: 's' };

  async function withEvents(...messages: string[]) {
    await call('CreateLogGroup', { logGroupName: '/app' });
    await call('CreateLogStream', stream);
    return call('PutLogEvents', { ...stream, logEvents: messages.map((message, i) => ({ message, timestamp: i })) });
  }

  test('events are put, read page by page, and followed', async () => {
    await withEvents('a', 'b', 'c');
    const first = (await call('GetLogEvents', { ...stream, startFromHead: true, limit: 2 })).body;
    expect(first.events.map(({ message }) => message)).toEqual(['a', 'b']);
    const second = (await call('GetLogEvents', { ...stream, nextToken: first.nextForwardToken })).body;
    expect(second.events).toMatchObject([{ message: 'c', timestamp: 2 }]);
    const third = (await call('GetLogEvents', { ...stream, nextToken: second.nextForwardToken })).body;
    expect(third).toMatchObject({ events: [], nextForwardToken: second.nextForwardToken });
    logs.put('/app', 's', 'd');
    expect((await call('GetLogEvents', { ...stream, nextToken: third.nextForwardToken })).body.events).toMatchObject([{ message: 'd' }]);
    expect((await call('GetLogEvents', { ...stream, limit: 1 })).body.events).toMatchObject([{ message: 'd' }]);
    expect((await call('GetLogEvents', { ...stream, nextToken: second.nextBackwardToken, limit: 1 })).body.events).toMatchObject([{ message: 'b' }]);
  });

  test('events are filtered by terms, time and stream', async () => {
    await withEvents('ERROR in relay', 'ERROR in "the archiver"', 'fine');
    const found = async (input: object) => (await call('FilterLogEvents', { logGroupName: '/app', ...input })).body.events
      .map(({ message }) => message);
    expect(await found({ filterPattern: 'ERROR relay' })).toEqual(['ERROR in relay']);
    expect(await found({ filterPattern: '"ERROR in" -relay' })).toEqual(['ERROR in "the archiver"']);
    expect(await found({ startTime: 1, endTime: 1 })).toEqual(['ERROR in "the archiver"']);
    expect(await found({ logStreamNames: ['other'] })).toEqual([]);
    expect(await found({ filterPattern: '', limit: 1 })).toEqual(['ERROR in relay']);
  });

  test.each(['{ $.level = "ERROR" }', '[a, b]', '?a ?b', '%regex%'])('the filter pattern %s is refused', async (filterPattern) => {
    logs.create('/app');
    expect(await call('FilterLogEvents', { logGroupName: '/app', filterPattern })).toMatchObject({ status: 501, error: 'NotSupportedLocally' });
  });

  test('groups and streams are described', async () => {
    await withEvents('a');
    await call('PutRetentionPolicy', { logGroupName: '/app', retentionInDays: 30 });
    logs.create('/other');
    expect((await call('DescribeLogGroups', { logGroupNamePrefix: '/a' })).body.logGroups).toMatchObject([
      { logGroupName: '/app', retentionInDays: 30, arn: 'arn:aws:logs:us-east-1:000000000000:log-group:/app:*' },
    ]);
    const page = (await call('DescribeLogGroups', { limit: 1 })).body;
    expect((await call('DescribeLogGroups', { nextToken: page.nextToken })).body.logGroups).toMatchObject([{ logGroupName: '/other' }]);
    expect((await call('DescribeLogStreams', { logGroupName: '/app' })).body.logStreams).toMatchObject([
      { logStreamName: 's', firstEventTimestamp: 0, lastEventTimestamp: 0, arn: 'arn:aws:logs:us-east-1:000000000000:log-group:/app:log-stream:s' },
    ]);
  });

  test('resource policies are taken without effect', async () => {
    const policy = { policyName: 'events', policyDocument: '{}' };
    expect(await call('PutResourcePolicy', policy)).toMatchObject({ status: 200, body: { resourcePolicy: policy } });
    expect((await call('DescribeResourcePolicies', {})).body).toEqual({ resourcePolicies: [] });
  });

  test('errors are named as CloudWatch Logs names them', async () => {
    expect(await call('PutLogEvents', { ...stream, logEvents: [] })).toMatchObject({ status: 400, error: 'ResourceNotFoundException' });
    await withEvents('a');
    expect(await call('CreateLogGroup', { logGroupName: '/app' })).toMatchObject({ error: 'ResourceAlreadyExistsException' });
    expect(await call('CreateLogStream', stream)).toMatchObject({ error: 'ResourceAlreadyExistsException' });
    expect(await call('GetLogEvents', { ...stream, logStreamName: 'none' })).toMatchObject({ error: 'ResourceNotFoundException' });
    const backwards = [{ timestamp: 2, message: 'b' }, { timestamp: 1, message: 'a' }];
    expect(await call('PutLogEvents', { ...stream, logEvents: backwards })).toMatchObject({ error: 'InvalidParameterException' });
    expect(await call('GetLogEvents', { ...stream, unmask: true })).toMatchObject({ error: 'NotSupportedLocally' });
    expect(await call('StartQuery', {})).toMatchObject({ error: 'NotSupportedLocally' });
  });
});

test('a log group of a template is created with its retention, and nothing of it ignored', () => {
  const load = (properties: Record<string, unknown>) => {
    const resource: Resource = { logicalId: 'Group', type: 'AWS::Logs::LogGroup', ref: '/app', attributes: {}, properties, metadata: {} };
    void logResources(logs)['AWS::Logs::LogGroup'](resource);
  };
  load({ LogGroupName: '/app', RetentionInDays: '30' });
  expect(logs.existing('/app').retentionDays).toBe(30);
  expect(() => load({ DataProtectionPolicy: {} })).toThrow('DataProtectionPolicy');
  expect(() => load({ LogGroupClass: 'INFREQUENT_ACCESS' })).toThrow('INFREQUENT_ACCESS');
});
