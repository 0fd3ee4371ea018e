import { archiveCommand } from '../../../local/commands/archive/command';
import { redriveCommand } from '../../../local/commands/redrive/command';
import { replayCommand } from '../../../local/commands/replay/command';
import { RunnerClock } from '../../../local/kernel/clock';
import { ServiceError } from '../../../local/kernel/wire';
import { failureRecord } from '../../../local/lambda/mapping/failure-record';
import type { Runner } from '../../../local/runner/runner';
import { AlertSubscriber } from '../../../src';
import { DIMENSION, METRIC, METRICS_NAMESPACE } from '../../../src/contract';
import { captureOutput } from '../../helpers/output';
import { runningSystem } from '../../helpers/running-system';
import { imageWith } from '../../runtime/rows';

const output = captureOutput();
const system = runningSystem(() => ({ alertSubscribers: [AlertSubscriber.email('alerts@example.com')], archival: { athena: {} } }));
const { nameOf, redrive } = system;
let runner: Runner;
beforeAll(() => { ({ runner } = system); });

async function receive(id: string, amount: number, settled = () => runner.settled()): Promise<void> {
  expect(await system.post(id, JSON.stringify({ transaction_id: id, amount, currency: 'USD', provider: 'shop', customer_id: 'cust_1', metadata: { exact: '1' } }))).toBe(200);
  await settled();
}

const queue = (stage: string) => runner.services.queues.byUrl(nameOf(`${stage}/DeadLetters`));
const waiting = () => ['Routing', 'Workflow', 'Archive'].map((stage) => queue(stage).counts().visible);
const mailed = (id: string) => runner.services.topics.mailbox().filter(({ body }) => body.includes(id)).length;
const rowOf = async (id: string) => (await runner.services.dynamodb.execute<{ Items: Record<string, { S?: string; M?: object }>[] }>('Query', {
  TableName: runner.systems[0].tableName, KeyConditionExpression: 'transaction_id = :id', ExpressionAttributeValues: { ':id': { S: id } },
})).Items[0];
/** A row that the relay does not see: it publishes what is inserted as a transaction, not what becomes one. */
async function putUnpublished(item: object): Promise<void> {
  for (const Item of [{ ...item, record: { S: 'parked' } }, { ...item }]) await runner.services.dynamodb.execute('PutItem', { TableName: runner.systems[0].tableName, Item });
  await runner.settled();
}
/** What was published of a transaction, its verdicts left out. */
const eventsOf = (id: string) => runner.services.journal.entries()
  .filter(({ type, data }) => type === 'EventReceived' && JSON.stringify(data.event).includes(`"${id}"`)).map(({ data }) => data.event as Record<string, any>)
  .filter((event) => event['detail-type'] !== 'Transaction Screened');
const kept = () => [...runner.services.buses.archives.values()][0].kept().filter(({ value }) => value['detail-type'] !== 'Transaction Screened');
const batchLog = () => runner.services.logs.lines(nameOf('Routing/BatchLog'));

const workflowLetter = (stage: string, image: ReturnType<typeof imageWith>, error: string) => JSON.stringify({
  stage,
  execution: 'arn:old',
  error: { Error: error, Cause: '' },
  input: {
    transaction: {
      transaction_id: image.provider_transaction_id.S, reference: image.provider_transaction_id.S, key: { transaction_id: image.transaction_id.S, event_id: image.event_id.S }, provider: 'stripe', endpoint: 'stripe',
      event_type: 'e', amount_text: '50000.00', currency: 'USD', tier: 'high', customer_id: null, occurred_at: image.occurred_at.S, received_at: image.received_at.S, received_epoch_s: 1_760_000_000, metadata: {},
    },
    timestamp: image.received_at.S, screen: true, notify: true, label: 'High',
  },
});

test('SQL over the archive is not run here, and the runner says so', () => {
  expect([...new Set(runner.unsupported.map(({ type }) => type))].sort()).toEqual([
    'AWS::Athena::NamedQuery', 'AWS::Athena::WorkGroup', 'AWS::Glue::Database', 'AWS::Glue::Table',
  ]);
});

