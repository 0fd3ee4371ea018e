import { Clock } from '../kernel/clock';
import { State } from './definition';
import { Execution } from './execution';
import { Trail } from './history';
import { Json, JsonObject } from './json';
import { Scope } from './paths';

/** What a task's handler is told besides its parameters. */
export interface TaskContext {
  /** Aborts when the task timed out, a sibling failed or the execution ended. */
  readonly signal: AbortSignal;
  readonly traceHeader: string;
  readonly executionArn: string;
  readonly stateMachineArn: string;
  readonly stateName: string;
  /** Says that the task is still alive, for HeartbeatSeconds. */
  heartbeat(): void;
}

/** Runs what Task states call; supplied by whoever wires the services together. */
export interface TaskHandlers {
  has(resource: string): boolean;
  /** Gives the result, or throws a StatesError or an Error whose name is the error name. */
  run(resource: string, parameters: unknown, context: TaskContext): Promise<unknown>;
}

/** One execution at work. */
export interface Run {
  readonly execution: Execution;
  readonly clock: Clock;
  readonly tasks: TaskHandlers;
  readonly random: () => number;
  /** The parts of the context object that do not change. */
  readonly context: JsonObject;
  /** States entered so far. */
  entered: number;
}

/** One line of states inside a run: the machine itself, a branch or an iteration. */
export interface Line {
  readonly signal: AbortSignal;
  readonly trail: Trail;
  /** `$$.Map` inside an iteration. */
  readonly map?: JsonObject;
}

/** One visit to a state. */
export interface Visit<S extends State = State> {
  readonly run: Run;
  readonly line: Line;
  readonly state: S;
  /** The state's input before InputPath. */
  readonly input: Json;
  readonly enteredTime: string;
}

/** What a state leads to; `next` undefined is the end. */
export interface Step {
  readonly output: Json;
  readonly next?: string;
}

/** What expressions see during a visit: `$` is `input`, `$$` the context object. */
export function scopeOf({ run, line, state, enteredTime }: Visit, input: Json, retryCount?: number): Scope {
  const current: JsonObject = { Name: state.name, EnteredTime: enteredTime };
  if (retryCount !== undefined) current.RetryCount = retryCount;
  const context: JsonObject = { ...run.context, State: current };
  if (line.map) context.Map = line.map;
  return { input, context, random: run.random };
}
