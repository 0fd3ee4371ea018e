import { Clock } from '../kernel/clock';
import { Journal } from '../kernel/journal';
import { Targets } from '../kernel/targets';
import { traceIdOf } from '../kernel/trace';
import { ServiceError } from '../kernel/wire';

/** Where and how persistently something is delivered. */
export interface DeliveryTarget {
  readonly arn: string;
  readonly parameters?: Readonly<Record<string, string>>;
  readonly maximumRetries: number;
  readonly maximumAge: number;
  readonly deadLetterArn?: string;
}

/** What happens to a delivery, for the metrics of whoever started it. */
export type DeliveryStep = 'attempt' | 'retry' | 'success' | 'attemptFailed' | 'failed' | 'deadLettered' | 'deadLetterFailed';

export interface Delivery {
  readonly target: DeliveryTarget;
  /** What the target is sent; asked anew for each attempt, counted from 1. */
  readonly payload: (attempt: number) => string;
  /** What the dead-letter queue is sent, and what it is told beside AWS's own attributes. */
  readonly deadLetter: { readonly body: () => string; readonly attributes: Readonly<Record<string, string>> };
  readonly sourceArn: string;
  readonly traceHeader?: string;
  /** Names the delivery in the journal. */
  readonly subject: Readonly<Record<string, unknown>>;
  readonly count: (step: DeliveryStep) => void;
}

export interface DeliveryContext {
  readonly clock: Clock;
  readonly journal: Journal;
  readonly targets: Targets;
  /** Source of jitter; `Math.random` unless a test wants its own. */
  readonly random?: () => number;
}

interface Failure {
  readonly code: string;
  readonly message: string;
}

const FIRST_DELAY = 1_000;
const LONGEST_DELAY = 10 * 60_000;

/** What a target's refusal is called in a dead letter. */
const DEAD_LETTER_CODES: Readonly<Record<string, string>> = { NO_RESOURCE: 'NotFound|DoesNotExist|NonExistent', NO_PERMISSIONS: 'AccessDenied' };
const FINAL_CODES = /NotFound|DoesNotExist|NonExistent|AccessDenied|^NotSupportedLocally$|^InvalidTargetInput$/;

/** Delivers to targets with retries and dead-letter queues, on the clock. */
export class Deliveries {
  private inFlight = 0;

  public constructor(private readonly service: 'events' | 'scheduler', private readonly context: DeliveryContext) {}

  /** Deliveries not yet settled: under way or waiting for a retry. */
  public pending(): number {
    return this.inFlight;
  }

  public start(delivery: Delivery): void {
    this.inFlight++;
    void this.run(delivery).finally(() => this.inFlight--);
  }

  private async run(delivery: Delivery): Promise<void> {
    const started = this.context.clock.now();
    for (let retries = 0; ; retries++) {
      const failure = await this.attempt(delivery, retries);
      if (!failure) return;
      const delay = this.delay(retries);
      const exhausted = this.exhaustedBy(delivery.target, failure, retries, this.context.clock.now() + delay - started);
      this.record(delivery, 'TargetFailed', { ...failure, attempt: retries + 1, willRetry: exhausted === undefined });
      if (exhausted) return this.giveUp(delivery, failure, retries, exhausted);
      await this.context.clock.sleep(delay);
    }
  }

  private async attempt(delivery: Delivery, retries: number): Promise<Failure | undefined> {
    const { target, sourceArn, traceHeader, count } = delivery;
    count('attempt');
    if (retries > 0) count('retry');
    try {
      const payload = delivery.payload(retries + 1);
      await this.context.targets.deliver(target.arn, { payload, traceHeader, sourceArn, parameters: target.parameters });
      this.record(delivery, 'TargetInvoked', { payload, attempt: retries + 1 });
      count('success');
      return undefined;
    } catch (error) {
      count('attemptFailed');
      return failureOf(error);
    }
  }

  private exhaustedBy(target: DeliveryTarget, failure: Failure, retries: number, nextAge: number): string | undefined {
    if (FINAL_CODES.test(failure.code)) return 'NonRetryableError';
    if (retries >= target.maximumRetries) return 'MaximumRetryAttempts';
    return nextAge > target.maximumAge ? 'MaximumEventAgeInSeconds' : undefined;
  }

  private async giveUp(delivery: Delivery, failure: Failure, retries: number, exhausted: string): Promise<void> {
    delivery.count('failed');
    const queue = delivery.target.deadLetterArn;
    if (queue === undefined) return this.record(delivery, 'TargetDropped', { ...failure });
    const attributes = messageAttributes(delivery, failure, retries, exhausted);
    const { sourceArn, traceHeader } = delivery;
    try {
      const parameters = { MessageAttributes: JSON.stringify(attributes) };
      await this.context.targets.deliver(queue, { payload: delivery.deadLetter.body(), traceHeader, sourceArn, parameters });
      delivery.count('deadLettered');
      this.record(delivery, 'TargetDeadLettered', { queue, ...failure, exhausted });
    } catch (error) {
      delivery.count('deadLetterFailed');
      this.record(delivery, 'TargetDeadLetterFailed', { queue, ...failureOf(error) });
    }
  }

  /** Exponential, with jitter over the upper half. */
  private delay(retries: number): number {
    const longest = Math.min(LONGEST_DELAY, FIRST_DELAY * 2 ** Math.min(retries, 20));
    return Math.round(longest * (0.5 + (this.context.random ?? Math.random)() / 2));
  }

  private record(delivery: Delivery, type: string, data: Record<string, unknown>): void {
    const { subject, target, traceHeader } = delivery;
    this.context.journal.record(this.service, type, { ...subject, targetArn: target.arn, ...data }, traceIdOf(traceHeader));
  }
}

/** The attributes AWS puts on a dead letter. It names a retry condition only when retrying ended. */
function messageAttributes(delivery: Delivery, failure: Failure, retries: number, exhausted: string): object {
  const code = Object.keys(DEAD_LETTER_CODES).find((one) => new RegExp(DEAD_LETTER_CODES[one]).test(failure.code)) ?? failure.code;
  const texts = {
    ...delivery.deadLetter.attributes,
    TARGET_ARN: delivery.target.arn,
    ERROR_CODE: code,
    ERROR_MESSAGE: failure.message || code,
    ...exhausted === 'NonRetryableError' ? {} : { EXHAUSTED_RETRY_CONDITION: exhausted },
  };
  const strings = Object.entries(texts).map(([name, value]) => [name, { DataType: 'String', StringValue: value }]);
  return { ...Object.fromEntries(strings), RETRY_ATTEMPTS: { DataType: 'Number', StringValue: String(retries) } };
}

function failureOf(error: unknown): Failure {
  if (error instanceof ServiceError) return { code: error.code, message: error.message };
  return { code: 'InternalFailure', message: error instanceof Error ? error.message : String(error) };
}
