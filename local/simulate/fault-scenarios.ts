import { Effect, EFFECTS, FaultyService } from './faults';
import type { Handler, Scenario, ScenarioFault } from './scenarios';

/** What can be made to misbehave, as its name stands in a scenario: `crash:relay`, `throttle:dynamodb`. */
const HANDLERS: Readonly<Record<string, Handler>> = { 'validator': 'validator', 'relay': 'relay', 'fraud-detector': 'fraudDetector', 'archiver': 'archiver' };
const SERVICES: readonly FaultyService[] = ['dynamodb', 'events', 's3', 'secretsmanager', 'sns', 'sqs', 'states'];

export const FAULT_TARGETS: readonly string[] = [...Object.keys(HANDLERS), ...SERVICES];

/** Few enough for the retries of every caller; what is only slow is not tried again. */
const TIMES: Readonly<Record<Effect, number>> = { throttle: 2, fail: 2, slow: 1, crash: 2 };

/** What has to happen for a call to reach the target at all. */
const COMPANIONS: Readonly<Record<string, readonly ScenarioFault[]>> = {
  // Only what fails for good goes to a queue.
  sqs: [{ service: 'lambda', handler: 'fraudDetector', effect: 'fail' }],
};

const WORDS: Readonly<Record<Effect, string>> = { throttle: 'is throttled', fail: 'fails', slow: 'takes a second', crash: 'dies at work' };

/** Any effect on any handler or service, by name; undefined for a name that is no such pair. */
export function faultScenario(name: string): Scenario | undefined {
  const [effect, target] = name.split(':') as [Effect, string];
  if (!EFFECTS.includes(effect) || !FAULT_TARGETS.includes(target)) return undefined;
  const archives = target === 'archiver' || target === 's3';
  const times = TIMES[effect];
  const handler = HANDLERS[target];
  const fault: ScenarioFault = handler ? { service: 'lambda', handler, effect, times } : { service: target as FaultyService, effect, times };
  return {
    name,
    title: `${target} ${WORDS[effect]}`,
    group: 'services',
    sends: `A high payment while ${target} ${WORDS[effect]}${times > 1 ? ` ${times} times` : ''}, retried while it is answered that it should be${archives ? '; then the archive runs' : ''}`,
    expects: 'Nothing is lost: stored once, published, screened and told of, or kept in the dead letters',
    amount: 'high',
    faults: [fault, ...COMPANIONS[target] ?? []],
    // Handlers keep secrets for minutes; new ones have none.
    shots: [{ retries: 8, ...(target === 'secretsmanager' && { after: 'cold-start' as const }) }],
    archives,
    promise: 'nothing-lost',
  };
}

/** Every effect on every target. */
export const FAULT_SCENARIOS: readonly string[] = FAULT_TARGETS.flatMap((target) => EFFECTS.map((effect) => `${effect}:${target}`));
