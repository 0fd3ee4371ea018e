import type { FraudRuleConfig, TransactionDetail } from '../../src/contract';
import { compareDecimals, Decimal, formatDecimal, parseDecimal, trimDecimal } from '../transaction/decimal';
import { limitFor } from '../transaction/tier';

/** What a rule saw and what it was held against, both as text. */
export interface Observation {
  readonly hit: boolean;
  readonly observed: string;
  readonly limit: string;
}

/** A transaction whose money is known. */
export interface Screened {
  readonly transaction: TransactionDetail;
  readonly amount: Decimal;
  readonly currency: string;
}

export interface FraudRule {
  /** Raised whenever the rule would judge the same input differently. */
  readonly version: number;
  readonly observe: (screened: Screened, config: FraudRuleConfig) => Observation;
}

function amountAbove({ amount, currency }: Screened, config: FraudRuleConfig): Observation {
  const limit = limitFor(config.limit!, currency);
  return { hit: compareDecimals(amount, limit) > 0, observed: formatDecimal(amount), limit: `> ${formatDecimal(limit)}` };
}

/** A whole multiple of a thousand: typed by a person, rarely the price of a basket. */
function roundAmount({ amount }: Screened): Observation {
  const { units, scale } = trimDecimal(amount);
  return { hit: scale === 0 && units > 0n && units % 1000n === 0n, observed: formatDecimal(amount), limit: 'a multiple of 1000' };
}

/** Metadata that names the customer's country and the card's, and they differ. */
function countryMismatch({ transaction: { metadata } }: Screened): Observation {
  const [country, card] = [metadata.country, metadata.card_country].map((value) =>
    (typeof value === 'string' && /^[a-z]{2,3}$/i.test(value) ? value.toUpperCase() : undefined));
  return { hit: country !== undefined && card !== undefined && country !== card, observed: `${country ?? '?'} / ${card ?? '?'}`, limit: 'country = card_country' };
}

/** Nobody is named for an amount worth naming somebody for. */
function unknownCustomer({ transaction, amount, currency }: Screened, config: FraudRuleConfig): Observation {
  const limit = limitFor(config.limit!, currency);
  const hit = !transaction.customer_id && compareDecimals(amount, limit) > 0;
  return { hit, observed: transaction.customer_id ? 'known' : 'unknown', limit: `known above ${formatDecimal(limit)}` };
}

/** Within five per cent below a limit that would have had it looked at. */
function justBelowLimit({ amount, currency }: Screened, config: FraudRuleConfig): Observation {
  const limit = limitFor(config.limit!, currency);
  const floor = trimDecimal({ units: limit.units * 95n, scale: limit.scale + 2 });
  const hit = compareDecimals(amount, floor) >= 0 && compareDecimals(amount, limit) < 0;
  return { hit, observed: formatDecimal(amount), limit: `not in [${formatDecimal(floor)}, ${formatDecimal(limit)})` };
}

/** Every rule that can be configured, by id. */
export const RULES: Readonly<Record<string, FraudRule>> = {
  high_amount: { version: 1, observe: amountAbove },
  very_high_amount: { version: 1, observe: amountAbove },
  round_amount: { version: 1, observe: roundAmount },
  country_mismatch: { version: 1, observe: countryMismatch },
  unknown_customer: { version: 1, observe: unknownCustomer },
  just_below_limit: { version: 1, observe: justBelowLimit },
};

export function screenedOf(transaction: TransactionDetail): Screened {
  if (transaction.amount_text === null || transaction.currency === null) {
    throw new TypeError(`${transaction.key.transaction_id} has no amount to screen`);
  }
  return { transaction, amount: parseDecimal(transaction.amount_text), currency: transaction.currency };
}
