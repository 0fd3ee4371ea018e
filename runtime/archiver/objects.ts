import { createHash } from 'node:crypto';
import { gunzipSync, gzipSync } from 'node:zlib';
import { GetObjectCommand, NoSuchKey, PutObjectCommand, S3Client, S3ServiceException } from '@aws-sdk/client-s3';
import { PREFIX } from '../../src/contract';
import { parseJson } from '../transaction/json';
import { dayPath } from './manifest';
import { archivedRow, ArchivedRow, ScannedRow } from './rows';

/** An object to be written: rows of one day. */
export interface ArchiveObject {
  readonly key: string;
  readonly body: Buffer;
  readonly rows: readonly ScannedRow[];
}

export interface Objects {
  /** Creates the object, never over another; returns once S3 has verified its SHA-256. */
  create(object: ArchiveObject): Promise<void>;
  /** Rows of an object; undefined when it does not exist. */
  read(key: string): Promise<readonly ArchivedRow[] | undefined>;
}

/** Rows by the day they were received, one gzip NDJSON object each; the key names the run and the content. */
export function objectsOf(rows: readonly ScannedRow[], run: string, segment: number): ArchiveObject[] {
  const days = new Map<string, ScannedRow[]>();
  for (const row of rows) {
    const day = row.receivedAt.slice(0, 10);
    const ofDay = days.get(day);
    if (ofDay) ofDay.push(row);
    else days.set(day, [row]);
  }
  return [...days].map(([day, ofDay]) => {
    const lines = Buffer.concat(ofDay.map(({ line }) => line));
    const content = createHash('sha256').update(lines).digest('hex').slice(0, 16);
    return { key: `${PREFIX.transactions}${dayPath(day)}${run}-${segment}-${content}.ndjson.gz`, body: gzipSync(lines), rows: ofDay };
  });
}

/** The day an object is of, from its key. */
export function dayOf(key: string): string {
  return key.slice(PREFIX.transactions.length).split('/').slice(0, 3).join('-');
}

/** A row of an object, as it was in the table. */
export interface ReadRow extends ArchivedRow {
  readonly attributes: Readonly<Record<string, unknown>>;
}

/** Rows of an object, from its body, one after the other: all of them unpacked are many times the object. */
export function* rowsIn(body: Uint8Array): Generator<ReadRow> {
  const lines = gunzipSync(body);
  for (let start = 0, end; start < lines.length; start = end + 1) {
    end = lines.indexOf('\n', start);
    if (end < 0) end = lines.length;
    if (end === start) continue;
    const attributes = parseJson(lines.subarray(start, end)) as Record<string, unknown>;
    yield { ...archivedRow(attributes), attributes };
  }
}

export function bucketObjects(client: S3Client, bucket: string): Objects {
  return {
    async create({ key, body, rows }) {
      const digest = createHash('sha256').update(body).digest('base64');
      try {
        await client.send(new PutObjectCommand({
          Bucket: bucket,
          Key: key,
          Body: body,
          ContentType: 'application/x-ndjson',
          ContentEncoding: 'gzip',
          ChecksumSHA256: digest,
          Metadata: { rows: String(rows.length) },
          IfNoneMatch: '*',
        }));
      } catch (error) {
        // The key names the content, so an object that is there is this one, written by an attempt whose answer was lost.
        if (!(error instanceof S3ServiceException) || error.name !== 'PreconditionFailed') throw error;
      }
    },

    async read(key) {
      try {
        const { Body } = await client.send(new GetObjectCommand({ Bucket: bucket, Key: key, ChecksumMode: 'ENABLED' }));
        return Array.from(rowsIn(await Body!.transformToByteArray()), ({ attributes: _, ...row }) => row);
      } catch (error) {
        if (error instanceof NoSuchKey) return undefined;
        throw error;
      }
    },
  };
}
