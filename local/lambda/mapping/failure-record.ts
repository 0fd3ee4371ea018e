import { randomUUID } from 'node:crypto';
import type { InvokeResult } from '../lambda-function';

export type DiscardCondition = 'RetryAttemptsExhausted' | 'RecordAgeExceeded';

/** What a destination is sent about records a mapping gave up on. */
export interface FailureRecord {
  /** The JSON document. For S3 it holds the whole event as `payload`, elsewhere only metadata. */
  readonly body: string;
  /** The object key, for S3. */
  readonly key?: string;
}

export interface DiscardedBatch {
  readonly mappingId: string;
  readonly shardId: string;
  readonly streamArn: string;
  readonly functionArn: string;
  readonly condition: DiscardCondition;
  readonly invocations: number;
  readonly lastResult?: InvokeResult;
  readonly records: readonly { readonly sequence: string; readonly arrivedAt: number }[];
  readonly event: string;
}

export function failureRecord(destinationArn: string, batch: DiscardedBatch, now: number): FailureRecord {
  if (destinationArn.split(':')[2] !== 's3') return { body: JSON.stringify(metadata(batch, now)) };
  return { body: JSON.stringify({ ...metadata(batch, now), payload: batch.event }), key: objectKey(batch, now) };
}

function metadata({ records, lastResult, ...batch }: DiscardedBatch, now: number): object {
  const [first, last] = [records[0], records[records.length - 1]];
  return {
    requestContext: {
      requestId: lastResult?.requestId ?? randomUUID(),
      functionArn: batch.functionArn,
      condition: batch.condition,
      approximateInvokeCount: batch.invocations,
    },
    ...(lastResult && {
      responseContext: {
        statusCode: lastResult.statusCode,
        executedVersion: lastResult.executedVersion,
        functionError: lastResult.functionError ?? null,
      },
    }),
    version: '1.0',
    timestamp: new Date(now).toISOString(),
    DDBStreamBatchInfo: {
      shardId: batch.shardId,
      startSequenceNumber: first.sequence,
      endSequenceNumber: last.sequence,
      approximateArrivalOfFirstRecord: new Date(first.arrivedAt).toISOString(),
      approximateArrivalOfLastRecord: new Date(last.arrivedAt).toISOString(),
      batchSize: records.length,
      streamArn: batch.streamArn,
    },
  };
}

/** `aws/lambda/ID/SHARD/yyyy/MM/dd/yyyy-MM-ddTHH.mm.ss-UUID`. */
function objectKey({ mappingId, shardId }: DiscardedBatch, now: number): string {
  const time = new Date(now).toISOString();
  const day = time.slice(0, 10).replaceAll('-', '/');
  return `aws/lambda/${mappingId}/${shardId}/${day}/${time.slice(0, 19).replaceAll(':', '.')}-${randomUUID()}`;
}
