import { aws_sns as sns } from 'aws-cdk-lib';
import { TransactionTier } from '../routing/tiers';
import { check, refuseToken } from '../validate';

/** Risk of a transaction, by score. */
export enum RiskBand {
  /** Up to `fraudDetection.mediumRiskAbove`. */
  LOW = 'low_risk',
  /** Above that, up to `fraudDetection.highRiskAbove`. */
  MEDIUM = 'medium_risk',
  /** Above `fraudDetection.highRiskAbove`. */
  HIGH = 'high_risk',
}

/**
 * Which alerts a subscriber gets. An alert must have one value of every list given. Alerts
 * about the value of a transaction have no risk band; conflicts and alarms have none of the four.
 *
 * @see https://docs.aws.amazon.com/sns/latest/dg/sns-subscription-filter-policies.html
 */
export interface AlertFilter {
  /**
   * Value bands.
   *
   * @default - all
   */
  readonly tiers?: TransactionTier[];

  /**
   * Risk bands; naming any leaves only the alerts of the fraud detector.
   *
   * @default - all, and alerts without one
   */
  readonly riskBands?: RiskBand[];

  /**
   * ISO 4217 codes.
   *
   * @default - all
   */
  readonly currencies?: string[];

  /**
   * Values of `provider` in the transaction, e.g. `stripe`.
   *
   * @default - all
   */
  readonly providers?: string[];
}

/** The SNS filter policy on message attributes; undefined for everything. */
export function filterPolicyOf(filter: AlertFilter = {}): { [attribute: string]: sns.SubscriptionFilter } | undefined {
  const { tiers, riskBands, currencies, providers } = filter;
  for (const [name, values] of Object.entries({ currencies, providers })) refuseToken(`alertSubscribers filter ${name}`, values);
  for (const currency of currencies ?? []) {
    check(/^[A-Z]{3}$/.test(currency), 'alertSubscribers filter currencies', currency, 'use an ISO 4217 code in capitals, e.g. JPY');
  }
  const lists: { [attribute: string]: string[] | undefined } = { tier: tiers, risk_band: riskBands, currency: currencies, provider: providers };
  const given = Object.entries(lists).filter((entry): entry is [string, string[]] => entry[1] !== undefined);
  for (const [attribute, values] of given) check(values.length > 0, `alertSubscribers filter ${attribute}`, values, 'name at least one value, or leave the list out');
  if (given.length === 0) return undefined;
  return Object.fromEntries(given.map(([attribute, allowlist]) => [attribute, sns.SubscriptionFilter.stringFilter({ allowlist })]));
}
