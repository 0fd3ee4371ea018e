import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { Ledger } from '../../../local/console/ledger';
import type { JourneyPage, Page, SystemMap } from '../../../local/console/model';
import { Runner } from '../../../local/runner/runner';
import { runScenario } from '../../../local/simulate/run';
import { scenarioOf, SCENARIOS } from '../../../local/simulate/scenarios';
import { AlertSubscriber, WebhookProcessingSystem, WebhookProvider } from '../../../src';

let scratch: string;
let runner: Runner;
let ledger: Ledger;

beforeAll(async () => {
  scratch = mkdtempSync(join(tmpdir(), 'console-'));
  const app = new App({ outdir: scratch });
  new WebhookProcessingSystem(new Stack(app, 'Payments'), 'System', {
    providers: [
      WebhookProvider.standardWebhooks(), WebhookProvider.stripe(), WebhookProvider.adyen(), WebhookProvider.payPal({ webhookId: '8PT597110X687430LKGECATA' }),
      WebhookProvider.braintree({ publicKey: 'integration_public_key' }), WebhookProvider.gitHub(),
    ],
    alertSubscribers: [AlertSubscriber.email('alerts@example.com')],
    removalPolicy: RemovalPolicy.DESTROY,
  });
  runner = await Runner.start({ app: app.synth().directory });
  ledger = new Ledger(runner);
});
afterAll(async () => {
  await runner.stop();
  rmSync(scratch, { recursive: true, force: true });
});

const at = (path: string) => `${runner.url}/_local/console/${path}`;
const read = async <T>(path: string) => (await fetch(at(path))).json() as Promise<T>;
const post = (path: string, body: object, headers: Record<string, string> = {}) =>
  fetch(at(path), { method: 'POST', headers: { 'content-type': 'application/json', ...headers }, body: JSON.stringify(body) });

test.each(['duplicate', 'conflict', 'stale', 'future', 'tampered', 'wrong-secret', 'old-secret', 'unsigned', 'oversize', 'malformed', 'reorder'])('%s ends as it must, on every endpoint', async (name) => {
  for (const endpoint of ['standard-webhooks', 'stripe']) {
    const report = await runScenario(runner, ledger, scenarioOf(name), endpoint);
    expect(report.checks.filter(({ passed }) => !passed)).toEqual([]);
    expect(report.skipped).toBeUndefined();
  }
});

test.each(['good', 'stale', 'tampered', 'wrong-secret', 'oversize', 'malformed'])('%s ends as it must where a provider goes about it its own way', async (name) => {
  for (const endpoint of ['adyen', 'paypal', 'braintree', 'github']) {
    const report = await runScenario(runner, ledger, scenarioOf(name), endpoint);
    expect({ endpoint, wrong: report.checks.filter(({ passed }) => !passed) }).toEqual({ endpoint, wrong: [] });
  }
});

test('a signature only the handler can verify is refused with the reason it logged', async () => {
  const { requests: [id] } = await runScenario(runner, ledger, scenarioOf('tampered'), 'paypal');
  const { summary, stages } = await read<JourneyPage>(`journey?id=${id}`);
  expect(summary.reason).toBe('signature_mismatch');
  expect(stages[1]).toMatchObject({ id: 'signature', state: 'failed', sentence: 'Refused: the handler logged signature_mismatch' });
});

test('what does not apply to a provider is named, not passed over', async () => {
  expect((await runScenario(runner, ledger, scenarioOf('stale'), 'github')).skipped).toBe('this provider signs no time');
  expect((await runScenario(runner, ledger, scenarioOf('wrong-secret'), 'paypal')).skipped).toBe('this endpoint has no secret');
  expect((await runScenario(runner, ledger, scenarioOf('fraud-detector-fails'), 'github')).skipped).toBe('its webhooks tell of no money');
});

test.each(['late-retry', 'table-throttled', 'validator-crashes', 'relay-crashes', 'bus-throttled', 'fraud-detector-fails'])('%s ends as it must', async (name) => {
  const report = await runScenario(runner, ledger, scenarioOf(name), 'stripe');
  expect(report.checks.filter(({ passed }) => !passed)).toEqual([]);
  expect(runner.services.faults.all()).toEqual([]);
});

test('a scenario that ends otherwise says what it expected and what it got', async () => {
  const wrong = { ...scenarioOf('stale'), expected: scenarioOf('good').expected };
  const report = await runScenario(runner, ledger, wrong);
  expect(report.passed).toBe(false);
  expect(report.checks).toContainEqual({ what: 'Answers', expected: '1 × 200', actual: '1 × 401', passed: false });
});

