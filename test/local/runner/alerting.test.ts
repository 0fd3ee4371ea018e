import { Duration } from 'aws-cdk-lib';
import { AlertSubscriber } from '../../../src';
import { runningSystem } from '../../helpers/running-system';
import { imageWith } from '../../runtime/rows';

jest.setTimeout(60_000);

const system = runningSystem(() => ({
  endpoint: { maxBodyBytes: 190 * 1024 },
  alertSubscribers: [AlertSubscriber.email('people@example.com')],
  fraudDetection: { foldAlerts: Duration.minutes(10) },
}));
const { post, journeyOf, mailOf, letters, redrive } = system;
const people = (part: string) => mailOf('people@example.com', part);

let count = 0;
const bodyOf = (id: string, customer = `cus_${count += 1}`, metadata: object = {}) =>
  JSON.stringify({ transaction_id: id, amount: 2000, currency: 'USD', provider: 'acme', customer_id: customer, metadata });

let impatient: jest.SpyInstance;
beforeEach(() => { impatient = jest.spyOn(Math, 'random').mockReturnValue(0); });
afterEach(() => {
  impatient.mockRestore();
  system.runner.services.faults.end();
  system.runner.services.queues.byUrl(system.nameOf('Workflow/DeadLetters')).purge();
});

const states = (journey: { workflow: { states: { what: string; state: string }[] }[] }) =>
  journey.workflow.flatMap(({ states: steps }) => steps).filter(({ what }) => what === 'StateEntered').map(({ state }) => state);
const row = async (id: string) => (await journeyOf(id)).stored[0];

/** Runs the workflow for a transaction of the table, received so many seconds after the epoch. */
async function run(id: string, customer: string, receivedEpochS: number): Promise<string> {
  const image = imageWith({ transactionId: id, customerId: customer, amount: '2000.00' });
  for (const Item of [{ ...image, record: { S: 'parked' } }, image]) await system.runner.services.dynamodb.execute('PutItem', { TableName: system.nameOf('Storage/Table'), Item });
  await system.runner.settled();
  const transaction = {
    transaction_id: id, reference: id, key: { transaction_id: `stripe#${id}`, event_id: 'evt_1' }, provider: 'stripe', endpoint: 'stripe', event_type: 'e', amount_text: '2000.00',
    currency: 'USD', tier: 'medium', customer_id: customer, occurred_at: image.occurred_at.S, received_at: image.received_at.S, received_epoch_s: receivedEpochS, metadata: {},
  };
  const { machines } = system.runner.services;
  const { executionArn } = machines.startExecution(system.nameOf('Workflow/StateMachine'), JSON.stringify({ transaction, timestamp: 't', screen: false, notify: true, label: 'Medium' }));
  await system.hurry();
  return executionArn;
}

test('what an execution that failed as a whole has left undone is found in the table, and done', async () => {
  const { machines, targets } = system.runner.services;
  targets.register('states', async (arn, { traceHeader }) => { machines.startExecution(arn, '{"screen":true,"notify":true}', { traceHeader }); });
  await post('runtime', bodyOf('runtime'));
  const lost = await journeyOf('runtime');
  targets.register('states', async (arn, { payload, traceHeader }) => { machines.startExecution(arn, payload, { traceHeader }); });
  expect([lost.workflow.length, lost.workflow[0].status, lost.score, lost.told]).toEqual([1, 'FAILED', null, []]);
  expect(letters()).toEqual([]);

  const [unfinished, now] = [['--only', 'unfinished'], ['--older-than', '0']];
  expect(await redrive(...unfinished)).toMatchObject({ code: 0 });
  expect((await journeyOf('runtime')).score).toBeNull();
  expect(await redrive(...unfinished, ...now)).toMatchObject({ outcomes: expect.arrayContaining([expect.objectContaining({ what: 'standard-webhooks#runtime', kind: 'screening and notification', outcome: 'redriven' })]) });
  expect((await journeyOf('runtime')).score).toMatchObject({ fraud_status: 'low_risk' });
  expect(people('Transaction: runtime')).toHaveLength(1);
  expect(await redrive(...unfinished, ...now, '--dry-run')).toMatchObject({ code: 0 });
});

