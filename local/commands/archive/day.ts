import { dayPath, ManifestEntry, sha256, sum } from '../../../runtime/archiver/manifest';
import { ReadRow, rowsIn } from '../../../runtime/archiver/objects';
import { PREFIX } from '../../../src/contract';
import { AuditBucket, COLD } from './bucket';
import { ReadManifest } from './chain';
import { Problem } from './problem';

/** What was found of one day. */
export interface DayReport {
  readonly day: string;
  readonly manifests: number;
  readonly objects: number;
  /** Rows that were read. */
  readonly rows: number;
  readonly bytes: number;
  /** Objects in cold storage: only the SHA-256 that S3 keeps of them was compared. */
  readonly cold: number;
  readonly problems: readonly Problem[];
}

/** Compares the objects of a day with its manifests: what is missing, changed, unlisted, doubled or miscounted. */
export async function checkDay(bucket: AuditBucket, day: string, manifests: readonly ReadManifest[]): Promise<DayReport> {
  const stored = new Map((await bucket.list(`${PREFIX.transactions}${dayPath(day)}`)).map(({ key, bytes }) => [key, bytes]));
  const problems = manifests.flatMap(miscounted);
  const listed = new Map<string, ManifestEntry>();
  for (const { link, manifest } of manifests) {
    for (const entry of manifest.objects) {
      if (listed.has(entry.key)) problems.push({ problem: 'doubled', key: entry.key, detail: `is listed again by ${link.key}` });
      listed.set(entry.key, entry);
    }
  }
  const records = new Records(day);
  let cold = 0;
  for (const entry of listed.values()) {
    if (!stored.has(entry.key)) {
      problems.push({ problem: 'missing', key: entry.key, detail: `${entry.rows} rows; a versioned bucket may still have them in an older version` });
      continue;
    }
    const body = await bucket.read(entry.key);
    if (body === COLD) {
      cold += 1;
      problems.push(...checkCold(entry, await bucket.storedSha256(entry.key)));
    } else {
      problems.push(...checkObject(entry, body, records));
    }
  }
  for (const key of stored.keys()) {
    if (!listed.has(key)) problems.push({ problem: 'unlisted', key, detail: 'is in no manifest: a run has not finished yet, or somebody else put it there' });
  }
  return { day, manifests: manifests.length, objects: listed.size, rows: records.count, bytes: sum([...stored.values()]), cold, problems };
}

function miscounted({ link, manifest }: ReadManifest): Problem[] {
  const [rows, bytes] = [sum(manifest.objects.map((entry) => entry.rows)), sum(manifest.objects.map((entry) => entry.bytes))];
  if (rows === manifest.rows && bytes === manifest.bytes) return [];
  return [{ problem: 'miscounted', key: link.key, detail: `says ${manifest.rows} rows and ${manifest.bytes} bytes, its objects ${rows} and ${bytes}` }];
}

/** What cannot be read before it is restored is known by the SHA-256 that S3 took when it was written. */
function checkCold({ key, sha256: archived }: ManifestEntry, stored: string | undefined): Problem[] {
  if (stored === archived) return [];
  if (stored === undefined) return [{ problem: 'unreadable', key, detail: 'is in cold storage, and S3 keeps no SHA-256 of it: restore it first ("aws s3api restore-object")' }];
  return [{ problem: 'changed', key, detail: `SHA-256 is ${stored} according to S3, was ${archived} when it was archived; it is in cold storage` }];
}

function checkObject(entry: ManifestEntry, body: Buffer | undefined, records: Records): Problem[] {
  const { key } = entry;
  const digest = body && sha256(body);
  if (!body || digest !== entry.sha256) {
    return [{ problem: 'changed', key, detail: `SHA-256 is ${digest}, was ${entry.sha256} when it was archived` }];
  }
  try {
    const problems: Problem[] = [];
    let rows = 0;
    for (const row of rowsIn(body)) {
      rows += 1;
      problems.push(...records.add(key, row));
    }
    if (rows !== entry.rows) problems.unshift({ problem: 'miscounted', key, detail: `has ${rows} rows, its manifest says ${entry.rows}` });
    return problems;
  } catch (error) {
    return [{ problem: 'unreadable', key, detail: (error as Error).message }];
  }
}

/** Every record of a day once. A row that changed while it was archived is there in each of its revisions. */
class Records {
  private readonly seen = new Map<string, string>();

  public constructor(private readonly day: string) {}

  public get count(): number {
    return this.seen.size;
  }

  public add(key: string, { key: { transaction_id, event_id }, revision, receivedAt }: ReadRow): Problem[] {
    const id = JSON.stringify([transaction_id, event_id, revision]);
    const before = this.seen.get(id);
    if (before !== undefined) return [{ problem: 'doubled', key, detail: `${transaction_id} / ${event_id} is in ${before} too` }];
    this.seen.set(id, key);
    return receivedAt.startsWith(this.day) ? [] : [{ problem: 'misplaced', key, detail: `${transaction_id} / ${event_id} was received at ${receivedAt}` }];
  }
}
