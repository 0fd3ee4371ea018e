import { randomUUID } from 'node:crypto';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { S3Client } from '@aws-sdk/client-s3';
import type { Context } from 'aws-lambda';
import { ArchiveProgress, ArchiveRequest, ENV } from '../../src/contract';
import { CLIENT_OPTIONS } from '../aws/clients';
import { requireEnv } from '../aws/env';
import { captured } from '../aws/telemetry';
import { archiveSegment } from './archive';
import { tableIntents } from './intents';
import { bucketObjects } from './objects';
import { tableRows } from './rows';

/** Time a chunk may take: with less left, the next invocation does it. */
const CHUNK_MS = 60_000;

const table = requireEnv(ENV.table);
const dynamodb = captured(new DynamoDBClient(CLIENT_OPTIONS));
const dependencies = {
  rows: tableRows(dynamodb, table),
  intents: tableIntents(dynamodb, table),
  objects: bucketObjects(captured(new S3Client(CLIENT_OPTIONS)), requireEnv(ENV.bucket)),
  archiveAfterHours: Number(requireEnv(ENV.archiveAfterHours)),
  dedupeDays: Number(requireEnv(ENV.dedupeDays)),
  clock: Date.now,
  newToken: randomUUID,
};

/** Task of the archive workflow: one segment of the table, as far as the time allows. */
export const handler = (request: ArchiveRequest, context: Context): Promise<ArchiveProgress> =>
  archiveSegment(request, { ...dependencies, isTimeShort: () => context.getRemainingTimeInMillis() < CHUNK_MS });