describe('redrive', () => {
  test('of a conflict that a workflow would not take, which tells of it then', async () => {
    const { machines, targets } = runner.services;
    await receive('twice', 10);
    targets.register('states', async () => { throw new ServiceError('StateMachineDoesNotExist', 'State machine does not exist'); });
    await receive('twice', 11);
    targets.register('states', async (arn, { payload, traceHeader }) => { machines.startExecution(arn, payload, { traceHeader }); });
    expect(waiting()).toEqual([1, 0, 0]);
    expect(mailed('twice')).toBe(0);

    expect(await redrive('--only', 'routing', '--dry-run')).toMatchObject({ code: 1, outcomes: [{ source: 'routing', kind: 'event', outcome: 'found', error: 'State machine does not exist' }] });
    expect(waiting()).toEqual([1, 0, 0]);
    expect(await redrive('--only', 'routing')).toMatchObject({ code: 0, outcomes: [{ outcome: 'redriven' }] });
    expect(waiting()).toEqual([0, 0, 0]);
    expect(mailed('twice')).toBe(1);
    expect(eventsOf('twice').map((event) => event['detail-type'])).toEqual(['Transaction Created', 'Transaction Conflict']);
  });

  test('of an event that the batch log would not take, as one line of it', async () => {
    const { logs, targets } = runner.services;
    targets.register('logs', async () => { throw new ServiceError('ResourceNotFoundException', 'The specified log group does not exist.'); });
    await receive('low_lost', 10);
    targets.register('logs', (arn, invocation) => logs.deliver(arn, invocation));
    expect(waiting()).toEqual([1, 0, 0]);
    const lines = batchLog().length;

    expect(await redrive('--only', 'routing')).toMatchObject({ code: 0, outcomes: [{ kind: 'event', outcome: 'redriven', error: expect.stringContaining('does not exist') }] });
    expect(batchLog()).toHaveLength(lines + 1);
    const [event] = eventsOf('low_lost');
    // To the character what EventBridge would have logged.
    expect(JSON.parse(batchLog().at(-1)!)).toEqual(event);
    expect(eventsOf('low_lost')).toHaveLength(1);
    expect(waiting()).toEqual([0, 0, 0]);
  });

  test('of an event that a workflow would not take, in the words of the rule', async () => {
    const { machines, targets } = runner.services;
    targets.register('states', async () => { throw new ServiceError('StateMachineDoesNotExist', 'State Machine Does Not Exist'); });
    await receive('high_lost', 15_000);
    targets.register('states', async (arn, { payload, traceHeader }) => { machines.startExecution(arn, payload, { traceHeader }); });
    expect(waiting()).toEqual([1, 0, 0]);
    expect(await rowOf('standard-webhooks#high_lost')).not.toHaveProperty('fraud_analysis');

    expect(await redrive('--only', 'routing')).toMatchObject({ code: 0, outcomes: [{ outcome: 'redriven', error: 'State Machine Does Not Exist' }] });
    expect(await rowOf('standard-webhooks#high_lost')).toMatchObject({ fraud_analysis: expect.anything(), notified_at: expect.anything() });
    expect(mailed('high_lost')).toBe(1);
    expect(waiting()).toEqual([0, 0, 0]);
  });

  test('of a schedule that could not start the archive', async () => {
    const { machines, targets } = runner.services;
    targets.register('states', async () => { throw new ServiceError('StateMachineDoesNotExist', 'State Machine Does Not Exist'); });
    await fetch(`${runner.url}/_local/archive`, { method: 'POST', body: JSON.stringify({ now: '2025-10-11T02:00:00Z' }) });
    targets.register('states', async (arn, { payload, traceHeader }) => { machines.startExecution(arn, payload, { traceHeader }); });
    expect(waiting()).toEqual([0, 0, 1]);

    expect(await redrive('--only', 'archive')).toMatchObject({ code: 0, outcomes: [{ source: 'archive', kind: 'event', outcome: 'redriven' }] });
    const [execution] = runner.services.machines.executions(nameOf('Archive/StateMachine'));
    expect(execution).toMatchObject({ status: 'SUCCEEDED', input: expect.stringContaining('2025-10-11T02:00:00Z') });
    expect(waiting()).toEqual([0, 0, 0]);
  });

  test('of a screening whose row was not there yet', async () => {
    const image = imageWith({ transactionId: 'late_row', amount: '50000.00', receivedAt: new Date().toISOString() });
    queue('Workflow').send({ body: workflowLetter('screening', image, 'NoSuchTransaction') });
    expect(await redrive('--only', 'workflow')).toMatchObject({ code: 1, outcomes: [{ kind: 'screening', outcome: 'kept', reason: expect.stringContaining('archived') }] });

    await putUnpublished(image);
    expect(await redrive('--only', 'workflow')).toMatchObject({ code: 0, outcomes: [{ kind: 'screening', error: 'NoSuchTransaction', outcome: 'redriven' }] });
    expect(await rowOf('stripe#late_row')).toHaveProperty('fraud_analysis');
  });

  test('of a branch that may have alerted only when told to', async () => {
    const image = imageWith({ transactionId: 'uncertain', amount: '50000.00', receivedAt: new Date().toISOString() });
    await putUnpublished({ ...image, notification_owner: { S: 'a run that died' } });
    queue('Workflow').send({ body: workflowLetter('notification', image, 'SNS.InternalErrorException') });
    expect(await redrive('--only', 'workflow')).toMatchObject({ code: 1, outcomes: [{ outcome: 'kept', reason: expect.stringContaining('--release-claims') }] });
    expect(mailed('uncertain')).toBe(0);

    expect(await redrive('--only', 'workflow', '--release-claims')).toMatchObject({ code: 0, outcomes: [{ kind: 'notification', outcome: 'redriven' }] });
    expect(mailed('uncertain')).toBe(1);
  });

  test('of an archive run', async () => {
    queue('Archive').send({ body: JSON.stringify({ stage: 'archive', execution: 'arn:old', error: { Error: 'SegmentBusy' }, input: { now: '2025-10-12T02:00:00Z' } }) });
    expect(await redrive('--only', 'archive')).toMatchObject({ code: 0, outcomes: [{ source: 'archive', error: 'SegmentBusy', outcome: 'redriven' }] });
    const [execution] = runner.services.machines.executions(nameOf('Archive/StateMachine'));
    expect(execution).toMatchObject({ status: 'SUCCEEDED', input: '{"now":"2025-10-12T02:00:00Z"}' });
  });

  test('of records that the relay gave up on, from their object', async () => {
    const bucket = nameOf('Storage/AuditBucket');
    const event = JSON.stringify({ Records: [{ eventName: 'INSERT', dynamodb: { SequenceNumber: '1', NewImage: imageWith({ transactionId: 'never_published', amount: '12.50' }) } }] });
    const { key, body } = failureRecord(`arn:aws:s3:::${bucket}`, {
      mappingId: 'm', shardId: 's', streamArn: 'arn:stream', functionArn: 'arn:fn', condition: 'RetryAttemptsExhausted', invocations: 11,
      records: [{ sequence: '1', arrivedAt: Date.now() }], event,
    }, Date.now());
    await runner.services.buckets.putObject(bucket, key!, body);
    expect(await redrive('--only', 'relay', '--dry-run')).toMatchObject({ code: 1, outcomes: [{ outcome: 'found', error: 'RetryAttemptsExhausted' }] });
    expect(await redrive('--only', 'relay')).toMatchObject({ code: 0, outcomes: [{ source: 'relay', outcome: 'redriven' }] });
    expect(eventsOf('never_published')).toMatchObject([{ 'detail-type': 'Transaction Created', 'detail': { amount_text: '12.50' } }]);
    expect(await redrive('--only', 'relay')).toEqual({ code: 0, outcomes: [] });
    // Its row is nowhere, so that its screening ends as a dead letter of the workflow's own.
    expect(waiting()).toEqual([0, 1, 0]);
    await putUnpublished(imageWith({ transactionId: 'never_published', amount: '12.50' }));
    expect(await redrive('--only', 'workflow')).toMatchObject({ code: 0, outcomes: [{ kind: 'screening', error: 'NoSuchTransaction', outcome: 'redriven' }] });
    expect(await rowOf('stripe#never_published')).toHaveProperty('fraud_analysis');
    expect(waiting()).toEqual([0, 0, 0]);
  });

  test('of a branch whose alert was folded or sent is no second alert', async () => {
    for (const [id, settled] of [['settled_fold', 'alert_folded_at'], ['settled_sent', 'alert_sent_at']]) {
      const image = imageWith({ transactionId: id, amount: '50000.00', receivedAt: new Date().toISOString() });
      const analysis = { M: { fraud_score: { N: '1' }, fraud_status: { S: 'high_risk' }, risk_factors: { L: [] }, rules: { L: [] } } };
      await putUnpublished({ ...image, fraud_analysis: analysis, alert_owner: { S: 'arn:old' }, [settled]: { S: '2025-10-09T00:00:00Z' } });
      queue('Workflow').send({ body: workflowLetter('screening', image, 'Sandbox.Timedout') });
    }
    expect(await redrive('--only', 'workflow')).toMatchObject({ code: 0, outcomes: [{ outcome: 'redriven' }, { outcome: 'redriven' }] });
    expect([mailed('settled_fold'), mailed('settled_sent')]).toEqual([0, 0]);
    expect(waiting()).toEqual([0, 0, 0]);
  });

  test('leaves what it does not know', async () => {
    for (const body of ['not JSON', '{"hello":1}']) queue('Routing').send({ body });
    expect(await redrive('--only', 'routing')).toMatchObject({ code: 1, outcomes: [{ kind: 'unknown', outcome: 'kept' }, { kind: 'unknown', outcome: 'kept' }] });
    expect(waiting()[0]).toBe(2);
    queue('Routing').purge();
  });

  test.each([[['--only', 'elsewhere'], /--only/], [['--endpoint', 'nowhere'], /--endpoint/], [['--routing-queue', 'q', '--only', 'workflow', '--outputs', '/nonexistent'], /nonexistent/]])(
    'refuses %p', async (args, message) => { await expect(redriveCommand(args)).rejects.toThrow(message); },
  );
});

