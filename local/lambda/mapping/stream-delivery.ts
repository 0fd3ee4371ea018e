import { newTraceHeader, traceIdOf } from '../../kernel/trace';
import type { InvokeResult } from '../lambda-function';
import { reportedFailures } from './batch-response';
import { DiscardCondition, FailureRecord, failureRecord } from './failure-record';
import { eventOf, functionArnOf, functionNameOf, MappingServices } from './services';
import { StreamEntry, StreamMappingOptions } from './stream-options';

export type PutFailure = (destinationArn: string, record: FailureRecord) => Promise<void>;

export interface StreamDeliveryServices extends MappingServices {
  readonly putFailure: PutFailure;
}

/** Records to be delivered together, and what became of them so far. */
interface Batch {
  readonly entries: readonly StreamEntry[];
  /** Attempts that consumed the retry quota. */
  readonly retries: number;
  readonly invocations: number;
  /** Waits in a row, for the backoff. */
  readonly waits: number;
  readonly lastResult?: InvokeResult;
}

/** The one shard of a local stream. */
export const SHARD_ID = 'shardId-00000000000000000000-00000001';

/** DynamoDB keeps stream records for a day. */
const STREAM_RETENTION_SECONDS = 86_400;
const BACKOFF_MS = { first: 1000, most: 60_000 };

/** Delivers batches of stream records: retries, bisection, partial responses, age limit, failure destination. */
export class StreamDelivery {
  private readonly functionName: string;

  public constructor(
    private readonly options: StreamMappingOptions,
    private readonly services: StreamDeliveryServices,
    private readonly stopping: AbortSignal,
    /** Called with records that are done: delivered or given up. */
    private readonly done: (entries: readonly StreamEntry[]) => void,
  ) {
    this.functionName = functionNameOf(options.functionName);
  }

  /** Resolves when every record is done. */
  public async deliver(entries: readonly StreamEntry[]): Promise<void> {
    // Order is kept by always going on with the first batch; what follows from it goes before the others.
    let batches: Batch[] = [{ entries, retries: 0, invocations: 0, waits: 0 }];
    while (batches.length > 0) {
      const [batch, ...others] = batches;
      batches = [...await this.attempt(batch), ...others];
    }
  }

  /** Tries a batch once; gives what is left to do. */
  private async attempt(batch: Batch): Promise<Batch[]> {
    const fresh = await this.dropExpired(batch);
    if (fresh.entries.length === 0) return [];
    const traceHeader = newTraceHeader(this.services.clock.now());
    const event = eventOf(fresh.entries);
    this.measureAge(fresh);
    this.record('BatchSent', fresh, { attempt: fresh.invocations + 1 }, traceHeader);
    const result = await this.services.invoke(this.options.functionName, event, { traceHeader }).catch((error) => {
      this.record('BatchNotAccepted', fresh, { reason: String(error) }, traceHeader);
      return undefined;
    });
    // A function that could not be reached does not consume the retry quota.
    if (!result) return this.after(fresh);
    const next = { ...fresh, invocations: fresh.invocations + 1, lastResult: result };
    const verdict = this.verdict(fresh, result);
    this.record(verdict === 'success' ? 'BatchSucceeded' : 'BatchFailed', fresh, {
      requestId: result.requestId,
      ...(verdict !== 'success' && { response: result.payload }),
    }, traceHeader);
    if (verdict === 'failure') return this.afterFailure(next);
    if (verdict !== 'success') return this.afterPartial(next, verdict);
    this.done(fresh.entries);
    return [];
  }

  /** What a result means for the batch; a number is the index of the first record that was reported failed. */
  private verdict({ entries }: Batch, result: InvokeResult): 'success' | 'failure' | number {
    if (result.functionError) return 'failure';
    if (!this.options.reportBatchItemFailures) return 'success';
    const failed = reportedFailures(result.payload, entries.map(({ sequence }) => sequence));
    if (failed === 'invalid') return 'failure';
    const index = entries.findIndex(({ sequence }) => failed.has(sequence));
    return index < 0 ? 'success' : index;
  }

