import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App, Duration, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { Webhook } from 'standardwebhooks';
import { Runner } from '../../../local/runner/runner';
import { AlertSubscriber, FraudRule, HandlerPackaging, RiskBand, TransactionTier, WebhookProcessingSystem } from '../../../src';

jest.setTimeout(60_000);

let scratch: string;
let runner: Runner;

beforeAll(async () => {
  scratch = mkdtempSync(join(tmpdir(), 'webhook-screening-'));
  const app = new App({ outdir: scratch });
  new WebhookProcessingSystem(new Stack(app, 'Payments'), 'System', {
    alertSubscribers: [
      AlertSubscriber.email('fraud@example.com', { filter: { riskBands: [RiskBand.HIGH] } }),
      AlertSubscriber.email('value@example.com', { filter: { tiers: [TransactionTier.MEDIUM] } }),
    ],
    fraudDetection: {
      rules: [
        FraudRule.velocityCount({ count: 3, weight: 0.5, window: Duration.hours(1) }), FraudRule.highAmount({ limit: 500, weight: 0.3 }),
        FraudRule.blockList({ customers: ['cus_blocked'] }), FraudRule.roundAmount({ weight: 0.1, shadow: true }),
      ],
    },
    packaging: HandlerPackaging.zip(),
    removalPolicy: RemovalPolicy.DESTROY,
  });
  app.synth();
  runner = await Runner.start({ app: scratch });
});
afterAll(async () => {
  await runner.stop();
  rmSync(scratch, { recursive: true, force: true });
});

const bodyOf = (id: string, customer: string, amount = '10.00') =>
  `{"transaction_id":"${id}","amount":${amount},"currency":"USD","provider":"acme","customer_id":"${customer}","metadata":{"card":"4111111111111111"}}`;

async function post(id: string, body: string): Promise<number> {
  const at = new Date();
  const [{ secretArn }] = runner.systems[0].endpoints;
  const response = await fetch(`${runner.url}/webhook`, { method: 'POST', body, headers: {
    'content-type': 'application/json', 'webhook-id': `msg_${id}`, 'webhook-timestamp': String(Math.floor(at.getTime() / 1000)),
    'webhook-signature': new Webhook(runner.services.secrets.value(secretArn!)).sign(`msg_${id}`, at, body),
  } });
  await response.arrayBuffer();
  return response.status;
}

// eslint-disable-next-line @typescript-eslint/no-explicit-any
async function journeyOf(id: string): Promise<any> {
  await runner.settled();
  return (await fetch(`${runner.url}/_local/transactions/${id}`)).json();
}

const mailOf = (address: string) => runner.services.topics.mailbox().filter(({ endpoint }) => endpoint === address);

test('fifty deliveries of ten transactions at the same moment are ten verdicts that saw each other, and at most one alert each', async () => {
  const bodies = Array.from({ length: 10 }, (_, index) => [`burst_${index}`, bodyOf(`burst_${index}`, 'cus_burst', '600.00')] as const);
  const statuses = await Promise.all(Array.from({ length: 50 }, (_, index) => post(...bodies[index % 10])));
  expect(new Set(statuses)).toEqual(new Set([200]));
  const journeys = await Promise.all(bodies.map(([id]) => journeyOf(id)));
  for (const { score, screened, stored, published } of journeys) {
    expect([stored.length, published.length, screened.length]).toEqual([1, 1, 1]);
    expect(score.rules).toHaveLength(4);
  }
  const seen = journeys.map(({ score }) => Number(score.rules[0].observed.split(' ')[0]));
  expect(Math.max(...seen)).toBe(10);
  const high = journeys.filter(({ score }) => score.fraud_status === 'high_risk').length;
  expect(high).toBeGreaterThan(0);
  expect(mailOf('fraud@example.com')).toHaveLength(high);
});