describe('replay', () => {
  const replay = async (...args: string[]) => {
    const code = await replayCommand(['--endpoint', runner.url, '--json', ...args]);
    await runner.settled();
    return { code, report: output.logs.at(-1) };
  };
  const window = () => ['--from', new Date(Date.now() - 3_600_000).toISOString(), '--to', new Date(Date.now() + 60_000).toISOString()];

  beforeAll(async () => {
    for (const [id, amount] of [['r_low', 10], ['r_medium', 5000], ['r_high', 15_000]] as const) await receive(id, amount);
  });

  test('of EventBridge\'s archive screens again, and neither keeps, logs nor alerts again', async () => {
    const [events, lines, mail] = [kept().length, batchLog().length, runner.services.topics.mailbox().length];
    expect(await replay('--source', 'bus-archive', ...window(), '--name', 'one')).toMatchObject({ code: 0, report: { replay: 'one', state: 'COMPLETED' } });
    for (const id of ['r_low', 'r_medium', 'r_high']) expect(eventsOf(id).map((event) => event['replay-name'])).toEqual([undefined, 'one']);
    expect([kept().length, batchLog().length, runner.services.topics.mailbox().length]).toEqual([events, lines, mail]);
    expect(waiting()).toEqual([0, 0, 0]);
  });

  test('of a tier reaches the rules of that tier alone', async () => {
    const { report } = await replay('--source', 'bus-archive', '--tier', 'high', ...window(), '--name', 'two');
    expect(report).toMatchObject({ rules: [expect.stringContaining('HighValueRule')] });
  });

  test('of archive objects, by tier and by transaction, keeps every digit and no guard is passed twice', async () => {
    await fetch(`${runner.url}/_local/archive`, { method: 'POST', body: JSON.stringify({ now: new Date(Date.now() + 25 * 3_600_000).toISOString() }) });
    expect(await archiveCommand(['verify', '--endpoint', runner.url])).toBe(0);
    const [events, lines, mail] = [kept().length, batchLog().length, runner.services.topics.mailbox().length];

    expect(await replay(...window(), '--transaction-id', 'r_high', '--name', 'three')).toMatchObject({ code: 0, report: { selected: 1, published: 1, failed: [] } });
    const [original, again] = [eventsOf('r_high')[0], eventsOf('r_high').at(-1)!];
    expect(again.detail).toEqual({ ...original.detail, replay: 'three' });
    expect(again.time).toBe(original.time);

    expect(await replay(...window(), '--tier', 'medium', '--name', 'four')).toMatchObject({ code: 0 });
    expect(eventsOf('r_medium').at(-1)!.detail.replay).toBe('four');
    expect(eventsOf('r_low').some(({ detail }) => detail.replay)).toBe(false);

    expect([kept().length, batchLog().length, runner.services.topics.mailbox().length]).toEqual([events, lines, mail]);
    expect(waiting()).toEqual([0, 0, 0]);
    expect((await rowOf('standard-webhooks#r_high')).record.S).toBe('tombstone');
    expect(await rowOf('standard-webhooks#r_high')).not.toHaveProperty('notified_at');
  });

  test('with a dry run publishes nothing', async () => {
    const before = eventsOf('r_low').length;
    expect(await replay(...window(), '--transaction-id', 'standard-webhooks#r_low', '--dry-run')).toMatchObject({ code: 0, report: { selected: 1, published: 0 } });
    expect(eventsOf('r_low')).toHaveLength(before);
  });

  test.each([
    [[], /--from and --to/], [['--from', 'x', '--to', '2025-10-09'], /--from/], [['--from', '2025-10-10', '--to', '2025-10-09'], /--from/],
    [['--from', '2025-10-09', '--to', '2025-10-10', '--tier', 'huge'], /--tier/], [['--from', '2025-10-09', '--to', '2025-10-10', '--source', 'tape'], /--source/],
    [['--from', '2025-10-09', '--to', '2025-10-10', '--source', 'bus-archive', '--transaction-id', 'x'], /--transaction-id/],
    [['--from', '2025-10-09', '--to', '2025-10-10', '--rule', 'x'], /--rule/], [['--from', '2025-10-09', '--to', '2025-10-10', '--name', 'a b'], /--name/],
  ])('refuses %p', async (args, message) => { await expect(replayCommand(args)).rejects.toThrow(message); });
});

