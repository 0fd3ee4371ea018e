import { adapterOf } from '../../runtime/providers/registry';
import { DETAIL_TYPE, ENV } from '../../src/contract';
import type { Entry, Ledger } from '../console/ledger';
import type { ScenarioCheck, ScenarioReport } from '../console/model';
import { Runner } from '../runner/runner';
import { Handler, Scenario } from './scenarios';
import { tellsOfMoney } from './sender';
import { Answer, fire, Stage } from './shots';

/** Variables that only this handler has. */
const MARK: Readonly<Record<Handler, string>> = { validator: ENV.providers, relay: ENV.bus, fraudDetector: ENV.fraud };

/** Plays a scenario against an endpoint, waits for rest, and holds what came of it against what must. */
export async function runScenario(runner: Runner, ledger: Ledger, scenario: Scenario, endpointName?: string): Promise<ScenarioReport> {
  const startedAt = Date.now();
  const stage = stageFor(runner, endpointName);
  const about = { scenario: scenario.name, endpoint: stage.endpoint.name };
  const money = tellsOfMoney(stage.endpoint, runner.services.clock.now());
  const skipped = scenario.unfit?.(adapterOf(stage.endpoint.kind), stage.endpoint) ?? (money || !isAboutMoney(scenario) ? undefined : 'its webhooks tell of no money');
  if (skipped !== undefined) return { ...about, passed: true, skipped, ms: 0, checks: [], requests: [] };

  const { faults, queues } = runner.services;
  const kept = () => queues.all().reduce((sum, { identity }) => sum + queues.peek(identity.arn).length, 0);
  const before = kept();
  const started = (scenario.faults ?? []).map(({ handler, target, ...fault }) =>
    faults.add({ ...fault, target: handler ? functionName(stage, handler) : target }));
  let answers: Answer[];
  try {
    answers = await fire(stage, scenario);
    await runner.settled(120_000);
  } finally {
    for (const { id } of started) faults.end(id);
  }
  const entries = answers.flatMap(({ requestId }) => ledger.get(requestId) ?? []);
  const checks = checksOf(scenario, { runner, money, answers, entries, deadLetters: kept() - before, met: started.map(({ met }) => met) });
  const requests = entries.map(({ capture }) => capture.id);
  return { ...about, passed: checks.every(({ passed }) => passed), ms: Date.now() - startedAt, checks, requests };
}

function stageFor(runner: Runner, endpointName: string | undefined): Stage {
  const stages = runner.systems.flatMap((system) => system.endpoints.map((endpoint) => ({ runner, system, endpoint })));
  const stage = endpointName === undefined ? stages[0] : stages.find(({ endpoint }) => endpoint.name === endpointName);
  if (!stage) throw new Error(`There is no endpoint ${JSON.stringify(endpointName)}: use one of ${stages.map(({ endpoint }) => endpoint.name).join(', ')}`);
  return stage;
}

/** Whether it is about what only happens to money: screening, alerts. */
function isAboutMoney({ faults = [], amount }: Scenario): boolean {
  return amount !== undefined || faults.some(({ handler }) => handler === 'fraudDetector');
}

function functionName({ runner, system }: Stage, handler: Handler): string {
  const found = runner.resources.find(({ type, properties }) => {
    const variables = (type === 'AWS::Lambda::Function' && properties.Environment?.Variables) || {};
    return variables[ENV.system] === system.name && variables[MARK[handler]] !== undefined;
  });
  if (!found) throw new Error(`The system ${system.name} has no ${handler}`);
  return found.ref;
}

interface Result {
  readonly runner: Runner;
  readonly money: boolean;
  readonly answers: readonly Answer[];
  readonly entries: readonly Entry[];
  readonly deadLetters: number;
  readonly met: readonly number[];
}

function checksOf({ expected, faults = [] }: Scenario, { runner, money, answers, entries, deadLetters, met }: Result): ScenarioCheck[] {
  const traces = new Set(entries.map(({ capture }) => capture.traceId));
  const events = runner.services.journal.entries().filter(({ type, traceId }) => type === 'EventReceived' && traces.has(traceId))
    .map(({ data }) => (data.event as { readonly 'detail-type': string })['detail-type']);
  const told = events.filter((detailType) => detailType === DETAIL_TYPE.transactionScreened).length;
  const summaries = entries.map(({ summary }) => summary);
  const alerts = summaries.reduce((sum, summary) => sum + summary.alerts, 0);
  const reasons = [...new Set(summaries.flatMap(({ reason }) => reason ?? []))];
  // What is archived is counted apart: its row, and the verdict on it, is in the archive.
  const screened = summaries.filter(({ outcome, band, archived }) => outcome === 'stored' && band !== undefined && !archived).length;
  return [
    same('Answers', tally(expected.answers), tally(count(answers.map(({ status }) => String(status))))),
    same('Outcomes', tally(expected.outcomes), tally(count(summaries.map(({ outcome }) => outcome)))),
    ...(expected.reasons ? [reasonCheck(expected.reasons, reasons)] : []),
    same('Events published', String(expected.published), String(events.length - told)),
    same('Screened', String(money ? expected.screened : 0), String(screened)),
    same('Dead letters', String(expected.deadLetters ?? 0), String(deadLetters)),
    ...(expected.alerts === undefined ? [] : [{ what: 'Alerts', expected: `at least ${expected.alerts}`, actual: String(alerts), passed: alerts >= expected.alerts }]),
    ...faults.map(({ service, effect, times }, index) => ({ what: `Calls met by "${service} ${effect}"`, expected: times === undefined ? 'at least 1' : String(times), actual: String(met[index]), passed: met[index] >= (times ?? 1) })),
  ];
}

function reasonCheck(expected: readonly string[], reasons: readonly string[]): ScenarioCheck {
  const passed = reasons.length > 0 && reasons.every((reason) => expected.includes(reason));
  return { what: 'Reason', expected: expected.join(' or '), actual: reasons.join(', ') || 'none', passed };
}

function same(what: string, expected: string, actual: string): ScenarioCheck {
  return { what, expected, actual, passed: expected === actual };
}

function count(values: readonly string[]): Record<string, number> {
  return values.reduce<Record<string, number>>((counts, value) => ({ ...counts, [value]: (counts[value] ?? 0) + 1 }), {});
}

function tally(counts: Readonly<Record<string, number>>): string {
  return Object.keys(counts).sort().map((key) => `${counts[key]} × ${key}`).join(', ') || 'none';
}
