import { CancellationScope } from './cancellation';
import { payloadText } from './data-flow';
import { Amount, Flow, MapState, ParallelState } from './definition';
import { Cancelled, StatesError, asStatesError, runtimeFailure } from './errors';
import { Json, toText } from './json';
import { Scope } from './paths';
import { Line, Run, Visit } from './run';

type RunFlow = (run: Run, flow: Flow, input: Json, line: Line) => Promise<Json>;

/** Iterations an inline Map runs at a time, whatever MaxConcurrency says. */
const INLINE_CONCURRENCY = 40;
const DISTRIBUTED_CONCURRENCY = 10_000;

export async function runParallel({ run, line, state }: Visit<ParallelState>, scope: Scope, runFlow: RunFlow): Promise<Json> {
  run.execution.record(line.trail, 'ParallelStateStarted');
  const input = state.parameters ? state.parameters(scope) : scope.input;
  payloadText(input, state.name);
  const outputs: Json[] = [];
  await together(line, state.branches.map((branch, i) => async (branchLine) => {
    outputs[i] = await runFlow(run, branch, input, branchLine);
  }));
  run.execution.recordAside(line.trail, 'ParallelStateSucceeded');
  return outputs;
}

export async function runMap(visit: Visit<MapState>, scope: Scope, runFlow: RunFlow): Promise<Json> {
  const { run, line, state } = visit;
  const items = state.itemsPath.require(scope);
  if (!Array.isArray(items)) throw runtimeFailure(`Reference path "${state.itemsPath.text}" must point to array.`);
  const most = state.distributed ? DISTRIBUTED_CONCURRENCY : INLINE_CONCURRENCY;
  const concurrency = Math.min(amount('MaxConcurrency', state.maxConcurrency, scope) || most, most, items.length);
  const tolerance = new Tolerance(state, items.length, scope);
  run.execution.record(line.trail, 'MapStateStarted', { length: items.length });
  const outputs: (Json | undefined)[] = items.map(() => undefined);
  let next = 0;
  await together(line, Array.from({ length: concurrency }, () => async (lane: Line) => {
    while (next < items.length) {
      lane.signal.throwIfAborted();
      const index = next++;
      outputs[index] = await iterate(visit, scope, items[index], index, lane, runFlow).catch((error) => tolerance.accept(error, lane));
    }
  }));
  run.execution.recordAside(line.trail, 'MapStateSucceeded');
  return outputs.filter((output) => output !== undefined);
}

async function iterate(visit: Visit<MapState>, scope: Scope, value: Json, index: number, lane: Line, runFlow: RunFlow): Promise<Json> {
  const { run, state } = visit;
  const map = { Item: { Index: index, Value: value } };
  const event = { name: state.name, index };
  run.execution.record(lane.trail, 'MapIterationStarted', event);
  try {
    const input = state.itemSelector ? state.itemSelector({ ...scope, context: { ...scope.context, Map: map } }) : value;
    payloadText(input, state.name);
    const output = await runFlow(run, state.processor, input, { ...lane, map });
    run.execution.recordAside(lane.trail, 'MapIterationSucceeded', event);
    return output;
  } catch (error) {
    run.execution.recordAside(lane.trail, lane.signal.aborted ? 'MapIterationAborted' : 'MapIterationFailed', event);
    throw error;
  }
}

/** Runs all at once; the first that fails cancels the others, and its error is the group's. */
async function together(line: Line, jobs: readonly ((line: Line) => Promise<void>)[]): Promise<void> {
  const group = new CancellationScope(line.signal);
  let first: { readonly error: unknown; readonly trail: Line['trail'] } | undefined;
  let last = line.trail.last;
  await Promise.all(jobs.map(async (job) => {
    const trail = { last: line.trail.last };
    try {
      await job({ ...line, signal: group.signal, trail });
      last = trail.last;
    } catch (error) {
      first ??= { error, trail };
      group.abort(new Cancelled());
    }
  }));
  group.close();
  line.signal.throwIfAborted();
  line.trail.last = first?.trail.last ?? last;
  if (first) throw first.error;
}

/** How many iterations of a distributed Map may fail. Those that do are left out of its result. */
class Tolerance {
  private failures = 0;
  private readonly count: number;
  private readonly percentage: number;

  public constructor(private readonly state: MapState, private readonly total: number, scope: Scope) {
    this.count = amount('ToleratedFailureCount', state.toleratedFailureCount ?? 0, scope);
    this.percentage = percentage(state.toleratedFailurePercentage ?? 0, scope);
  }

  public accept(thrown: unknown, lane: Line): undefined {
    const error = asStatesError(thrown);
    if (lane.signal.aborted || !this.state.distributed) throw error;
    this.failures++;
    if (this.failures <= this.count || 100 * this.failures <= this.percentage * this.total) return;
    throw new StatesError('States.ExceedToleratedFailureThreshold', 'The specified tolerated failure threshold was exceeded');
  }
}

function amount(field: string, given: Amount, scope: Scope): number {
  if (typeof given === 'number') return given;
  const value = given.require(scope);
  if (typeof value !== 'number' || !Number.isInteger(value)) {
    throw runtimeFailure(`The ${field}Path field refers to value "${asShown(value)}" which is not a valid integer: ${given.text}`);
  }
  if (value < 0) throw runtimeFailure(`${field} cannot be negative.`);
  return value;
}

function percentage(given: Amount, scope: Scope): number {
  if (typeof given === 'number') return given;
  const value = given.require(scope);
  if (typeof value !== 'number') {
    throw runtimeFailure(`The ToleratedFailurePercentagePath field refers to value "${asShown(value)}" which is not a valid float: ${given.text}`);
  }
  if (value < 0 || value > 100) throw runtimeFailure('ToleratedFailurePercentage must be between 0 and 100.');
  return value;
}

function asShown(value: Json): string {
  return typeof value === 'string' ? value : toText(value);
}
