import { PriceName, PRICES } from './aws-facts';

/** US dollars in millionths, exact. */
export type MicroDollars = bigint;

const DIGITS = 12;

/** Price of one unit in dollars of 10 to the minus 12, and the number of units it is for. */
function priceOf(name: PriceName): { readonly pico: bigint; readonly units: bigint } {
  const [usd, units] = PRICES[name];
  const [whole, fraction = ''] = usd.split('.');
  return { pico: BigInt(whole + fraction.padEnd(DIGITS, '0')), units: BigInt(units) };
}

/** What an amount costs. The amount is a fraction of whole numbers, and rounded once, at the end. */
export function costOf(name: PriceName, amount: bigint, per = 1n): MicroDollars {
  const { pico, units } = priceOf(name);
  const divisor = units * per * 1_000_000n;
  return (2n * amount * pico + divisor) / (2n * divisor);
}

/** As decimal text with cents, or with as many digits as are wanted; halves are rounded up. */
export function dollars(micro: MicroDollars, digits = 2): string {
  const unit = 10n ** BigInt(6 - digits);
  const rounded = (micro + unit / 2n) / unit;
  const text = String(rounded).padStart(digits + 1, '0');
  return digits === 0 ? text : `${text.slice(0, -digits)}.${text.slice(-digits)}`;
}
