import type { Entry } from '../console/ledger';
import type { ScenarioCheck } from '../console/model';
import type { Expected, Scenario } from './scenarios';
import type { Answer } from './shots';

/** What came of a scenario. */
export interface Result {
  /** Whether the endpoint's webhooks tell of money. */
  readonly money: boolean;
  readonly answers: readonly Answer[];
  readonly entries: readonly Entry[];
  /** Events the relay published because of it. */
  readonly published: number;
  readonly deadLetters: number;
  /** Calls each fault met. */
  readonly met: readonly number[];
}

export function checksOf(scenario: Scenario, result: Result): ScenarioCheck[] {
  const checks = scenario.promise === 'nothing-lost' ? keptChecks(scenario, result) : expectedChecks(scenario.expected!, result);
  return [...checks, ...metChecks(scenario, result)];
}

/** Exactly what the scenario says. */
function expectedChecks(expected: Expected, { money, answers, entries, published, deadLetters }: Result): ScenarioCheck[] {
  const summaries = entries.map(({ summary }) => summary);
  const alerts = summaries.reduce((sum, summary) => sum + summary.alerts, 0);
  const reasons = [...new Set(summaries.flatMap(({ reason }) => reason ?? []))];
  // What is archived is counted apart: its row, and the verdict on it, is in the archive.
  const screened = summaries.filter(({ outcome, band, archived }) => outcome === 'stored' && band !== undefined && !archived).length;
  return [
    same('Answers', tally(expected.answers), tally(count(answers.map(({ status }) => String(status))))),
    same('Outcomes', tally(expected.outcomes), tally(count(summaries.map(({ outcome }) => outcome)))),
    ...(expected.reasons ? [reasonCheck(expected.reasons, reasons)] : []),
    same('Events published', String(expected.published), String(published)),
    same('Screened', String(money ? expected.screened : 0), String(screened)),
    same('Dead letters', String(expected.deadLetters ?? 0), String(deadLetters)),
    ...(expected.alerts === undefined ? [] : [atLeast('Alerts', expected.alerts, alerts)]),
  ];
}

/** Whatever misbehaves how often: a payment that was taken is nowhere lost. */
function keptChecks({ archives }: Scenario, { money, answers, entries, published, deadLetters }: Result): ScenarioCheck[] {
  const [stored] = entries.filter(({ summary: { outcome } }) => outcome === 'stored' || outcome === 'duplicate');
  const { band, alerts = 0, archived } = stored?.summary ?? {};
  const orKept = (what: string, happened: boolean): ScenarioCheck => ({
    what, expected: 'yes, or kept in the dead letters', actual: happened ? 'yes' : deadLetters > 0 ? 'kept in the dead letters' : 'no', passed: happened || deadLetters > 0,
  });
  return [
    same('Answered in the end', '200', String(answers.at(-1)?.status)),
    same('Rows', '1', String(entries.reduce((sum, { rows }) => sum + rows.length, 0))),
    atLeast('Events published', 1, published),
    ...(money ? [orKept('Screened', band !== undefined), orKept('People told', alerts > 0)] : []),
    ...(archives ? [orKept('Archived', archived === true)] : []),
  ];
}

function metChecks({ faults = [] }: Scenario, { met }: Result): ScenarioCheck[] {
  return faults.map(({ service, handler, effect, times }, index) => {
    const what = `Calls met by "${effect} ${handler ?? service}"`;
    return times === undefined ? atLeast(what, 1, met[index]) : { ...same(what, String(times), String(met[index])), passed: met[index] >= times };
  });
}

function reasonCheck(expected: readonly string[], reasons: readonly string[]): ScenarioCheck {
  const passed = reasons.length > 0 && reasons.every((reason) => expected.includes(reason));
  return { what: 'Reason', expected: expected.join(' or '), actual: reasons.join(', ') || 'none', passed };
}

function same(what: string, expected: string, actual: string): ScenarioCheck {
  return { what, expected, actual, passed: expected === actual };
}

function atLeast(what: string, least: number, actual: number): ScenarioCheck {
  return { what, expected: `at least ${least}`, actual: String(actual), passed: actual >= least };
}

function count(values: readonly string[]): Record<string, number> {
  return values.reduce<Record<string, number>>((counts, value) => ({ ...counts, [value]: (counts[value] ?? 0) + 1 }), {});
}

function tally(counts: Readonly<Record<string, number>>): string {
  return Object.keys(counts).sort().map((key) => `${counts[key]} × ${key}`).join(', ') || 'none';
}