test('scenarios have names of their own; an unknown one is answered with those there are', () => {
  expect(new Set(SCENARIOS.map(({ name }) => name)).size).toBe(SCENARIOS.length);
  expect(() => scenarioOf('nothing')).toThrow('There is no scenario "nothing": use one of good, duplicate');
});

test('a rejected request has its page, with the reason and the step', async () => {
  const { requestId } = await (await post('send', { endpoint: 'stripe', body: '{}', signing: 'none' })).json() as { requestId: string };
  const { summary, stages } = await read<JourneyPage>(`journey?id=${requestId}`);
  expect(summary).toMatchObject({ outcome: 'rejected', reason: 'missing_signature', status: 401, endpoint: 'stripe' });
  expect(stages.map(({ id, state }) => [id, state])).toEqual([['received', 'failed'], ['signature', 'failed']]);
});

test('the journey of a stored payment has every stage, each rule with its fields', async () => {
  const { body } = await read<{ body: string }>('sample?endpoint=stripe&index=2');
  const { requestId } = await (await post('send', { endpoint: 'stripe', body, signing: 'valid' })).json() as { requestId: string };
  await runner.settled();
  const { stages } = await read<JourneyPage>(`journey?id=${requestId}`);
  expect(stages.map(({ id, state }) => `${id} ${state}`)).toEqual([
    'received done', 'signature done', 'mapping done', 'dedupe done', 'row done', 'stream done', 'publish done', 'rules done', 'workflow done', 'fraud done', 'alerts done', 'archive waiting',
  ]);
  const rules = stages.find(({ id }) => id === 'rules')!.groups!;
  expect(rules.filter(({ passed }) => passed)).toHaveLength(1);
  expect(rules.find(({ passed }) => !passed)!.checks).toContainEqual({ subject: 'detail.tier', expected: 'low', actual: 'high', passed: false });
  const { rows } = await read<Page>(`requests?text=${JSON.parse(body).data.object.id}`);
  expect(rows).toMatchObject([{ id: requestId, amount: '15000.00', tier: 'high', outcome: 'stored' }]);
});

test('no answer of the console holds a secret', async () => {
  const pages = await Promise.all(['start', 'requests', 'map', 'dashboard', 'dead-letters', 'inbox', 'archive', 'faults'].map(async (path) => (await fetch(at(path))).text()));
  for (const { secretArn } of runner.systems[0].endpoints.filter((endpoint) => endpoint.secretArn !== undefined)) {
    for (const page of pages) expect(page).not.toContain(runner.services.secrets.value(secretArn!));
  }
});

test('the map leads from the senders to the subscriber', async () => {
  const { nodes, edges } = await read<SystemMap>('map');
  const reached = new Set(['senders']);
  for (let round = 0; round < nodes.length; round += 1) for (const { from, to } of edges) if (reached.has(from)) reached.add(to);
  const unreached = nodes.filter(({ id }) => !reached.has(id)).map(({ label }) => label);
  expect(nodes.find(({ type }) => type === 'Subscriber')).toMatchObject({ label: 'email alerts@example.com' });
  expect(unreached.every((label) => /archiv/i.test(label))).toBe(true);
});

test('a page of another origin is refused, whatever it asks', async () => {
  expect((await post('archive', {}, { origin: 'http://elsewhere.example.com' })).status).toBe(403);
  expect((await post('archive', {}, { origin: 'http://127.0.0.1:1' })).status).toBe(403);
  expect((await post('archive', {}, { origin: 'null' })).status).toBe(403);
  expect((await post('end-fault', {}, { origin: runner.url })).status).toBe(200);
});

test('a form of another page cannot post: the body must be JSON by its content type', async () => {
  expect((await fetch(at('end-fault'), { method: 'POST', body: '{}' })).status).toBe(415);
});

test('the policy of the page allows nothing inline and nothing from elsewhere', async () => {
  const page = await fetch(at(''));
  expect(page.headers.get('content-security-policy')).toMatch(/^default-src 'none'; script-src 'self'; style-src 'self'/);
  expect(page.headers.get('content-security-policy')).not.toMatch(/unsafe|\*|http/);
  expect(page.headers.get('x-content-type-options')).toBe('nosniff');
});

test('the stream pulses at once and tells of a request under way', async () => {
  const stream = (await fetch(at('live?outcome=rejected'))).body!.getReader();
  const heard = async (text: string) => {
    for (let all = ''; ;) {
      all += Buffer.from((await stream.read()).value!).toString();
      if (all.includes(text)) return all;
    }
  };
  await heard('event: pulse');
  await post('send', { endpoint: 'stripe', body: '{}', signing: 'wrong' });
  expect(await heard('event: rows')).toContain('signature_mismatch');
  await stream.cancel();
});
