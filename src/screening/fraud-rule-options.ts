import { Duration } from 'aws-cdk-lib';

/** Options of every rule that adds to the score. */
export interface FraudRuleOptions {
  /**
   * Share of the score, 0 to 1, in steps of 0.001.
   *
   * @default - see the rule
   */
  readonly weight?: number;

  /**
   * Whether the rule is only watched: it is judged and stored, but decides nothing.
   *
   * @default false
   */
  readonly shadow?: boolean;
}

/** Options of the rules that compare amounts. */
export interface AmountRuleOptions extends FraudRuleOptions {
  /**
   * Limit in major units of the currency.
   *
   * @default - see the rule
   */
  readonly limit?: number;

  /**
   * Limits of single currencies, by ISO 4217 code.
   *
   * @default - the same number for every currency
   */
  readonly currencies?: { [currency: string]: number };
}

/** Options of `FraudRule.velocityCount()`. */
export interface VelocityCountOptions extends FraudRuleOptions {
  /**
   * Transactions a customer may make within `window`, 1 to 400.
   *
   * @default 10
   */
  readonly count?: number;

  /**
   * Length of the sliding window, a second to 90 days.
   *
   * @default Duration.hours(1)
   */
  readonly window?: Duration;
}

/** Options of `FraudRule.velocitySum()`. */
export interface VelocitySumOptions extends AmountRuleOptions {
  /**
   * Length of the sliding window, a second to 90 days.
   *
   * @default Duration.hours(24)
   */
  readonly window?: Duration;
}

/** Options of `FraudRule.structuring()`. */
export interface StructuringOptions extends AmountRuleOptions {
  /**
   * Amounts just under the limit that make a pattern, 2 to 400.
   *
   * @default 3
   */
  readonly count?: number;

  /**
   * How far under the limit is just under it, as a share of the limit.
   *
   * @default 0.1
   */
  readonly margin?: number;

  /**
   * Length of the sliding window, a second to 90 days.
   *
   * @default Duration.hours(24)
   */
  readonly window?: Duration;
}

/** Options of the rules that compare with what a customer usually does. */
export interface UnusualOptions extends FraudRuleOptions {
  /**
   * Earlier transactions it takes to know what is usual, 1 to 400.
   *
   * @default 3
   */
  readonly count?: number;

  /**
   * How far back they are looked for, a second to 90 days.
   *
   * @default Duration.days(30)
   */
  readonly window?: Duration;
}

/** Options of `FraudRule.newCustomer()`. */
export interface NewCustomerOptions extends AmountRuleOptions {
  /**
   * How long a customer is new after the first transaction seen, a second to 90 days.
   *
   * @default Duration.days(1)
   */
  readonly window?: Duration;
}

/** What an allow or a block list names; one match is enough. */
export interface FraudListOptions {
  /**
   * Ids of customers, as the provider writes them.
   *
   * @default - none
   */
  readonly customers?: string[];

  /**
   * Countries as in `metadata.country`, or else `metadata.card_country`, in capitals.
   *
   * @default - none
   */
  readonly countries?: string[];

  /**
   * ISO 4217 codes.
   *
   * @default - none
   */
  readonly currencies?: string[];

  /**
   * Values of `provider` in the transaction, e.g. `stripe`.
   *
   * @default - none
   */
  readonly providers?: string[];

  /**
   * Whether the list is only watched.
   *
   * @default false
   */
  readonly shadow?: boolean;
}
