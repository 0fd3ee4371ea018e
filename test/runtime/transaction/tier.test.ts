import fc from 'fast-check';
import { parseDecimal } from '../../../runtime/transaction/decimal';
import { tierOf } from '../../../runtime/transaction/tier';
import { TIERS, TierThresholds } from '../../../src/contract';

const THRESHOLDS: TierThresholds = {
  medium: { default: '1000', JPY: '150000', KWD: '300.005' },
  high: { default: '10000', JPY: '1500000', KWD: '3000.005' },
};

const tier = (amount: string, currency = 'USD') => tierOf(parseDecimal(amount), currency, THRESHOLDS);

/** Hundredths as decimal text. */
const hundredths = (units: number) => `${Math.floor(units / 100)}.${String(units % 100).padStart(2, '0')}`;

describe('tiers', () => {
  test.each([
    ['0', 'low'], ['999.99', 'low'], ['999.99999999999999999', 'low'],
    ['1000', 'medium'], ['1000.00', 'medium'], ['1e3', 'medium'], ['10000', 'medium'], ['10000.00', 'medium'],
    ['10000.01', 'high'], ['10000.00000000000000001', 'high'], ['6000000000', 'high'], ['9'.repeat(38), 'high'],
  ])('%s is %s', (amount, expected) => {
    expect(tier(amount)).toBe(expected);
  });

  test.each([
    ['149999', 'JPY', 'low'], ['150000', 'JPY', 'medium'], ['1500000', 'JPY', 'medium'], ['1500001', 'JPY', 'high'],
    ['300.004', 'KWD', 'low'], ['300.005', 'KWD', 'medium'], ['3000.005', 'KWD', 'medium'], ['3000.006', 'KWD', 'high'],
    ['1000', 'EUR', 'medium'],
  ])('%s %s is %s by the limits of its own currency', (amount, currency, expected) => {
    expect(tier(amount, currency)).toBe(expected);
  });

  test('every amount has exactly one tier, and the bands leave no gap', () => {
    const bands = {
      low: (units: number) => units < 100_000,
      medium: (units: number) => units >= 100_000 && units <= 1_000_000,
      high: (units: number) => units > 1_000_000,
    };
    const near = (limit: number) => fc.integer({ min: limit - 10, max: limit + 10 });
    fc.assert(fc.property(fc.oneof(fc.nat({ max: 3_000_000 }), near(100_000), near(1_000_000)), (units) => {
      expect(TIERS.filter((name) => bands[name](units))).toEqual([tier(hundredths(units))]);
    }), { numRuns: 1000 });
  });

  test('money that goes out has the tier of the same money coming in', () => {
    fc.assert(fc.property(fc.nat({ max: 2_000_000 }), fc.constantFrom('USD', 'JPY', 'KWD'), (units, currency) => {
      expect(tier(`-${hundredths(units)}`, currency)).toBe(tier(hundredths(units), currency));
    }));
  });

  test('a larger amount never has a lower tier', () => {
    fc.assert(fc.property(fc.nat({ max: 2_000_000 }), fc.nat({ max: 2_000_000 }), fc.constantFrom('USD', 'JPY', 'KWD'), (a, b, currency) => {
      const [small, large] = [Math.min(a, b), Math.max(a, b)];
      expect(TIERS.indexOf(tier(hundredths(small), currency))).toBeLessThanOrEqual(TIERS.indexOf(tier(hundredths(large), currency)));
    }), { numRuns: 1000 });
  });
});
