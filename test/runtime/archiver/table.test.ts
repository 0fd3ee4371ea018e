import { randomUUID } from 'node:crypto';
import { tableOpenDays } from '../../../runtime/archiver/days';
import { Intents, SegmentBusy, segmentId, tableIntents } from '../../../runtime/archiver/intents';
import { Rows, tableRows } from '../../../runtime/archiver/rows';
import type { RowKey, WorkflowTiers } from '../../../src/contract';
import { dynaliteTable, TABLE_NAME } from '../../helpers/dynalite-table';
import { imageWith, RowOptions } from '../rows';

const table = dynaliteTable();
const OLD = '2025-10-09T10:00:00.000Z';
const CUTOFF = '2025-10-11T02:00:00.000Z';
const TIERS: WorkflowTiers = { screened: ['medium', 'high'], notified: ['high'] };

describe('rows', () => {
  let rows: Rows;
  beforeAll(() => { rows = tableRows(table.client, TABLE_NAME, TIERS); });

  const put = (options: RowOptions, more: object = {}) => table.put({ ...imageWith({ receivedAt: OLD, ...options }), ...more });

  async function scanAll(segment = 0, total_segments = 1) {
    const found = [];
    const unfinished = [];
    let cursor: RowKey | undefined;
    let pages = 0;
    do {
      const page = await rows.scan({ segment, total_segments }, CUTOFF, cursor);
      found.push(...page.rows);
      unfinished.push(...page.unfinished);
      cursor = page.cursor;
      pages += 1;
    } while (cursor);
    return { found, unfinished, pages };
  }

  beforeAll(async () => {
    await put({ transactionId: 'money' });
    await put({ transactionId: 'event', moneyMoved: false });
    await put({ transactionId: 'conflict' }, { record: { S: 'conflict' }, notified_at: { S: OLD } });
    await put({ transactionId: 'buried' }, { record: { S: 'tombstone' } });
    await put({ transactionId: 'intent' }, { record: { S: 'archive-intent' } });
    await put({ transactionId: 'young', receivedAt: CUTOFF });
    // More than the megabyte of one page.
    for (let index = 0; index < 6; index += 1) await put({ transactionId: `large-${index}` }, { payload: { S: 'x'.repeat(300_000) } });
  });

  test('old transactions, events and conflicts are found on all pages; tombstones, intents and young rows are not', async () => {
    const { found, pages } = await scanAll();
    expect(pages).toBeGreaterThan(1);
    expect(found.map(({ key }) => key.transaction_id).sort()).toEqual([
      'stripe#conflict', 'stripe#event', ...Array.from({ length: 6 }, (_, index) => `stripe#large-${index}`), 'stripe#money',
    ]);
  });

  test('what the workflow has not done yet is told apart, until the row says that it is done', async () => {
    await put({ transactionId: 'waiting', amount: '5000' });
    const before = await scanAll();
    expect(before.unfinished.map(({ key }) => key.transaction_id)).toEqual(['stripe#waiting']);
    expect(before.found).toHaveLength(9);

    await put({ transactionId: 'waiting', amount: '5000' }, { fraud_analysis: { M: { fraud_status: { S: 'low_risk' } } } });
    const after = await scanAll();
    expect(after.unfinished).toEqual([]);
    expect(after.found).toHaveLength(10);
    await put({ transactionId: 'waiting' }, { record: { S: 'tombstone' } });
  });

  test('segments have nothing in common and leave nothing out', async () => {
    const segments = await Promise.all([0, 1, 2].map((segment) => scanAll(segment, 3)));
    const ids = segments.flatMap(({ found }) => found.map(({ key }) => key.transaction_id));
    expect(ids).toHaveLength(9);
    expect(new Set(ids).size).toBe(9);
  });

  test('a tombstone takes the place of the row, with what the next retry will be judged by', async () => {
    await put({ transactionId: 'once', fingerprint: 'f'.repeat(64) });
    const row = (await scanAll()).found.find(({ key }) => key.transaction_id === 'stripe#once')!;
    expect(await rows.bury(row, 'transactions/2025/10/09/a', '2025-10-12T02:00:00.000Z', 1_763_000_000)).toBe(true);
    expect(await table.get('stripe#once', 'evt_1')).toEqual({
      transaction_id: { S: 'stripe#once' }, event_id: { S: 'evt_1' }, record: { S: 'tombstone' }, fingerprint: { S: 'f'.repeat(64) }, received_at: { S: OLD },
      archive_key: { S: 'transactions/2025/10/09/a' }, archived_at: { S: '2025-10-12T02:00:00.000Z' }, expires_at: { N: '1763000000' },
    });
  });

  test('a row that was buried, has changed, or is gone is left alone', async () => {
    await put({ transactionId: 'raced' });
    const row = (await scanAll()).found.find(({ key }) => key.transaction_id === 'stripe#raced')!;
    const bury = () => rows.bury(row, 'a', '2025-10-12T02:00:00.000Z', 1);

    await put({ transactionId: 'raced' }, { revision: { N: '1' } });
    expect(await bury()).toBe(false);
    expect((await table.get('stripe#raced', 'evt_1'))!.record.S).toBe('transaction');

    await put({ transactionId: 'raced' });
    expect([await bury(), await bury()]).toEqual([true, false]);

    expect(await rows.bury({ ...row, key: { transaction_id: 'stripe#gone', event_id: 'evt_1' } }, 'a', '', 1)).toBe(false);
    expect(await table.get('stripe#gone', 'evt_1')).toBeUndefined();
  });

  test('any other failure is one', async () => {
    const row = (await scanAll()).found[0];
    await expect(tableRows(table.client, 'no-such-table', TIERS).bury(row, 'a', '', 1)).rejects.toThrow(/not found/i);
  });
});

