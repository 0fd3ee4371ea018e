import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { App, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { Webhook } from 'standardwebhooks';
import Stripe from 'stripe';
import { runDemo } from '../../../local/demo/demo';
import { Runner } from '../../../local/runner/runner';
import { AlertSubscriber, HandlerPackaging, WebhookProcessingSystem, WebhookProvider } from '../../../src';

const stripe = new Stripe('sk_test_unused');

let scratch: string;

beforeAll(() => {
  scratch = mkdtempSync(join(tmpdir(), 'webhook-system-'));
});
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

function synthesize(name: string, packaging?: HandlerPackaging): string {
  const app = new App({ outdir: join(scratch, name) });
  const stack = new Stack(app, 'Payments');
  new WebhookProcessingSystem(stack, 'System', {
    providers: [WebhookProvider.standardWebhooks(), WebhookProvider.stripe()],
    alertSubscribers: [AlertSubscriber.email('alerts@example.com'), AlertSubscriber.sms('+12345678901')],
    removalPolicy: RemovalPolicy.DESTROY,
    packaging,
  });
  return app.synth().directory;
}

function secretOf(runner: Runner, endpoint: string): string {
  const { secretArn } = runner.systems[0].endpoints.find(({ name }) => name === endpoint)!;
  return runner.services.secrets.value(secretArn!);
}

async function post(runner: Runner, path: string, body: string, headers: Record<string, string>) {
  const response = await fetch(`${runner.url}${path}`, { method: 'POST', headers: { 'content-type': 'application/json', ...headers }, body });
  return { status: response.status, answer: await response.json() as Record<string, unknown> };
}

function standardWebhooks(runner: Runner, id: string, body: string): Record<string, string> {
  const at = new Date();
  return {
    'webhook-id': id,
    'webhook-timestamp': String(Math.floor(at.getTime() / 1000)),
    'webhook-signature': new Webhook(secretOf(runner, 'standard-webhooks')).sign(id, at, body),
  };
}

function stripeEvent(id: string, amount: number): string {
  const object = { id: `pi_${id}`, object: 'payment_intent', amount, amount_received: amount, currency: 'usd', customer: 'cus_1', metadata: {} };
  return JSON.stringify({
    id: `evt_${id}`, object: 'event', created: Math.floor(Date.now() / 1000), type: 'payment_intent.succeeded', data: { object }, pending_webhooks: 1,
  });
}

function stripeSignature(runner: Runner, payload: string): Record<string, string> {
  return { 'stripe-signature': stripe.webhooks.generateTestHeaderString({ payload, secret: secretOf(runner, 'stripe') }) };
}

// eslint-disable-next-line @typescript-eslint/no-explicit-any
async function journeyOf(runner: Runner, id: string): Promise<any> {
  await runner.settled();
  return (await fetch(`${runner.url}/_local/transactions/${encodeURIComponent(id)}`)).json();
}

const SAMPLE = JSON.stringify({
  transaction_id: 'txn_123456', amount: 15000, currency: 'USD', provider: 'stripe', customer_id: 'cust_789', metadata: { order_id: 'order_123' },
});

describe('the synthesized system, running', () => {
  let runner: Runner;
  beforeAll(async () => {
    runner = await Runner.start({ app: synthesize('default') });
  });
  afterAll(() => runner.stop());

  test('stores, publishes, screens and notifies a high-value transaction, once each', async () => {
    const { status, answer } = await post(runner, '/webhook', SAMPLE, standardWebhooks(runner, 'msg_sample', SAMPLE));
    expect(status).toBe(200);
    expect(answer).toEqual({ message: expect.any(String), transaction_id: 'txn_123456', timestamp: expect.stringMatching(/^\d{4}-.*Z$/) });

    const journey = await journeyOf(runner, 'txn_123456');
    expect(journey.stored).toMatchObject([{ tier: 'high', amount_text: '15000', status: 'analyzed', customer_id: 'cust_789', metadata: { order_id: 'order_123' } }]);
    expect(journey.published).toHaveLength(1);
    expect(journey.rules.filter(({ matched }: { matched: boolean }) => matched)).toHaveLength(1);
    expect(journey.workflow).toMatchObject([{ status: 'SUCCEEDED' }]);
    expect(journey.score).toMatchObject({ fraud_score: 0.45, fraud_status: 'medium_risk', risk_factors: ['high_amount', 'round_amount'] });
    expect(journey.alerts.map(({ protocol }: { protocol: string }) => protocol).sort()).toEqual(['email', 'sms']);
    expect(journey.received).toMatchObject([{ status: 200 }]);
  });

  test('is traced: each call stands below what made it', async () => {
    const body = SAMPLE.replace('txn_123456', 'txn_traced').replace('cust_789', 'cust_traced');
    await post(runner, '/webhook', body, standardWebhooks(runner, 'msg_traced', body));
    await runner.settled();
    type Segment = { readonly id: string; readonly name: string; readonly parent_id?: string; readonly trace_id: string };
    const segments = runner.services.journal.entries().filter(({ type }) => type === 'SegmentReceived').map(({ data }) => data.segment as Segment);
    const parentsOf = (name: string) => segments.filter((segment) => segment.name === name)
      .map(({ parent_id: parent, trace_id: trace }) => segments.find((segment) => segment.id === parent && segment.trace_id === trace)?.name);
    expect(parentsOf('DynamoDB')).toEqual(expect.arrayContaining(['store_transaction', 'calculate_fraud_score', 'update_transaction_status']));
    expect(new Set(parentsOf('EventBridge'))).toEqual(new Set(['publish_event']));
  });

  test('is no fault of ours in a trace when the sender is wrong, and nothing of what was sent is in it', async () => {
    const card = '4111111111111111';
    const body = SAMPLE.replace('15000', `"${card} "`);
    const before = runner.services.journal.entries().length;
    expect(await post(runner, '/webhook', body, standardWebhooks(runner, 'msg_wrong', body))).toMatchObject({ status: 400 });
    expect(await post(runner, '/webhook', body, standardWebhooks(runner, 'msg_forged', '{}'))).toMatchObject({ status: 401 });
    await runner.settled();
    const segments = runner.services.journal.entries().slice(before).filter(({ type }) => type === 'SegmentReceived').map(({ data }) => JSON.stringify(data.segment));
    const validations = segments.filter((segment) => segment.includes('validate_webhook'));
    expect(validations).toHaveLength(2);
    for (const text of validations) {
      expect(text).not.toContain('"fault":true');
      expect(text).not.toContain(card);
    }
  });

  test('accepts what the official Stripe library signs, and refuses it with one byte changed', async () => {
    const body = stripeEvent('signed', 1099);
    const signature = stripeSignature(runner, body);
    expect(await post(runner, '/webhook/stripe', body, signature)).toMatchObject({ status: 200, answer: { transaction_id: 'pi_signed' } });

    const changed = body.replace('1099', '1098');
    expect(await post(runner, '/webhook/stripe', changed, signature)).toEqual({ status: 401, answer: { error: 'Signature verification failed' } });
  });

  test('stores an event once that is delivered many times at the same moment', async () => {
    const body = stripeEvent('race', 250_000);
    const headers = stripeSignature(runner, body);
    const answers = await Promise.all(Array.from({ length: 20 }, () => post(runner, '/webhook/stripe', body, headers)));

    expect(answers.map(({ status }) => status)).toEqual(Array(20).fill(200));
    expect(answers.filter(({ answer }) => !answer.duplicate)).toHaveLength(1);
    const journey = await journeyOf(runner, 'pi_race');
    expect(journey.stored).toHaveLength(1);
    expect(journey.published).toHaveLength(1);
    expect(journey.received).toHaveLength(20);
  });

  test('keeps a second body under a known event id as a conflict, and tells the alert topic', async () => {
    const [first, second] = [SAMPLE, SAMPLE.replace('15000', '15001')].map((body) => body.replace('txn_123456', 'txn_conflict'));
    await post(runner, '/webhook', first, standardWebhooks(runner, 'msg_conflict', first));
    expect(await post(runner, '/webhook', second, standardWebhooks(runner, 'msg_conflict', second))).toMatchObject({ status: 200, answer: { conflict: true } });

    const journey = await journeyOf(runner, 'txn_conflict');
    expect(journey.stored.map(({ record }: { record: string }) => record).sort()).toEqual(['conflict', 'transaction']);
    expect(journey.alerts.some(({ body }: { body: string }) => body.includes('came again with another body'))).toBe(true);
  });

  test.each([
    ['/webhook/nobody', SAMPLE, {}, 404],
    ['/webhook', SAMPLE, { 'content-type': 'text/plain' }, 415],
    ['/webhook', `"${'x'.repeat(200_000)}"`, {}, 413],
    ['/webhook', SAMPLE, {}, 401],
    ['/elsewhere', SAMPLE, {}, 404],
  ])('answers POST %s with one line of JSON and the right status', async (path, body, headers, expected) => {
    const { status, answer } = await post(runner, path, body, headers);
    expect(status).toBe(expected);
    expect(answer).toEqual({ error: expect.any(String) });
  });

  test('answers 400 to a signed body that is no transaction', async () => {
    for (const body of ['{', '[]', SAMPLE.replace('15000', 'NaN'), SAMPLE.replace('15000', '1e400'), SAMPLE.replace('15000', '-1'), SAMPLE.replace('USD', 'XYZ')]) {
      expect(await post(runner, '/webhook', body, standardWebhooks(runner, 'msg_bad', body))).toMatchObject({ status: 400, answer: { error: expect.any(String) } });
    }
  });

  test('archives what is a day old, and knows a late retry by its tombstone', async () => {
    const body = SAMPLE.replace('txn_123456', 'txn_archived');
    const headers = standardWebhooks(runner, 'msg_archived', body);
    await post(runner, '/webhook', body, headers);
    await runner.settled();
    const day = new Date().toISOString().slice(0, 10);

    const tomorrow = new Date(Date.now() + 25 * 3_600_000).toISOString();
    const report = await (await fetch(`${runner.url}/_local/archive`, { method: 'POST', body: JSON.stringify({ now: tomorrow }) })).json() as { objects: string[] };
    expect(report).toMatchObject({ executions: [{ status: 'SUCCEEDED' }] });
    expect(report.objects.length).toBeGreaterThan(0);

    const written = report.objects.map((path) => path.slice(path.indexOf('/') + 1));
    expect(written.filter((key) => key.startsWith('manifests/'))).toEqual([expect.stringMatching(new RegExp(`^manifests/${day.replaceAll('-', '/')}/0000000001\\.json$`))]);
    const archived = report.objects.filter((path) => !path.includes('/manifests/'));
    const lines = (await Promise.all(archived.map(async (path) => {
      const [bucket, ...key] = path.split('/');
      expect(key.join('/')).toMatch(new RegExp(`^transactions/${day.replaceAll('-', '/')}/.*\\.ndjson\\.gz$`));
      const { body: bytes } = await runner.services.buckets.getObject(bucket, key.join('/'));
      return gunzipSync(bytes).toString().split('\n').filter(Boolean).map((line) => JSON.parse(line) as Record<string, unknown>);
    }))).flat();
    expect(lines.filter(({ event_id }) => event_id === 'msg_archived')).toMatchObject([{ payload: body, tier: 'high', fraud_analysis: { fraud_score: 0.45 } }]);

    const journey = await journeyOf(runner, 'txn_archived');
    expect(journey.stored).toMatchObject([{ record: 'tombstone' }]);
    expect(journey.archive).toMatchObject([{ archive_key: expect.stringContaining('transactions/'), expires_at: expect.any(Number) }]);
    expect(await post(runner, '/webhook', body, headers)).toMatchObject({ status: 200, answer: { duplicate: true } });
  });

  test('sends every alert and log without a secret, a signature or the body', async () => {
    await runner.settled();
    const logs = runner.services.logs.all().flatMap(({ name }) => runner.services.logs.lines(name));
    const texts = [...logs, ...runner.services.topics.mailbox().map(({ body }) => body)].join('\n');
    for (const endpoint of ['standard-webhooks', 'stripe']) expect(texts).not.toContain(secretOf(runner, endpoint));
    expect(texts).not.toMatch(/v1[,=][A-Za-z0-9+/]{40}/);
    expect(texts).not.toContain('pending_webhooks');
  });

  test('has data for every metric of the dashboard that a healthy run produces', async () => {
    await runDemo(runner, 10);
    const dashboard = runner.resources.find(({ type }) => type === 'AWS::CloudWatch::Dashboard')!;
    const { widgets } = JSON.parse(dashboard.properties.DashboardBody) as { widgets: { properties: { metrics: unknown[][] } }[] };
    const metrics = widgets.flatMap(({ properties }) => properties.metrics).map((metric) => metric.filter((part) => typeof part === 'string') as string[]);
    const silent = metrics.filter(([namespace, name, ...pairs]) => {
      const dimensions = Object.fromEntries(Array.from({ length: pairs.length / 2 }, (_, index) => [pairs[2 * index], pairs[2 * index + 1]]));
      return runner.services.metrics.get(namespace, name, dimensions).length === 0;
    });
    const onlyOnTrouble = /Failed|TimedOut|WebhooksDuplicate/;
    expect(silent.filter(([, name]) => !onlyOnTrouble.test(name))).toEqual([]);
  });

  test('says where everything is', async () => {
    const answer = await (await fetch(`${runner.url}/_local/endpoints`)).json() as { webhooks: object[]; resources: { type: string }[]; not_run: object[] };
    expect(answer.webhooks).toMatchObject([
      { name: 'standard-webhooks', url: `${runner.url}/webhook/standard-webhooks`, also: `${runner.url}/webhook` },
      { name: 'stripe', url: `${runner.url}/webhook/stripe` },
    ]);
    expect(answer.resources.map(({ type }) => type)).toContain('AWS::DynamoDB::Table');
    expect(answer.not_run).toEqual([]);
  });

  test('refuses a name that only resolves to loopback', async () => {
    const { status } = await new Promise<{ status?: number }>((resolve, reject) => {
      // eslint-disable-next-line @typescript-eslint/no-require-imports
      const request = (require('node:http') as typeof import('node:http')).get(`${runner.url}/_local`, { headers: { host: 'rebound.example.com' } });
      request.on('response', (response) => resolve({ status: response.resume().statusCode }));
      request.on('error', reject);
    });
    expect(status).toBe(403);
  });
});

test('the demo passes on the zip-packaged system as well', async () => {
  const runner = await Runner.start({ app: synthesize('zip', HandlerPackaging.zip()) });
  try {
    expect(await runDemo(runner, 10)).toMatchObject({
      passed: true,
      dead_letters: 0,
      endpoints: [
        { endpoint: 'standard-webhooks', sent: 10, accepted: 10, stored: 10, published: 10, tiers: { low: 3, medium: 4, high: 3 } },
        { endpoint: 'stripe', sent: 10, accepted: 10, stored: 10, published: 10, risk: { low_risk: 6, medium_risk: 3, high_risk: 1 } },
      ],
    });
  } finally {
    await runner.stop();
  }
});

test('a data directory keeps rows, secrets and alerts over a restart', async () => {
  const app = synthesize('data');
  const data = join(scratch, 'data-directory');
  const body = SAMPLE.replace('txn_123456', 'txn_kept');

  const before = await Runner.start({ app, data });
  const headers = standardWebhooks(before, 'msg_kept', body);
  await post(before, '/webhook', body, headers);
  await before.settled();
  const secret = secretOf(before, 'stripe');
  await before.stop();

  const after = await Runner.start({ app, data });
  try {
    expect(secretOf(after, 'stripe')).toBe(secret);
    expect(await post(after, '/webhook', body, headers)).toMatchObject({ status: 200, answer: { duplicate: true } });
    expect(await journeyOf(after, 'txn_kept')).toMatchObject({ stored: [{ status: 'analyzed' }], score: { fraud_score: 0.45 } });
    expect(after.services.topics.mailbox().length).toBeGreaterThan(0);
  } finally {
    await after.stop();
  }
});
