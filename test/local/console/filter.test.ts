import fc from 'fast-check';
import { filterOf, matches } from '../../../local/console/filter';
import { Summary } from '../../../local/console/model';

const SUMMARY: Summary = {
  id: 'r1', number: 1, at: '2026-01-01T00:00:00.000Z', method: 'POST', path: '/webhook/stripe', endpoint: 'stripe', kind: 'stripe', bytes: 2,
  outcome: 'stored', tier: 'low', band: 'low_risk', amount: '19.99', currency: 'USD', alerts: 0,
};
const shows = (query: string, summary = SUMMARY, searchable = '{"id":"evt_1"}') => matches(summary, searchable, filterOf(new URLSearchParams(query)));

test.each(['', 'endpoint=stripe', 'tier=low', 'band=low_risk', 'outcome=stored', 'text=EVT_1', 'minAmount=19.99&maxAmount=19.99'])('shows a request to %p', (query) => {
  expect(shows(query)).toBe(true);
});

test.each(['endpoint=paypal', 'tier=high', 'band=high_risk', 'outcome=rejected', 'text=evt_2', 'minAmount=19.990001', 'maxAmount=19.98'])('hides it from %p', (query) => {
  expect(shows(query)).toBe(false);
});

test('a request without an amount is in no range of amounts', () => {
  expect(shows('minAmount=0', { ...SUMMARY, amount: undefined })).toBe(false);
});

test('amounts are compared exactly, far beyond what a double holds', () => {
  const units = fc.bigInt({ min: 0n, max: 10n ** 15n - 1n });
  const text = (cents: bigint) => `${cents / 100n}.${String(cents % 100n).padStart(2, '0')}`;
  fc.assert(fc.property(units, units, (amount, limit) => {
    expect(shows(`minAmount=${text(limit)}`, { ...SUMMARY, amount: text(amount) })).toBe(amount >= limit);
  }));
});

test('an amount that is none is refused by its name', () => {
  expect(() => filterOf(new URLSearchParams('minAmount=ten'))).toThrow('minAmount is "ten": use a decimal such as 99.50');
});
