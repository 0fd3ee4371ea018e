import { throughPath, payloadText, withResult } from './data-flow';
import { ChoiceState, FailState, Flow, PassState, State } from './definition';
import { Cancelled, EvaluationFailure, StatesError, runtimeFailure } from './errors';
import { inputDetails, outputDetails } from './history';
import { Json, toText } from './json';
import { Line, Run, Step, Visit, scopeOf } from './run';
import { runMap, runParallel } from './run-branches';
import { runTask } from './run-task';
import { runWait } from './run-wait';
import { runWorker } from './run-worker';

/** States entered between two pauses that let the rest of the process have its turn. */
const PAUSE_EVERY = 64;
/** The states that take time, and so can be cut short by a failing sibling. */
const CAN_BE_ABORTED: readonly string[] = ['Task', 'Parallel', 'Map', 'Wait'];

/** Runs states from the first to an end and gives the last output. */
export async function runFlow(run: Run, flow: Flow, input: Json, line: Line): Promise<Json> {
  let name: string | undefined = flow.startAt;
  let data = input;
  while (name !== undefined) {
    await pauseSometimes(run);
    line.signal.throwIfAborted();
    const step: Step = await runState(run, flow.states.get(name)!, data, line);
    data = step.output;
    name = step.next;
  }
  return data;
}

/** Keeps a loop of states that never wait from starving everything else. */
async function pauseSometimes(run: Run): Promise<void> {
  if (++run.entered % PAUSE_EVERY === 0) await new Promise(setImmediate);
}

async function runState(run: Run, state: State, input: Json, line: Line): Promise<Step> {
  const { execution } = run;
  const visit: Visit = { run, line, state, input, enteredTime: new Date(run.clock.now()).toISOString() };
  const enteredId = execution.record(line.trail, `${state.type}StateEntered`, { name: state.name, ...inputDetails(toText(input)) });
  execution.tell('StateEntered', { state: state.name, stateType: state.type, input });
  try {
    const step = await behave(visit, enteredId);
    const output = payloadText(step.output, state.name);
    execution.record(line.trail, `${state.type}StateExited`, { name: state.name, ...outputDetails(output) });
    return step;
  } catch (error) {
    if (line.signal.reason instanceof Cancelled && CAN_BE_ABORTED.includes(state.type)) execution.recordAside(line.trail, `${state.type}StateAborted`);
    throw located(error, state, enteredId);
  }
}

/** The error with the state it happened in, if it does not name one yet. */
function located(error: unknown, state: State, enteredId: number): unknown {
  return error instanceof EvaluationFailure ? error.in(state.name, enteredId) : error;
}

async function behave(visit: Visit, enteredId: number): Promise<Step> {
  const { state } = visit;
  const locate = (error: unknown): unknown => located(error, state, enteredId);
  switch (state.type) {
    case 'Task': return runWorker({ ...visit, state }, locate, (scope, retryCount) => runTask({ ...visit, state }, scope, retryCount));
    case 'Parallel': return runWorker({ ...visit, state }, locate, (scope) => runParallel({ ...visit, state }, scope, runFlow));
    case 'Map': return runWorker({ ...visit, state }, locate, (scope) => runMap({ ...visit, state }, scope, runFlow));
    case 'Choice': return runChoice({ ...visit, state });
    case 'Pass': return runPass({ ...visit, state });
    case 'Wait': return passThrough(visit, (input) => runWait({ ...visit, state }, scopeOf(visit, input)));
    case 'Succeed': return passThrough(visit, async () => undefined);
    case 'Fail': throw failure({ ...visit, state });
  }
}

/** A state whose output is its input. */
async function passThrough(visit: Visit, act: (input: Json) => Promise<void>): Promise<Step> {
  const input = throughPath(visit.state.inputPath, scopeOf(visit, visit.input));
  await act(input);
  return { output: throughPath(visit.state.outputPath, scopeOf(visit, input)), next: visit.state.next };
}

function runChoice(visit: Visit<ChoiceState>): Step {
  const { state } = visit;
  const scope = scopeOf(visit, throughPath(state.inputPath, scopeOf(visit, visit.input)));
  const next = state.choices.find(({ condition }) => condition(scope))?.next ?? state.default;
  if (next !== undefined) return { output: throughPath(state.outputPath, scope), next };
  throw new EvaluationFailure('States.NoChoiceMatched', 'Failed to transition out of the state. The state does not point to a next state.');
}

function runPass(visit: Visit<PassState>): Step {
  const { state } = visit;
  const input = throughPath(state.inputPath, scopeOf(visit, visit.input));
  const given = state.parameters ? state.parameters(scopeOf(visit, input)) : input;
  const combined = withResult(state.resultPath, visit.input, state.result === undefined ? given : state.result);
  return { output: throughPath(state.outputPath, scopeOf(visit, combined)), next: state.next };
}

/** Error and cause as text; anything else in their paths fails the execution. */
function failure(visit: Visit<FailState>): StatesError {
  const scope = scopeOf(visit, visit.input);
  const text = (field: 'ErrorPath' | 'CausePath', value: Json | undefined): string | undefined => {
    if (value === undefined || typeof value === 'string') return value;
    throw runtimeFailure(`The ${field} field must refer to a string but refers to ${toText(value)}`);
  };
  const error = text('ErrorPath', visit.state.error?.(scope));
  const cause = text('CausePath', visit.state.cause?.(scope));
  return new StatesError(error ?? '', cause);
}
