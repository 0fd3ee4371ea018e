import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DynamoDBClient, PutItemCommand, UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import { mockClient } from 'aws-sdk-client-mock';
import { transactionStore } from '../../runtime/aws/store';
import { analyze } from '../../runtime/fraud-detector/score';
import { verdictStore } from '../../runtime/fraud-detector/verdicts';
import { ADAPTERS } from '../../runtime/providers/registry';
import { parseDecimal } from '../../runtime/transaction/decimal';
import { tierOf } from '../../runtime/transaction/tier';
import { RISK_BANDS, ScreeningRequest } from '../../src/contract';
import { captureOutput } from '../helpers/output';
import { flatTransaction, NOW, requestWith, signedStandard, signedStripe, stripeEvent, STANDARD_SECRET } from '../helpers/signed-webhooks';
import { DAY_MS, World } from './archiver/world';
import { CONFIG, detail, RISKY } from './fraud-detector/setup';
import { fixedSecrets, validator } from './validator/setup';

/** Mistakes of an earlier system of this kind that no handler may make again. */
const output = captureOutput();
const dynamodb = mockClient(DynamoDBClient);
beforeEach(() => { dynamodb.reset(); });

test('a high amount starts no workflow from a handler: the rule alone does', async () => {
  dynamodb.on(PutItemCommand).resolves({});
  const { post } = validator({ secrets: fixedSecrets, store: transactionStore(new DynamoDBClient({}), 'transactions') });
  await post('partners', signedStandard(flatTransaction({ amount: '50000.00' })));
  expect(dynamodb.calls()).toHaveLength(1);

  const root = join(__dirname, '../../runtime');
  const sources = readdirSync(root, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts'));
  expect(sources.length).toBeGreaterThan(20);
  expect(sources.filter((file) => readFileSync(join(root, file), 'utf8').includes('client-sfn'))).toEqual([]);
});

test('an EventBridge envelope in place of the transaction is an error, not a score', () => {
  const envelope = { 'version': '0', 'source': 'webhook.transaction', 'detail-type': 'Transaction Created', 'detail': RISKY };
  expect(() => analyze(envelope as unknown as ScreeningRequest['transaction'], CONFIG)).toThrow(/./);
});

test('the medium band does not match everything', () => {
  const thresholds = { medium: { default: '1000' }, high: { default: '10000' } };
  const tiers = ['5', '999.99', '1000', '5000', '10000', '10000.01', '50000'].map((amount) => tierOf(parseDecimal(amount), 'USD', thresholds));
  expect(tiers).toEqual(['low', 'low', 'medium', 'medium', 'medium', 'high', 'high']);
});

test('a retry that arrives later is not a second transaction', async () => {
  const { post, rows } = validator();
  await post('stripe', signedStripe(stripeEvent()));
  const again = { ...signedStripe(stripeEvent(), { at: NOW + 3600 }), receivedAt: (NOW + 3600) * 1000 };
  expect((await post('stripe', again)).body).toMatchObject({ duplicate: true });
  expect(rows.size).toBe(1);
});

test('a verdict is written to the row it is about, on condition that it is there, and without floats', async () => {
  dynamodb.on(UpdateItemCommand).resolves({});
  await verdictStore(new DynamoDBClient({}), 'transactions').record(RISKY.key, analyze(RISKY, CONFIG), new Date().toISOString());
  const [{ args: [{ input }] }] = dynamodb.commandCalls(UpdateItemCommand);
  expect(input.Key).toEqual({ transaction_id: { S: RISKY.key.transaction_id }, event_id: { S: RISKY.key.event_id } });
  expect(input.ConditionExpression).toContain('attribute_exists(transaction_id)');
  expect(JSON.stringify(input.ExpressionAttributeValues)).not.toMatch(/"N":"[^"]*\d{5,}/);
});

test('high risk can be reached, and the score is not drawn at random', () => {
  const bands = [detail(), detail({ amount_text: '6000.00' }), RISKY].map((transaction) => analyze(transaction, CONFIG).fraud_status);
  expect(bands).toEqual(RISK_BANDS);
  const scores = Array.from({ length: 50 }, () => analyze(RISKY, CONFIG).fraud_score);
  expect(new Set(scores).size).toBe(1);
});

test('archiving a day twice overwrites nothing, reads more than one page, and buries nothing it has not written', async () => {
  const rowsOf = (prefix: string) => Array.from({ length: 10 }, (_, index) => ({ id: `${prefix}${index}`, receivedAt: '2025-10-09T10:00:00.000Z' }));
  const world = new World(rowsOf('a'));
  await world.run('run-1');
  const first = [...world.bodies];
  for (const row of rowsOf('b')) world.add(row);
  world.now += DAY_MS;
  await world.run('run-2');
  expect([...world.bodies].slice(0, first.length)).toEqual(first);
  expect(world.archived()).toHaveLength(20);
  expect(world.live.size).toBe(0);
});

/** What an endpoint of some providers cannot do without. */
const CONFIGURED: Readonly<Record<string, { readonly secret?: string; readonly options?: object }>> = {
  adyen: { secret: 'FA'.repeat(32) },
  paypal: { options: { webhookId: 'WEBHOOK0ID' } },
  square: { options: { notificationUrl: 'https://hooks.example.com/square' } },
  braintree: { options: { publicKey: 'public' } },
  hmac: { options: { header: 'x-signature' } },
};

test.each(ADAPTERS)('$kind: a webhook without a signature is turned away', async ({ kind, description: { contentTypes: [contentType] } }) => {
  const { secret = STANDARD_SECRET, options } = CONFIGURED[kind] ?? {};
  const { post, rows } = validator({
    providers: [{ name: 'open', kind, secretArn: 'arn', isDefault: true, ...(options && { options: { ...options } }) }],
    secrets: async () => ({ values: [secret], refreshed: false }),
  });
  for (const body of [stripeEvent(), flatTransaction()]) {
    const { statusCode } = await post('open', requestWith({ 'content-type': contentType }, body));
    expect([400, 401]).toContain(statusCode);
  }
  expect(rows.size).toBe(0);
});

test.each(['NaN', 'Infinity', '-Infinity', '1e400', '"NaN"', '"Infinity"', '"1e400"'])('the amount %s does not pass validation', async (amount) => {
  const { post, rows } = validator();
  const answers = [
    await post('partners', signedStandard(flatTransaction().replace('"99.90"', amount))),
    await post('stripe', signedStripe(stripeEvent().replaceAll('1099', amount))),
  ];
  expect(answers.map(({ statusCode }) => statusCode)).toEqual([400, 400]);
  expect(rows.size).toBe(0);
});

test('every metric names the system it belongs to, and a provider where it is about one', async () => {
  const { post } = validator();
  await post('stripe', signedStripe(stripeEvent()));
  await post('stripe', requestWith({}, '{}'));
  await post('nobody', requestWith({}, '{}'));
  expect(output.metrics.map(({ dimensions }) => Object.keys(dimensions).sort())).toEqual([['Provider', 'System'], ['Provider', 'Reason', 'System'], ['Provider', 'Reason', 'System']]);
});