describe('intents', () => {
  let intents: Intents;
  beforeAll(() => { intents = tableIntents(table.client, TABLE_NAME); });

  const NOW = 1_760_000_000_000;
  const MINUTE = 60_000;
  let segment = 0;
  let owner = { run: 'run-1', token: '' };
  const mine = () => segmentId({ segment, total_segments: 99 });
  beforeEach(() => { segment += 1; owner = { run: 'run-1', token: randomUUID() }; });

  test('a segment nobody has is taken with nothing to finish', async () => {
    expect(await intents.take(mine(), owner, NOW)).toEqual({ id: `${segment}/99`, objects: [] });
  });

  test('what was declared is there for the next attempt of the run', async () => {
    const intent = await intents.take(mine(), owner, NOW);
    await intents.declare({ ...intent, objects: ['a', 'b'] }, owner, NOW);
    expect((await intents.take(mine(), { run: 'run-1', token: 'next' }, NOW)).objects).toEqual(['a', 'b']);
  });

  test('another run is refused until the lease has run out, longer than an invocation can last', async () => {
    const intent = await intents.take(mine(), owner, NOW);
    await intents.declare({ ...intent, objects: ['a'] }, owner, NOW + MINUTE);
    await expect(intents.take(mine(), { run: 'run-2', token: 't' }, NOW + 6 * MINUTE)).rejects.toThrow(SegmentBusy);
    expect((await intents.take(mine(), { run: 'run-2', token: 't' }, NOW + 60 * MINUTE)).objects).toEqual(['a']);
  });

  test('an attempt that was replaced can declare nothing any more', async () => {
    const intent = await intents.take(mine(), owner, NOW);
    await intents.take(mine(), { run: 'run-1', token: 'later' }, NOW);
    await expect(intents.declare({ ...intent, objects: ['a'] }, owner, NOW)).rejects.toThrow(SegmentBusy);
  });

  test('of two runs that take it at the same moment one gets it', async () => {
    const attempts = ['run-a', 'run-b', 'run-c'].map((run) => intents.take(mine(), { run, token: run }, NOW));
    const outcomes = await Promise.allSettled(attempts);
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  });

  test('it is abandoned once its lease has run out, and gone once it is finished', async () => {
    const intent = await intents.take(mine(), owner, NOW);
    await intents.declare({ ...intent, objects: ['a'] }, owner, NOW);
    const idsAt = async (now: number) => (await intents.abandoned(now)).filter(({ id }) => id === intent.id);
    expect(await idsAt(NOW + MINUTE)).toEqual([]);
    expect(await idsAt(NOW + 60 * MINUTE)).toEqual([{ id: intent.id, objects: ['a'] }]);
    await intents.finish(intent, owner);
    expect(await idsAt(NOW + 60 * MINUTE)).toEqual([]);
  });

  test('neither its last owner nor a sweeper removes it once somebody else has taken it', async () => {
    const intent = await intents.take(mine(), owner, NOW);
    const later = NOW + 60 * MINUTE;
    await intents.take(mine(), { run: 'run-2', token: 'theirs' }, later);
    await intents.finish(intent, owner);
    await intents.forget(intent, later);
    await expect(intents.declare({ ...intent, objects: ['b'] }, { run: 'run-2', token: 'theirs' }, later)).resolves.toBeUndefined();
  });
});

describe('open days', () => {
  test('are listed with what they were opened with last, and closed by that alone', async () => {
    const days = tableOpenDays(table.client, TABLE_NAME);
    await days.open('2025-10-09', 'first');
    await days.open('2025-10-10', 'other');
    await days.open('2025-10-09', 'second');
    expect(await days.list()).toEqual([{ day: '2025-10-09', token: 'second' }, { day: '2025-10-10', token: 'other' }]);

    await days.close({ day: '2025-10-09', token: 'first' });
    expect(await days.list()).toHaveLength(2);
    await days.close({ day: '2025-10-09', token: 'second' });
    await days.close({ day: '2025-10-09', token: 'second' });
    expect(await days.list()).toEqual([{ day: '2025-10-10', token: 'other' }]);
  });

  test('are neither archived nor taken for an intent', async () => {
    await tableOpenDays(table.client, TABLE_NAME).open('2025-10-11', 't');
    const { rows } = await tableRows(table.client, TABLE_NAME, TIERS).scan({ segment: 0, total_segments: 1 }, CUTOFF);
    expect(rows.filter(({ key }) => key.transaction_id.startsWith('#'))).toEqual([]);
    expect(await tableIntents(table.client, TABLE_NAME).abandoned(Number.MAX_SAFE_INTEGER)).not.toContainEqual(expect.objectContaining({ id: '2025-10-11' }));
  });
});
