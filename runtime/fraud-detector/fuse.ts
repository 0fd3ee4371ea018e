import type { FraudFuseConfig } from '../../src/contract';
import type { FraudAnalysis } from './score';

/** Verdicts counted over some time: all, and the high-risk ones by the rules that had a part in them. */
export interface FuseCount {
  readonly verdicts: number;
  readonly highRisk: Readonly<Record<string, number>>;
}

/** Rules that had a part in so many verdicts of high risk that the fault is more likely theirs. */
export function rulesToFuse(counts: readonly FuseCount[], { share, minimum }: FraudFuseConfig): string[] {
  const verdicts = counts.reduce((sum, count) => sum + count.verdicts, 0);
  if (verdicts < minimum) return [];
  const byRule = new Map<string, number>();
  for (const { highRisk } of counts) {
    for (const [rule, count] of Object.entries(highRisk)) byRule.set(rule, (byRule.get(rule) ?? 0) + count);
  }
  return [...byRule].filter(([, count]) => count * 1000 > verdicts * share).map(([rule]) => rule).sort();
}

/** What a verdict adds to the count. */
export function countOf({ fraud_status, risk_factors }: FraudAnalysis): FuseCount {
  return { verdicts: 1, highRisk: fraud_status === 'high_risk' ? Object.fromEntries(risk_factors.map((rule) => [rule, 1])) : {} };
}
