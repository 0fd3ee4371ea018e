import { randomUUID } from 'node:crypto';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { S3Client } from '@aws-sdk/client-s3';
import type { Context } from 'aws-lambda';
import { ArchiveProgress, ArchiveRequest, ENV, ManifestProgress, ManifestRequest, WorkflowTiers } from '../../src/contract';
import { CLIENT_OPTIONS } from '../aws/clients';
import { requireEnv, requireJsonEnv } from '../aws/env';
import { captured } from '../aws/telemetry';
import { archiveSegment } from './archive';
import { tableOpenDays } from './days';
import { tableIntents } from './intents';
import { bucketManifests } from './manifests';
import { bucketObjects } from './objects';
import { tableRows } from './rows';
import { writeManifests } from './write-manifests';

/** Time a chunk may take: with less left, the next invocation does it. */
const CHUNK_MS = 60_000;

const table = requireEnv(ENV.table);
const bucket = requireEnv(ENV.bucket);
const dynamodb = new DynamoDBClient(CLIENT_OPTIONS);
const watched = captured(dynamodb);
const s3 = captured(new S3Client(CLIENT_OPTIONS));
const dependencies = {
  // A trace holds far fewer calls than a segment of the table has rows: theirs are told by the subsegments around them.
  rows: tableRows(dynamodb, table, requireJsonEnv<WorkflowTiers>(ENV.workflowTiers)),
  intents: tableIntents(watched, table),
  days: tableOpenDays(watched, table),
  objects: bucketObjects(s3, bucket),
  manifests: bucketManifests(s3, bucket),
  archiveAfterHours: Number(requireEnv(ENV.archiveAfterHours)),
  archiveUnfinishedAfterHours: Number(requireEnv(ENV.archiveUnfinishedAfterHours)),
  dedupeDays: Number(requireEnv(ENV.dedupeDays)),
  clock: Date.now,
  newToken: randomUUID,
};

/** Tasks of the archive workflow: one segment of the table, then the manifests, each as far as the time allows. */
export const handler = (request: ArchiveRequest | ManifestRequest, context: Context): Promise<ArchiveProgress | ManifestProgress> => {
  const deps = { ...dependencies, isTimeShort: () => context.getRemainingTimeInMillis() < CHUNK_MS };
  return 'manifest' in request ? writeManifests(request, deps) : archiveSegment(request, deps);
};
