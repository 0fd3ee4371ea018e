import type { FraudRuleConfig, TransactionDetail } from '../../src/contract';
import { compareDecimals, Decimal, formatDecimal, magnitude, parseDecimal, trimDecimal } from '../transaction/decimal';
import { limitFor } from '../transaction/tier';
import { History, NO_HISTORY } from './history';
import { newCustomer, structuring, unusualCountry, unusualCurrency, velocityCount, velocitySum } from './history-rules';

/** What a rule saw and what it was held against, both as text. */
export interface Observation {
  readonly hit: boolean;
  readonly observed: string;
  readonly limit: string;
}

/** A transaction whose money is known. */
export interface Screened {
  readonly transaction: TransactionDetail;
  /** Without its sign: what goes out is judged like what comes in. */
  readonly amount: Decimal;
  readonly currency: string;
  /** Where it was paid from, as far as the metadata says. */
  readonly country?: string;
  readonly history: History;
}

export interface FraudRule {
  /** How a hit counts: adds its weight unless it is the word of a list. */
  readonly decides?: 'allow' | 'block';
  /** Whether it asks for the customer's history. */
  readonly readsHistory?: true;
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
  const [country, card] = [countryCode(metadata.country), countryCode(metadata.card_country)];
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

/** The transaction is on a list, by any of its marks. */
function listed({ transaction, currency, country }: Screened, { list = {} }: FraudRuleConfig): Observation {
  const { customer_id: customer, provider } = transaction;
  const marks: readonly (readonly [string, string | null | undefined, readonly string[] | undefined])[] = [
    ['customer', customer, list.customers], ['country', country, list.countries], ['currency', currency, list.currencies], ['provider', provider, list.providers],
  ];
  const found = marks.filter(([, value, listedValues]) => value && listedValues?.includes(value)).map(([name]) => name);
  const asked = marks.filter(([,, listedValues]) => listedValues?.length).map(([name,, listedValues]) => `${listedValues!.length} by ${name}`);
  return { hit: found.length > 0, observed: found.length > 0 ? `listed by ${found.join(', ')}` : 'not listed', limit: asked.join(', ') };
}

export function countryCode(value: unknown): string | undefined {
  return typeof value === 'string' && /^[a-z]{2,3}$/i.test(value) ? value.toUpperCase() : undefined;
}

/** Every rule that can be configured, by id. */
export const RULES: Readonly<Record<string, FraudRule>> = {
  high_amount: { version: 1, observe: amountAbove },
  very_high_amount: { version: 1, observe: amountAbove },
  round_amount: { version: 1, observe: roundAmount },
  country_mismatch: { version: 1, observe: countryMismatch },
  unknown_customer: { version: 1, observe: unknownCustomer },
  just_below_limit: { version: 1, observe: justBelowLimit },
  velocity_count: { version: 1, readsHistory: true, observe: velocityCount },
  velocity_sum: { version: 1, readsHistory: true, observe: velocitySum },
  structuring: { version: 1, readsHistory: true, observe: structuring },
  unusual_currency: { version: 1, readsHistory: true, observe: unusualCurrency },
  unusual_country: { version: 1, readsHistory: true, observe: unusualCountry },
  new_customer: { version: 1, readsHistory: true, observe: newCustomer },
  allow_list: { version: 1, decides: 'allow', observe: listed },
  block_list: { version: 1, decides: 'block', observe: listed },
};

export function ruleOf(id: string): FraudRule {
  if (!Object.hasOwn(RULES, id)) throw new Error(`There is no fraud rule ${id}`);
  return RULES[id];
}

export function screenedOf(transaction: TransactionDetail, history: History = NO_HISTORY): Screened {
  if (transaction.amount_text === null || transaction.currency === null) {
    throw new TypeError(`${transaction.key.transaction_id} has no amount to screen`);
  }
  const { metadata, amount_text, currency } = transaction;
  const country = countryCode(metadata.country) ?? countryCode(metadata.card_country);
  return { transaction, amount: magnitude(parseDecimal(amount_text)), currency, country, history };
}
