import { Alert } from '../../../runtime/fraud-detector/alert';
import { analyze, FraudAnalysis } from '../../../runtime/fraud-detector/score';
import { AlertUncertain, screen, ScreenDependencies } from '../../../runtime/fraud-detector/screen';
import type { AlertClaim, Verdicts } from '../../../runtime/fraud-detector/verdicts';
import { captureOutput } from '../../helpers/output';
import { CONFIG, detail, RISKY } from './setup';

const output = captureOutput();

type World = { claim?: AlertClaim; onClaim?: (owner: string) => void; failure?: unknown; metadata?: Record<string, unknown> } & Partial<Pick<ScreenDependencies, 'folds' | 'fuses' | 'model'>>;

/** Verdicts in memory, and a topic that may fail. */
function world({ claim, onClaim, failure, metadata = {}, ...more }: World = {}) {
  const sent: Alert[] = [];
  const released: string[] = [];
  let verdict: FraudAnalysis | undefined;
  let owner: string | undefined;
  let sentAt: string | undefined;
  const verdicts: Verdicts = {
    record: async (_, analysis) => { verdict ??= analysis; return verdict; },
    claimAlert: async (_, claimant) => {
      onClaim?.(claimant);
      if (claim) return claim;
      if (sentAt) return 'settled';
      if (owner) return 'uncertain';
      owner = claimant;
      return 'mine';
    },
    metadataOf: async () => metadata,
    alertFolded: async (_, at) => { sentAt = at; },
    alertSent: async (_, at) => { sentAt = at; },
    releaseAlert: async ({ transaction_id }, claimant) => {
      expect(claimant).toBe(owner);
      owner = undefined;
      released.push(transaction_id);
    },
  };
  const failures = failure === undefined ? [] : [failure];
  const deps: ScreenDependencies = {
    ...more,
    config: CONFIG,
    verdicts,
    now: () => new Date('2025-10-09T08:53:20.750Z'),
    send: async (alert) => {
      if (failures.length > 0) throw failures.pop() as Error;
      sent.push(alert);
    },
  };
  const run = (transaction = RISKY, execution = 'execution-1') => screen({ transaction, execution }, deps);
  return { sent, released, run };
}

const metrics = (name: string) => output.metrics.filter((datum) => datum.name === name);

test('a harmless transaction is scored and alerts nobody', async () => {
  const { sent, run } = world();
  expect(await run(detail())).toMatchObject({ transaction_id: 'pi_1', fraud_analysis: { fraud_score: 0, fraud_status: 'low_risk' }, alert: 'none' });
  expect(sent).toEqual([]);
});

test('medium risk alerts nobody', async () => {
  const { sent, run } = world();
  expect(await run(detail({ amount_text: '6000.00' }))).toMatchObject({ fraud_analysis: { fraud_status: 'medium_risk' }, alert: 'none' });
  expect(sent).toEqual([]);
});

test('high risk alerts once, however often the workflow runs', async () => {
  const { sent, run } = world();
  expect([(await run()).alert, (await run()).alert, (await run(RISKY, 'execution-2')).alert]).toEqual(['sent', 'already_sent', 'already_sent']);
  expect(sent).toEqual([expect.objectContaining({ transaction: RISKY, analysis: analyze(RISKY, CONFIG) })]);
  expect(metrics('AlertsSent')).toHaveLength(1);
});

test('the verdict that stands decides, not the one just computed', async () => {
  const { sent, run } = world();
  await run(detail());
  expect(await run(RISKY)).toMatchObject({ fraud_analysis: { fraud_status: 'low_risk' }, alert: 'none' });
  expect(sent).toEqual([]);
});

test('a transaction is counted by its band, and timed, once', async () => {
  const { run } = world();
  await run();
  await run();
  expect(metrics('TransactionsScreened').map(({ dimensions }) => dimensions.RiskBand)).toEqual(['high_risk']);
  expect(metrics('StoreToVerdictLatency').map(({ value, unit }) => [value, unit])).toEqual([[750, 'Milliseconds']]);
});

test('an alert that is settled is not sent again', async () => {
  const { sent, run } = world({ claim: 'settled' });
  expect((await run()).alert).toBe('already_sent');
  expect(sent).toEqual([]);
});

test('every attempt claims for itself, under a name that says which execution it belongs to', async () => {
  const owners: string[] = [];
  const { run } = world({ failure: Object.assign(new Error('failed'), { $metadata: { httpStatusCode: 429 } }), onClaim: (owner) => owners.push(owner) });
  await expect(run()).rejects.toThrow('failed');
  await run();
  expect(owners.every((owner) => owner.startsWith('execution-1 '))).toBe(true);
  expect(new Set(owners).size).toBe(2);
});

