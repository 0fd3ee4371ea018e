import { UnknownCurrency } from '../transaction/currency';
import { InvalidDecimal } from '../transaction/decimal';
import { InvalidTime } from '../transaction/time';
import type { AdapterOptions } from './adapter';

/**
 * The event types that count as money: all an adapter knows, or those the option `moneyEvents` names.
 * One sale can raise several of them (authorised and captured, settled and disbursed); then an
 * endpoint must choose, or the sale counts twice.
 */
export function moneyEvents({ moneyEvents: chosen }: AdapterOptions, known: readonly string[]): readonly string[] {
  if (chosen === undefined) return known;
  if (!Array.isArray(chosen) || chosen.some((type) => !known.includes(type))) throw new Error(`moneyEvents is a list of some of ${known.join(', ')}`);
  return chosen;
}

/** What `read` gives, or undefined when the amount, currency or time it reads cannot be read. */
export function readable<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if ([UnknownCurrency, InvalidDecimal, InvalidTime].some((type) => error instanceof type)) return undefined;
    throw error;
  }
}
