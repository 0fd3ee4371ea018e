/**
 * Decimals of a currency's minor unit by ISO 4217; every active currency is listed,
 * so an unknown code is an error and never silently "2".
 *
 * @see https://www.iso.org/iso-4217-currency-codes.html
 */
const ISO_EXPONENTS: Readonly<Record<number, string>> = {
  0: 'BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF',
  2: 'AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BMD BND BOB BOV BRL BSD BTN BWP BYN BZD CAD CDF CHE CHF CHW '
    + 'CNY COP COU CRC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ GYD HKD HNL HTG HUF IDR ILS '
    + 'INR IRR JMD KES KGS KHR KPW KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MXV MYR MZN '
    + 'NAD NGN NIO NOK NPR NZD PAB PEN PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC '
    + 'SYP SZL THB TJS TMT TOP TRY TTD TWD TZS UAH USD USN UYU UZS VED VES WST XCD XCG YER ZAR ZMW ZWG',
  3: 'BHD IQD JOD KWD LYD OMR TND',
  4: 'CLF UYW',
};

const EXPONENTS: ReadonlyMap<string, number> = new Map(
  Object.entries(ISO_EXPONENTS).flatMap(([exponent, codes]) => codes.split(' ').map((code) => [code, Number(exponent)] as const)),
);

export class UnknownCurrency extends Error {
  public constructor(code: string) {
    super(`${JSON.stringify(code.slice(0, 20))} is not an ISO 4217 currency code`);
    this.name = 'UnknownCurrency';
  }
}

/** Exponents in which a provider departs from ISO 4217, by currency. */
export type ExponentOverrides = Readonly<Record<string, number>>;

/** Decimals of `currency`, as this provider counts them. */
export function exponentOf(currency: string, overrides: ExponentOverrides = {}): number {
  const exponent = Object.hasOwn(overrides, currency) ? overrides[currency] : EXPONENTS.get(currency);
  if (exponent === undefined) throw new UnknownCurrency(currency);
  return exponent;
}
