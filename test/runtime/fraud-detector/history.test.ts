import fc from 'fast-check';
import { History, HistoryEntry, historyOf, windowsAround } from '../../../runtime/fraud-detector/history';
import { analyze } from '../../../runtime/fraud-detector/score';
import { formatDecimal, parseDecimal } from '../../../runtime/transaction/decimal';
import type { FraudRuleConfig, TransactionDetail } from '../../../src/contract';
import { detail } from './setup';

const NOW = Date.parse('2025-10-09T12:00:00.000Z');
const HOUR = 3_600_000;
const DAY = 24 * HOUR;

const at = (offset: number) => new Date(NOW + offset).toISOString();
const entry = (of: string, offset: number, amount = '10.00', more: Partial<HistoryEntry> = {}): HistoryEntry =>
  ({ of, at: at(offset), amount: parseDecimal(amount), currency: 'USD', ...more });
const history = (...entries: HistoryEntry[]): History => historyOf(entries, 'self', false);

function judge(rule: Omit<FraudRuleConfig, 'weight'>, known: History, overrides: Partial<TransactionDetail> = {}) {
  const transaction = detail({ occurred_at: at(0), ...overrides });
  const config = { rules: [{ weight: 1000, ...rule }], mediumRiskAbove: 400, highRiskAbove: 700 };
  return analyze(transaction, config, { history: known }).rules[0];
}

describe('a history', () => {
  test('leaves the transaction itself out, in whichever of its events', () => {
    expect(history(entry('self', -1), entry('self', 0), entry('a', -2)).entries.map(({ of }) => of)).toEqual(['a']);
  });

  test('has one entry per transaction: its first moment and its largest amount', () => {
    const { entries } = history(entry('a', -1, '30'), entry('a', -3, '10'), entry('a', -2, '20'));
    expect(entries.map((one) => [one.at, formatDecimal(one.amount)])).toEqual([[at(-3), '30']]);
  });

  test('is the same in whatever order it was read', () => {
    const entries = fc.array(fc.record({ of: fc.constantFrom('a', 'b', 'c', 'self'), offset: fc.integer({ min: -9, max: 9 }), cents: fc.integer({ min: 1, max: 999 }) }));
    fc.assert(fc.property(entries, fc.integer(), (read, seed) => {
      const unique = [...new Map(read.map((one) => [`${one.of} ${one.offset}`, entry(one.of, one.offset, String(one.cents))])).values()];
      const shuffled = [...unique].sort((a, b) => ((a.of + a.at + seed) < (b.of + b.at) ? 1 : -1));
      expect(historyOf(shuffled, 'self', false)).toEqual(historyOf(unique, 'self', false));
    }));
  });
});

describe('a window', () => {
  test('ends at the transaction when all others came before it, and leaves its start out', () => {
    const [window, ...others] = windowsAround(history(entry('a', -HOUR), entry('b', 1 - HOUR), entry('c', 0)), at(0), HOUR);
    expect([window.map(({ of }) => of), others]).toEqual([['b', 'c'], []]);
  });

  test('is the fullest that holds a transaction which comes late', () => {
    const late = history(entry('a', -0.9 * HOUR), entry('b', 0.5 * HOUR), entry('c', 0.9 * HOUR));
    expect(windowsAround(late, at(0), HOUR).map((window) => window.map(({ of }) => of))).toEqual([['a'], ['b'], ['b', 'c']]);
  });

  test('never holds two entries that lie a whole window apart', () => {
    fc.assert(fc.property(fc.array(fc.integer({ min: -200, max: 200 }), { maxLength: 20 }), fc.integer({ min: 1, max: 100 }), (offsets, width) => {
      for (const window of windowsAround(history(...offsets.map((offset, index) => entry(String(index), offset))), at(0), width)) {
        const times = [NOW, ...window.map((one) => Date.parse(one.at))];
        expect(Math.max(...times) - Math.min(...times)).toBeLessThan(width);
      }
    }));
  });
});

