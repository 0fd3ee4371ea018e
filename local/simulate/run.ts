import { adapterOf } from '../../runtime/providers/registry';
import { DETAIL_TYPE } from '../../src/contract';
import type { Entry, Ledger } from '../console/ledger';
import type { ScenarioReport } from '../console/model';
import { runArchive } from '../control/archive';
import { Runner } from '../runner/runner';
import { checksOf } from './checks';
import { handlerName } from './handlers';
import { Scenario } from './scenarios';
import { tellsOfMoney } from './sender';
import { Answer, fire, Stage } from './shots';

const TOMORROW = 25 * 3_600_000;

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
    faults.add({ ...fault, target: handler ? handlerName(runner.resources, stage.system, handler) : target }));
  let answers: Answer[];
  try {
    answers = await fire(stage, scenario);
    await runner.settled(120_000);
    if (scenario.archives) await runArchive(runner, new Date(runner.services.clock.now() + TOMORROW));
  } finally {
    for (const { id } of started) faults.end(id);
  }
  const entries = answers.flatMap(({ requestId }) => ledger.get(requestId) ?? []);
  const published = publishedBecauseOf(entries);
  const checks = checksOf(scenario, { money, answers, entries, published, deadLetters: kept() - before, met: started.map(({ met }) => met) });
  const requests = entries.map(({ capture }) => capture.id);
  return { ...about, passed: checks.every(({ passed }) => passed), ms: Date.now() - startedAt, checks, requests };
}

/** Events of the relay; the verdict is told of in an event of its own. */
function publishedBecauseOf(entries: readonly Entry[]): number {
  const events = entries.flatMap(({ hops }) => hops).filter(({ service, type }) => service === 'events' && type === 'EventReceived');
  return events.filter(({ data }) => (data.event as { readonly 'detail-type': string })['detail-type'] !== DETAIL_TYPE.transactionScreened).length;
}

function stageFor(runner: Runner, endpointName: string | undefined): Stage {
  const stages = runner.systems.flatMap((system) => system.endpoints.map((endpoint) => ({ runner, system, endpoint })));
  const stage = endpointName === undefined ? stages[0] : stages.find(({ endpoint }) => endpoint.name === endpointName);
  if (!stage) throw new Error(`There is no endpoint ${JSON.stringify(endpointName)}: use one of ${stages.map(({ endpoint }) => endpoint.name).join(', ')}`);
  return stage;
}

/** Whether it is about what only happens to money: screening, alerts. */
function isAboutMoney({ faults = [], amount, promise }: Scenario): boolean {
  return (amount !== undefined && promise === undefined) || faults.some(({ handler }) => handler === 'fraudDetector');
}
