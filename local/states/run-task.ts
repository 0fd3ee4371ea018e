import { CancellationScope, untilAborted } from './cancellation';
import { payloadText } from './data-flow';
import { Amount, TaskState } from './definition';
import { HeartbeatTimeout, StatesError, asStatesError, runtimeFailure } from './errors';
import { outputDetails } from './history';
import { Json, toText } from './json';
import { Scope } from './paths';
import { Visit } from './run';
import { TaskEvents, taskEvents } from './task-events';

/** Calls the task's handler once, within its time, and gives its result. */
export async function runTask(visit: Visit<TaskState>, scope: Scope, retryCount: number): Promise<Json> {
  const { run, line, state } = visit;
  const attempt = retryCount + 1;
  const limits = {
    timeout: seconds('TimeoutSeconds', state.timeoutSeconds, scope),
    heartbeat: seconds('HeartbeatSeconds', state.heartbeatSeconds, scope),
  };
  const parameters = payloadText(state.parameters ? state.parameters(scope) : scope.input, state.name);
  const events = taskEvents(state.resource);
  run.execution.record(line.trail, events.scheduled, events.scheduledDetails(parameters, limits));
  run.execution.tell('TaskAttempt', { state: state.name, resource: state.resource, attempt, parameters: JSON.parse(parameters) });
  run.execution.record(line.trail, events.started, events.details);
  try {
    const output = payloadText(await call(visit, parameters, limits), events.source);
    const result = JSON.parse(output) as Json;
    run.execution.record(line.trail, events.succeeded, { ...events.details, ...outputDetails(output) });
    run.execution.tell('TaskResult', { state: state.name, resource: state.resource, attempt, output: result });
    return result;
  } catch (thrown) {
    line.signal.throwIfAborted();
    throw recordFailure(visit, events, attempt, asStatesError(thrown));
  }
}

interface Limits {
  readonly timeout?: number;
  readonly heartbeat?: number;
}

/** Runs the handler on its own copy of the parameters and stops waiting for it when its time is up. */
async function call({ run, line, state }: Visit<TaskState>, parameters: string, limits: Limits): Promise<unknown> {
  const cancellation = new CancellationScope(line.signal);
  const { executionArn, stateMachineArn, traceHeader } = run.execution.start;
  const timer = (after: number | undefined, error: StatesError): () => void => {
    if (after === undefined || cancellation.signal.aborted) return () => undefined;
    return run.clock.at(run.clock.now() + after * 1000, () => cancellation.abort(error));
  };
  const stopTimeout = timer(limits.timeout, new StatesError('States.Timeout'));
  let stopHeartbeat = timer(limits.heartbeat, new HeartbeatTimeout());
  let over = false;
  const heartbeat = (): void => {
    stopHeartbeat();
    if (!over) stopHeartbeat = timer(limits.heartbeat, new HeartbeatTimeout());
  };
  const context = { signal: cancellation.signal, traceHeader, executionArn, stateMachineArn, stateName: state.name, heartbeat };
  try {
    const work = async (): Promise<unknown> => run.tasks.run(state.resource, JSON.parse(parameters), context);
    return await untilAborted(work(), cancellation.signal);
  } finally {
    over = true;
    stopTimeout();
    stopHeartbeat();
    cancellation.close();
  }
}

function recordFailure({ run, line, state }: Visit<TaskState>, events: TaskEvents, attempt: number, error: StatesError): StatesError {
  const type = error.name === 'States.Timeout' ? events.timedOut : events.failed;
  run.execution.record(line.trail, type, { ...events.details, error: error.name, cause: error.cause });
  run.execution.tell('TaskFailed', { state: state.name, resource: state.resource, attempt, error: error.name, cause: error.cause });
  return error;
}

function seconds(field: string, amount: Amount | undefined, scope: Scope): number | undefined {
  if (amount === undefined || typeof amount === 'number') return amount;
  const value = amount.require(scope);
  if (typeof value !== 'number' || !Number.isInteger(value) || value <= 0) {
    throw runtimeFailure(`The ${field}Path field refers to value "${toText(value)}" which is not a valid positive integer: ${amount.text}`);
  }
  return value;
}
