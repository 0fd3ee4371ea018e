import fc from 'fast-check';
import { fromMajor, fromMinor, isPositive } from '../../../runtime/transaction/amount';
import { UnknownCurrency } from '../../../runtime/transaction/currency';
import { InvalidDecimal } from '../../../runtime/transaction/decimal';

describe('amounts of a currency', () => {
  test('minor units and major units name the same amount', () => {
    fc.assert(fc.property(fc.bigInt({ min: 0n, max: 10n ** 25n }), fc.constantFrom('JPY', 'USD', 'KWD', 'CLF'), (minor, currency) => {
      const text = fromMinor(String(minor), currency);
      expect(fromMajor(text, currency)).toBe(text);
      expect(BigInt(text.replace('.', ''))).toBe(minor);
    }));
  });

  test.each([['10.999', 'USD'], ['0.1', 'JPY'], ['1.0001', 'KWD'], ['1.00001', 'CLF']])('%s %s has more decimals than the currency', (text, currency) => {
    expect(() => fromMajor(text, currency)).toThrow(InvalidDecimal);
  });

  test.each([['10.9900', 'USD'], ['5.0', 'JPY'], ['1.1230', 'KWD']])('%s %s has only zeros beyond them', (text, currency) => {
    expect(fromMajor(text, currency)).toBe(text);
  });

  test('an unknown currency has no amounts', () => {
    expect(() => fromMajor('1', 'XXX')).toThrow(UnknownCurrency);
    expect(() => fromMinor('1', 'XXX')).toThrow(UnknownCurrency);
  });

  test.each([['0.01', true], ['1e-3', true], ['0', false], ['0.00', false], ['-0', false], ['-0.01', false]])('%s is positive: %p', (text, positive) => {
    expect(isPositive(text)).toBe(positive);
  });
});
