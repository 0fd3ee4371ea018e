import { Ledger } from '../console/ledger';
import { ScenarioReport } from '../console/model';
import { Runner } from '../runner/runner';
import { FAULT_SCENARIOS, FAULT_TARGETS } from '../simulate/fault-scenarios';
import { EFFECTS } from '../simulate/faults';
import { runScenario } from '../simulate/run';
import { scenarioOf, SCENARIOS } from '../simulate/scenarios';

export interface SimulateOptions {
  readonly app: string;
  /** Names of scenarios, `all`, or `faults`; none lists them. */
  readonly names: readonly string[];
  /** Name of one, or `all`; the first without it. */
  readonly endpoint?: string;
  readonly json: boolean;
}

/** Plays scenarios against the app; answers with 0 when each had the outcome it must have, else with 1. */
export async function simulate({ app, names, endpoint, json }: SimulateOptions): Promise<number> {
  if (names.length === 0) {
    process.stdout.write(list());
    return 0;
  }
  const scenarios = names.flatMap((name) => (name === 'all' ? SCENARIOS : name === 'faults' ? FAULT_SCENARIOS.map(scenarioOf) : [scenarioOf(name)]));
  const runner = await Runner.start({ app, port: 0 });
  try {
    const ledger = new Ledger(runner);
    const reports: ScenarioReport[] = [];
    const endpoints = endpoint === 'all' ? runner.systems.flatMap((system) => system.endpoints.map(({ name }) => name)) : [endpoint];
    for (const one of endpoints) {
      for (const scenario of scenarios) {
        const report = await runScenario(runner, ledger, scenario, one);
        process.stdout.write(json ? `${JSON.stringify(report)}\n` : text(report));
        reports.push(report);
      }
    }
    return reports.every(({ passed }) => passed) ? 0 : 1;
  } finally {
    await runner.stop();
  }
}

function list(): string {
  const width = Math.max(...SCENARIOS.map(({ name }) => name.length));
  const listed = SCENARIOS.map(({ name, sends, expects }) => `${name.padEnd(width)}  ${sends}.\n${' '.repeat(width)}  ${expects}.\n`).join('');
  return `${listed}\nall      runs these; faults runs every <effect>:<target>
<effect>:<target>  A payment while something misbehaves, e.g. crash:relay or throttle:dynamodb: nothing is lost.
  effects: ${EFFECTS.join(', ')}
  targets: ${FAULT_TARGETS.join(', ')}\n`;
}

function text({ scenario, endpoint, passed, skipped, ms, checks }: ScenarioReport): string {
  if (skipped !== undefined) return `- ${scenario} (${endpoint}): not tried, ${skipped}\n`;
  const wrong = checks.filter((check) => !check.passed).map(({ what, expected, actual }) => `    ${what}: expected ${expected}, got ${actual}\n`);
  return `${passed ? '✓' : '✗'} ${scenario} (${endpoint}): ${checks.map(({ what, actual }) => `${what.toLowerCase()} ${actual}`).join('; ')}, ${(ms / 1000).toFixed(1)} s\n${wrong.join('')}`;
}