test('an archive run leaves what is unfinished where it can be brought back days later, and the next one takes it', async () => {
  const { machines, metrics, targets } = runner.services;
  const counted = () => metrics.get(METRICS_NAMESPACE, METRIC.transactionsUnfinished, { [DIMENSION.system]: runner.systems[0].name })
    .reduce((sum, { value }) => sum + value, 0);
  const hoursOn = (hours: number) => new Date(Date.now() + hours * 3_600_000).toISOString();
  /** How many the run finds unfinished. */
  const archive = async (now: string): Promise<number> => {
    const before = counted();
    await fetch(`${runner.url}/_local/archive`, { method: 'POST', body: JSON.stringify({ now }) });
    await runner.settled();
    return counted() - before;
  };
  targets.register('states', async () => { throw new ServiceError('StateMachineDoesNotExist', 'State Machine Does Not Exist'); });
  await receive('weekend', 15_000);
  await receive('twin', 10);
  targets.register('states', async (arn, { payload, traceHeader }) => { machines.startExecution(arn, payload, { traceHeader }); });
  const queued = queue('Routing').counts().visible;
  const unfinished = await archive(hoursOn(25));
  for (const id of ['weekend', 'twin']) expect(await rowOf(`standard-webhooks#${id}`)).toMatchObject({ record: { S: 'transaction' } });

  expect(unfinished).toBeGreaterThanOrEqual(2);

  expect(await archive(hoursOn(72))).toBe(unfinished);
  expect(queued).toBeGreaterThan(0);
  expect(await redrive('--only', 'routing')).toMatchObject({ code: 0 });
  expect(await rowOf('standard-webhooks#weekend')).toMatchObject({ record: { S: 'transaction' }, notified_at: expect.anything(), fraud_analysis: expect.anything() });
  expect(runner.services.topics.mailbox().filter(({ subject, body }) => subject?.startsWith('High Value') && body.includes('weekend'))).toHaveLength(1);

  expect(await archive(hoursOn(96))).toBe(unfinished - 2);
  for (const id of ['weekend', 'twin']) expect(await rowOf(`standard-webhooks#${id}`)).toMatchObject({ record: { S: 'tombstone' }, screened: { BOOL: true } });
});

