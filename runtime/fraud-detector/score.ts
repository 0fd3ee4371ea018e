import type { FraudDetectionConfig, FraudRuleConfig, RiskBand, TransactionDetail } from '../../src/contract';
import { Observation, RULES, Screened, screenedOf } from './rules';

/** How one rule judged: everything needed to retrace its share of the score. */
export interface RuleResult extends Observation {
  readonly id: string;
  readonly version: number;
  readonly weight: number;
  /** Its weight if it hit, else 0. */
  readonly contribution: number;
}

export interface FraudAnalysis {
  /** 0 to 1, in steps of a thousandth. */
  readonly fraud_score: number;
  readonly fraud_status: RiskBand;
  /** Ids of the rules that hit. */
  readonly risk_factors: readonly string[];
  readonly rules: readonly RuleResult[];
}

const CERTAIN = 1000;

/** The verdict: weights of the rules that hit, added up in thousandths and capped at 1. The same input always scores the same. */
export function analyze(transaction: TransactionDetail, config: FraudDetectionConfig): FraudAnalysis {
  const screened = screenedOf(transaction);
  const rules = config.rules.map((rule) => judge(screened, rule));
  const hits = config.rules.filter((_, index) => rules[index].hit);
  const score = Math.min(CERTAIN, hits.reduce((sum, { weight }) => sum + weight, 0));
  return {
    fraud_score: score / CERTAIN,
    fraud_status: bandOf(score, config),
    risk_factors: hits.map(({ id }) => id),
    rules,
  };
}

export function bandOf(score: number, { mediumRiskAbove, highRiskAbove }: FraudDetectionConfig): RiskBand {
  if (score > highRiskAbove) return 'high_risk';
  return score > mediumRiskAbove ? 'medium_risk' : 'low_risk';
}

function judge(screened: Screened, config: FraudRuleConfig): RuleResult {
  if (!Object.hasOwn(RULES, config.id)) throw new Error(`There is no fraud rule ${config.id}`);
  const { version, observe } = RULES[config.id];
  const observation = observe(screened, config);
  return { id: config.id, version, weight: config.weight / CERTAIN, ...observation, contribution: observation.hit ? config.weight / CERTAIN : 0 };
}
