import { AmountsByCurrency, TierThresholds } from '../contract';
import { amountText, check, checkBelow, checkCurrency } from '../validate';

/** Value band of a transaction, by amount. */
export enum TransactionTier {
  /** Below `thresholds.medium`. */
  LOW = 'low',
  /** From `thresholds.medium` to `thresholds.high`. */
  MEDIUM = 'medium',
  /** Above `thresholds.high`. */
  HIGH = 'high',
}

/** Limits between the tiers, in major units of the currency: low < `medium` ≤ medium ≤ `high` < high. */
export interface AmountThresholds {
  /**
   * Smallest medium-value amount.
   *
   * @default 1000
   */
  readonly medium?: number;

  /**
   * Largest medium-value amount.
   *
   * @default 10000
   */
  readonly high?: number;
}

/** Limits between the tiers, with exceptions by currency. */
export interface ThresholdProps extends AmountThresholds {
  /**
   * Limits of currencies whose unit is worth much more or less, by ISO 4217 code,
   * e.g. `{ JPY: { medium: 150000, high: 1500000 } }`.
   *
   * @default - the same numbers for every currency
   */
  readonly currencies?: { [currency: string]: AmountThresholds };
}

export function resolveThresholds(props: ThresholdProps = {}): TierThresholds {
  const medium: Record<string, string> & { default: string } = { default: amountText('thresholds.medium', props.medium ?? 1000) };
  const high: Record<string, string> & { default: string } = { default: amountText('thresholds.high', props.high ?? 10_000) };
  checkOrder('thresholds', props.medium ?? 1000, props.high ?? 10_000);

  for (const [currency, limits] of Object.entries(props.currencies ?? {})) {
    const prop = `thresholds.currencies.${currency}`;
    checkCurrency(prop, currency);
    const [low, top] = [limits.medium ?? props.medium ?? 1000, limits.high ?? props.high ?? 10_000];
    checkOrder(prop, low, top);
    medium[currency] = amountText(`${prop}.medium`, low);
    high[currency] = amountText(`${prop}.high`, top);
  }
  return { medium, high };
}

/** An amount and its exceptions by currency, as text. */
export function resolveAmounts(prop: string, amount: number, byCurrency: { [currency: string]: number } = {}): AmountsByCurrency {
  const exceptions = Object.entries(byCurrency).map(([currency, limit]) => {
    checkCurrency(prop, currency);
    return [currency, amountText(`${prop}.${currency}`, limit)];
  });
  return { ...Object.fromEntries(exceptions), default: amountText(prop, amount) };
}

function checkOrder(prop: string, medium: number, high: number): void {
  check(medium > 0, `${prop}.medium`, medium, 'use more than 0, or there is no low tier');
  checkBelow(`${prop}.medium`, medium, `${prop}.high`, high, 'there is no medium tier');
}
