import type { DynamoDBBatchResponse, DynamoDBRecord } from 'aws-lambda';
import { METRIC, SUBSEGMENT } from '../../src/contract';
import { emit, emitMilliseconds, logger, traced } from '../aws/telemetry';
import { Image, Publication, publicationOf } from './detail';
import type { Publisher } from './publisher';

interface Outgoing {
  readonly sequenceNumber: string;
  readonly publication: Publication;
}

export interface RelayDependencies {
  readonly publish: Publisher;
  /** Sequence numbers published by this environment: a retry starts at the first failure and brings the successes behind it again. */
  readonly published: Set<string>;
  readonly now?: () => number;
}

/** Retries of a batch come soon after it. */
const REMEMBERED = 10_000;

/** The far side of the outbox: publishes new rows in stream order, and reports what could not be published. */
export async function relay(records: readonly DynamoDBRecord[], deps: RelayDependencies): Promise<DynamoDBBatchResponse> {
  const { publish, published: known, now = Date.now } = deps;
  const { outgoing, poison } = read(records.filter(({ dynamodb }) => !known.has(dynamodb!.SequenceNumber!)));
  const failed = await traced(SUBSEGMENT.publish, () => publish(outgoing.map(({ publication }) => publication)));
  const published = outgoing.filter((_, index) => !failed.has(index));
  remember(known, published.map(({ sequenceNumber }) => sequenceNumber));
  if (published.length > 0) {
    emit(METRIC.eventsPublished, {}, published.length);
    emitMilliseconds(METRIC.storeToPublish, now() - Math.min(...published.map(({ publication }) => publication.time.getTime())));
  }

  const failures = [...poison, ...outgoing.filter((_, index) => failed.has(index)).map(({ sequenceNumber }) => sequenceNumber)];
  if (failures.length > 0) {
    emit(METRIC.eventsFailed, {}, failures.length);
    logger.error('events not published', { count: failures.length, sequence_numbers: failures });
  }
  return { batchItemFailures: failures.map((itemIdentifier) => ({ itemIdentifier })) };
}

function remember(known: Set<string>, sequenceNumbers: readonly string[]): void {
  for (const sequenceNumber of sequenceNumbers) known.add(sequenceNumber);
  for (const oldest of known) {
    if (known.size <= REMEMBERED) break;
    known.delete(oldest);
  }
}

/** A record that cannot be read must not hide the others: it fails alone. */
function read(records: readonly DynamoDBRecord[]): { outgoing: Outgoing[]; poison: string[] } {
  const outgoing: Outgoing[] = [];
  const poison: string[] = [];
  for (const { dynamodb } of records) {
    const sequenceNumber = dynamodb!.SequenceNumber!;
    try {
      const publication = publicationOf(dynamodb!.NewImage as Image);
      if (publication) outgoing.push({ sequenceNumber, publication });
    } catch (error) {
      poison.push(sequenceNumber);
      logger.error('unreadable row', { sequence_number: sequenceNumber, error: (error as Error).message });
    }
  }
  return { outgoing, poison };
}