test('what the relay really gave up on comes back', async () => {
  // Last, as the clock of the runner goes ahead of the real one here.
  const { clock, faults, buckets } = runner.services;
  const bucket = nameOf('Storage/AuditBucket');
  const failures = () => buckets.listObjects(bucket, 'aws/lambda/').map(({ key }) => key);
  const [{ ref: relay }] = runner.resources.filter(({ type, metadata }) => type === 'AWS::Lambda::Function' && String(metadata['aws:cdk:path']).includes('/Relay/Relay/'));
  const fault = faults.add({ service: 'lambda', target: relay, effect: 'throttle' });
  await receive('given_up', 12.5, async () => {
    // Longer than the stream keeps a record.
    (clock as RunnerClock).moveTo(clock.now() + 25 * 3_600_000);
    await runner.settled();
  });
  faults.end(fault.id);
  expect(eventsOf('given_up')).toEqual([]);
  expect(failures()).toHaveLength(1);

  expect(await redrive('--only', 'relay')).toMatchObject({ code: 0, outcomes: [{ source: 'relay', error: 'RecordAgeExceeded', outcome: 'redriven', what: expect.stringContaining('1 records') }] });
  expect(eventsOf('given_up')).toMatchObject([{ 'detail-type': 'Transaction Created', 'detail': { amount_text: '12.5' } }]);
  expect(failures()).toEqual([]);
});