  private async afterFailure(batch: Batch): Promise<Batch[]> {
    const { entries } = batch;
    if (!this.options.bisectBatchOnFunctionError || entries.length === 1) return this.retry(batch);
    // Splitting does not consume the retry quota.
    const middle = Math.ceil(entries.length / 2);
    this.record('BatchBisected', batch, { at: entries[middle].sequence });
    return [entries.slice(0, middle), entries.slice(middle)].map((half) => ({ ...batch, entries: half, waits: 0 }));
  }

  /** The batch is checkpointed before the first failed record; the rest is retried as one. */
  private async afterPartial(batch: Batch, failedAt: number): Promise<Batch[]> {
    const rest = { ...batch, entries: batch.entries.slice(failedAt) };
    if (failedAt === 0) return this.retry(rest);
    this.done(batch.entries.slice(0, failedAt));
    if (!this.options.bisectBatchOnFunctionError) return this.retry(rest);
    return this.after({ ...rest, waits: 0 });
  }

  private async retry(batch: Batch): Promise<Batch[]> {
    const { maximumRetryAttempts = -1 } = this.options;
    if (maximumRetryAttempts >= 0 && batch.retries >= maximumRetryAttempts) {
      await this.discard(batch, 'RetryAttemptsExhausted');
      return [];
    }
    return this.after({ ...batch, retries: batch.retries + 1 });
  }

  /** The batch again, after a backoff. */
  private async after(batch: Batch): Promise<Batch[]> {
    const delay = Math.min(BACKOFF_MS.first * 2 ** batch.waits, BACKOFF_MS.most);
    await this.services.clock.sleep(delay);
    this.stopping.throwIfAborted();
    return [{ ...batch, waits: batch.waits + 1 }];
  }

  private async dropExpired(batch: Batch): Promise<Batch> {
    const { maximumRecordAgeInSeconds: age = -1 } = this.options;
    const oldest = this.services.clock.now() - Math.min(age === -1 ? Infinity : age, STREAM_RETENTION_SECONDS) * 1000;
    const expired = batch.entries.filter(({ arrivedAt }) => arrivedAt < oldest);
    if (expired.length === 0) return batch;
    await this.discard({ ...batch, entries: expired }, 'RecordAgeExceeded');
    return { ...batch, entries: batch.entries.filter(({ arrivedAt }) => arrivedAt >= oldest) };
  }

  private async discard(batch: Batch, condition: DiscardCondition): Promise<void> {
    const { onFailure } = this.options;
    this.record('RecordsDiscarded', batch, { condition, destination: onFailure });
    if (onFailure) await this.sendFailure(onFailure, batch, condition);
    else this.count('DroppedEventCount', batch);
    this.done(batch.entries);
  }

  private async sendFailure(destination: string, batch: Batch, condition: DiscardCondition): Promise<void> {
    const { options, services: { clock, metrics, putFailure } } = this;
    const discarded = {
      mappingId: options.id,
      shardId: SHARD_ID,
      streamArn: options.eventSourceArn,
      functionArn: functionArnOf(options.functionName),
      condition,
      invocations: batch.invocations,
      lastResult: batch.lastResult,
      records: batch.entries,
      event: eventOf(batch.entries),
    };
    try {
      await putFailure(destination, failureRecord(destination, discarded, clock.now()));
      this.count('OnFailureDestinationDeliveredEventCount', batch);
    } catch (error) {
      metrics.put('AWS/Lambda', 'DestinationDeliveryFailures', { FunctionName: this.functionName });
      this.count('DroppedEventCount', batch);
      this.record('DestinationFailed', batch, { destination, reason: String(error) });
    }
  }

  private count(metric: string, { entries }: Batch): void {
    this.services.metrics.put('AWS/Lambda', metric, { EventSourceMappingUUID: this.options.id }, entries.length);
  }

  private measureAge({ entries }: Batch): void {
    const { clock, metrics } = this.services;
    const age = Math.max(0, clock.now() - entries[entries.length - 1].arrivedAt);
    metrics.put('AWS/Lambda', 'IteratorAge', { FunctionName: this.functionName }, age);
  }

  private record(type: string, { entries }: Batch, data: Record<string, unknown>, traceHeader?: string): void {
    const sequences = entries.map(({ sequence }) => sequence);
    const about = { mappingId: this.options.id, functionName: this.functionName, sequences };
    this.services.journal.record('stream-mapping', type, { ...about, ...data }, traceIdOf(traceHeader));
  }
}
