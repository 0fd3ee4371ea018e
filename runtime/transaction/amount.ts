import { exponentOf, ExponentOverrides } from './currency';
import { formatDecimal, fromMinorUnits, InvalidDecimal, parseDecimal, trimDecimal } from './decimal';

/** Minor units as a provider counts them, e.g. cents, as exact text in major units: `1099` USD is `10.99`. */
export function fromMinor(text: string, currency: string, overrides?: ExponentOverrides): string {
  return formatDecimal(fromMinorUnits(text, exponentOf(currency, overrides)));
}

/** Major units as exact text; refuses more decimals than the currency has. */
export function fromMajor(text: string, currency: string, overrides?: ExponentOverrides): string {
  const amount = parseDecimal(text);
  const exponent = exponentOf(currency, overrides);
  if (trimDecimal(amount).scale > exponent) throw new InvalidDecimal(text, `amount has more than the ${exponent} decimals of ${currency}`);
  return formatDecimal(amount);
}

export function isPositive(text: string): boolean {
  return parseDecimal(text).units > 0n;
}
