import type { FraudDetectionConfig, FraudRuleConfig, RiskBand, TransactionDetail } from '../../src/contract';
import type { History } from './history';
import { Observation, ruleOf, Screened, screenedOf } from './rules';

/** How one rule judged: everything needed to retrace its share of the score. */
export interface RuleResult extends Observation {
  readonly id: string;
  readonly version: number;
  readonly weight: number;
  /** What it added to the score: its weight if it hit and is not in shadow, else 0. An allow list takes 1 away. */
  readonly contribution: number;
  /** Why it decided nothing: it is configured so, or its fuse has blown. */
  readonly shadow?: 'configured' | 'fuse';
}

/** What became of the question put to the model. */
export interface ModelResult {
  readonly target: string;
  /** 0 to 1; absent when it did not answer in time or not with a score. */
  readonly score?: number;
  readonly failure?: string;
  readonly shadow?: true;
}

/** Everything a verdict depends on besides the transaction and the configuration. */
export interface Circumstances {
  readonly history?: History;
  /** Ids of rules whose fuse has blown. */
  readonly fused?: ReadonlySet<string>;
  readonly model?: ModelResult;
}

export interface FraudAnalysis {
  /** 0 to 1, in steps of a thousandth. */
  readonly fraud_score: number;
  readonly fraud_status: RiskBand;
  /** Ids of the rules that hit and count. */
  readonly risk_factors: readonly string[];
  readonly rules: readonly RuleResult[];
  /** What the score and the band would be if nothing were in shadow; present when something is. */
  readonly shadow?: { readonly fraud_score: number; readonly fraud_status: RiskBand };
  readonly model?: ModelResult;
  /** Extent of the history the rules read; present when one was read. */
  readonly history?: { readonly transactions: number; readonly since: string | null; readonly truncated: boolean };
}

const CERTAIN = 1000;

/**
 * The verdict. Weights of the rules that hit are added up in thousandths and
 * capped at 1; a model that answered takes its share of that; then an allow list
 * makes it 0 and a block list 1. The same input always scores the same.
 */
export function analyze(transaction: TransactionDetail, config: FraudDetectionConfig, circumstances: Circumstances = {}): FraudAnalysis {
  const { history, fused = new Set<string>(), model } = circumstances;
  const screened = screenedOf(transaction, history);
  const rules = config.rules.map((rule) => judge(screened, rule, fused));
  const score = scoreOf(rules.filter(({ shadow }) => !shadow), model?.shadow ? undefined : model, config);
  const unshadowed = scoreOf(rules, model, config);
  const anyShadow = model?.shadow || rules.some(({ shadow }) => shadow);
  return {
    fraud_score: score / CERTAIN,
    fraud_status: bandOf(score, config),
    risk_factors: rules.filter(({ id, hit, shadow }) => hit && !shadow && ruleOf(id).decides !== 'allow').map(({ id }) => id),
    rules,
    ...(anyShadow && { shadow: { fraud_score: unshadowed / CERTAIN, fraud_status: bandOf(unshadowed, config) } }),
    ...(model && { model }),
    ...(history && { history: { transactions: history.entries.length, since: history.entries[0]?.at ?? null, truncated: history.truncated } }),
  };
}

export function bandOf(score: number, { mediumRiskAbove, highRiskAbove }: FraudDetectionConfig): RiskBand {
  if (score > highRiskAbove) return 'high_risk';
  return score > mediumRiskAbove ? 'medium_risk' : 'low_risk';
}

/** Whether any rule asks for the customer's history. */
export function readsHistory({ rules }: FraudDetectionConfig): boolean {
  return rules.some(({ id }) => ruleOf(id).readsHistory);
}

function scoreOf(rules: readonly RuleResult[], model: ModelResult | undefined, config: FraudDetectionConfig): number {
  const hits = rules.filter(({ hit }) => hit);
  const decided = hits.map(({ id }) => ruleOf(id).decides);
  if (decided.includes('block')) return CERTAIN;
  if (decided.includes('allow')) return 0;
  const byRules = Math.min(CERTAIN, hits.reduce((sum, { weight }) => sum + thousandths(weight), 0));
  if (model?.score === undefined || !config.model) return byRules;
  const { weight } = config.model;
  return Math.floor(((CERTAIN - weight) * byRules + weight * thousandths(model.score) + CERTAIN / 2) / CERTAIN);
}

function judge(screened: Screened, config: FraudRuleConfig, fused: ReadonlySet<string>): RuleResult {
  const { version, observe, decides } = ruleOf(config.id);
  const observation = observe(screened, config);
  const shadow = config.shadow ? 'configured' : fused.has(config.id) ? 'fuse' : undefined;
  const weight = (decides === 'block' ? CERTAIN : decides === 'allow' ? -CERTAIN : config.weight) / CERTAIN;
  return { id: config.id, version, weight, ...observation, contribution: observation.hit && !shadow ? weight : 0, ...(shadow && { shadow }) };
}

function thousandths(value: number): number {
  return Math.round(value * CERTAIN);
}
