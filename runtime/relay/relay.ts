import type { DynamoDBBatchResponse, DynamoDBRecord } from 'aws-lambda';
import { METRIC, SUBSEGMENT } from '../../src/contract';
import { emit, emitMilliseconds, logger, traced } from '../aws/telemetry';
import { Image, Publication, publicationOf } from './detail';
import type { Publisher } from './publisher';

interface Outgoing {
  readonly sequenceNumber: string;
  readonly publication: Publication;
}

/** The far side of the outbox: publishes new rows in stream order, and reports what could not be published. */
export async function relay(records: readonly DynamoDBRecord[], publish: Publisher, now: () => number = Date.now): Promise<DynamoDBBatchResponse> {
  const { outgoing, poison } = read(records);
  const failed = await traced(SUBSEGMENT.publish, () => publish(outgoing.map(({ publication }) => publication)));
  const published = outgoing.filter((_, index) => !failed.has(index));
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
