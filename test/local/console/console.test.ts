import { request } from 'node:http';
import { Ledger } from '../../../local/console/ledger';
import type { JourneyPage, Page, SystemMap } from '../../../local/console/model';
import type { Runner } from '../../../local/runner/runner';
import { FAULT_SCENARIOS } from '../../../local/simulate/fault-scenarios';
import { runScenario } from '../../../local/simulate/run';
import { scenarioOf, SCENARIOS } from '../../../local/simulate/scenarios';
import { signWebhook } from '../../../local/simulate/sender';
import { AlertSubscriber, WebhookProvider } from '../../../src';
import { runningSystem } from '../../helpers/running-system';

const system = runningSystem(() => ({
  providers: [
    WebhookProvider.standardWebhooks(), WebhookProvider.stripe(), WebhookProvider.adyen(), WebhookProvider.payPal({ webhookId: '8PT597110X687430LKGECATA' }),
    WebhookProvider.braintree({ publicKey: 'integration_public_key' }), WebhookProvider.gitHub(),
    WebhookProvider.hmac({ header: 'x-signature', signedText: '{timestamp}.{body}', timestampHeader: 'x-timestamp' }),
  ],
  alertSubscribers: [AlertSubscriber.email('alerts@example.com')],
}));
let runner: Runner;
let ledger: Ledger;
beforeAll(() => {
  ({ runner } = system);
  ledger = new Ledger(runner);
});

const play = (name: string, endpoint?: string) => system.hurry(() => runScenario(runner, ledger, scenarioOf(name), endpoint));
const at = (path: string) => `${runner.url}/_local/console/${path}`;
const read = async <T>(path: string) => (await fetch(at(path))).json() as Promise<T>;
const post = (path: string, body: object, headers: Record<string, string> = {}) =>
  fetch(at(path), { method: 'POST', headers: { 'content-type': 'application/json', ...headers }, body: JSON.stringify(body) });

test.each(['duplicate', 'conflict', 'stale', 'future', 'tampered', 'wrong-secret', 'old-secret', 'unsigned', 'oversize', 'malformed', 'reorder'])('%s ends as it must, on every endpoint', async (name) => {
  for (const endpoint of ['standard-webhooks', 'stripe']) {
    const report = await play(name, endpoint);
    expect(report.checks.filter(({ passed }) => !passed)).toEqual([]);
    expect(report.skipped).toBeUndefined();
  }
});

test.each(['good', 'stale', 'tampered', 'wrong-secret', 'oversize', 'malformed'])('%s ends as it must where a provider goes about it its own way', async (name) => {
  for (const endpoint of ['adyen', 'paypal', 'braintree', 'github', 'hmac']) {
    const report = await play(name, endpoint);
    expect({ endpoint, wrong: report.checks.filter(({ passed }) => !passed) }).toEqual({ endpoint, wrong: [] });
  }
});

test.each(['adyen', 'paypal', 'hmac', 'braintree'])('the signature of %s is retraced: what was signed, by which secret, and why another is refused', async (endpoint) => {
  const good = await play('good', endpoint);
  const { stages } = await read<JourneyPage>(`journey?id=${good.requests[0]}`);
  expect(stages[1]).toMatchObject({ id: 'signature', state: 'done', texts: [{ title: 'Signed text' }] });
  expect(stages[1].facts).toContainEqual(['Secret', endpoint === 'paypal' ? "provider's certificate" : 'current secret']);
  expect(stages[1].groups![0].checks.every(({ passed }) => passed)).toBe(true);
  const bad = await play('tampered', endpoint);
  const refused = await read<JourneyPage>(`journey?id=${bad.requests[0]}`);
  expect(refused.summary.reason).toMatch(/^(signature_mismatch|malformed_signature)$/);
  expect(refused.stages[1]).toMatchObject({ state: 'failed', sentence: expect.stringMatching(/^Refused: (?!.*logged)/) });
});

test('a time that PayPal looks at before the signature is not taken for a bad signature', async () => {
  const { requests: [id] } = await play('stale', 'paypal');
  const { stages } = await read<JourneyPage>(`journey?id=${id}`);
  expect(stages[1].groups![0].checks.filter(({ passed }) => !passed).map(({ subject }) => subject)).toEqual(['Signed at about this time']);
});

test('every event of a batch has its journey, and names the others', async () => {
  const [small, large] = await Promise.all([0, 2].map(async (index) =>
    (JSON.parse((await read<{ body: string }>(`sample?endpoint=adyen&index=${index}`)).body) as { notificationItems: object[] }).notificationItems[0]));
  const body = JSON.stringify({ live: 'false', notificationItems: [small, large] });
  const { requestId } = await (await post('send', { endpoint: 'adyen', body, signing: 'valid' })).json() as { requestId: string };
  await runner.settled();
  const [first, second] = await Promise.all([0, 1].map((event) => read<JourneyPage>(`journey?id=${requestId}&event=${event}`)));
  expect(first.siblings!.map(({ tier, isShown }) => [tier, isShown])).toEqual([['low', true], ['high', false]]);
  expect(second.siblings!.map(({ isShown }) => isShown)).toEqual([false, true]);
  const ruleOf = ({ stages }: JourneyPage) => stages.find(({ id }) => id === 'rules')!.groups!.filter(({ passed }) => passed).flatMap(({ checks }) => checks.find(({ subject }) => subject === 'detail.tier')!.actual);
  expect([ruleOf(first)[0], ruleOf(second)[0]]).toEqual(['low', 'high']);
  const stateOf = ({ stages }: JourneyPage, stage: string) => stages.find(({ id }) => id === stage)!.state;
  expect([stateOf(first, 'alerts'), stateOf(second, 'alerts')]).toEqual(['skipped', 'done']);
  expect(first.stages[1].texts!.map(({ title }) => title)).toEqual(['Signed text of item 1, by the current secret', 'Signed text of item 2, by the current secret']);
});

