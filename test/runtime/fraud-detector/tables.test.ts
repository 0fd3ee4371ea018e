import { Customers, partitionOf, tableCustomers } from '../../../runtime/fraud-detector/customers';
import { tableFolds } from '../../../runtime/fraud-detector/folds';
import { tableFuses } from '../../../runtime/fraud-detector/fuses';
import { screenedOf } from '../../../runtime/fraud-detector/rules';
import { analyze } from '../../../runtime/fraud-detector/score';
import { NoSuchTransaction, verdictStore } from '../../../runtime/fraud-detector/verdicts';
import { FraudDetectionConfig, PUBLISHED_RECORDS, TransactionDetail } from '../../../src/contract';
import { dynaliteTable, TABLE_NAME } from '../../helpers/dynalite-table';
import { captureOutput } from '../../helpers/output';
import { imageWith } from '../rows';
import { CONFIG, detail, RISKY } from './setup';

const output = captureOutput();
const table = dynaliteTable();
const NOW = Date.parse('2025-10-09T12:00:00.000Z');
const WINDOW_S = 3600;
const VELOCITY: FraudDetectionConfig = { ...CONFIG, rules: [{ id: 'velocity_count', weight: 1000, count: 5, window_s: WINDOW_S }] };

const payment = (customer: string, id: string, offset = 0, more: Partial<TransactionDetail> = {}) => detail({
  transaction_id: id,
  key: { transaction_id: `stripe#${id}`, event_id: `evt_${id}` },
  customer_id: customer,
  occurred_at: new Date(NOW + offset).toISOString(),
  ...more,
});

describe('histories', () => {
  let customers: Customers;
  beforeAll(() => { customers = tableCustomers(table.client, TABLE_NAME, VELOCITY); });
  const seen = async (transaction: TransactionDetail) => (await customers(screenedOf(transaction)))!.entries.length;
  const rowsOf = async (customer: string) => (await table.all()).filter(({ transaction_id }) => transaction_id.S === partitionOf('stripe', customer));

  test('a transaction is entered once, however often it is delivered or tried again', async () => {
    await Promise.all(Array.from({ length: 20 }, () => seen(payment('often', 'a'))));
    expect(await rowsOf('often')).toHaveLength(1);
    expect(await seen(payment('often', 'b', 1))).toBe(1);
    expect(await seen(payment('often', 'b', 1))).toBe(1);
  });

  test('of ten at the same moment, fifty times delivered, none is missed: somebody sees all nine others', async () => {
    const deliveries = Array.from({ length: 50 }, (_, index) => payment('burst', `p${index % 10}`, index % 10));
    const counts = await Promise.all(deliveries.map(seen));
    expect(Math.max(...counts)).toBe(9);
    expect(await rowsOf('burst')).toHaveLength(10);
    const again = deliveries.slice(0, 10).map(async (one) => analyze(one, VELOCITY, { history: await customers(screenedOf(one)) }).fraud_status);
    const hits = await Promise.all(again);
    expect(new Set(hits)).toEqual(new Set(['high_risk']));
  });

  test('two events of one transaction are one', async () => {
    await seen(payment('events', 'a'));
    await seen(payment('events', 'a', 5, { key: { transaction_id: 'stripe#a', event_id: 'evt_other' } }));
    expect(await seen(payment('events', 'b', 6))).toBe(1);
  });

  test('customers of different endpoints and different customers do not mix', async () => {
    await seen(payment('shared', 'a'));
    expect(await seen(payment('shared', 'b', 0, { endpoint: 'other' }))).toBe(0);
    expect(await seen(payment('shared2', 'c'))).toBe(0);
  });

  test('what lies beyond the longest window is not read', async () => {
    await seen(payment('slow', 'a', -WINDOW_S * 1000 - 1));
    expect(await seen(payment('slow', 'b'))).toBe(0);
  });

  test.each(['0000-01-01T00:00:00.000Z', '9999-12-31T23:59:59.999Z'])('a sender whose clock says %s has one too', async (occurred_at) => {
    await seen(payment(`odd ${occurred_at}`, 'a', 0, { occurred_at }));
    expect(await seen(payment(`odd ${occurred_at}`, 'b', 0, { occurred_at }))).toBe(1);
  });

  test('nobody has no history', async () => {
    const before = (await table.all()).length;
    expect(await customers(screenedOf(detail({ customer_id: null })))).toBeUndefined();
    expect(await table.all()).toHaveLength(before);
  });

  test('more than is read is said to be more', async () => {
    const fewer = tableCustomers(table.client, TABLE_NAME, VELOCITY, 5);
    for (let index = 0; index < 8; index += 1) await seen(payment('busy', `b${index}`, index));
    const read = (await fewer(screenedOf(payment('busy', 'last', 50))))!;
    expect([read.truncated, read.entries.map(({ at }) => Date.parse(at) - NOW)]).toEqual([true, [4, 5, 6, 7]]);
  });

  test('its rows expire after the longest window, name nobody, and are neither published nor archived', async () => {
    await seen(payment('cus_secret', 'a'));
    const [row] = await rowsOf('cus_secret');
    expect(Number(row.expires_at.N)).toBeGreaterThan(NOW / 1000 + WINDOW_S);
    expect(Number(row.expires_at.N)).toBeLessThanOrEqual(NOW / 1000 + WINDOW_S + 86_400);
    expect(JSON.stringify(row)).not.toContain('cus_secret');
    expect(PUBLISHED_RECORDS).not.toContain(row.record.S);
  });
});

