import type { AmountsByCurrency, Tier, TierThresholds } from '../../src/contract';
import { compareDecimals, Decimal, magnitude, parseDecimal } from './decimal';

/** The limit that applies to `currency`. */
export function limitFor(limits: AmountsByCurrency, currency: string): Decimal {
  return parseDecimal(Object.hasOwn(limits, currency) ? limits[currency] : limits.default);
}

/** The tier of an amount: low < medium limit ≤ medium ≤ high limit < high. Every amount has exactly one; what goes out counts like what comes in. */
export function tierOf(amount: Decimal, currency: string, thresholds: TierThresholds): Tier {
  const size = magnitude(amount);
  if (compareDecimals(size, limitFor(thresholds.medium, currency)) < 0) return 'low';
  return compareDecimals(size, limitFor(thresholds.high, currency)) <= 0 ? 'medium' : 'high';
}
