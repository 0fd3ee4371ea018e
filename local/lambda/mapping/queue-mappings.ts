import type { SQSRecord } from 'aws-lambda';
import { newTraceHeader, traceIdOf } from '../../kernel/trace';
import { ServiceError } from '../../kernel/wire';
import { reportedFailures } from './batch-response';
import { recordFilter } from './filter';
import { eventOf, fitting, functionNameOf, MappingServices } from './services';

/** A queue as its pollers need it. */
export interface QueueSource {
  /**
   * Up to `limit` messages, which are in flight from then on: invisible until their visibility timeout.
   * Waits up to `waitSeconds` for the first; gives none after that or when `signal` is aborted.
   */
  receive(limit: number, waitSeconds: number, signal: AbortSignal): Promise<SQSRecord[]>;
  remove(receiptHandle: string): void | Promise<void>;
}

/** A queue mapped to a function; names and meanings are those of `CreateEventSourceMapping`. */
export interface QueueMappingOptions {
  readonly id: string;
  readonly functionName: string;
  readonly eventSourceArn: string;
  readonly enabled?: boolean;
  readonly batchSize?: number;
  readonly maximumBatchingWindowInSeconds?: number;
  readonly filterPatterns?: readonly string[];
  readonly reportBatchItemFailures?: boolean;
  /** Batches at once. Default 5, where Lambda starts. */
  readonly maximumConcurrency?: number;
}

export interface QueueMappingsOptions extends MappingServices {
  /** The queue of an event source ARN. */
  readonly queueOf: (eventSourceArn: string) => QueueSource;
}

const LONG_POLL_SECONDS = 20;

/** Event source mappings from SQS queues to functions. */
export class QueueMappings {
  private readonly mappings: QueueMapping[] = [];

  public constructor(private readonly options: QueueMappingsOptions) {}

  /** Starts receiving at once, unless the mapping is disabled. */
  public create(mapping: QueueMappingOptions): void {
    const { batchSize = 10, maximumBatchingWindowInSeconds: window = 0 } = mapping;
    if (batchSize > 10 && window < 1) {
      throw new ServiceError('InvalidParameterValueException', `Event source mapping: a batch size of ${batchSize} needs a batching window`);
    }
    this.mappings.push(new QueueMapping(mapping, this.options.queueOf(mapping.eventSourceArn), this.options));
  }

  public list(): QueueMappingOptions[] {
    return this.mappings.map(({ options }) => options);
  }

  /** Messages received whose batch is not finished. */
  public pending(): number {
    return this.mappings.reduce((sum, mapping) => sum + mapping.pending, 0);
  }

  public stop(): void {
    for (const mapping of this.mappings) mapping.stop();
  }
}

class QueueMapping {
  private readonly passes: (record: unknown) => boolean;
  private readonly stopping = new AbortController();
  private inFlight = 0;

  public constructor(
    public readonly options: QueueMappingOptions,
    private readonly source: QueueSource,
    private readonly services: MappingServices,
  ) {
    this.passes = recordFilter(options.filterPatterns ?? []);
    if (options.enabled === false) return;
    for (let poller = 0; poller < (options.maximumConcurrency ?? 5); poller++) void this.poll();
  }

  public get pending(): number {
    return this.inFlight;
  }

  public stop(): void {
    this.stopping.abort();
  }

  private async poll(): Promise<void> {
    try {
      while (!this.stopping.signal.aborted) await this.deliverAll(await this.gather());
    } catch (error) {
      this.record('MappingFailed', [], { reason: String(error) });
    }
  }

  /** One batch: what is there, and with a window what comes until it is full or the window ends. */
  private async gather(): Promise<SQSRecord[]> {
    const { batchSize = 10, maximumBatchingWindowInSeconds: window = 0 } = this.options;
    const { clock } = this.services;
    const batch = await this.receive(batchSize, LONG_POLL_SECONDS);
    const end = clock.now() + window * 1000;
    while (batch.length > 0 && batch.length < batchSize && clock.now() < end && !this.stopping.signal.aborted) {
      batch.push(...await this.receive(batchSize - batch.length, Math.min(LONG_POLL_SECONDS, (end - clock.now()) / 1000)));
    }
    return batch;
  }

  private async receive(limit: number, waitSeconds: number): Promise<SQSRecord[]> {
    const messages = await this.source.receive(limit, waitSeconds, this.stopping.signal);
    this.inFlight += messages.length;
    return [...messages];
  }

  private async deliverAll(messages: readonly SQSRecord[]): Promise<void> {
    const unwanted = messages.filter((message) => !this.passes(filterable(message)));
    // Lambda removes from the queue what its filter does not let through.
    if (unwanted.length > 0) await this.remove(unwanted, 'MessagesFiltered');
    this.inFlight -= unwanted.length;
    let left = messages.filter((message) => !unwanted.includes(message)).map((message) => {
      const json = JSON.stringify(message);
      return { message, json, bytes: Buffer.byteLength(json) };
    });
    while (left.length > 0) {
      const count = fitting(left, left.length);
      await this.deliver(left.slice(0, count));
      this.inFlight -= count;
      left = left.slice(count);
    }
  }

  /** Messages that fail are left in flight: they come back when their visibility timeout ends. */
  private async deliver(batch: readonly { message: SQSRecord; json: string }[]): Promise<void> {
    const messages = batch.map(({ message }) => message);
    const traceHeader = newTraceHeader(this.services.clock.now());
    this.record('BatchSent', messages, {}, traceHeader);
    try {
      const result = await this.services.invoke(this.options.functionName, eventOf(batch), { traceHeader });
      const failed = this.failedOf(messages, result);
      const processed = messages.filter((message) => !failed.includes(message));
      if (failed.length > 0) this.record('BatchFailed', failed, { requestId: result.requestId, response: result.payload }, traceHeader);
      if (processed.length > 0) await this.remove(processed, 'BatchSucceeded', traceHeader);
    } catch (error) {
      this.record('BatchNotAccepted', messages, { reason: String(error) }, traceHeader);
    }
  }

  private failedOf(messages: readonly SQSRecord[], result: { payload: string; functionError?: string }): readonly SQSRecord[] {
    if (result.functionError) return messages;
    if (!this.options.reportBatchItemFailures) return [];
    const failed = reportedFailures(result.payload, messages.map(({ messageId }) => messageId));
    return failed === 'invalid' ? messages : messages.filter(({ messageId }) => failed.has(messageId));
  }

  private async remove(messages: readonly SQSRecord[], type: string, traceHeader?: string): Promise<void> {
    for (const { receiptHandle } of messages) await this.source.remove(receiptHandle);
    this.record(type, messages, {}, traceHeader);
  }

  private record(type: string, messages: readonly SQSRecord[], data: Record<string, unknown>, traceHeader?: string): void {
    const about = {
      mappingId: this.options.id,
      functionName: functionNameOf(this.options.functionName),
      messageIds: messages.map(({ messageId }) => messageId),
    };
    this.services.journal.record('queue-mapping', type, { ...about, ...data }, traceIdOf(traceHeader));
  }
}

/** Patterns see a JSON body as an object. */
function filterable(message: SQSRecord): object {
  try {
    return { ...message, body: JSON.parse(message.body) as unknown };
  } catch {
    return message;
  }
}
