import fc from 'fast-check';
import { compareDecimals, Decimal, fitsJsonNumber, formatDecimal, fromMinorUnits, InvalidDecimal, parseDecimal, trimDecimal } from '../../../runtime/transaction/decimal';

const LARGEST = 10n ** 38n - 1n;
const decimals: fc.Arbitrary<Decimal> = fc.record({ units: fc.bigInt({ min: -LARGEST, max: LARGEST }), scale: fc.nat({ max: 38 }) });

/** The value in units of 10^-38, where every amount is a whole number. */
const scaled = ({ units, scale }: Decimal) => units * 10n ** BigInt(38 - scale);

describe('decimals are exact', () => {
  test('what is printed is read back unchanged, with all of its decimals', () => {
    fc.assert(fc.property(decimals, (value) => {
      expect(parseDecimal(formatDecimal(value))).toEqual(value);
    }), { numRuns: 1000 });
  });

  test.each(['0', '0.00', '500.00', '-12.340', '9007199254740993', '12345678901234567890.12', '0.00000000000000000000000000000000000001', '9'.repeat(38)])(
    '%s survives reading and printing', (text) => {
      expect(formatDecimal(parseDecimal(text))).toBe(text);
    });

  test('neighbours beyond 2^53 stay apart', () => {
    expect(compareDecimals(parseDecimal('9007199254740992'), parseDecimal('9007199254740993'))).toBeLessThan(0);
    expect(compareDecimals(parseDecimal('0.1000000000000000055'), parseDecimal('0.1'))).toBeGreaterThan(0);
  });

  test('comparing agrees with integers of one common scale', () => {
    fc.assert(fc.property(decimals, decimals, (a, b) => {
      const [left, right] = [scaled(a), scaled(b)];
      expect(Math.sign(compareDecimals(a, b))).toBe(left < right ? -1 : left > right ? 1 : 0);
    }), { numRuns: 1000 });
  });

  test('trailing zeros make no difference to the value, and trimming removes exactly them', () => {
    fc.assert(fc.property(decimals, (value) => {
      const trimmed = trimDecimal(value);
      expect(scaled(trimmed)).toBe(scaled(value));
      expect(formatDecimal(trimmed)).not.toMatch(/\.\d*0$/);
    }));
  });

  test('scientific notation is the number it stands for', () => {
    fc.assert(fc.property(fc.bigInt({ min: -999_999n, max: 999_999n }), fc.integer({ min: -20, max: 20 }), (mantissa, exponent) => {
      const value = parseDecimal(`${mantissa}e${exponent}`);
      expect(scaled(value)).toBe(mantissa * 10n ** BigInt(38 + exponent));
    }));
    expect(formatDecimal(parseDecimal('1.5E+3'))).toBe('1500');
  });
});

describe('what is no decimal is refused', () => {
  test.each([
    'NaN', 'Infinity', '-Infinity', '1e400', '-1e400', '1e-400', '1e38', '1e9999999', '0x10', '0b1', '1_000', '1,000', '1.000,00', '$5', '٣',
    '', ' ', ' 1', '1 ', '1\n', '\t1', '01', '-01', '00', '+1', '--1', '-', '.5', '5.', '1.', '1e', 'e1', '1e1.5', 'null', '1'.repeat(39), `0.${'0'.repeat(38)}1`,
  ])('%j', (text) => {
    expect(() => parseDecimal(text)).toThrow(InvalidDecimal);
  });

  test('the refusal quotes no more than a line of it', () => {
    expect(() => parseDecimal('x'.repeat(100_000))).toThrow(/^.{1,150}$/);
  });
});

describe('minor units', () => {
  test('keep every digit and get the decimals of the currency', () => {
    fc.assert(fc.property(fc.bigInt({ min: 0n, max: 10n ** 30n }), fc.integer({ min: 0, max: 4 }), (minor, exponent) => {
      const [whole, fraction = ''] = formatDecimal(fromMinorUnits(String(minor), exponent)).split('.');
      expect(BigInt(whole + fraction)).toBe(minor);
      expect(fraction).toHaveLength(exponent);
    }));
  });

  test.each(['10.5', '1e-1', 'NaN', ''])('%j minor units are refused', (text) => {
    expect(() => fromMinorUnits(text, 2)).toThrow(InvalidDecimal);
  });
});

describe('an amount is a JSON number only when a double prints it back', () => {
  test('for every amount that is said to fit', () => {
    fc.assert(fc.property(fc.bigInt({ min: -(10n ** 17n), max: 10n ** 17n }), fc.nat({ max: 8 }), (units, scale) => {
      const value = { units, scale };
      fc.pre(fitsJsonNumber(value));
      expect(String(Number(formatDecimal(value)))).toBe(formatDecimal(trimDecimal(value)));
    }), { numRuns: 2000 });
  });

  test.each([['500.00', true], ['99.9', true], ['999999999999.999', true], ['9007199254740993', false], ['0.1234567890123456', false], ['0.0000001', false]])(
    '%s: %p', (text, fits) => {
      expect(fitsJsonNumber(parseDecimal(text))).toBe(fits);
    });
});
