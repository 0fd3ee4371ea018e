import { Duration } from 'aws-cdk-lib';
import { FraudDetectionConfig, FraudFuseConfig, RISK_BANDS, Tier, TierThresholds, TIERS } from '../contract';
import { resolveThresholds, TransactionTier } from '../routing/tiers';
import { check, checkBelow, checkWholeNumber } from '../validate';
import { FraudModel } from './fraud-model';
import { FraudRule } from './fraud-rule';
import { thousandths, wholeSeconds } from './rule-details';

/** Guards against a rule that suddenly hits everything: a mistake in its limits, or in what a provider sends. */
export interface FraudFuseOptions {
  /**
   * Whether rules fall back by themselves.
   *
   * @default true
   */
  readonly enabled?: boolean;

  /**
   * Share of all verdicts in the window that may be of high risk with a part of the rule in it.
   *
   * @default 0.5
   */
  readonly share?: number;

  /**
   * Length of the rolling window, a minute to a day.
   *
   * @default Duration.hours(1)
   */
  readonly window?: Duration;

  /**
   * Verdicts in the window before any rule is judged.
   *
   * @default 100
   */
  readonly minimumVerdicts?: number;

  /**
   * How long a rule stays in shadow, from `window` to 7 days.
   *
   * @default - 4 times `window`
   */
  readonly resetAfter?: Duration;
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

  /**
   * A model of your own beside the rules.
   *
   * @default - the rules alone
   */
  readonly model?: FraudModel;

  /**
   * When a rule that has a part in too many high-risk verdicts falls back to shadow by itself.
   *
   * @default - see `FraudFuseOptions`
   */
  readonly fuse?: FraudFuseOptions;

  /**
   * Alerts of one cause within this time are folded into one, a minute to a day: high risk of the same customer
   * for the same reasons, the value of the same customer's transactions of one tier, conflicts of one endpoint.
   * The first goes out, the others say so in their rows, and the next one after the window says how many they were.
   *
   * @default - one alert per transaction and conflict
   */
  readonly foldAlerts?: Duration;
}

/** Of the 4 KB of environment variables a function may have. */
const MAX_CONFIG_BYTES = 3500;

/** It only lowers scores, so it makes no band reachable. */
const ALLOW_LIST = 'allow_list';

export interface ResolvedFraudDetection {
  readonly config: FraudDetectionConfig;
  readonly screenedTiers: readonly Tier[];
  readonly model?: FraudModel;
}

export function resolveFraudDetection(props: FraudDetectionProps = {}, thresholds: TierThresholds = resolveThresholds()): ResolvedFraudDetection {
  const rules = (props.rules ?? FraudRule.defaults()).map((rule) => rule._resolve(thresholds));
  const twice = rules.find(({ id }, index) => rules.findIndex((other) => other.id === id) !== index);
  check(twice === undefined, 'fraudDetection.rules', twice?.id, 'name each rule once');
  const mediumRiskAbove = thousandths('fraudDetection.mediumRiskAbove', props.mediumRiskAbove ?? 0.4);
  const highRiskAbove = thousandths('fraudDetection.highRiskAbove', props.highRiskAbove ?? 0.7);
  checkBelow('fraudDetection.mediumRiskAbove', mediumRiskAbove / 1000, 'fraudDetection.highRiskAbove', highRiskAbove / 1000, 'medium_risk is unreachable');
  const config: FraudDetectionConfig = {
    rules,
    mediumRiskAbove,
    highRiskAbove,
    ...(props.model && { model: props.model._resolve() }),
    ...((props.fuse?.enabled ?? true) && { fuse: resolveFuse(props.fuse) }),
    ...(props.foldAlerts && { fold_s: wholeSeconds('fraudDetection.foldAlerts', props.foldAlerts, 60, 86_400) }),
  };
  checkReachable(config);
  const bytes = JSON.stringify(config).length;
  check(
    bytes <= MAX_CONFIG_BYTES, 'fraudDetection and thresholds', `${bytes} bytes of configuration`,
    `AWS Lambda leaves room for ${MAX_CONFIG_BYTES}: use fewer currencies or shorter lists`,
  );
  const wanted = props.screenedTiers ?? [...TIERS];
  const screenedTiers = TIERS.filter((tier) => wanted.includes(tier as TransactionTier));
  return { config, screenedTiers, model: props.model };
}

function checkReachable({ rules, model, highRiskAbove }: FraudDetectionConfig): void {
  const counting = rules.filter(({ id, shadow }) => !shadow && id !== ALLOW_LIST);
  const byRules = Math.min(1000, counting.reduce((sum, { weight }) => sum + weight, 0));
  const reachable = model && !model.shadow ? Math.max(byRules, Math.round(((1000 - model.weight) * byRules + model.weight * 1000) / 1000)) : byRules;
  check(
    counting.length === 0 || reachable > highRiskAbove, 'fraudDetection.rules', `weights of ${reachable / 1000} in all`,
    `no score can exceed fraudDetection.highRiskAbove (${highRiskAbove / 1000}), so ${RISK_BANDS[2]} is unreachable: raise weights or lower the band`,
  );
}

function resolveFuse(options: FraudFuseOptions = {}): FraudFuseConfig {
  const window = wholeSeconds('fraudDetection.fuse.window', options.window ?? Duration.hours(1), 60, 86_400);
  const share = thousandths('fraudDetection.fuse.share', options.share ?? 0.5);
  check(share > 0 && share < 1000, 'fraudDetection.fuse.share', options.share, 'use more than 0 and less than 1');
  const minimum = options.minimumVerdicts ?? 100;
  checkWholeNumber('fraudDetection.fuse.minimumVerdicts', minimum, 1, 1_000_000);
  const reset = wholeSeconds('fraudDetection.fuse.resetAfter', options.resetAfter ?? Duration.seconds(4 * window), window, 604_800);
  return { share, window_s: window, minimum, reset_s: reset };
}
