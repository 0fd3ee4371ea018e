import { errorOutput, throughPath, withResult } from './data-flow';
import { WorkerState } from './definition';
import { StatesError, asStatesError } from './errors';
import { Json } from './json';
import { Scope } from './paths';
import { Retries, matches } from './retry';
import { Step, Visit, scopeOf } from './run';
import { waitFor } from './run-wait';

type Work = (scope: Scope, retryCount: number) => Promise<Json>;

/** Does a state's work, again as long as its Retry says so, and otherwise goes where its Catch says. */
export async function runWorker(
  visit: Visit<WorkerState>,
  locate: (error: unknown) => unknown,
  work: Work,
): Promise<Step> {
  const { state, run, line } = visit;
  const retries = new Retries(state.retry, run.random);
  for (let retryCount = 0; ; retryCount++) {
    try {
      return await attempt(visit, retryCount, work);
    } catch (thrown) {
      line.signal.throwIfAborted();
      const error = asStatesError(locate(thrown));
      const delay = retries.delayAfter(error);
      if (delay === undefined) return giveUp(visit, error);
      run.execution.tell('Retry', { state: state.name, error: error.name, cause: error.cause, retry: retryCount + 1, delayMs: delay });
      await waitFor(visit, delay);
    }
  }
}

async function attempt(visit: Visit<WorkerState>, retryCount: number, work: Work): Promise<Step> {
  const { state, input } = visit;
  const scope = (data: Json): Scope => scopeOf(visit, data, retryCount);
  const result = await work(scope(throughPath(state.inputPath, scope(input))), retryCount);
  const selected = state.resultSelector ? state.resultSelector(scope(result)) : result;
  const combined = withResult(state.resultPath, input, selected);
  return { output: throughPath(state.outputPath, scope(combined)), next: state.next };
}

function giveUp({ state, run, line, input }: Visit<WorkerState>, error: StatesError): Step {
  if (state.type !== 'Task') run.execution.record(line.trail, `${state.type}StateFailed`);
  const catcher = state.catch.find(({ errorEquals }) => matches(errorEquals, error));
  if (!catcher) throw error;
  run.execution.tell('Caught', { state: state.name, error: error.name, cause: error.cause, next: catcher.next });
  return { output: withResult(catcher.resultPath, input, errorOutput(error)), next: catcher.next };
}
