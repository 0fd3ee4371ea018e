import { createHash } from 'node:crypto';
import { gunzipSync } from 'node:zlib';
import { ArchiveDependencies, archiveSegment } from '../../../runtime/archiver/archive';
import { Intent, SegmentBusy } from '../../../runtime/archiver/intents';
import { dayPath, Manifest } from '../../../runtime/archiver/manifest';
import { ReadRow, rowsIn } from '../../../runtime/archiver/objects';
import { ArchivedRow, ScannedRow, scannedRow } from '../../../runtime/archiver/rows';
import { ManifestDependencies, writeManifests } from '../../../runtime/archiver/write-manifests';
import type { ArchiveProgress, ArchiveRequest, RowKey } from '../../../src/contract';

export const DAY_MS = 86_400_000;
const LEASE_MS = 15 * 60_000;

export interface TestRow {
  readonly id: string;
  readonly receivedAt: string;
  readonly record?: string;
  readonly payload?: string;
}

/** When the given call is interrupted: before it has done anything, or after it has done everything. */
export interface Crash {
  readonly call: number;
  readonly when: 'before' | 'after';
}

export class Crashed extends Error {}

interface Tombstone {
  readonly archiveKey: string;
  readonly archivedAt: string;
  readonly expiresAt: number;
  readonly fingerprint: string;
  readonly revision: string;
}

interface Held { run: string; token: string; leaseUntil: number; objects: readonly string[] }

/** Table, bucket and intents in memory, with the promises of the real ones; any call can be made to crash. */
export class World {
  public readonly live = new Map<string, Record<string, unknown>>();
  public readonly tombstones = new Map<string, Tombstone>();
  public readonly bodies = new Map<string, Buffer>();
  public readonly intents = new Map<string, Held>();
  public readonly manifests = new Map<string, Buffer>();
  public readonly openDays = new Map<string, string>();
  public readonly calls: string[] = [];
  public now = Date.parse('2025-10-12T02:00:00Z');
  public archiveAfterHours = 24;
  public pageRows = 3;
  public chunkRows?: number = 4;
  public chunkBytes?: number;
  public maxEntries = 2;
  public timeIsShort = false;
  public crash?: Crash;
  /** Rows that are not screened, or not told of, yet. */
  public readonly unfinished = new Set<string>();
  /** Bytes of lines that were read from the table and are in no object yet: now, and at most so far. */
  public inFlight = 0;
  public mostInFlight = 0;
  /** Rows that change right after they are first scanned, as a late verdict would do. */
  public changing = new Set<string>();

  /** Bodies that were unpacked already. */
  private readonly contents = new WeakMap<Buffer, ReadRow[]>();
  private readonly ids = new WeakMap<ReadRow[], ReadonlySet<string>>();

  public constructor(rows: readonly TestRow[] = []) {
    for (const row of rows) this.add(row);
  }

  public add({ id, receivedAt, record = 'transaction', payload = '{}' }: TestRow): void {
    this.live.set(id, { transaction_id: id, event_id: 'evt_1', record, revision: '0', received_at: receivedAt, fingerprint: `fp-${id}`, payload });
  }

  /** One invocation of the archiver. */
  public invoke(request: Partial<ArchiveRequest> = {}): Promise<ArchiveProgress> {
    return archiveSegment({ now: new Date(this.now).toISOString(), run: 'run-1', segment: 0, total_segments: 1, archived: 0, ...request }, this.dependencies());
  }

  /** The archive workflow: every segment until it is done, each crash tried again unless nobody is there to do it. */
  public async run(run: string, segments = 1, retries = true): Promise<void> {
    for (let segment = 0; segment < segments; segment += 1) {
      let request: Partial<ArchiveRequest> = { now: new Date(this.now).toISOString(), run, segment, total_segments: segments };
      for (let done = false; !done;) {
        try {
          const progress = await this.invoke(request);
          done = progress.done;
          request = progress;
        } catch (error) {
          if (!(error instanceof Crashed)) throw error;
          if (!retries) return;
        }
      }
    }
    await this.list(run, retries);
  }