test('a claim whose answer is lost is found by its own run: people are told once', async () => {
  const { dynamodb } = system.runner.services;
  const execute = dynamodb.execute.bind(dynamodb) as (action: string, parameters: object) => Promise<unknown>;
  let lost = 0;
  const table = jest.spyOn(dynamodb, 'execute').mockImplementation(async (action: string, parameters: object) => {
    const answer = await execute(action, parameters);
    if (JSON.stringify(parameters).includes('SET notification_owner') && (lost += 1) === 1) throw new Error('the answer is lost');
    return answer as never;
  });
  await post('lost_claim', bodyOf('lost_claim'));
  const journey = await journeyOf('lost_claim');
  table.mockRestore();
  expect(lost).toBe(2);
  expect(journey.told).toMatchObject([{ alert_type: 'medium_value' }]);
  expect(await row('lost_claim')).toHaveProperty('notified_at');
  expect(letters()).toEqual([]);
});

test('what may have been sent is not sent again: it is left to a person', async () => {
  const { faults, journal } = system.runner.services;
  faults.add({ service: 'sns', target: 'Publish', effect: 'fail' });
  await post('ambiguous', bodyOf('ambiguous'));
  await system.runner.settled();
  expect(journal.entries().filter(({ type, data }) => type === 'FaultMet' && data.service === 'sns')).toHaveLength(1);
  expect(letters()).toMatchObject([{ stage: 'notification', error: { Error: 'SNS.InternalFailureException' } }]);
  expect(await row('ambiguous')).not.toHaveProperty('notified_at');
  faults.end();
  expect(await redrive()).toMatchObject({ code: 1 });
  expect(people('ambiguous')).toEqual([]);
  expect(await redrive('--release-claims')).toMatchObject({ code: 0 });
  expect(people('ambiguous')).toHaveLength(1);
});

test('what the topic refused was not sent: it is tried again, and redriven without asking anybody', async () => {
  const { faults, journal } = system.runner.services;
  const from = journal.entries().length;
  faults.add({ service: 'sns', target: 'Publish', effect: 'throttle' });
  await post('throttled', bodyOf('throttled'));
  await system.runner.settled();
  expect(journal.entries().slice(from).filter(({ type, data }) => type === 'FaultMet' && data.service === 'sns')).toHaveLength(4);
  expect(letters()).toMatchObject([{ stage: 'notification', error: { Error: 'SNS.ThrottledException' } }]);
  faults.end();
  expect(await redrive()).toMatchObject({ code: 0 });
  expect(people('throttled')).toHaveLength(1);
  expect(await redrive()).toMatchObject({ code: 0 });
});

test('a run that died with the claim is noticed by the next: a person is asked, nobody is told twice', async () => {
  await post('settled', bodyOf('settled'));
  await system.runner.settled();
  const { dynamodb, machines } = system.runner.services;
  await dynamodb.execute('UpdateItem', {
    TableName: system.nameOf('Storage/Table'), Key: { transaction_id: { S: 'standard-webhooks#settled' }, event_id: { S: 'msg_settled' } }, UpdateExpression: 'REMOVE notified_at',
  });
  const machine = system.nameOf('Workflow/StateMachine');
  const [{ input }] = machines.executions(machine).filter((execution) => execution.input.includes('"settled"'));
  machines.startExecution(machine, input);
  await system.hurry();
  expect(letters()).toMatchObject([{ stage: 'notification', error: { Error: 'DynamoDB.ConditionalCheckFailedException' } }]);
  expect(people('settled')).toHaveLength(1);
});

test('an execution that comes twice tells people once', async () => {
  await post('twice', bodyOf('twice'));
  await system.runner.settled();
  const { machines } = system.runner.services;
  const machine = system.nameOf('Workflow/StateMachine');
  const [{ input }] = machines.executions(machine).filter((execution) => execution.input.includes('"twice"'));
  machines.startExecution(machine, input);
  await system.runner.settled();
  const executions = machines.executions(machine).filter((execution) => execution.input === input);
  expect(executions.map(({ status }) => status)).toEqual(['SUCCEEDED', 'SUCCEEDED']);
  expect(people('twice')).toHaveLength(1);
  expect(letters()).toEqual([]);
});

