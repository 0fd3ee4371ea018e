import { Duration } from 'aws-cdk-lib';
import { FraudRuleConfig, TierThresholds } from '../contract';
import { resolveAmounts } from '../routing/tiers';
import { check } from '../validate';
import {
  AmountRuleOptions, FraudListOptions, FraudRuleOptions, NewCustomerOptions, StructuringOptions, UnusualOptions, VelocityCountOptions,
  VelocitySumOptions,
} from './fraud-rule-options';
import { counted, listOf, RuleDetails, thousandths, unusual, windowed } from './rule-details';

/** A rule of the fraud detector: when it hits, its weight is added to the score. */
export class FraudRule {
  /**
   * The amount is above a limit.
   *
   * @default - limit 5000, weight 0.3
   */
  public static highAmount(options: AmountRuleOptions = {}): FraudRule {
    return FraudRule.amountRule('high_amount', 0.3, 5000, options);
  }

  /**
   * The amount is far above what is usual, on top of `highAmount`.
   *
   * @default - limit 20000, weight 0.25
   */
  public static veryHighAmount(options: AmountRuleOptions = {}): FraudRule {
    return FraudRule.amountRule('very_high_amount', 0.25, 20_000, options);
  }

  /**
   * The amount is a whole multiple of a thousand.
   *
   * @default - weight 0.15
   */
  public static roundAmount(options: FraudRuleOptions = {}): FraudRule {
    return new FraudRule('round_amount', 0.15, options);
  }

  /**
   * `metadata.country` and `metadata.card_country` are both given and differ.
   *
   * @default - weight 0.3
   */
  public static countryMismatch(options: FraudRuleOptions = {}): FraudRule {
    return new FraudRule('country_mismatch', 0.3, options);
  }

  /**
   * No customer is named although the amount is above a limit.
   *
   * @default - limit 1000, weight 0.2
   */
  public static unknownCustomer(options: AmountRuleOptions = {}): FraudRule {
    return FraudRule.amountRule('unknown_customer', 0.2, 1000, options);
  }

  /**
   * The amount is within five per cent below a limit that would have had it looked at.
   *
   * @default - limit 10000, weight 0.2
   */
  public static justBelowLimit(options: AmountRuleOptions = {}): FraudRule {
    return FraudRule.amountRule('just_below_limit', 0.2, 10_000, options);
  }

  /**
   * A customer makes more transactions in a sliding window than anybody does by hand.
   *
   * @default - more than 10 in an hour, weight 0.3
   */
  public static velocityCount(options: VelocityCountOptions = {}): FraudRule {
    return new FraudRule('velocity_count', 0.3, options, (prop) => ({
      ...counted(prop, options.count ?? 10, 1), ...windowed(prop, options.window ?? Duration.hours(1)),
    }));
  }

  /**
   * A customer pays more in a sliding window than a limit, in the currency of the transaction.
   *
   * @default - more than 50000 in a day, weight 0.3
   */
  public static velocitySum(options: VelocitySumOptions = {}): FraudRule {
    return new FraudRule('velocity_sum', 0.3, options, (prop) => ({
      limit: resolveAmounts(`${prop}.limit`, options.limit ?? 50_000, options.currencies), ...windowed(prop, options.window ?? Duration.hours(24)),
    }));
  }

  /**
   * Several amounts of a customer stay just under a limit: one payment cut into pieces.
   *
   * @default - 3 in a day within 10 % below `thresholds.high`, weight 0.35
   */
  public static structuring(options: StructuringOptions = {}): FraudRule {
    return new FraudRule('structuring', 0.35, options, (prop, thresholds) => {
      const margin = thousandths(`${prop}.margin`, options.margin ?? 0.1);
      check(margin > 0 && margin < 1000, `${prop}.margin`, options.margin, 'use more than 0 and less than 1');
      const limit = options.limit === undefined && options.currencies === undefined
        ? thresholds.high
        : resolveAmounts(`${prop}.limit`, options.limit ?? 10_000, options.currencies);
      return { limit, margin, ...counted(prop, options.count ?? 3, 2), ...windowed(prop, options.window ?? Duration.hours(24)) };
    });
  }

  /**
   * A currency the customer has not paid in before, once there are enough transactions to tell.
   *
   * @default - after 3 transactions in 30 days, weight 0.15
   */
  public static unusualCurrency(options: UnusualOptions = {}): FraudRule {
    return new FraudRule('unusual_currency', 0.15, options, unusual(options));
  }

  /**
   * A country, `metadata.country` or else `metadata.card_country`, the customer has not paid from before,
   * once there are enough transactions to tell.
   *
   * @default - after 3 transactions in 30 days, weight 0.2
   */
  public static unusualCountry(options: UnusualOptions = {}): FraudRule {
    return new FraudRule('unusual_country', 0.2, options, unusual(options));
  }

  /**
   * A large amount from a customer who was first seen a short while ago. Not among the
   * defaults: to a system that has just been deployed every customer is new.
   *
   * @default - above 1000 within a day of the first transaction, weight 0.2
   */
  public static newCustomer(options: NewCustomerOptions = {}): FraudRule {
    return new FraudRule('new_customer', 0.2, options, (prop) => ({
      limit: resolveAmounts(`${prop}.limit`, options.limit ?? 1000, options.currencies), ...windowed(prop, options.window ?? Duration.days(1)),
    }));
  }

  /** Transactions that score 0 whatever the other rules and the model say, unless a block list names them too. */
  public static allowList(options: FraudListOptions): FraudRule {
    return new FraudRule('allow_list', 1, options, (prop) => ({ list: listOf(prop, options) }));
  }

  /** Transactions that score 1 whatever else is said. */
  public static blockList(options: FraudListOptions): FraudRule {
    return new FraudRule('block_list', 1, options, (prop) => ({ list: listOf(prop, options) }));
  }

  /** The rules used unless others are named. */
  public static defaults(): FraudRule[] {
    return [
      FraudRule.highAmount(), FraudRule.veryHighAmount(), FraudRule.roundAmount(),
      FraudRule.countryMismatch(), FraudRule.unknownCustomer(), FraudRule.justBelowLimit(),
      FraudRule.velocityCount(), FraudRule.velocitySum(), FraudRule.structuring(),
      FraudRule.unusualCurrency(), FraudRule.unusualCountry(),
    ];
  }

  private static amountRule(id: string, weight: number, limit: number, options: AmountRuleOptions): FraudRule {
    return new FraudRule(id, weight, options, (prop) => ({ limit: resolveAmounts(`${prop}.limit`, options.limit ?? limit, options.currencies) }));
  }

  private constructor(
    /** Name of the rule in verdicts. */
    public readonly ruleId: string,
    private readonly defaultWeight: number,
    private readonly options: FraudRuleOptions,
    private readonly details: RuleDetails = () => ({}),
  ) {}

  /** @internal */
  public _resolve(thresholds: TierThresholds): FraudRuleConfig {
    const prop = `fraudDetection.rules.${this.ruleId}`;
    return {
      id: this.ruleId,
      weight: thousandths(`${prop}.weight`, this.options.weight ?? this.defaultWeight),
      ...this.details(prop, thresholds),
      ...(this.options.shadow && { shadow: true }),
    };
  }
}
