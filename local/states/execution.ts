import { setMaxListeners } from 'node:events';
import { Clock } from '../kernel/clock';
import { Journal } from '../kernel/journal';
import { traceIdOf } from '../kernel/trace';
import { runtimeFailure } from './errors';
import { HistoryEvent, MAX_EVENTS, Trail, outputDetails } from './history';

export type ExecutionStatus = 'RUNNING' | 'SUCCEEDED' | 'FAILED' | 'TIMED_OUT' | 'ABORTED';

/** What identifies an execution and never changes. */
export interface ExecutionStart {
  readonly executionArn: string;
  readonly name: string;
  readonly stateMachineArn: string;
  /** JSON text, as it was given. */
  readonly input: string;
  readonly traceHeader: string;
}

/** How an execution ended. */
export interface ExecutionEnd {
  readonly status: Exclude<ExecutionStatus, 'RUNNING'>;
  /** JSON text. */
  readonly output?: string;
  readonly error?: string;
  readonly cause?: string;
}

/** What an execution is and has done so far. */
export interface ExecutionView extends ExecutionStart, Partial<Omit<ExecutionEnd, 'status'>> {
  readonly status: ExecutionStatus;
  /** Milliseconds since the epoch. */
  readonly startDate: number;
  readonly stopDate?: number;
  /** At most the first 25,000 events. */
  readonly history: readonly HistoryEvent[];
}

export interface ExecutionTools {
  readonly clock: Clock;
  readonly journal: Journal;
  readonly standard: boolean;
  /** Sees every event as it happens. */
  readonly onEvent: (execution: ExecutionStart, event: HistoryEvent) => void;
}

const END_EVENTS = {
  SUCCEEDED: 'ExecutionSucceeded', FAILED: 'ExecutionFailed', TIMED_OUT: 'ExecutionTimedOut', ABORTED: 'ExecutionAborted',
} as const;

/** One run of a machine: its history, its end, and the signal that stops its work. */
export class Execution {
  public readonly startDate: number;
  public readonly finished: Promise<void>;
  private readonly events: HistoryEvent[] = [];
  private readonly controller = new AbortController();
  private eventCount = 0;
  private end?: ExecutionEnd & { readonly stopDate: number };
  private markFinished!: () => void;

  public constructor(public readonly start: ExecutionStart, private readonly tools: ExecutionTools) {
    this.startDate = tools.clock.now();
    setMaxListeners(0, this.controller.signal); // as many followers as there are branches
    this.finished = new Promise((resolve) => { this.markFinished = resolve; });
  }

  public get signal(): AbortSignal {
    return this.controller.signal;
  }

  public get isRunning(): boolean {
    return this.end === undefined;
  }

  public get view(): ExecutionView {
    return { ...this.start, status: 'RUNNING', startDate: this.startDate, ...this.end, history: this.events };
  }

  /** Adds an event to the history and moves the trail on to it; gives its number. */
  public record(trail: Trail, type: string, details?: Record<string, unknown>): number {
    if (!this.isRunning) return this.eventCount;
    if (this.tools.standard && this.eventCount === MAX_EVENTS - 1 && !type.startsWith('Execution')) {
      throw runtimeFailure(`The execution reached the maximum number of history events (${MAX_EVENTS}).`);
    }
    const event = { id: ++this.eventCount, previousEventId: trail.last, timestamp: this.tools.clock.now(), type, details };
    if (this.events.length < MAX_EVENTS) this.events.push(event);
    trail.last = event.id;
    this.tools.onEvent(this.start, event);
    return event.id;
  }

  /** Like `record`, for events that nothing follows from. */
  public recordAside(trail: Trail, type: string, details?: Record<string, unknown>): number {
    return this.record({ last: trail.last }, type, details);
  }

  /** Tells the runner's journal. */
  public tell(type: string, data: Record<string, unknown>): void {
    if (!this.isRunning) return;
    this.tools.journal.record('states', type, { arn: this.start.executionArn, ...data }, traceIdOf(this.start.traceHeader));
  }

  /** Ends the execution once; whatever still runs is told to stop and can record nothing more. */
  public finish(end: ExecutionEnd, trail: Trail): boolean {
    if (!this.isRunning) return false;
    const { status, output, error, cause } = end;
    this.record(trail, END_EVENTS[status], endDetails(end));
    this.tell(END_EVENTS[status], output === undefined ? { error, cause } : { output: JSON.parse(output) });
    this.end = { ...end, stopDate: this.tools.clock.now() };
    this.controller.abort(new Error(`The execution is ${status}`));
    this.markFinished();
    return true;
  }
}

/** A time-out has no details of its own. */
function endDetails({ status, output, error, cause }: ExecutionEnd): Record<string, unknown> {
  if (output !== undefined) return outputDetails(output);
  return status === 'TIMED_OUT' ? {} : { error, cause };
}
