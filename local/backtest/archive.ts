import { readdir, readFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { gunzipSync } from 'node:zlib';
import type { FraudAnalysis } from '../../runtime/fraud-detector/score';
import type { TransactionDetail } from '../../src/contract';
import { AwsOptions, clientOptions } from '../commands/aws/options';

/** An archived transaction: what was screened, and the verdict it has, if any. */
export interface Archived {
  readonly transaction: TransactionDetail;
  readonly verdict?: FraudAnalysis;
}

/** Objects of an archive by name; names sort by day. */
export interface ArchiveSource {
  list(): Promise<readonly string[]>;
  read(name: string): Promise<Uint8Array>;
}

const S3_URL = /^s3:\/\/([^/]+)\/?(.*)$/;

export async function archiveAt(place: string, aws: AwsOptions = {}): Promise<ArchiveSource> {
  const [, bucket, prefix] = S3_URL.exec(place) ?? [];
  return bucket === undefined ? directory(place) : bucketOf(bucket, prefix, aws);
}

/** Transactions of the archive, a day at a time and within it in the order they were received. */
export async function* archivedTransactions(source: ArchiveSource): AsyncGenerator<Archived> {
  const days = new Map<string, string[]>();
  for (const name of [...await source.list()].sort()) days.set(dirname(name), [...(days.get(dirname(name)) ?? []), name]);
  for (const names of days.values()) {
    const rows: Archived[] = [];
    for (const name of names) rows.push(...rowsIn(await source.read(name), name));
    yield* rows.sort((a, b) => compare(a.transaction.received_at, b.transaction.received_at));
  }
}

function directory(root: string): ArchiveSource {
  return {
    async list() {
      const entries = await readdir(root, { recursive: true, withFileTypes: true }).catch((error: Error) => {
        throw new Error(`--archive is ${JSON.stringify(root)}: use a directory that can be read, or s3://BUCKET/PREFIX (${error.message})`);
      });
      return entries.filter((entry) => entry.isFile() && entry.name.endsWith('.ndjson.gz')).map((entry) => relative(root, join(entry.parentPath, entry.name)));
    },
    read: (name) => readFile(join(root, name)),
  };
}

/** Loaded only when it is asked for: nothing else here needs an AWS client. */
async function bucketOf(bucket: string, prefix: string, aws: AwsOptions): Promise<ArchiveSource> {
  const { GetObjectCommand, paginateListObjectsV2, S3Client } = await import('@aws-sdk/client-s3');
  const client = new S3Client({ forcePathStyle: process.env.AWS_ENDPOINT_URL !== undefined, ...clientOptions(aws) });
  return {
    async list() {
      const names: string[] = [];
      for await (const { Contents = [] } of paginateListObjectsV2({ client }, { Bucket: bucket, Prefix: prefix })) {
        names.push(...Contents.map(({ Key }) => Key!).filter((key) => key.endsWith('.ndjson.gz')));
      }
      return names;
    },
    async read(name) {
      const { Body } = await client.send(new GetObjectCommand({ Bucket: bucket, Key: name }));
      return Body!.transformToByteArray();
    },
  };
}

function rowsIn(bytes: Uint8Array, name: string): Archived[] {
  try {
    return gunzipSync(bytes).toString('utf8').split('\n').filter(Boolean).map((line) => JSON.parse(line) as Record<string, unknown>)
      .filter(({ record }) => record === 'transaction').map(archivedOf);
  } catch (error) {
    throw new Error(`${name} is no archive object: ${(error as Error).message}`);
  }
}

/** The row as the bus had it. */
function archivedOf(row: Record<string, unknown>): Archived {
  const { transaction_id, event_id, provider_transaction_id, fraud_analysis, ...about } = row;
  const transaction = {
    ...about,
    transaction_id: provider_transaction_id,
    reference: provider_transaction_id,
    key: { transaction_id, event_id },
    metadata: about.metadata ?? {},
  } as unknown as TransactionDetail;
  return { transaction, verdict: fraud_analysis as FraudAnalysis | undefined };
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
