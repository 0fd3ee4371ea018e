import { Ledger } from '../../../local/console/ledger';
import type { ArchiveCheck, DeadLetterQueue, JourneyPage, Redriven, WatchPage } from '../../../local/console/model';
import * as recovery from '../../../local/console/recovery';
import { runDemo } from '../../../local/demo/demo';
import type { Runner } from '../../../local/runner/runner';
import { runScenario } from '../../../local/simulate/run';
import { scenarioOf } from '../../../local/simulate/scenarios';
import { AlertSubscriber, WebhookProvider } from '../../../src';
import { runningSystem } from '../../helpers/running-system';

// The runner loads it with import(), which Jest does not have for CommonJS.
jest.mock('../../../local/console/recovery-loader', () => ({ loadRecovery: async () => recovery }));

const system = runningSystem(() => ({
  providers: [WebhookProvider.standardWebhooks(), WebhookProvider.stripe()],
  alertSubscribers: [AlertSubscriber.email('alerts@example.com')],
  environmentSuffix: 'test',
}));
let runner: Runner;
let ledger: Ledger;
beforeAll(() => {
  ({ runner } = system);
  ledger = new Ledger(runner);
});

const at = (path: string) => `${runner.url}/_local/console/${path}`;
const read = async <T>(path: string) => (await fetch(at(path))).json() as Promise<T>;
const post = <T>(path: string, body: object) => system.hurry(async () => {
  const answer = await fetch(at(path), { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) });
  return answer.json() as Promise<T>;
});
const play = (name: string, endpoint?: string) => system.hurry(() => runScenario(runner, ledger, scenarioOf(name), endpoint));
const ringing = async () => (await read<WatchPage>('watch')).alarms.filter(({ state }) => state === 'ALARM').map(({ name }) => name).sort();
const letters = async () => (await read<DeadLetterQueue[]>('dead-letters')).flatMap((queue) => queue.letters.map(({ reason }) => `${queue.source} ${reason}`));

test('before anything has been archived, the archive is missed', async () => {
  expect(await ringing()).toEqual(['archive-heartbeat-test']);
});

test('after a demo and an archive run no widget of the dashboard is without data, and nothing rings', async () => {
  expect((await runDemo(runner, 3)).passed).toBe(true);
  await post('archive', { all: true });
  const { dashboards } = await read<WatchPage>('watch');
  const widgets = dashboards.flatMap((dashboard) => dashboard.widgets);
  const silent = widgets.filter(({ series }) => series.length > 0 && series.every(({ points }) => points.length === 0));
  expect(silent.map(({ title }) => title)).toEqual([]);
  expect(await ringing()).toEqual([]);
});

test('every alarm says where its runbook goes on', async () => {
  const { alarms } = await read<WatchPage>('watch');
  expect(alarms.length).toBeGreaterThan(10);
  for (const { runbook, description } of alarms) {
    expect(runbook).toMatch(/runbook\.md#[a-z0-9-]+$/);
    expect(description).not.toMatch(/http|What to do/);
  }
});

test('the archive is verified by its manifests, and what is changed is found', async () => {
  const [good] = await post<ArchiveCheck[]>('verify', {});
  expect(good).toMatchObject({ ok: true, problems: [], head: { key: expect.stringMatching(/^manifests\//) } });
  expect(good.days[0].rows).toBeGreaterThan(0);
  const { buckets } = runner.services;
  const [object] = buckets.listObjects(good.bucket, 'transactions/');
  const { body } = await buckets.getObject(good.bucket, object.key);
  await buckets.putObject(good.bucket, object.key, Buffer.concat([body, Buffer.from(' ')]));
  const [bad] = await post<ArchiveCheck[]>('verify', {});
  expect(bad).toMatchObject({ ok: false, problems: [{ problem: 'changed', key: object.key }] });
  await buckets.putObject(good.bucket, object.key, body);
});

test('the journey of an archived payment ends with its record, its manifest and the chain', async () => {
  const { rows } = await read<{ rows: { id: string; archived?: boolean; outcome: string }[] }>('requests');
  const { id } = rows.find(({ archived, outcome }) => archived && outcome === 'stored')!;
  const { stages } = await read<JourneyPage>(`journey?id=${id}`);
  const archive = stages.find((stage) => stage.id === 'archive')!;
  expect(archive).toMatchObject({ state: 'done', groups: [{ verdict: 'holds' }], texts: [{ title: 'Record' }] });
  expect(archive.groups![0].checks.map(({ subject }) => subject)).toEqual(['SHA-256 of the object', 'Its rows', 'Its bytes', expect.stringMatching(/^Manifest before/)]);
  expect(stages.find((stage) => stage.id === 'fraud')).toMatchObject({ state: 'done', groups: [{ checks: expect.anything() }] });
});

test('a screening that failed for good rings; a dry run changes nothing; a redrive brings it back into its journey', async () => {
  const { requests: [id] } = await play('fraud-detector-down');
  expect(await ringing()).toEqual(['workflow-dead-letters-test']);
  expect(await letters()).toEqual([expect.stringMatching(/^workflow Lambda\./)]);

  const found = await post<Redriven[]>('redrive', { dryRun: true });
  expect(found).toMatchObject([{ source: 'workflow', outcome: 'found' }]);
  expect(await letters()).toHaveLength(1);

  expect(await post<Redriven[]>('redrive', { source: 'workflow' })).toMatchObject([{ outcome: 'redriven' }]);
  await runner.settled();
  expect(await letters()).toEqual([]);
  const { stages } = await read<JourneyPage>(`journey?id=${id}`);
  expect(stages.find((stage) => stage.id === 'fraud')).toMatchObject({ state: 'done' });
  expect(stages.find((stage) => stage.id === 'workflow')!.groups).toHaveLength(2);
});

test('an unknown source is answered with those there are', async () => {
  expect(await post('redrive', { source: 'elsewhere' })).toEqual({ error: 'source is "elsewhere": use one of routing, workflow, archive, relay' });
});

test('an archive that fails for good rings, and its run can be redriven', async () => {
  const { id } = await post<{ id: string }>('fault', { service: 's3', effect: 'fail' });
  await play('good');
  await post('archive', { all: true });
  await post('end-fault', { id });
  expect(await ringing()).toEqual(expect.arrayContaining(['archive-dead-letters-test']));
  expect(await post<Redriven[]>('redrive', { source: 'archive' })).toMatchObject([{ kind: 'archive', outcome: 'redriven' }]);
});

test('the previous secret still in use rings for its endpoint', async () => {
  await play('old-secret', 'stripe');
  expect(await ringing()).toContain('previous-secret-used-stripe-test');
  expect(await ringing()).not.toContain('previous-secret-used-standard-webhooks-test');
});
