import { FraudDetectionConfig, FraudRuleConfig, RISK_BANDS, Tier, TIERS } from '../contract';
import { resolveAmounts } from '../routing/tiers';
import { check, checkBelow, refuseToken } from '../validate';

/** A rule of the fraud detector: when it hits, its weight is added to the score. */
export class FraudRule {
  /**
   * The amount is above a limit.
   *
   * @default - limit 5000, weight 0.3
   */
  public static highAmount(options: AmountRuleOptions = {}): FraudRule {
    return new FraudRule('high_amount', options.weight ?? 0.3, options, 5000);
  }

  /**
   * The amount is far above what is usual, on top of `highAmount`.
   *
   * @default - limit 20000, weight 0.25
   */
  public static veryHighAmount(options: AmountRuleOptions = {}): FraudRule {
    return new FraudRule('very_high_amount', options.weight ?? 0.25, options, 20_000);
  }

  /**
   * The amount is a whole multiple of a thousand.
   *
   * @default - weight 0.15
   */
  public static roundAmount(options: FraudRuleOptions = {}): FraudRule {
    return new FraudRule('round_amount', options.weight ?? 0.15, options);
  }

  /**
   * `metadata.country` and `metadata.card_country` are both given and differ.
   *
   * @default - weight 0.3
   */
  public static countryMismatch(options: FraudRuleOptions = {}): FraudRule {
    return new FraudRule('country_mismatch', options.weight ?? 0.3, options);
  }

  /**
   * No customer is named although the amount is above a limit.
   *
   * @default - limit 1000, weight 0.2
   */
  public static unknownCustomer(options: AmountRuleOptions = {}): FraudRule {
    return new FraudRule('unknown_customer', options.weight ?? 0.2, options, 1000);
  }

  /**
   * The amount is within five per cent below a limit that would have had it looked at.
   *
   * @default - limit 10000, weight 0.2
   */
  public static justBelowLimit(options: AmountRuleOptions = {}): FraudRule {
    return new FraudRule('just_below_limit', options.weight ?? 0.2, options, 10_000);
  }

  /** The rules used unless others are named. */
  public static defaults(): FraudRule[] {
    return [
      FraudRule.highAmount(), FraudRule.veryHighAmount(), FraudRule.roundAmount(),
      FraudRule.countryMismatch(), FraudRule.unknownCustomer(), FraudRule.justBelowLimit(),
    ];
  }

  private constructor(
    /** Name of the rule in verdicts. */
    public readonly ruleId: string,
    private readonly weight: number,
    private readonly options: AmountRuleOptions,
    private readonly defaultLimit?: number,
  ) {}

  /** @internal */
  public _resolve(): FraudRuleConfig {
    const prop = `fraudDetection.rules.${this.ruleId}`;
    const weight = thousandths(`${prop}.weight`, this.weight);
    if (this.defaultLimit === undefined) return { id: this.ruleId, weight };
    const limit = resolveAmounts(`${prop}.limit`, this.options.limit ?? this.defaultLimit, this.options.currencies);
    return { id: this.ruleId, weight, limit };
  }
}

/** Options of every rule. */
export interface FraudRuleOptions {
  /**
   * Share of the score, 0 to 1, in steps of 0.001.
   *
   * @default - see the rule
   */
  readonly weight?: number;
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

/** Value band of a transaction, by amount. */
export enum TransactionTier {
  /** Below `thresholds.medium`. */
  LOW = 'low',
  /** From `thresholds.medium` to `thresholds.high`. */
  MEDIUM = 'medium',
  /** Above `thresholds.high`. */
  HIGH = 'high',
}

/** How transactions are screened for fraud. */
export interface FraudDetectionProps {
  /**
   * Rules that make up the score.
   *
   * @default FraudRule.defaults()
   */
  readonly rules?: FraudRule[];

  /**
   * Scores above this are `medium_risk`, 0 to 1.
   *
   * @default 0.4
   */
  readonly mediumRiskAbove?: number;

  /**
   * Scores above this are `high_risk` and raise an alert, 0 to 1.
   *
   * @default 0.7
   */
  readonly highRiskAbove?: number;

  /**
   * Tiers that are screened.
   *
   * @default - all
   */
  readonly screenedTiers?: TransactionTier[];
}

/** Of the 4 KB of environment variables a function may have. */
const MAX_CONFIG_BYTES = 3500;

export interface ResolvedFraudDetection {
  readonly config: FraudDetectionConfig;
  readonly screenedTiers: readonly Tier[];
}

export function resolveFraudDetection(props: FraudDetectionProps = {}): ResolvedFraudDetection {
  const rules = (props.rules ?? FraudRule.defaults()).map((rule) => rule._resolve());
  const twice = rules.find(({ id }, index) => rules.findIndex((other) => other.id === id) !== index);
  check(twice === undefined, 'fraudDetection.rules', twice?.id, 'name each rule once');
  const mediumRiskAbove = thousandths('fraudDetection.mediumRiskAbove', props.mediumRiskAbove ?? 0.4);
  const highRiskAbove = thousandths('fraudDetection.highRiskAbove', props.highRiskAbove ?? 0.7);
  checkBelow('fraudDetection.mediumRiskAbove', mediumRiskAbove / 1000, 'fraudDetection.highRiskAbove', highRiskAbove / 1000, 'medium_risk is unreachable');
  const reachable = Math.min(1000, rules.reduce((sum, { weight }) => sum + weight, 0));
  check(
    rules.length === 0 || reachable > highRiskAbove, 'fraudDetection.rules', `weights of ${reachable / 1000} in all`,
    `no score can exceed fraudDetection.highRiskAbove (${highRiskAbove / 1000}), so ${RISK_BANDS[2]} is unreachable: raise weights or lower the band`,
  );
  const config = { rules, mediumRiskAbove, highRiskAbove };
  const bytes = JSON.stringify(config).length;
  check(bytes <= MAX_CONFIG_BYTES, 'fraudDetection', `${bytes} bytes of configuration`, `AWS Lambda leaves room for ${MAX_CONFIG_BYTES}: use fewer currencies`);
  const wanted = props.screenedTiers ?? [...TIERS];
  const screenedTiers = TIERS.filter((tier) => wanted.includes(tier as TransactionTier));
  return { config, screenedTiers };
}

function thousandths(prop: string, value: number): number {
  refuseToken(prop, value);
  const scaled = Math.round(value * 1000);
  check(value >= 0 && value <= 1 && Math.abs(value * 1000 - scaled) < 1e-9, prop, value, 'use 0 to 1 in steps of 0.001');
  return scaled;
}
