import { System } from '../runner/systems';

/** What an amount says must happen. */
export interface Expectation {
  readonly tier: 'low' | 'medium' | 'high';
}

/** The parts of a journey that are judged. */
export interface Outcome {
  readonly stored: readonly { readonly tier?: string; readonly status?: string }[];
  readonly published: readonly object[];
  readonly rules: readonly { readonly rule: string; readonly matched: boolean }[];
  readonly workflow: readonly { readonly status: string }[];
  readonly score: { readonly fraud_status: string } | null;
  readonly alerts: readonly { readonly subject?: string; readonly body: string }[];
}

/** The tier of an amount of US cents, computed apart from the code under test. */
export function expectationOf(cents: number, { medium, high }: System['thresholds']): Expectation {
  const limit = (limits: Readonly<Record<string, string>>) => {
    const [whole, fraction = ''] = (limits.USD ?? limits.default).split('.');
    return BigInt(whole + fraction.padEnd(6, '0')) / 10_000n;
  };
  if (BigInt(cents) < limit(medium)) return { tier: 'low' };
  return { tier: BigInt(cents) <= limit(high) ? 'medium' : 'high' };
}

/** The rule of the tier, and beside it the one that alerts or logs. */
const RULES_OF = { low: 2, medium: 2, high: 1 } as const;

/** What is wrong with an outcome; nothing when all went as it should. */
export function verdictOn(status: number, { tier }: Expectation, outcome: Outcome | undefined): string[] {
  if (status !== 200) return [`was answered ${status}`];
  if (!outcome) return ['was accepted and is nowhere'];
  const { stored, published, rules, workflow, score, alerts } = outcome;
  const matched = rules.filter((rule) => rule.matched);
  const checks: [boolean, string][] = [
    [stored.length === 1, `was stored ${stored.length} times`],
    [stored[0]?.tier === tier, `has the tier ${stored[0]?.tier}, expected ${tier}`],
    [published.length === 1, `was published ${published.length} times`],
    [matched.length === RULES_OF[tier], `matched ${matched.length} rules`],
    [workflow.every((execution) => execution.status === 'SUCCEEDED'), 'its workflow failed'],
    [workflow.length <= 1, `started ${workflow.length} workflows`],
    [workflow.length === 0 || score !== null || tier === 'high', 'was not screened'],
    [tier !== 'low' || score?.fraud_status === 'high_risk' || alerts.length === 0, 'alerted although its amount is low'],
  ];
  return checks.filter(([holds]) => !holds).map(([, problem]) => problem);
}
