import { Condition } from './choice';
import { Json } from './json';
import { Path } from './paths';
import { Catcher, Retrier } from './retry';
import { Template } from './templates';

/** A checked and compiled set of states: a whole machine, a branch or an item processor. */
export interface Flow {
  readonly startAt: string;
  readonly states: ReadonlyMap<string, State>;
}

export interface Machine extends Flow {
  readonly timeoutSeconds?: number;
}

interface Common {
  readonly name: string;
  /** Undefined where the flow ends. */
  readonly next?: string;
  /** Null stands for an empty object. */
  readonly inputPath: Path | null;
  readonly outputPath: Path | null;
}

interface WithResult extends Common {
  readonly parameters?: Template;
  /** Null discards the result. */
  readonly resultPath: Path | null;
}

/** A state that does work, and so can fail, be retried and be caught. */
interface Worker extends WithResult {
  readonly resultSelector?: Template;
  readonly retry: readonly Retrier[];
  readonly catch: readonly Catcher[];
}

/** A number written in the definition or found in the data. */
export type Amount = number | Path;

export interface TaskState extends Worker {
  readonly type: 'Task';
  readonly resource: string;
  readonly timeoutSeconds?: Amount;
  readonly heartbeatSeconds?: Amount;
}

export interface ParallelState extends Worker {
  readonly type: 'Parallel';
  readonly branches: readonly Flow[];
}

export interface MapState extends Worker {
  readonly type: 'Map';
  readonly itemsPath: Path;
  readonly itemSelector?: Template;
  readonly processor: Flow;
  readonly distributed: boolean;
  readonly maxConcurrency: Amount;
  readonly toleratedFailureCount?: Amount;
  readonly toleratedFailurePercentage?: Amount;
}

export interface ChoiceState extends Common {
  readonly type: 'Choice';
  readonly choices: readonly { readonly condition: Condition; readonly next: string }[];
  readonly default?: string;
}

export interface PassState extends WithResult {
  readonly type: 'Pass';
  readonly result?: Json;
}

export interface WaitState extends Common {
  readonly type: 'Wait';
  readonly until:
    | { readonly seconds: number } | { readonly secondsPath: Path }
    | { readonly timestamp: string } | { readonly timestampPath: Path };
}

export interface SucceedState extends Common {
  readonly type: 'Succeed';
}

export interface FailState extends Common {
  readonly type: 'Fail';
  readonly error?: Template;
  readonly cause?: Template;
}

export type WorkerState = TaskState | ParallelState | MapState;
export type State = WorkerState | ChoiceState | PassState | WaitState | SucceedState | FailState;