test('every band is reached, and explained', async () => {
  await post('low', bodyOf('low', 'cus_low'));
  for (const index of [1, 2, 3, 4]) await post(`medium_${index}`, bodyOf(`medium_${index}`, 'cus_medium'));
  await post('high', bodyOf('high', 'cus_blocked'));
  const [low, medium, high] = [await journeyOf('low'), await journeyOf('medium_4'), await journeyOf('high')];
  expect([low, high].map(({ score }) => [score.fraud_score, score.fraud_status])).toEqual([[0, 'low_risk'], [1, 'high_risk']]);
  const bands = await Promise.all([1, 2, 3, 4].map(async (index) => (await journeyOf(`medium_${index}`)).score.fraud_status as string));
  expect(bands).toContain('medium_risk');
  expect(high.score.rules).toContainEqual(expect.objectContaining({ id: 'block_list', hit: true, observed: 'listed by customer', contribution: 1 }));
  for (const { score } of [low, medium, high]) {
    for (const rule of score.rules) {
      const text = expect.any(String);
      expect(rule).toEqual(expect.objectContaining({ id: text, version: 1, weight: expect.any(Number), observed: text, limit: text }));
    }
  }
});

test('a medium value is told of once, to whoever asked for it, without what the metadata holds', async () => {
  await post('value', bodyOf('value', 'cus_value', '1500.50'));
  await journeyOf('value');
  const mails = mailOf('value@example.com').filter(({ body }) => body.includes('Transaction: value'));
  expect(mails).toMatchObject([{ subject: 'Medium Value Transaction Received', body: expect.stringContaining('1500.50 USD') }]);
  const sent = runner.services.journal.entries().filter(({ service, type }) => service === 'sns' && type === 'MessagePublished');
  expect(JSON.stringify(sent)).not.toContain('4111111111111111');
  expect(JSON.stringify(runner.services.topics.mailbox())).not.toContain('4111111111111111');
});

test('while the fraud detector is down nothing is lost: the dead-letter queue holds what was not screened, and redriving it screens them', async () => {
  const { functions, queues, machines } = runner.services;
  const invoke = functions.invoke.bind(functions);
  const down = jest.spyOn(functions, 'invoke').mockImplementation((name, ...others) => (
    name.includes('FraudDetector') ? Promise.reject(new Error('Lambda.ServiceException')) : invoke(name, ...others)));
  const impatient = jest.spyOn(Math, 'random').mockReturnValue(0);
  const ids = ['down_1', 'down_2', 'down_3'];
  await Promise.all(ids.map((id) => post(id, bodyOf(id, `cus_${id}`, '2000.00'))));
  const journeys = await Promise.all(ids.map(journeyOf));
  down.mockRestore();
  impatient.mockRestore();
  for (const { score, stored, workflow } of journeys) {
    expect([score, stored[0].status, workflow[0].status]).toEqual([null, 'pending', 'SUCCEEDED']);
  }
  // Notification does not depend on screening.
  for (const id of ids) expect(mailOf('value@example.com').filter(({ body }) => body.includes(`Transaction: ${id}`))).toHaveLength(1);

  const queue = queues.all().find(({ identity }) => queues.peek(identity.arn).length > 0)!.identity.arn;
  const letters = await queues.receive(queue, { maxMessages: 10 });
  const kept = letters.map(({ body }) => JSON.parse(body) as { stage: string; input: { transaction: { transaction_id: string } }; error: object });
  expect(kept.map(({ stage, input }) => [stage, input.transaction.transaction_id]).sort()).toEqual(ids.map((id) => ['screening', id]));
  const [{ arn }] = machines.list().filter(({ type }) => type === 'EXPRESS');
  for (const { input } of kept) machines.startExecution(arn, JSON.stringify(input));
  for (const { receiptHandle } of letters) queues.delete(queue, receiptHandle!);
  for (const id of ids) {
    expect((await journeyOf(id)).score).toMatchObject({ fraud_status: 'low_risk', risk_factors: ['high_amount'] });
    expect(mailOf('value@example.com').filter(({ body }) => body.includes(`Transaction: ${id}`))).toHaveLength(1);
  }
});

test('rows of the history are neither published nor shown as transactions', async () => {
  const { Items } = await runner.services.dynamodb.execute<{ Items: { record: { S: string }; expires_at?: { N: string } }[] }>('Scan', { TableName: runner.systems[0].tableName });
  const rows = Items.filter(({ record }) => record.S === 'customer-history');
  expect(rows.length).toBeGreaterThan(10);
  expect(rows.every(({ expires_at }) => Number(expires_at?.N) * 1000 > Date.now())).toBe(true);
  const types = runner.services.journal.entries().filter(({ type }) => type === 'EventReceived').map(({ data }) => (data.event as Record<string, string>)['detail-type']);
  expect(new Set(types)).toEqual(new Set(['Transaction Created', 'Transaction Screened']));
});
