import { Clock } from '../kernel/clock';
import { Journal } from '../kernel/journal';
import { Metrics } from '../kernel/metrics';
import { Targets } from '../kernel/targets';
import { traceIdOf } from '../kernel/trace';
import { ServiceError } from '../kernel/wire';
import { Work } from './execution-environment';
import type { InvokeResult, LambdaFunction } from './lambda-function';

/** `AWS::Lambda::EventInvokeConfig`: what becomes of asynchronous invocations. */
export interface AsyncOptions {
  /** Default 2. */
  readonly maximumRetryAttempts?: number;
  /** Default 6 hours. */
  readonly maximumEventAgeSeconds?: number;
  /** ARNs that are sent the record of an invocation. */
  readonly onSuccess?: string;
  readonly onFailure?: string;
}

type Condition = 'Success' | 'RetriesExhausted' | 'EventAgeExceeded';

interface AsyncEvent {
  readonly lambda: LambdaFunction;
  readonly options: AsyncOptions;
  readonly work: Work;
  readonly acceptedAt: number;
}

export interface AsyncServices {
  readonly clock: Clock;
  readonly journal: Journal;
  readonly metrics: Metrics;
  /** Needed once a function has a destination. */
  readonly targets?: Targets;
  execute(lambda: LambdaFunction, work: Work): Promise<InvokeResult>;
}

const RETRY_DELAYS_MS = [60_000, 120_000];
/** Throttled events wait from one second up to five minutes between tries. */
const THROTTLE_DELAY_MS = { first: 1000, most: 300_000 };

/** The queue behind invocations of type `Event`: retries, age limit and destinations. */
export class AsyncInvocations {
  private readonly stopping = new AbortController();
  private unfinished = 0;

  public constructor(private readonly services: AsyncServices) {}

  /** Events accepted whose last attempt is still to come. */
  public get pending(): number {
    return this.unfinished;
  }

  public accept(lambda: LambdaFunction, options: AsyncOptions, work: Work): void {
    this.services.metrics.put('AWS/Lambda', 'AsyncEventsReceived', { FunctionName: lambda.spec.name });
    this.unfinished += 1;
    this.settle({ lambda, options, work, acceptedAt: this.services.clock.now() })
      .catch((error) => {
        if (!this.stopping.signal.aborted) this.record(lambda, 'AsyncEventLost', { requestId: work.requestId, reason: String(error) }, work);
      })
      .finally(() => (this.unfinished -= 1));
  }

  public stop(): void {
    this.stopping.abort(new Error('The function host is stopping'));
  }

  private async settle(event: AsyncEvent): Promise<void> {
    const retries = event.options.maximumRetryAttempts ?? RETRY_DELAYS_MS.length;
    let result: InvokeResult | undefined;
    for (let attempts = 0; ; ) {
      if (this.tooOld(event)) return this.conclude(event, 'EventAgeExceeded', attempts, result);
      result = await this.untilReached(event);
      if (!result) return this.conclude(event, 'EventAgeExceeded', attempts, result);
      attempts += 1;
      if (!result.functionError) return this.conclude(event, 'Success', attempts, result);
      if (attempts > retries) return this.conclude(event, 'RetriesExhausted', attempts, result);
      await this.wait(RETRY_DELAYS_MS[attempts - 1]);
    }
  }

  /** Tries until the function is not throttled; none when the event grew too old meanwhile. */
  private async untilReached(event: AsyncEvent): Promise<InvokeResult | undefined> {
    for (let delay = THROTTLE_DELAY_MS.first; ; delay = Math.min(delay * 2, THROTTLE_DELAY_MS.most)) {
      try {
        return await this.services.execute(event.lambda, event.work);
      } catch (error) {
        if (!(error instanceof ServiceError)) throw error;
        await this.wait(delay);
        if (this.tooOld(event)) return undefined;
      }
    }
  }

  private async wait(milliseconds: number): Promise<void> {
    await this.services.clock.sleep(milliseconds);
    this.stopping.signal.throwIfAborted();
  }

  private tooOld({ options, acceptedAt }: AsyncEvent): boolean {
    return this.services.clock.now() - acceptedAt >= (options.maximumEventAgeSeconds ?? 21_600) * 1000;
  }

  private async conclude(event: AsyncEvent, condition: Condition, attempts: number, result?: InvokeResult): Promise<void> {
    const { lambda, options, work } = event;
    const destination = condition === 'Success' ? options.onSuccess : options.onFailure;
    if (condition !== 'Success') {
      this.services.metrics.put('AWS/Lambda', 'AsyncEventsDropped', { FunctionName: lambda.spec.name });
      this.record(lambda, 'AsyncEventDropped', { requestId: work.requestId, condition, attempts, destination }, work);
    }
    if (!destination) return;
    try {
      const payload = JSON.stringify(this.destinationRecord(event, condition, attempts, result));
      if (!this.services.targets) throw new Error('The function host has no targets');
      await this.services.targets.deliver(destination, { payload, traceHeader: work.traceHeader, sourceArn: lambda.spec.arn });
    } catch (error) {
      this.services.metrics.put('AWS/Lambda', 'DestinationDeliveryFailures', { FunctionName: lambda.spec.name });
      this.record(lambda, 'DestinationFailed', { requestId: work.requestId, destination, reason: String(error), payload: work.payload }, work);
    }
  }

  private destinationRecord({ lambda, work }: AsyncEvent, condition: Condition, attempts: number, result?: InvokeResult): object {
    return {
      version: '1.0',
      timestamp: new Date(this.services.clock.now()).toISOString(),
      requestContext: {
        requestId: work.requestId,
        functionArn: `${lambda.spec.arn}:$LATEST`,
        condition,
        approximateInvokeCount: attempts,
      },
      requestPayload: JSON.parse(work.payload) as unknown,
      ...(result && {
        responseContext: { statusCode: result.statusCode, executedVersion: result.executedVersion, functionError: result.functionError },
        responsePayload: JSON.parse(result.payload) as unknown,
      }),
    };
  }

  private record(lambda: LambdaFunction, type: string, data: Record<string, unknown>, work: Work): void {
    this.services.journal.record('lambda', type, { functionName: lambda.spec.name, ...data }, traceIdOf(work.traceHeader));
  }
}
