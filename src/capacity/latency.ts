import { FIXED, LATENCIES, PROVIDER_TIMEOUT_S } from './aws-facts';
import { SystemShape } from './shape';
import { Work } from './work';

/** One stretch of the way, in milliseconds. */
export interface Stretch {
  readonly name: string;
  readonly p50: number;
  /** 99 in 100 are faster. Sums of these are bounds, not the p99 of the sum. */
  readonly p99: number;
}

export interface LatencyBudget {
  /** Until the provider has its answer. */
  readonly answer: readonly Stretch[];
  /** From there to the verdict, and to the alert if there is one. */
  readonly verdict: readonly Stretch[];
  readonly deadlines: readonly Deadline[];
}

/** A wait that ends before another one does, or does not. */
export interface Deadline {
  readonly name: string;
  readonly ms: number;
  /** What has to be over by then. */
  readonly covers: string;
  readonly coveredMs: number;
  readonly holds: boolean;
}

export function latencyOf(shape: SystemShape, work: Work): LatencyBudget {
  const measured = (name: string, [p50, p99]: readonly [number, number, string]): Stretch => ({ name, p50, p99 });
  // Own code waits for AWS most of the time, and AWS is four times slower in the worst hundredth.
  const own = (name: string, ms: number): Stretch => ({ name, p50: ms, p99: 4 * ms });
  const answer = [measured('API Gateway', LATENCIES.apiGateway), measured('Cold start', LATENCIES.coldStart), own('Validator', work.validatorMs)];
  return {
    answer,
    verdict: [
      measured('Stream', LATENCIES.stream), own('Relay', work.relayMs), measured('EventBridge', LATENCIES.eventBus),
      measured('Step Functions', LATENCIES.express), own('Fraud detector', work.detectorMs), measured('SNS', LATENCIES.topic),
    ],
    deadlines: deadlinesOf(shape, totalOf(answer).p99),
  };
}

export function totalOf(stretches: readonly Stretch[]): { readonly p50: number; readonly p99: number } {
  const sumOf = (of: (stretch: Stretch) => number) => stretches.reduce((sum, stretch) => sum + of(stretch), 0);
  return { p50: sumOf(({ p50 }) => p50), p99: sumOf(({ p99 }) => p99) };
}

function deadlinesOf({ providers, validator, fraudDetector }: SystemShape, answerMs: number): readonly Deadline[] {
  const told = providers.filter((kind) => kind in PROVIDER_TIMEOUT_S).map((kind) => [kind, PROVIDER_TIMEOUT_S[kind] * 1000] as const);
  const [strictest] = [...told].sort(([, a], [, b]) => a - b);
  const deadline = (name: string, ms: number, covers: string, coveredMs: number): Deadline =>
    ({ name, ms, covers, coveredMs, holds: coveredMs <= ms });
  return [
    ...(strictest ? [
      deadline(`${strictest[0]} waits for an answer for`, strictest[1], 'the slowest answers', answerMs),
      deadline(`${strictest[0]} waits for an answer for`, strictest[1], 'functions.validator.timeout', validator.timeoutMs),
    ] : []),
    deadline('API Gateway waits for the validator for', FIXED.apiTimeoutMs, 'functions.validator.timeout', validator.timeoutMs),
    deadline('An EXPRESS execution ends after', FIXED.expressMs, 'four attempts of the fraud detector and their pauses',
      4 * fraudDetector.timeoutMs + 7000),
  ];
}
