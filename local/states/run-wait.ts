import { CancellationScope } from './cancellation';
import { WaitState } from './definition';
import { runtimeFailure } from './errors';
import { Json, toText } from './json';
import { Path, Scope } from './paths';
import { Visit } from './run';
import { parseTimestamp } from './timestamps';

const LONGEST_SECONDS = 99_999_999;

export async function runWait(visit: Visit<WaitState>, scope: Scope): Promise<void> {
  await waitFor(visit, delay(visit.state.until, scope, visit.run.clock.now()));
}

/** Waits on the run's clock; ends early when the line is cancelled. */
export async function waitFor({ run, line }: Pick<Visit, 'run' | 'line'>, ms: number): Promise<void> {
  if (ms <= 0) return;
  const scope = new CancellationScope(line.signal);
  try {
    await run.clock.sleep(ms, scope.signal);
  } finally {
    scope.close();
  }
}

function delay(until: WaitState['until'], scope: Scope, now: number): number {
  if ('seconds' in until) return until.seconds * 1000;
  if ('secondsPath' in until) return 1000 * seconds(until.secondsPath, scope);
  const at = 'timestamp' in until ? parseTimestamp(until.timestamp)! : timestamp(until.timestampPath, scope);
  return Math.max(0, Math.ceil(Number(at) / 1e6) - now);
}

function seconds(path: Path, scope: Scope): number {
  const value = given('SecondsPath', path, scope);
  if (typeof value !== 'number' || !Number.isInteger(value)) {
    throw runtimeFailure(`The SecondsPath parameter cannot be parsed as a long value: ${path.text} == ${toText(value)}`);
  }
  if (value < 0) throw runtimeFailure(`The SecondsPath parameter references a negative value: ${path.text} == ${value}`);
  if (value > LONGEST_SECONDS) throw runtimeFailure('Wait state delay is too long.');
  return value;
}

function timestamp(path: Path, scope: Scope): bigint {
  const value = given('TimestampPath', path, scope);
  const at = typeof value === 'string' ? parseTimestamp(value) : undefined;
  if (at !== undefined) return at;
  const shown = typeof value === 'string' ? value : toText(value);
  throw runtimeFailure(
    `The TimestampPath parameter does not reference a valid ISO-8601 extended offset date-time format string: ${path.text} == ${shown}`);
}

function given(field: string, path: Path, scope: Scope): Json {
  const value = path.find(scope);
  if (value === undefined) throw runtimeFailure(`The ${field} parameter does not reference an input value: ${path.text}`);
  return value;
}