describe('velocity', () => {
  const count = { id: 'velocity_count', count: 3, window_s: 3600 };
  const burst = (size: number) => history(...Array.from({ length: size }, (_, index) => entry(String(index), -index * 1000)));

  test.each([[0, false], [2, false], [3, true]])('%i others in the hour, up to 3 in all: hit %p', (others, hit) => {
    expect(judge(count, burst(others))).toMatchObject({ hit, observed: `${others + 1} in 1 h`, limit: 'up to 3 in 1 h' });
  });

  test('says so when there is more than was read', () => {
    expect(judge(count, { ...burst(5), truncated: true })).toMatchObject({ hit: true, observed: 'at least 6 in 1 h' });
  });

  test.each([['59.99', false], ['60.00', false], ['60.01', true]])('the sum of 40.00 and %s is above 100: %p', (amount_text, hit) => {
    const known = history(entry('a', -5, '40.00'), entry('b', -5, '9999', { currency: 'EUR' }), entry('c', -DAY, '9999'));
    expect(judge({ id: 'velocity_sum', limit: { default: '100' }, window_s: 86_400 }, known, { amount_text }).hit).toBe(hit);
  });
});

describe('structuring', () => {
  const rule = { id: 'structuring', limit: { default: '10000', JPY: '1500000' }, margin: 100, count: 3, window_s: 86_400 };

  test.each([
    ['9000', ['9999.99', '9000.00'], true], ['9000', ['9999.99', '10000.00'], false], ['8999.99', ['9500', '9500', '9500'], false],
    ['9500', ['9500'], false], ['10000', ['9500', '9500', '9500'], false],
  ])('%s after %p: hit %p', (amount_text, others, hit) => {
    expect(judge(rule, history(...others.map((amount, index) => entry(String(index), -1000, amount))), { amount_text }).hit).toBe(hit);
  });

  test('goes by the limit of the currency', () => {
    const known = history(entry('a', -1, '1400000', { currency: 'JPY' }), entry('b', -1, '1499999', { currency: 'JPY' }));
    expect(judge(rule, known, { amount_text: '1350000', currency: 'JPY' })).toMatchObject({ hit: true, limit: 'fewer than 3 in [1350000, 1500000) in 1 d' });
  });
});

describe('what the customer usually does', () => {
  const usual = (...of: Partial<HistoryEntry>[]) => history(...of.map((more, index) => entry(String(index), -1000 - index, '10', more)));

  test.each([
    ['EUR', ['USD', 'USD', 'USD'], true], ['USD', ['USD', 'EUR', 'EUR'], false], ['EUR', ['USD', 'USD'], false],
  ])('a payment in %s after %p is unusual: %p', (currency, others, hit) => {
    expect(judge({ id: 'unusual_currency', count: 3, window_s: 86_400 }, usual(...others.map((other) => ({ currency: other }))), { currency }).hit).toBe(hit);
  });

  test.each([['BR', true], ['de', false], [undefined, false]])('a payment from %s after three from DE is unusual: %p', (country, hit) => {
    const known = usual({ country: 'DE' }, { country: 'DE' }, { country: 'DE' }, { country: undefined });
    expect(judge({ id: 'unusual_country', count: 3, window_s: 86_400 }, known, { metadata: { country } }).hit).toBe(hit);
  });

  test('what comes after the transaction does not make it usual', () => {
    const known = history(...['a', 'b', 'c'].map((of) => entry(of, -5)), entry('later', 5, '10', { currency: 'EUR' }));
    expect(judge({ id: 'unusual_currency', count: 3, window_s: 86_400 }, known, { currency: 'EUR' }).hit).toBe(true);
  });
});

describe('a new customer', () => {
  const rule = { id: 'new_customer', limit: { default: '1000' }, window_s: 86_400 };

  test.each([
    ['the first payment', history(), '1000.01', true], ['a small first payment', history(), '1000.00', false],
    ['first seen within the day', history(entry('a', 1 - DAY)), '5000', true], ['known for a day', history(entry('a', -DAY)), '5000', false],
    ['known for longer than is read', { ...history(entry('a', -5)), truncated: true }, '5000', false],
  ])('%s', (_, known, amount_text, hit) => expect(judge(rule, known, { amount_text }).hit).toBe(hit));

  test('is somebody', () => expect(judge(rule, history(), { amount_text: '5000', customer_id: null }).hit).toBe(false));
});
