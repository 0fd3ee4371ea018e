import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { DeleteObjectCommand, S3Client } from '@aws-sdk/client-s3';
import type { DynamoDBStreamEvent } from 'aws-lambda';
import { Image, Publication, publicationOf } from '../../../runtime/relay/detail';
import { eventBridgePublisher } from '../../../runtime/relay/publisher';
import { PREFIX } from '../../../src/contract';
import { AuditBucket } from '../archive/bucket';
import type { Report } from './report';

export interface RelayFailureOptions {
  readonly bucket: AuditBucket;
  readonly s3: S3Client;
  readonly bucketName: string;
  readonly events: EventBridgeClient;
  readonly bus: string;
  readonly dryRun: boolean;
  readonly report: Report;
}

/** Publishes what the relay gave up on; an object goes, as a version that is not current any more, when all its records are published. */
export async function redriveRelayFailures({ bucket, s3, bucketName, events, bus, dryRun, report }: RelayFailureOptions): Promise<void> {
  const publish = eventBridgePublisher(events, bus);
  for (const { key } of await bucket.list(PREFIX.failures)) {
    const letter = { source: 'relay', kind: 'records', what: key } as const;
    try {
      const { error, publications } = failureIn(await bucket.read(key));
      const what = `${publications.length} records of ${key}`;
      if (dryRun) {
        report.add({ ...letter, what, error, outcome: 'found' });
        continue;
      }
      const failed = await publish(publications);
      if (failed.size === 0) await s3.send(new DeleteObjectCommand({ Bucket: bucketName, Key: key }));
      report.add({ ...letter, what, error, ...(failed.size === 0 ? { outcome: 'redriven' } : { outcome: 'kept', reason: `${failed.size} could not be published` }) });
    } catch (error) {
      report.add({ ...letter, error: 'unknown', outcome: 'kept', reason: (error as Error).message });
    }
  }
}

/** The document AWS Lambda leaves: what happened, and the event as it was sent to the function. */
function failureIn(body: Buffer | symbol | undefined): { error: string; publications: Publication[] } {
  if (!Buffer.isBuffer(body)) throw new Error('it cannot be read: it has gone, or is in cold storage');
  const { requestContext, payload } = JSON.parse(body.toString('utf8')) as { requestContext: { condition: string }; payload: string | DynamoDBStreamEvent };
  const event = typeof payload === 'string' ? JSON.parse(payload) as DynamoDBStreamEvent : payload;
  return {
    error: requestContext.condition,
    publications: event.Records.flatMap(({ dynamodb }) => publicationOf(dynamodb!.NewImage as Image) ?? []),
  };
}