test.each([
  ['a line break at the end', (body: string) => `${body}\n`, /It fits the body without the white space at its ends/],
  ['line breaks inside', (body: string) => JSON.stringify(JSON.parse(body), null, 2), /It fits the same JSON without spaces/],
  ['another amount', (body: string) => body.replace('19.99', '29.99'), undefined],
])('what the signature would fit is said, where the body came with %s', async (_, change, expected) => {
  const endpoint = runner.systems[0].endpoints.find(({ kind }) => kind === 'standard-webhooks')!;
  const { body, headers } = signWebhook(runner.services, endpoint, Buffer.from('{"transaction_id":"t","amount":19.99,"currency":"USD"}'));
  const { requestId } = await (await post('send', { endpoint: endpoint.name, body: change(body.toString()), signing: 'kept', headers })).json() as { requestId: string };
  const { summary, stages } = await read<JourneyPage>(`journey?id=${requestId}`);
  expect(summary.reason).toBe('signature_mismatch');
  const likely = stages[1].facts!.find(([name]) => name === 'Most likely')?.[1];
  if (expected) expect(likely).toMatch(expected);
  else expect(likely).toBeUndefined();
});

test.each(['crash:validator', 'throttle:secretsmanager', 'crash:dynamodb', 'fail:events', 'crash:sns', 'throttle:sqs', 'fail:states', 'crash:archiver', 'crash:s3'])('%s loses nothing', async (name) => {
  const report = await play(name, 'stripe');
  expect(report.checks.filter(({ passed }) => !passed)).toEqual([]);
  expect(report.checks.length).toBeGreaterThan(4);
});

test('what does not apply to a provider is named, not passed over', async () => {
  expect((await play('stale', 'github')).skipped).toBe('this provider signs no time');
  expect((await play('wrong-secret', 'paypal')).skipped).toBe('this endpoint has no secret');
  expect((await play('fraud-detector-fails', 'github')).skipped).toBe('its webhooks tell of no money');
});

test.each(['late-retry', 'table-throttled', 'validator-crashes', 'relay-crashes', 'bus-throttled', 'fraud-detector-fails'])('%s ends as it must', async (name) => {
  const report = await play(name, 'stripe');
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
  expect(() => scenarioOf('nothing')).toThrow(/^There is no scenario "nothing": use one of good, duplicate.*, or throttle\|fail\|slow\|crash:validator\|relay/);
  expect(FAULT_SCENARIOS).toHaveLength(44);
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
    'received done', 'signature done', 'mapping done', 'dedupe done', 'row done', 'stream done', 'publish done', 'rules done',
    'workflow done', 'history done', 'fraud done', 'screened done', 'alerts done', 'archive waiting',
  ]);
  expect(stages.find(({ id }) => id === 'publish')).toMatchObject({ sentence: 'Published once as Transaction Created' });
  expect(stages.find(({ id }) => id === 'screened')!.texts![0].text).toContain('"detail-type": "Transaction Screened"');
  const fraud = stages.find(({ id }) => id === 'fraud')!;
  expect(fraud.groups![0].checks).toContainEqual({ subject: 'high_amount (weight 0.3, version 1)', expected: '> 5000', actual: '15000.00, adds 0.3', passed: false });
  expect(fraud.facts!.map(([name]) => name)).toEqual(['Bands', 'Model', 'Fuse']);
  const rules = stages.find(({ id }) => id === 'rules')!.groups!;
  expect(rules.filter(({ passed }) => passed)).toHaveLength(1);
  expect(rules.find(({ passed }) => !passed)!.checks).toContainEqual({ subject: 'detail.tier', expected: 'low', actual: 'high', passed: false });
  const { rows } = await read<Page>(`requests?text=${JSON.parse(body).data.object.id}`);
  expect(rows).toMatchObject([{ id: requestId, amount: '15000.00', tier: 'high', outcome: 'stored' }]);
});

test('no answer of the console holds a secret', async () => {
  const pages = await Promise.all(['start', 'requests', 'map', 'watch', 'dead-letters', 'inbox', 'archive', 'faults'].map(async (path) => (await fetch(at(path))).text()));
  const { rows } = await read<Page>('requests');
  pages.push(...await Promise.all(rows.map(async ({ id }) => (await fetch(at(`journey?id=${id}`))).text())));
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

test('a request under another name than loopback is refused', async () => {
  for (const host of ['rebound.example.com', '127.0.0.1.example.com', 'localhost.example.com:80']) {
    const status = await new Promise((resolve, reject) => {
      request(at('start'), { headers: { host } }, (answer) => resolve(answer.resume().statusCode)).on('error', reject).end();
    });
    expect({ host, status }).toEqual({ host, status: 403 });
  }
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
