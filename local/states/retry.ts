import { HeartbeatTimeout, StatesError } from './errors';
import { Path } from './paths';

/** What to try again, how often and after how long. */
export interface Retrier {
  readonly errorEquals: readonly string[];
  readonly intervalSeconds: number;
  readonly maxAttempts: number;
  readonly backoffRate: number;
  readonly maxDelaySeconds: number;
  readonly fullJitter: boolean;
}

/** Where to go on with which error. */
export interface Catcher {
  readonly errorEquals: readonly string[];
  readonly next: string;
  readonly resultPath: Path | null;
}

/**
 * Whether a Retry or Catch names this error. States.Runtime always ends the
 * execution; States.ALL stands for all others but States.DataLimitExceeded,
 * States.TaskFailed for all others but States.Timeout.
 */
export function matches(errorEquals: readonly string[], error: StatesError): boolean {
  if (error.name === 'States.Runtime') return false;
  return errorEquals.some((name) => {
    if (name === error.name) return true;
    if (name === 'States.ALL') return error.name !== 'States.DataLimitExceeded';
    if (name === 'States.TaskFailed') return error.name !== 'States.Timeout';
    return name === 'States.HeartbeatTimeout' && error instanceof HeartbeatTimeout;
  });
}

/** Counts the attempts of one visit to a state, for each retrier by itself. */
export class Retries {
  private readonly used = new Map<Retrier, number>();

  public constructor(private readonly retriers: readonly Retrier[], private readonly random: () => number) {}

  /** Milliseconds to wait before the next attempt, or undefined when there is none. */
  public delayAfter(error: StatesError): number | undefined {
    const retrier = this.retriers.find(({ errorEquals }) => matches(errorEquals, error));
    if (!retrier) return undefined;
    const used = this.used.get(retrier) ?? 0;
    if (used >= retrier.maxAttempts) return undefined;
    this.used.set(retrier, used + 1);
    const seconds = Math.min(retrier.maxDelaySeconds, retrier.intervalSeconds * retrier.backoffRate ** used);
    return Math.round(1000 * seconds * (retrier.fullJitter ? this.random() : 1));
  }
}