  /** The last task of the workflow: manifests until they are done. */
  public async list(run: string, retries = true): Promise<void> {
    for (let done = false; !done;) {
      try {
        ({ done } = await writeManifests({ manifest: true, now: new Date(this.now).toISOString(), run }, this.dependencies()));
      } catch (error) {
        if (!(error instanceof Crashed)) throw error;
        if (!retries) return;
      }
    }
  }

  /** Manifests in the order of the chain. */
  public chain(): { key: string; body: Buffer; manifest: Manifest }[] {
    const all = [...this.manifests].map(([key, body]) => ({ key, body, manifest: JSON.parse(body.toString()) as Manifest }));
    return all.sort((a, b) => a.manifest.sequence - b.manifest.sequence);
  }

  /** Rows of all objects, in order. */
  public archived(): { objectKey: string; row: ReadRow }[] {
    return [...this.bodies.keys()].flatMap((objectKey) => this.rowsIn(objectKey).map((row) => ({ objectKey, row })));
  }

  private rowsIn(objectKey: string): ReadRow[] {
    const body = this.bodies.get(objectKey)!;
    const known = this.contents.get(body);
    if (known) return known;
    const rows = [...rowsIn(body)];
    this.contents.set(body, rows);
    return rows;
  }

  private async call<T>(name: string, work: () => T): Promise<T> {
    this.calls.push(name);
    const crash = this.crash?.call === this.calls.length ? this.crash.when : undefined;
    await Promise.resolve();
    if (crash === 'before') throw new Crashed(`before ${name}`);
    const result = work();
    if (crash === 'after') throw new Crashed(`after ${name}`);
    return result;
  }

  private dependencies(): ArchiveDependencies & ManifestDependencies {
    return {
      maxEntries: this.maxEntries,
      archiveAfterHours: this.archiveAfterHours,
      archiveUnfinishedAfterHours: this.archiveAfterHours + 14 * 24,
      dedupeDays: 35,
      chunkRows: this.chunkRows,
      chunkBytes: this.chunkBytes,
      clock: () => this.now,
      newToken: () => `token-${this.calls.length}`,
      isTimeShort: () => this.timeIsShort,
      rows: {
        scan: (segment, cutoff, cursor) => this.call('scan', () => this.page(segment.segment, segment.total_segments, cutoff, cursor)),
        bury: (row, objectKey, archivedAt, expiresAt) => this.call('bury', () => this.bury(row, objectKey, archivedAt, expiresAt)),
      },
      objects: {
        create: (object) => this.call('create', () => {
          this.inFlight -= bytesOf(object.rows);
          this.create(object.key, object.body);
        }),
        read: (key) => this.call('read', () => (this.bodies.has(key) ? this.rowsIn(key) : undefined)),
      },
      days: {
        open: (day, token) => this.call('open day', () => { this.openDays.set(day, token); }),
        list: () => this.call('list days', () => [...this.openDays].map(([day, token]) => ({ day, token }))),
        close: ({ day, token }) => this.call('close day', () => {
          if (this.openDays.get(day) === token) this.openDays.delete(day);
        }),
      },
      manifests: {
        keys: () => this.call('list manifests', () => [...this.manifests.keys()].sort()),
        read: (key) => this.call('read manifest', () => this.manifests.get(key)!),
        create: ({ key, body }) => this.call('create manifest', () => {
          if (this.manifests.has(key)) throw new Error(`${key} would be overwritten`);
          this.manifests.set(key, body);
        }),
        objectsOf: (day) => this.call('list objects', () => [...this.bodies.keys()].filter((key) => key.startsWith(`transactions/${dayPath(day)}`)).sort()),
        describe: (key) => this.call('describe', () => {
          const body = this.bodies.get(key)!;
          return { key, bytes: body.length, rows: this.rowsIn(key).length, sha256: createHash('sha256').update(body).digest('hex') };
        }),
      },
      intents: {
        take: (id, owner, now) => this.call('take', () => this.take(id, owner.run, owner.token, now)),
        declare: ({ id, objects }, owner, now) => this.call('declare', () => {
          const held = this.intents.get(id);
          if (held?.token !== owner.token) throw new SegmentBusy(id);
          this.intents.set(id, { ...held, objects, leaseUntil: now + LEASE_MS });
        }),
        abandoned: (now) => this.call('abandoned', () =>
          [...this.intents].filter(([, { leaseUntil }]) => leaseUntil < now).map(([id, { objects }]) => ({ id, objects }))),
        finish: ({ id }, { token }) => this.call('finish', () => {
          if (this.intents.get(id)?.token === token) this.intents.delete(id);
        }),
        forget: ({ id }, now) => this.call('forget', () => {
          if ((this.intents.get(id)?.leaseUntil ?? Infinity) < now) this.intents.delete(id);
        }),
      },
    };
  }