test('a dead letter that cannot be kept fails the execution, and only when the other branch has ended', async () => {
  const { faults } = system.runner.services;
  faults.add({ service: 'lambda', target: system.nameOf('Workflow/FraudDetector/Function'), effect: 'fail' });
  faults.add({ service: 'sqs', target: 'SendMessage', effect: 'fail' });
  faults.add({ service: 'sns', target: 'Publish', effect: 'slow', delayMs: 1500, times: 1 });
  await post('not_kept', bodyOf('not_kept'));
  const journey = await journeyOf('not_kept');
  expect(journey.workflow).toMatchObject([{ status: 'FAILED' }]);
  expect(states(journey)).toEqual(expect.arrayContaining(['ScreeningNotKept', 'SettleNotification', 'NotKept']));
  expect(people('not_kept')).toHaveLength(1);
});

test('large metadata ends no execution, not even when both branches carry it to the dead letters', async () => {
  const { faults } = system.runner.services;
  faults.add({ service: 'lambda', target: system.nameOf('Workflow/FraudDetector/Function'), effect: 'fail' });
  faults.add({ service: 'sns', target: 'Publish', effect: 'fail' });
  expect(await post('large', bodyOf('large', 'cus_large', { note: 'x'.repeat(188 * 1024) }))).toBe(200);
  expect((await journeyOf('large')).workflow).toMatchObject([{ status: 'SUCCEEDED' }]);
  expect(letters().map(({ stage, input }) => [stage, input.transaction.metadata.note.length]).sort()).toEqual([['notification', 192_512], ['screening', 192_512]]);
});

test('metadata that is too large for a workflow stays in the row, and is screened from there', async () => {
  const metadata = { note: 'x'.repeat(260 * 1024), country: 'DE', card_country: 'BR' };
  await system.runner.services.dynamodb.execute('PutItem', { TableName: system.nameOf('Storage/Table'), Item: imageWith({ transactionId: 'huge', metadata }) });
  const { score } = await journeyOf('stripe#huge');
  expect(score.risk_factors).toEqual(['country_mismatch']);
});

describe('folding', () => {
  const T = Math.floor(Date.now() / 1000);

  test('a burst about one customer is told of once; every one that was folded says so, and the next message says how many they were', async () => {
    for (const [id, offset] of [['f1', 0], ['f2', 1], ['f3', 599]] as const) await run(id, 'cus_burst', T + offset);
    await run('f_other', 'cus_other', T + 2);
    expect([people('Transaction: f1'), people('Transaction: f_other')].map((mails) => mails.length)).toEqual([1, 1]);
    for (const id of ['f2', 'f3']) {
      expect(people(`Transaction: ${id}`)).toEqual([]);
      expect(await row(`stripe#${id}`)).toMatchObject({ notification_folded_at: expect.any(String) });
    }
    await run('f4', 'cus_burst', T + 600);
    expect(people('Transaction: f4')).toEqual([expect.stringContaining('(2 more of the same were not sent since the last one)')]);
    expect(letters()).toEqual([]);
  });

  test('a message that failed leaves its place to the next', async () => {
    const { faults } = system.runner.services;
    faults.add({ service: 'sns', target: 'Publish', effect: 'fail', times: 1 });
    await run('g1', 'cus_failed', T);
    await run('g2', 'cus_failed', T + 1);
    expect([people('Transaction: g1'), people('Transaction: g2')].map((mails) => mails.length)).toEqual([0, 1]);
    expect(letters()).toMatchObject([{ input: { transaction: { transaction_id: 'g1' } } }]);
  });

  test('conflicts of one endpoint are told of once, with what machines need', async () => {
    for (const id of ['c1', 'c2']) {
      await post(id, bodyOf(id, `cus_${id}`), `msg_${id}`);
      await post(id, bodyOf(id, `cus_${id}`, { changed: true }), `msg_${id}`);
      await system.runner.settled();
    }
    const published = system.runner.services.journal.entries().filter(({ type, data }) => type === 'MessagePublished' && data.subject === 'Conflicting Webhook Received');
    expect(published).toHaveLength(1);
    const { message, attributes } = published[0].data as { message: string; attributes: object };
    expect(attributes).toMatchObject({ alert_type: { StringValue: 'conflict' }, provider: { StringValue: 'acme' } });
    expect(JSON.parse((JSON.parse(message) as { default: string }).default)).toEqual({
      alert_type: 'conflict', text: 'Conflict: an event of acme c1 came again with another body', transaction_id: 'c1', provider: 'acme',
      timestamp: expect.any(String), folded: 0,
    });
    expect((await journeyOf('c2')).stored.map(({ record, notification_folded_at: folded }: Record<string, string>) => [record, Boolean(folded)]).sort())
      .toEqual([['conflict', true], ['transaction', false]]);
  });
});
