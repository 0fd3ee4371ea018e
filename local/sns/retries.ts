import { ServiceError } from '../kernel/wire';

const SECOND = 1000;

/**
 * How long SNS waits before it tries an AWS endpoint again: three times at once,
 * twice after a second, ten times with growing pauses, then every 20 seconds for 23 days.
 */
export function retryDelay(retry: number): number | undefined {
  if (retry <= 3) return 0;
  if (retry <= 5) return SECOND;
  if (retry <= 15) return Math.round(SECOND * 20 ** ((retry - 5) / 10));
  return retry <= 100_015 ? 20 * SECOND : undefined;
}

/** Errors that trying again cannot heal: the receiver is not there or refuses. */
export function isFinal(error: unknown): boolean {
  return error instanceof ServiceError && (error.status < 500 || error.status === 501) && !/Throttl|TooManyRequests/.test(error.code);
}