  private page(segment: number, total: number, cutoff: string, cursor?: RowKey) {
    const mine = [...this.live.keys(), ...this.tombstones.keys()].sort().filter((_, index) => index % total === segment);
    const rest = cursor ? mine.filter((id) => id > cursor.transaction_id) : mine;
    const ids = rest.slice(0, this.pageRows);
    const found = ids.map((id) => this.live.get(id)).filter((row) => row !== undefined).filter((row) => String(row.received_at) < cutoff);
    const rows = found.map((row) => scannedRow({ ...row }));
    const isWaiting = ({ key }: ScannedRow) => this.unfinished.has(key.transaction_id);
    this.inFlight += bytesOf(rows);
    this.mostInFlight = Math.max(this.mostInFlight, this.inFlight);
    for (const row of found) {
      if (this.changing.delete(String(row.transaction_id))) row.revision = String(Number(row.revision) + 1);
    }
    return { rows: rows.filter((row) => !isWaiting(row)), unfinished: rows.filter(isWaiting), cursor: rest.length > ids.length ? { transaction_id: ids.at(-1)!, event_id: 'evt_1' } : undefined };
  }

  private holds(objectKey: string, id: string): boolean {
    const rows = this.rowsIn(objectKey);
    const ids = this.ids.get(rows) ?? new Set(rows.map(({ key }) => key.transaction_id));
    this.ids.set(rows, ids);
    return ids.has(id);
  }

  private bury(row: ArchivedRow, archiveKey: string, archivedAt: string, expiresAt: number): boolean {
    const id = row.key.transaction_id;
    if (this.live.get(id)?.revision !== row.revision) return false;
    if (!this.bodies.has(archiveKey) || !this.holds(archiveKey, id)) {
      throw new Error(`${id} would be lost: ${archiveKey} does not hold it`);
    }
    this.live.delete(id);
    this.tombstones.set(id, { archiveKey, archivedAt, expiresAt, fingerprint: row.fingerprint, revision: row.revision });
    return true;
  }

  private create(key: string, body: Buffer): void {
    const there = this.bodies.get(key);
    if (there && !gunzipSync(there).equals(gunzipSync(body))) throw new Error(`${key} would be overwritten with something else`);
    if (!there) this.bodies.set(key, body);
  }

  private take(id: string, run: string, token: string, now: number): Intent {
    const held = this.intents.get(id);
    if (held && held.run !== run && held.leaseUntil >= now) throw new SegmentBusy(id);
    const objects = held?.objects ?? [];
    this.intents.set(id, { run, token, leaseUntil: now + LEASE_MS, objects });
    return { id, objects };
  }
}

export function bytesOf(rows: readonly ScannedRow[]): number {
  return rows.reduce((sum, { line }) => sum + line.length, 0);
}

/** `count` rows of each of the given days. */
export function rowsOf(days: readonly string[], count: number): TestRow[] {
  return days.flatMap((day) => Array.from({ length: count }, (_, index) => ({ id: `pi_${index}_${day}`, receivedAt: `${day}T1${index % 10}:00:00.000Z` })));
}
