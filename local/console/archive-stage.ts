import { gunzipSync } from 'node:zlib';
import { Manifest, ManifestEntry, parseManifestKey, sha256 } from '../../runtime/archiver/manifest';
import { PREFIX, RECORD } from '../../src/contract';
import { Buckets } from '../s3/buckets';
import type { Trail } from './journey';
import { Check, CheckGroup, Stage } from './model';
import { pretty } from './reception';
import { ArchivedLine } from './rows';

/** The object that holds the row, its line in it, the manifest that lists the object, and that manifest's place in the chain. */
export async function archiveStage({ runner: { services: { buckets } }, rows: [row] }: Trail): Promise<Stage> {
  const about = { id: 'archive', title: 'Archive' };
  if (row?.members.record !== RECORD.tombstone) return { ...about, state: 'waiting', sentence: 'Archived once it is old enough; the archive page can run it now' };
  const { members: tombstone, archived } = row;
  const key = String(tombstone.archive_key);
  if (!archived) return { ...about, state: 'failed', sentence: `The object ${key} is gone` };
  const found = await manifestOf(buckets, archived);
  const groups = found ? [await manifestGroup(buckets, archived, found)] : [];
  const isWhole = archived.line !== undefined && groups.every(({ passed }) => passed);
  return {
    ...about,
    state: !isWhole ? 'failed' : found ? 'done' : 'waiting',
    at: String(tombstone.archived_at ?? ''),
    sentence: archived.line === undefined ? `Not in ${key}` : `In ${key}${found ? '' : ', which no manifest lists yet'}`,
    facts: [
      ['Bucket', archived.bucket],
      ['Object', key],
      ['Tombstone ends', new Date(Number(tombstone.expires_at) * 1000).toISOString()],
      ...(found ? [['Manifest', found.key] as const, ['Place in the chain', `number ${found.manifest.sequence}`] as const] : []),
    ],
    groups,
    texts: archived.line === undefined ? [] : [{ title: 'Record', text: pretty(archived.line) }],
  };
}

interface Found {
  readonly key: string;
  readonly body: Buffer;
  readonly manifest: Manifest;
  readonly entry: ManifestEntry;
}

async function manifestOf(buckets: Buckets, { bucket, object }: ArchivedLine): Promise<Found | undefined> {
  for (const { key } of buckets.listObjects(bucket, PREFIX.manifests)) {
    const { body } = await buckets.getObject(bucket, key);
    const manifest = JSON.parse(body.toString('utf8')) as Manifest;
    const entry = manifest.objects.find((one) => one.key === object);
    if (entry) return { key, body, manifest, entry };
  }
  return undefined;
}

async function manifestGroup(buckets: Buckets, { bucket, body }: ArchivedLine, { key, body: own, manifest, entry }: Found): Promise<CheckGroup> {
  const rows = gunzipSync(body).toString('utf8').split('\n').filter((line) => line !== '').length;
  const { previous, sequence } = manifest;
  const checks: Check[] = [
    same('SHA-256 of the object', entry.sha256, sha256(body)),
    same('Its rows', String(entry.rows), String(rows)),
    same('Its bytes', String(entry.bytes), String(body.length)),
  ];
  if (previous === null) checks.push(same('Manifest before', 'none, it is the first', sequence === 1 ? 'none, it is the first' : `number ${sequence - 1} is not named`));
  else checks.push(same(`Manifest before, number ${sequence - 1}`, previous.sha256, await digestOf(buckets, bucket, previous.key)));
  const next = buckets.listObjects(bucket, PREFIX.manifests).find((one) => parseManifestKey(one.key)?.sequence === sequence + 1);
  if (next) {
    const after = JSON.parse((await buckets.getObject(bucket, next.key)).body.toString('utf8')) as Manifest;
    checks.push(same(`As manifest number ${sequence + 1} names it`, after.previous?.sha256 ?? 'nothing', sha256(own)));
  }
  const passed = checks.every((check) => check.passed);
  return { title: `Manifest ${key}`, verdict: passed ? 'holds' : 'does not hold', passed, checks };
}

async function digestOf(buckets: Buckets, bucket: string, key: string): Promise<string> {
  return buckets.listObjects(bucket, key).length > 0 ? sha256((await buckets.getObject(bucket, key)).body) : 'it is gone';
}

function same(subject: string, expected: string, actual: string): Check {
  return { subject, expected, actual, passed: expected === actual };
}
