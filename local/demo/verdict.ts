import { System } from '../runner/systems';
import { Money } from './providers/provider';

/** What a webhook says must happen. */
export interface Expectation {
  /** Absent for a webhook that tells of no money: no rule is meant for it. */
  readonly tier?: 'low' | 'medium' | 'high';
}

/** The parts of a journey that are judged. */
export interface Outcome {
  readonly stored: readonly { readonly record?: string; readonly tier?: string; readonly status?: string }[];
  readonly published: readonly { readonly detail_type?: string }[];
  readonly rules: readonly { readonly rule: string; readonly matched: boolean }[];
  readonly workflow: readonly { readonly status: string }[];
  readonly score: { readonly fraud_status: string } | null;
  readonly alerts: readonly { readonly subject?: string; readonly body: string }[];
}

/** What an amount asks for, computed apart from the code under test. */
export function expectationOf(money: Money | undefined, { medium, high }: System['thresholds']): Expectation {
  if (!money) return {};
  const limit = (limits: Readonly<Record<string, string>>) => millionths(limits[money.currency] ?? limits.default);
  const amount = millionths(money.amount);
  if (amount < limit(medium)) return { tier: 'low' };
  return { tier: amount <= limit(high) ? 'medium' : 'high' };
}

function millionths(text: string): bigint {
  const [whole, fraction = ''] = text.split('.');
  return BigInt(whole + fraction.padEnd(6, '0'));
}

/** The rule of the tier, and beside it the one that alerts or logs. */
const RULES_OF = { low: 2, medium: 1, high: 1 } as const;

/** What is wrong with an outcome; nothing when all went as it should. */
export function verdictOn(status: number, { tier }: Expectation, outcome: Outcome | undefined): string[] {
  if (status !== 200) return [`was answered ${status}`];
  if (!outcome) return ['was accepted and is nowhere'];
  const { stored, published, rules, workflow, score, alerts } = outcome;
  const [record, detailType] = tier ? ['transaction', 'Transaction Created'] : ['event', 'Webhook Received'];
  const matched = rules.filter((rule) => rule.matched);
  const most = tier ? 1 : 0;
  const checks: [boolean, string][] = [
    [stored.length === 1, `was stored ${stored.length} times`],
    [stored[0]?.record === record, `was stored as ${stored[0]?.record}, expected ${record}`],
    [stored[0]?.tier === tier, `has the tier ${stored[0]?.tier}, expected ${tier}`],
    [published.length === 1, `was published ${published.length} times`],
    [published.every(({ detail_type }) => detail_type === detailType), `was published as ${published[0]?.detail_type}, expected ${detailType}`],
    [matched.length === (tier ? RULES_OF[tier] : 0), `matched ${matched.length} rules`],
    [workflow.every((execution) => execution.status === 'SUCCEEDED'), 'its workflow failed'],
    [workflow.length <= most, `started ${workflow.length} workflows`],
    [workflow.length === 0 || score !== null || tier === 'high', 'was not screened'],
    [tier !== 'low' || score?.fraud_status === 'high_risk' || alerts.length === 0, 'alerted although its amount is low'],
    [tier !== undefined || alerts.length === 0, 'alerted although no money moved'],
  ];
  return checks.filter(([holds]) => !holds).map(([, problem]) => problem);
}
