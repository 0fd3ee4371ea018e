import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { S3Client } from '@aws-sdk/client-s3';
import { SFNClient } from '@aws-sdk/client-sfn';
import { SNSClient } from '@aws-sdk/client-sns';
import { SQSClient } from '@aws-sdk/client-sqs';
import { auditBucket } from '../archive/bucket';
import { NameOf, Names } from '../aws/names';
import { tableClaims } from './claims';
import { logWriter } from './log-events';
import { redriveQueue } from './redrive';
import { redriveRelayFailures } from './relay-failures';
import type { Report, Source } from './report';
import { redriveUnfinished } from './unfinished';

/** What has to be known to bring back the letters of each source. */
export const NEEDED: Readonly<Record<Source, readonly NameOf[]>> = {
  routing: ['routing-queue'],
  workflow: ['workflow-queue', 'workflow', 'table'],
  archive: ['archive-queue', 'archive-workflow'],
  relay: ['bucket', 'bus'],
  unfinished: ['table', 'bus', 'workflow'],
};

export interface SourceOptions {
  /** Address of a local runner; AWS without it. */
  readonly endpoint?: string;
  readonly dryRun: boolean;
  /** Whether an alert whose outcome is not known is sent again. */
  readonly releaseClaims: boolean;
  /** Rows received later may be under way still, and are not unfinished. */
  readonly before: Date;
  readonly report: Report;
}

/** Brings the letters of several sources back, one source after the other; `options` is what AWS clients are made with. */
export async function redriveSources(
  sources: readonly Source[], names: Pick<Names, 'require'>, options: object, { endpoint, dryRun, releaseClaims, before, report }: SourceOptions,
): Promise<void> {
  const [events, states] = [new EventBridgeClient(options), new SFNClient(options)];
  const shared = { dryRun, report };
  const way = { claims: () => tableClaims(new DynamoDBClient(options), names.require('table')), releaseClaims };
  for (const source of sources) {
    if (source === 'relay') {
      const s3 = new S3Client(options);
      const bucketName = names.require('bucket');
      await redriveRelayFailures({ bucket: auditBucket(s3, bucketName), s3, bucketName, events, bus: names.require('bus'), ...shared });
    } else if (source === 'unfinished') {
      await redriveUnfinished({
        ...shared, ...way, before, events, states, dynamodb: new DynamoDBClient(options),
        table: names.require('table'), bus: names.require('bus'), workflow: names.require('workflow'),
      });
    } else {
      await redriveQueue(source, names.require(`${source}-queue`), {
        ...shared,
        ...way,
        sqs: new SQSClient(options),
        clients: { events, states, sns: new SNSClient(options), log: logWriter(events, endpoint) },
        workflowOf: (kind) => names.require(kind === 'archive' ? 'archive-workflow' : 'workflow'),
      });
    }
  }
}
