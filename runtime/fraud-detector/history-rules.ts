import type { FraudRuleConfig } from '../../src/contract';
import { addDecimals, compareDecimals, Decimal, formatDecimal, trimDecimal } from '../transaction/decimal';
import { limitFor } from '../transaction/tier';
import { before, HistoryEntry, windowsAround } from './history';
import type { Observation, Screened } from './rules';

/** More transactions in a window than anybody makes by hand. */
export function velocityCount({ transaction, history }: Screened, config: FraudRuleConfig): Observation {
  const most = Math.max(...windows(transaction.occurred_at, history, config).map((entries) => entries.length)) + 1;
  const count = config.count!;
  return {
    hit: most > count,
    observed: `${history.truncated ? 'at least ' : ''}${most} in ${span(config)}`,
    limit: `up to ${count} in ${span(config)}`,
  };
}

/** More money in a window than a limit, in the currency of the transaction. */
export function velocitySum({ transaction, amount, currency, history }: Screened, config: FraudRuleConfig): Observation {
  const limit = limitFor(config.limit!, currency);
  const sums = windows(transaction.occurred_at, history, config)
    .map((entries) => entries.filter((entry) => entry.currency === currency).reduce((sum, entry) => addDecimals(sum, entry.amount), amount));
  const most = sums.reduce((largest, sum) => (compareDecimals(sum, largest) > 0 ? sum : largest));
  return {
    hit: compareDecimals(most, limit) > 0,
    observed: `${history.truncated ? 'at least ' : ''}${formatDecimal(most)} in ${span(config)}`,
    limit: `up to ${formatDecimal(limit)} in ${span(config)}`,
  };
}

/** Several amounts that each stay just under a limit: one payment cut into pieces. */
export function structuring({ transaction, amount, currency, history }: Screened, config: FraudRuleConfig): Observation {
  const count = config.count!;
  const limit = limitFor(config.limit!, currency);
  const floor = trimDecimal({ units: limit.units * BigInt(1000 - config.margin!), scale: limit.scale + 3 });
  const isJustUnder = (value: Decimal) => compareDecimals(value, floor) >= 0 && compareDecimals(value, limit) < 0;
  const others = windows(transaction.occurred_at, history, config)
    .map((entries) => entries.filter((entry) => entry.currency === currency && isJustUnder(entry.amount)).length);
  const found = isJustUnder(amount) ? Math.max(...others) + 1 : 0;
  return {
    hit: found >= count,
    observed: `${found} in ${span(config)}`,
    limit: `fewer than ${count} in [${formatDecimal(floor)}, ${formatDecimal(limit)}) in ${span(config)}`,
  };
}

export function unusualCurrency(screened: Screened, config: FraudRuleConfig): Observation {
  return unlikeHistory(screened.currency, screened, config, (entry) => entry.currency);
}

export function unusualCountry(screened: Screened, config: FraudRuleConfig): Observation {
  return unlikeHistory(screened.country, screened, config, (entry) => entry.country);
}

/** A large amount from somebody first seen a short while ago. */
export function newCustomer({ transaction, amount, currency, history }: Screened, config: FraudRuleConfig): Observation {
  const limit = limitFor(config.limit!, currency);
  const first = history.truncated ? undefined : history.entries.find((entry) => entry.at < transaction.occurred_at)?.at ?? transaction.occurred_at;
  const isNew = Boolean(transaction.customer_id) && first !== undefined && Date.parse(transaction.occurred_at) - Date.parse(first) < windowMs(config);
  const known = transaction.customer_id ? `first seen ${first ?? 'long ago'}` : 'nobody is named';
  return {
    hit: isNew && compareDecimals(amount, limit) > 0,
    observed: `${formatDecimal(amount)}, ${known}`,
    limit: `up to ${formatDecimal(limit)} in the first ${span(config)}`,
  };
}

/** A value that the customer has never had, once there are enough others to tell. */
function unlikeHistory(
  value: string | undefined, { transaction, history }: Screened, config: FraudRuleConfig, of: (entry: HistoryEntry) => string | undefined,
): Observation {
  const count = config.count!;
  const earlier = before(history, transaction.occurred_at, windowMs(config)).map(of).filter((other) => other !== undefined);
  const usual = [...new Set(earlier)].sort();
  return {
    hit: value !== undefined && earlier.length >= count && !usual.includes(value),
    observed: `${value ?? '?'} after ${earlier.length} of ${usual.slice(0, 5).join(', ') || 'none'}`,
    limit: `one of the last ${span(config)}, once there are ${count}`,
  };
}

function windows(at: string, history: Screened['history'], config: FraudRuleConfig) {
  return windowsAround(history, at, windowMs(config));
}

function windowMs(config: FraudRuleConfig): number {
  return config.window_s! * 1000;
}

const UNITS: readonly (readonly [number, string])[] = [[86_400, 'd'], [3600, 'h'], [60, 'min'], [1, 's']];

/** A window in its largest whole unit: 86400 s are 1 d. */
function span({ window_s: seconds }: FraudRuleConfig): string {
  const [size, unit] = UNITS.find(([length]) => seconds! % length === 0)!;
  return `${seconds! / size} ${unit}`;
}
