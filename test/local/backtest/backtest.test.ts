import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { archiveAt, archivedTransactions } from '../../../local/backtest/archive';
import { replay } from '../../../local/backtest/replay';
import { printBacktest, reportOn } from '../../../local/backtest/report';
import { parseRules } from '../../../local/backtest/rules';
import { objectsOf } from '../../../runtime/archiver/objects';
import { scannedRow } from '../../../runtime/archiver/rows';
import { fromAttributes, toAttribute } from '../../../runtime/aws/attributes';
import { analyze } from '../../../runtime/fraud-detector/score';
import type { FraudDetectionConfig } from '../../../src/contract';
import { CONFIG, detail } from '../../runtime/fraud-detector/setup';
import { imageWith, RowOptions } from '../../runtime/rows';

let directory: string;
beforeEach(() => { directory = mkdtempSync(join(tmpdir(), 'backtest-')); });
afterEach(() => rmSync(directory, { recursive: true, force: true }));

/** Archives rows as the archiver does, with the verdict they had under the usual rules. */
function archive(...rows: (RowOptions & { occurredAt?: string; screened?: boolean })[]): void {
  const items = rows.map(({ occurredAt = '2025-10-09T08:53:00.000Z', screened = true, ...options }) => {
    const image = { ...imageWith(options), occurred_at: { S: occurredAt } };
    const verdict = analyze(detail({ amount_text: options.amount ?? '10.99', metadata: {} }), CONFIG);
    return screened ? { ...image, fraud_analysis: toAttribute(verdict) } : image;
  });
  for (const { key, body } of objectsOf(items.map((item) => scannedRow(fromAttributes(item))), 'run', 0)) {
    mkdirSync(dirname(join(directory, key)), { recursive: true });
    writeFileSync(join(directory, key), body);
  }
}

const run = async (config: FraudDetectionConfig) => reportOn(replay(archivedTransactions(await archiveAt(directory)), config));

test('the rules that were in force change nothing', async () => {
  archive({ transactionId: 'a', amount: '6000.00' }, { transactionId: 'b' });
  const report = await run(CONFIG);
  expect(report).toMatchObject({ transactions: 2, moves: [], bands: { low_risk: { before: 1, after: 1 }, medium_risk: { before: 1, after: 1 } } });
  expect(printBacktest(report)).toContain('No transaction would have changed its band.');
});

test('others are told by band, rule and exact amount', async () => {
  archive({ transactionId: 'a', amount: '10.10' }, { transactionId: 'b', amount: '20.20' }, { transactionId: 'c', amount: '5' });
  const report = await run({ ...CONFIG, rules: [{ id: 'high_amount', weight: 900, limit: { default: '10' } }] });
  expect(report.moves).toEqual([{ from: 'low_risk', to: 'high_risk', transactions: 2, amounts: { USD: '30.30' }, examples: ['stripe#a', 'stripe#b'] }]);
  expect(report.rules.high_amount).toEqual({ before: 0, after: 2 });
  expect(printBacktest(report)).toContain('low_risk -> high_risk: 2, 30.30 USD');
});

test('histories grow over days as they did when the transactions came', async () => {
  const day = (index: number) => `2025-10-0${index}T23:59:59.000Z`;
  archive(...[3, 1, 2, 4].map((index) => ({ transactionId: `t${index}`, receivedAt: day(index), occurredAt: day(index) })));
  const report = await run({ ...CONFIG, rules: [{ id: 'velocity_count', weight: 1000, count: 2, window_s: 3 * 86_400 }] });
  expect(report.moves).toMatchObject([{ transactions: 2, examples: ['stripe#t3', 'stripe#t4'] }]);
  expect([report.since, report.until]).toEqual([day(1), day(4)]);
});

test('a transaction that comes late forgets none of those that came before it', async () => {
  const at = (hour: number) => `2025-10-09T${String(hour).padStart(2, '0')}:00:00.000Z`;
  archive(
    { transactionId: 'a', receivedAt: at(10), occurredAt: at(10) }, { transactionId: 'late', receivedAt: at(11), occurredAt: at(1) },
    { transactionId: 'b', receivedAt: at(12), occurredAt: '2025-10-09T10:30:00.000Z' },
  );
  const report = await run({ ...CONFIG, rules: [{ id: 'velocity_count', weight: 1000, count: 1, window_s: 3600 }] });
  expect(report.moves.flatMap(({ examples }) => examples)).toEqual(['stripe#b']);
});

test('what was not screened is shown as such, and what is no transaction is left out', async () => {
  archive({ transactionId: 'a', screened: false }, { transactionId: 'b', moneyMoved: false });
  expect(await run(CONFIG)).toMatchObject({ transactions: 1, bands: { not_screened: { before: 1, after: 0 }, low_risk: { before: 0, after: 1 } } });
});

test('an empty archive and a broken object are told apart', async () => {
  expect(printBacktest(await run(CONFIG))).toBe('The archive holds no transactions.\n');
  writeFileSync(join(directory, 'broken.ndjson.gz'), gzipSync('{'));
  await expect(run(CONFIG)).rejects.toThrow('broken.ndjson.gz is no archive object');
});

test.each([
  [{ rules: [{ id: 'nope', weight: 1 }] }, 'rules[0].id is "nope"'],
  [{ rules: [{ id: 'round_amount', weight: 0.5 }] }, 'rules[0].weight use thousandths'],
  [{ rules: [{ id: 'structuring', weight: 1, limit: { default: '1' }, count: 3, window_s: 60 }] }, 'rules[0].margin is missing, and structuring needs it'],
  [{ rules: [{ id: 'high_amount', weight: 1, limit: { default: 5 } }] }, 'rules[0].limit.default write the amount as text'],
  [{ mediumRiskAbove: 700, highRiskAbove: 700 }, 'mediumRiskAbove and highRiskAbove'],
])('rules that are none are refused: %#', (overrides, message) => {
  expect(() => parseRules({ ...CONFIG, ...overrides })).toThrow(message);
});

test('the rules of a deployed detector are taken as they are', () => expect(parseRules(CONFIG)).toEqual(CONFIG));