test('a claim whose outcome nobody knows is left to a person, not sent again', async () => {
  const { sent, run } = world({ claim: 'uncertain' });
  await expect(run()).rejects.toThrow(AlertUncertain);
  expect(sent).toEqual([]);
});

describe('when the topic', () => {
  const failed = (httpStatusCode?: number) => Object.assign(new Error('failed'), httpStatusCode === undefined ? {} : { $metadata: { httpStatusCode } });

  test.each([400, 403, 404, 429, 499, 503])('certainly refused (%i), the alert is given back and goes out with the next attempt', async (status) => {
    const failure = failed(status);
    const { sent, released, run } = world({ failure });
    await expect(run()).rejects.toBe(failure);
    expect(released).toEqual(['stripe#pi_1']);
    expect((await run(RISKY, 'execution-2')).alert).toBe('sent');
    expect(sent).toHaveLength(1);
  });

  test.each([['an internal error', failed(500)], ['a gateway timeout', failed(504)], ['a broken connection', failed()], ['no metadata', new TypeError('ECONNRESET')]])(
    'may have sent it (%s), it is kept, and never sent twice', async (_, failure) => {
      const { sent, released, run } = world({ failure });
      await expect(run()).rejects.toBe(failure);
      expect(released).toEqual([]);
      await expect(run()).rejects.toThrow(AlertUncertain);
      await expect(run(RISKY, 'execution-2')).rejects.toThrow(AlertUncertain);
      expect(sent).toEqual([]);
    });
});

test('the log names the transaction and the reasons, and holds nothing of its metadata', async () => {
  await world().run();
  expect(output.logs).toEqual([expect.objectContaining({ transaction_id: 'stripe#pi_1', fraud_score: 1, risk_factors: expect.arrayContaining(['high_amount']) })]);
  expect(output.text).not.toContain('4111111111111111');
});

test('metadata that did not travel is read before anything is judged', async () => {
  const { run, sent } = world({ metadata: { country: 'DE', card_country: 'US' } });
  const { fraud_analysis } = await run({ ...RISKY, metadata: {}, metadata_omitted: true });
  expect(fraud_analysis!.risk_factors).toContain('country_mismatch');
  expect(sent).toHaveLength(1);
});

test('the answer tells of the transaction without its metadata', async () => {
  const answer = await world().run();
  expect(answer).toMatchObject({ key: RISKY.key, provider: 'stripe', amount_text: '50000.00', currency: 'USD', tier: 'high', alert: 'sent' });
  expect(JSON.stringify(answer)).not.toContain('4111111111111111');
});

test('an alert whose cause has been told is folded, and settled', async () => {
  const { run, sent } = world({ folds: { open: async () => undefined, reopen: async () => undefined } });
  expect([(await run()).alert, (await run()).alert]).toEqual(['folded', 'already_sent']);
  expect(sent).toEqual([]);
  expect(metrics('AlertsFolded')).toHaveLength(1);
});

test('an alert says how many were folded before it', async () => {
  const { run, sent } = world({ folds: { open: async () => 7, reopen: async () => undefined } });
  await run();
  expect(sent).toMatchObject([{ folded: 7 }]);
});

test.each([[429, ['stripe#pi_1']], [500, []]])('an alert that failed with %i leaves the place of its cause to the next one', async (httpStatusCode, givenBack) => {
  const reopened: number[] = [];
  const folds = { open: async () => 3, reopen: async (_: Alert, folded: number) => { reopened.push(folded); } };
  const { run, released } = world({ folds, failure: Object.assign(new Error('failed'), { $metadata: { httpStatusCode } }) });
  await expect(run()).rejects.toThrow('failed');
  expect([reopened, released]).toEqual([[3], givenBack]);
});

test('a fold that cannot be looked up gives the alert back', async () => {
  const { run, released } = world({ folds: { open: () => Promise.reject(new Error('throttled')), reopen: async () => undefined } });
  await expect(run()).rejects.toThrow('throttled');
  expect(released).toEqual(['stripe#pi_1']);
});

test('a verdict that could not be counted for the fuse stands', async () => {
  const { run } = world({ fuses: { blown: async () => new Set(['round_amount']), count: () => Promise.reject(new Error('throttled')) } });
  const { fraud_analysis } = await run();
  expect(fraud_analysis!.rules.find(({ id }) => id === 'round_amount')).toMatchObject({ shadow: 'fuse', contribution: 0 });
  expect(output.logs).toContainEqual(expect.objectContaining({ message: 'the verdict was not counted for the fuse', error: 'throttled' }));
});

test('a model that failed is counted', async () => {
  await world({ model: async () => ({ target: 'fn', failure: 'status 500' }) }).run();
  expect(metrics('FraudModelFailed')).toHaveLength(1);
});
