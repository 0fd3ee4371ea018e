import { RECORD, WorkflowTiers } from '../../src/contract';

/** The two branches of the transaction workflow. */
export type Branch = 'screening' | 'notification';

/** Attributes of a row, one of which says that people were told, or did not have to be. */
export const SETTLED: Readonly<Record<Branch, readonly string[]>> = {
  screening: ['alert_sent_at', 'alert_folded_at'],
  notification: ['notified_at', 'notification_folded_at'],
};

/** Whether the workflow has done all it does for a row. */
export function isFinished(row: Readonly<Record<string, unknown>>, tiers: WorkflowTiers): boolean {
  const missing = missingIn(row);
  return !branchesFor(row, tiers).some((branch) => missing.includes(branch));
}

/** Branches that the workflow runs for a row. */
function branchesFor({ record, tier }: Readonly<Record<string, unknown>>, { screened, notified }: WorkflowTiers): Branch[] {
  if (record === RECORD.conflict) return ['notification'];
  const isOf = (tiers: readonly unknown[]) => record === RECORD.transaction && tiers.includes(tier);
  return [...(isOf(screened) ? ['screening'] as const : []), ...(isOf(notified) ? ['notification'] as const : [])];
}

/** Branches of which the row does not say that they are done with. */
export function missingIn(row: Readonly<Record<string, unknown>>): Branch[] {
  const isSettled = (branch: Branch) => SETTLED[branch].some((attribute) => row[attribute] !== undefined);
  const verdict = row.fraud_analysis as { readonly fraud_status?: unknown } | undefined;
  const isScreened = verdict !== undefined && (verdict.fraud_status !== 'high_risk' || isSettled('screening'));
  return [...(isScreened ? [] : ['screening'] as const), ...(isSettled('notification') ? [] : ['notification'] as const)];
}
