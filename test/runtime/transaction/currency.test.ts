import { exponentOf, UnknownCurrency } from '../../../runtime/transaction/currency';

describe('decimals of a currency', () => {
  test.each([
    [0, 'BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF'],
    [2, 'USD EUR GBP CHF INR BRL MXN IDR HUF TWD MGA MRU ZWG SLE VED CNY'],
    [3, 'BHD IQD JOD KWD LYD OMR TND'],
    [4, 'CLF UYW'],
  ])('ISO 4217 counts %i for %s', (exponent, codes) => {
    expect(codes.split(' ').filter((code) => exponentOf(code) !== exponent)).toEqual([]);
  });

  test.each(['', 'usd', 'US', 'USDT', 'BTC', 'XXX', 'XTS', 'ABC', '__proto__', 'constructor', 'toString', 'default'])('%j is refused, never taken for two', (code) => {
    expect(() => exponentOf(code)).toThrow(UnknownCurrency);
  });

  test('a provider departs from ISO 4217 only where it says so', () => {
    expect(exponentOf('ISK', { ISK: 2 })).toBe(2);
    expect(exponentOf('JPY', { ISK: 2 })).toBe(0);
    expect(() => exponentOf('toString', { ISK: 2 })).toThrow(UnknownCurrency);
  });
});
