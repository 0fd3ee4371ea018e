import { mkdtempSync, rmSync } from 'node:fs';
import { Agent, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { signedRequest } from '../../../local/demo/signed';
import { Runner } from '../../../local/runner/runner';
import { AlertSubscriber, WebhookProcessingSystem, WebhookProvider } from '../../../src';

/** As many as it takes in `npm run prove`, fewer where every change is tested. */
const CROWD = Number(process.env.RACERS ?? 300);

let directory: string;
let runner: Runner;
const agent = new Agent({ keepAlive: true });

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'webhook-races-'));
  const app = new App({ outdir: directory });
  new WebhookProcessingSystem(new Stack(app, 'Payments'), 'System', {
    providers: [WebhookProvider.stripe()],
    alertSubscribers: [AlertSubscriber.email('alerts@example.com')],
    removalPolicy: RemovalPolicy.DESTROY,
  });
  runner = await Runner.start({ app: app.synth().directory });
});
afterAll(async () => {
  agent.destroy();
  await runner?.stop();
  rmSync(directory, { recursive: true, force: true });
});

interface Payment {
  readonly id: string;
  readonly event?: string;
  readonly type?: string;
  readonly cents?: number;
  readonly metadata?: Readonly<Record<string, string>>;
}

const RISKY = { cents: 4_200_000, metadata: { country: 'DE', card_country: 'BR' } };

function bodyOf({ id, event = id, type = 'payment_intent.succeeded', cents = 1_999, metadata = {} }: Payment): string {
  const created = Math.floor(Date.now() / 1000);
  const object = { id: `pi_${id}`, object: 'payment_intent', amount: cents, amount_received: cents, currency: 'usd', customer: `cus_${id}`, metadata };
  return JSON.stringify({ id: `evt_${event}`, object: 'event', created, type, data: { object } });
}

interface Answer {
  readonly status: number;
  readonly body: { readonly duplicate?: true; readonly conflict?: true };
}

/** Sends as Stripe does: again after a 5xx or 429, which a busy machine may cause. */
async function send(body: string): Promise<Answer> {
  for (let attempt = 1; ; attempt += 1) {
    const answer = await post(body);
    if ((answer.status < 500 && answer.status !== 429) || attempt === 10) return answer;
  }
}

function post(text: string): Promise<Answer> {
  const { headers, body } = signedRequest(runner.services, runner.systems[0].endpoints[0], Buffer.from(text));
  return new Promise((resolve, reject) => {
    const outgoing = request(`${runner.url}/webhook/stripe`, { method: 'POST', headers, agent }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () => resolve({ status: response.statusCode!, body: JSON.parse(Buffer.concat(chunks).toString()) as Answer['body'] }));
    });
    outgoing.on('error', reject);
    outgoing.end(body);
  });
}

interface Journey {
  readonly stored: readonly { readonly record: string; readonly event_id: string; readonly status: string; readonly tier: string }[];
  readonly published: readonly { readonly detail_type: string }[];
  readonly screened: readonly unknown[];
  readonly score: { readonly fraud_status: string } | null;
  readonly alerts: readonly { readonly subject: string }[];
}

async function journeyOf(id: string): Promise<Journey> {
  await runner.settled(240_000);
  return (await fetch(`${runner.url}/_local/transactions/pi_${id}`)).json() as Promise<Journey>;
}

const subjects = ({ alerts }: Journey) => alerts.map(({ subject }) => subject).sort();

test(`${CROWD} identical deliveries at once are one row, one event, one verdict and one alert`, async () => {
  const body = bodyOf({ id: 'crowd', ...RISKY });
  const answers = await Promise.all(Array.from({ length: CROWD }, () => send(body)));

  expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
  const journey = await journeyOf('crowd');
  expect(journey.stored).toMatchObject([{ record: 'transaction', status: 'analyzed', tier: 'high' }]);
  expect(journey.published).toHaveLength(1);
  expect(journey.screened).toHaveLength(1);
  expect(journey.score).toMatchObject({ fraud_status: 'high_risk' });
  expect(subjects(journey)).toEqual(['High Risk Transaction Detected', 'High Value Transaction Received']);
}, 300_000);

test('one other body among a hundred of the same event is a conflict, whoever comes first', async () => {
  const [usual, other] = [1_999, 2_999].map((cents) => bodyOf({ id: 'torn', cents }));
  const answers = await Promise.all(Array.from({ length: 100 }, (_, index) => send(index === 50 ? other : usual)));

  expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
  const { stored, published } = await journeyOf('torn');
  expect(stored.map(({ record }) => record).sort()).toEqual(['conflict', 'transaction']);
  expect(published.map(({ detail_type }) => detail_type).sort()).toEqual(['Transaction Conflict', 'Transaction Created']);
}, 300_000);

test('the events of one payment leave the same rows in whatever order they arrive', async () => {
  const types = ['payment_intent.created', 'payment_intent.succeeded', 'payment_intent.canceled'];
  const orders = [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]];
  const outcomes = await Promise.all(orders.map(async (order) => {
    const id = `order${order.join('')}`;
    for (const index of order) expect(await send(bodyOf({ id, event: `${id}_${index}`, type: types[index] }))).toMatchObject({ status: 200 });
    const { stored, score } = await journeyOf(id);
    const rows = stored.map(({ event_id, record, status }) => `${event_id.slice(-1)} ${record} ${status}`).sort();
    return { rows, score };
  }));
  expect(outcomes[0].rows).toEqual(['0 event pending', '1 transaction analyzed', '2 event pending']);
  const told = outcomes.map(({ rows, score }) => ({ rows, status: score?.fraud_status }));
  expect(told).toEqual(told.map(() => told[0]));
}, 300_000);
