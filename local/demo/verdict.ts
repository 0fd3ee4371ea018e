import type { Tier } from '../../src/contract';
import { System } from '../runner/systems';
import { Money } from './providers/provider';
import type { Road, Roads } from './road';

/** What a webhook says must happen. */
export interface Expectation {
  /** Absent for a webhook that tells of no money: no rule is meant for it. */
  readonly tier?: Tier;
}

/** The parts of a journey that are judged. */
export interface Outcome {
  readonly stored: readonly {
    readonly record?: string; readonly tier?: string; readonly status?: string;
    readonly notification_folded_at?: string; readonly alert_folded_at?: string;
  }[];
  readonly published: readonly { readonly detail_type?: string }[];
  readonly rules: readonly { readonly rule: string; readonly matched: boolean }[];
  readonly workflow: readonly { readonly status: string }[];
  readonly score: { readonly fraud_status: string } | null;
  /** What was published to the alert topic. */
  readonly told: readonly { readonly alert_type?: string }[];
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

const NOWHERE: Road = { rules: [], workflows: 0, screened: false, notified: false };

/** What is wrong with an outcome, held against where the template leads; nothing when all went as it should. */
export function verdictOn(status: number, { tier }: Expectation, outcome: Outcome | undefined, roads: Roads): string[] {
  if (status !== 200) return [`was answered ${status}`];
  if (!outcome) return ['was accepted and is nowhere'];
  const { stored, published, rules, workflow, score, told } = outcome;
  const [record, detailType] = tier ? ['transaction', 'Transaction Created'] : ['event', 'Webhook Received'];
  const road = tier ? roads.byTier[tier] : NOWHERE;
  const matched = rules.filter((rule) => rule.matched && roads.rules.includes(rule.rule)).map(({ rule }) => rule).sort();
  const toldOf = (type: string) => told.filter(({ alert_type }) => alert_type === type).length;
  const notifications = road.notified && !stored[0]?.notification_folded_at ? 1 : 0;
  const alerts = score?.fraud_status === 'high_risk' && !stored[0]?.alert_folded_at ? 1 : 0;
  const checks: [boolean, string][] = [
    [stored.length === 1, `was stored ${stored.length} times`],
    [stored[0]?.record === record, `was stored as ${stored[0]?.record}, expected ${record}`],
    [stored[0]?.tier === tier, `has the tier ${stored[0]?.tier}, expected ${tier}`],
    [published.length === 1, `was published ${published.length} times`],
    [published.every(({ detail_type }) => detail_type === detailType), `was published as ${published[0]?.detail_type}, expected ${detailType}`],
    [matched.join() === road.rules.join(), `matched the rules [${matched.join(', ')}], expected [${road.rules.join(', ')}]`],
    [workflow.every((execution) => execution.status === 'SUCCEEDED'), 'its workflow failed'],
    [workflow.length === road.workflows, `started ${workflow.length} workflows, expected ${road.workflows}`],
    [(score !== null) === road.screened, road.screened ? 'was not screened' : 'was screened'],
    [toldOf(`${tier}_value`) === notifications, `its value was told of ${toldOf(`${tier}_value`)} times, expected ${notifications}`],
    [toldOf('fraud_detection') === alerts, `its risk was told of ${toldOf('fraud_detection')} times, expected ${alerts}`],
    [told.length === notifications + alerts, `${told.length} messages went to the alert topic, expected ${notifications + alerts}`],
  ];
  return checks.filter(([holds]) => !holds).map(([, problem]) => problem);
}
