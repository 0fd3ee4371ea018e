import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import Ajv from 'ajv';
import { App, aws_sqs as sqs, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { Webhook } from 'standardwebhooks';
import { Runner } from '../../local/runner/runner';
import { AlertSubscriber, HandlerPackaging, WebhookProcessingSystem } from '../../src';
import { workOf } from '../../src/capacity/work';
import { DETAIL_TYPE } from '../../src/contract';
import { loadOf, SHAPE } from '../src/capacity/system';

jest.setTimeout(60_000);

const DIRECTORY = 'docs/schemas';
const FILES = readdirSync(DIRECTORY);
const PAGE = readFileSync('docs/events.md', 'utf8');

/** Readers have to accept members they do not know; what is really produced must have none that the schema does not tell of. */
function strict(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(strict);
  if (typeof schema !== 'object' || schema === null) return schema;
  const members = Object.fromEntries(Object.entries(schema).map(([name, value]) => [name, strict(value)]));
  return 'properties' in schema ? { additionalProperties: false, ...members } : members;
}

const ajv = new Ajv({ allErrors: true });
for (const file of FILES) ajv.addSchema(strict(JSON.parse(readFileSync(join(DIRECTORY, file), 'utf8'))) as object);

function faultsOf(file: string, value: unknown): unknown {
  const validate = ajv.getSchema(`https://cdk-webhook-processing.dev/schemas/${file}`)!;
  return validate(value) ? [] : validate.errors;
}

let scratch: string;
let runner: Runner;

beforeAll(async () => {
  scratch = mkdtempSync(join(tmpdir(), 'webhook-schemas-'));
  const app = new App({ outdir: scratch });
  const stack = new Stack(app, 'Payments');
  new WebhookProcessingSystem(stack, 'System', {
    alertSubscribers: [AlertSubscriber.queue(new sqs.Queue(stack, 'Machine', { queueName: 'machine' }), { rawMessage: true })],
    packaging: HandlerPackaging.zip(),
    removalPolicy: RemovalPolicy.DESTROY,
  });
  app.synth();
  runner = await Runner.start({ app: scratch });
  const body = (id: string, amount: string) => JSON.stringify({
    transaction_id: id, amount: 0, currency: 'USD', provider: 'acme', customer_id: 'cus_1', metadata: { country: 'DE', card_country: 'US', note: 4111 },
  }).replace('"amount":0', `"amount":${amount}`);
  await post('low', body('low', '12.34'));
  await post('exact', body('exact', '90071992547409.93'));
  await post('medium', body('medium', '1500.50'));
  await post('high', body('high', '25000'));
  await post('conflict', body('conflict', '5'));
  await post('conflict', body('conflict', '6'));
  await runner.settled();
  const archived = await fetch(`${runner.url}/_local/archive`, { method: 'POST', body: JSON.stringify({ now: new Date(Date.now() + 26 * 3_600_000).toISOString() }) });
  expect(archived.status).toBe(200);
});
afterAll(async () => {
  await runner.stop();
  rmSync(scratch, { recursive: true, force: true });
});

async function post(id: string, body: string): Promise<void> {
  const at = new Date();
  const [{ secretArn }] = runner.systems[0].endpoints;
  const headers = {
    'content-type': 'application/json', 'webhook-id': `msg_${id}`, 'webhook-timestamp': String(Math.floor(at.getTime() / 1000)),
    'webhook-signature': new Webhook(runner.services.secrets.value(secretArn!)).sign(`msg_${id}`, at, body),
  };
  expect((await fetch(`${runner.url}/webhook`, { method: 'POST', body, headers })).status).toBe(200);
}

// eslint-disable-next-line @typescript-eslint/no-explicit-any
function eventsOf(detailType: string): any[] {
  return runner.services.journal.entries().filter(({ type }) => type === 'EventReceived')
    // eslint-disable-next-line @typescript-eslint/no-explicit-any
    .map(({ data }) => JSON.parse(JSON.stringify(data.event)) as any).filter((event) => event['detail-type'] === detailType);
}

async function objectsBelow(prefix: string): Promise<Buffer[]> {
  const [bucket] = runner.services.buckets.all();
  const keys = runner.services.buckets.listObjects(bucket.name, prefix).map(({ key }) => key);
  return Promise.all(keys.map(async (key) => (await runner.services.buckets.getObject(bucket.name, key)).body));
}

test.each([
  [DETAIL_TYPE.transactionCreated, 'transaction-created.json', 5],
  [DETAIL_TYPE.transactionConflict, 'transaction-created.json', 1],
  [DETAIL_TYPE.transactionScreened, 'transaction-screened.json', 5],
])('%s is what %s says', (detailType, file, count) => {
  const events = eventsOf(detailType);
  expect(events).toHaveLength(count);
  for (const { detail } of events) expect(faultsOf(file, detail)).toEqual([]);
});

test('a line of the batch log is the event of a low value', () => {
  const lines = runner.services.logs.all().filter(({ name }) => name.includes('BatchLog')).flatMap((group) => group.events(Date.now()));
  expect(lines.length).toBeGreaterThan(0);
  for (const { message } of lines) expect(faultsOf('batch-log-line.json', JSON.parse(message))).toEqual([]);
});

test('an archive object has a record a line, and its manifest tells of it', async () => {
  const objects = await objectsBelow('transactions/');
  const records = objects.flatMap((object) => gunzipSync(object).toString('utf8').split('\n').filter(Boolean).map((line) => JSON.parse(line)));
  expect(records.map(({ record }) => record).sort()).toEqual(['conflict', ...Array(5).fill('transaction')]);
  for (const record of records) expect(faultsOf('archive-record.json', record)).toEqual([]);

  const manifests = (await objectsBelow('manifests/')).map((body) => JSON.parse(body.toString('utf8')));
  for (const manifest of manifests) expect(faultsOf('manifest.json', manifest)).toEqual([]);
  const listed = manifests.flatMap((manifest) => manifest.objects.map(({ sha256 }: { sha256: string }) => sha256)).sort();
  expect(listed).toEqual(objects.map((object) => createHash('sha256').update(object).digest('hex')).sort());
});

test('an alert is what its schema says, for machines', () => {
  const alerts = runner.services.queues.byName('machine').peek().map(({ body }) => body).filter((body) => body.startsWith('{'))
    .map((body) => JSON.parse(body));
  const ofType = (...types: string[]) => alerts.filter(({ alert_type }) => types.includes(alert_type));
  const [fraud, value, conflict] = [ofType('fraud_detection'), ofType('medium_value', 'high_value'), ofType('conflict')];
  expect([fraud.length, value.length, conflict.length, alerts.length]).toEqual([2, 3, 1, 6]);
  for (const alert of fraud) expect(faultsOf('alert-fraud.json', alert)).toEqual([]);
  for (const alert of value) expect(faultsOf('alert-value.json', alert)).toEqual([]);
  for (const alert of conflict) expect(faultsOf('alert-conflict.json', alert)).toEqual([]);
});

describe('the capacity report counts with what is really written:', () => {
  const bytesOf = (group: string) => runner.services.logs.all().filter(({ name }) => name.includes(group))
    .flatMap((found) => found.events(Date.now())).reduce((sum, { message }) => sum + Buffer.byteLength(message) + 26, 0);

  it.each([
    // Five transactions in six webhooks, three of them told of.
    ['WorkflowLogGroup', 'workflow', 5],
    ['FraudDetectorLogGroup', 'detector', 5],
    ['ValidatorLogGroup', 'validator', 6],
    ['AccessLogs', 'access', 6],
  ] as const)('%s', (group, kind, count) => {
    const load = loadOf({ averageBodyKiB: 0.2, tierPercentages: { low: 40, medium: 20, high: 40 } });
    const expected = workOf(load, SHAPE).logBytes[kind];
    const written = bytesOf(group) / count;
    expect(written / expected).toBeGreaterThan(0.7);
    expect(written / expected).toBeLessThan(1.3);
  });
});

test.each(FILES.filter((file) => file !== 'common.json'))('docs/events.md names %s', (file) => expect(PAGE).toContain(`(schemas/${file})`));

test('a schema notices what it should', () => {
  const [{ detail }] = eventsOf(DETAIL_TYPE.transactionCreated);
  expect(faultsOf('transaction-created.json', { ...detail, amount_text: '1e5' })).toHaveLength(1);
  expect(faultsOf('transaction-created.json', { ...detail, surprise: 1 })).toHaveLength(1);
  const { key, ...keyless } = detail;
  expect(key).toBeDefined();
  expect(faultsOf('transaction-created.json', keyless)).toHaveLength(1);
});