describe('the fuse', () => {
  const FUSE = { share: 500, window_s: 3600, minimum: 10, reset_s: 7200 };
  const fuses = () => tableFuses(table.client, TABLE_NAME, FUSE);
  const verdict = analyze(RISKY, CONFIG);
  const at = (offsetS: number) => new Date(NOW + offsetS * 1000);

  test('blows once for everybody, is said once, and resets by itself', async () => {
    const counting = fuses();
    expect([...await counting.blown(at(0))]).toEqual([]);
    await Promise.all(Array.from({ length: 10 }, (_, index) => counting.count({ transaction_id: `t${index}`, event_id: 'e' }, verdict, at(1))));
    expect([...await counting.blown(at(5))]).toEqual([]); // known for ten seconds
    const rules = [...verdict.risk_factors].sort();
    const both = await Promise.all([fuses().blown(at(20)), fuses().blown(at(20))]);
    for (const one of both) expect([...one].sort()).toEqual(rules);
    expect(output.metrics.filter(({ name }) => name === 'FraudRuleFused')).toHaveLength(rules.length);
    expect(output.logs.map(({ rule }) => rule).sort()).toEqual(rules);
    expect([...await fuses().blown(at(20 + FUSE.reset_s))]).toEqual([]);
  });

  test('its rows expire, and are not published', async () => {
    const rows = (await table.all()).filter(({ transaction_id }) => transaction_id.S === '#fuse');
    expect(rows.length).toBeGreaterThan(1);
    for (const row of rows) {
      expect(Number(row.expires_at.N)).toBeGreaterThan(NOW / 1000 + FUSE.window_s);
      expect(PUBLISHED_RECORDS).not.toContain(row.record.S);
    }
  });
});

describe('folding', () => {
  const alert = (id: string, offsetS: number, customer = 'cus_fold') =>
    ({ transaction: payment(customer, id), analysis: analyze(RISKY, CONFIG), at: new Date(NOW + offsetS * 1000).toISOString() });

  test('one alert per cause and window goes out; the next says how many did not', async () => {
    const folds = tableFolds(table.client, TABLE_NAME, 600);
    const first = await Promise.all(['a', 'b', 'c', 'd'].map((id) => folds.open(alert(id, 0))));
    expect(first.filter((count) => count === 0)).toHaveLength(1);
    expect(first.filter((count) => count === undefined)).toHaveLength(3);
    expect(await folds.open(alert('e', 599))).toBeUndefined();
    expect(await folds.open(alert('f', 600))).toBe(4);
    expect(await folds.open(alert('g', 601, 'cus_other'))).toBe(0);
  });

  test('an alert that did not go out leaves its place to the next', async () => {
    const folds = tableFolds(table.client, TABLE_NAME, 600);
    await folds.open(alert('a', 0, 'cus_failed'));
    expect(await folds.open(alert('a', 1, 'cus_failed'))).toBe(0);
    expect(await folds.open(alert('x', 1, 'cus_failed'))).toBeUndefined();
    await folds.reopen(alert('a', 1, 'cus_failed'), 2);
    expect(await folds.open(alert('b', 2, 'cus_failed'))).toBe(3);
    await folds.reopen(alert('a', 3, 'cus_failed'), 0);
    expect(await folds.open(alert('c', 4, 'cus_failed'))).toBeUndefined();
  });
});

describe('metadata that was too large to travel', () => {
  const verdicts = () => verdictStore(table.client, TABLE_NAME);

  test('comes from the row', async () => {
    await table.put(imageWith({ transactionId: 'large', metadata: { country: 'DE' } }));
    expect(await verdicts().metadataOf({ transaction_id: 'stripe#large', event_id: 'evt_1' })).toEqual({ country: 'DE' });
  });

  test.each(['tombstone', 'absent'])('a row that is %s has none', async (record) => {
    const key = { transaction_id: `stripe#${record}`, event_id: 'evt_1' };
    if (record === 'tombstone') await table.put({ ...imageWith({ transactionId: record }), record: { S: record } });
    await expect(verdicts().metadataOf(key)).rejects.toThrow(NoSuchTransaction);
  });
});
