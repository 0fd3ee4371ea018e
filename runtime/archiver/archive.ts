import { ArchiveProgress, ArchiveRequest, METRIC, RowKey, SUBSEGMENT } from '../../src/contract';
import { emit, logger, traced } from '../aws/telemetry';
import type { OpenDays } from './days';
import { Intent, Intents, Owner, segmentId } from './intents';
import { ArchiveObject, dayOf, Objects, objectsOf } from './objects';
import type { ArchivedRow, Rows, ScannedRow } from './rows';

export interface ArchiveDependencies {
  readonly rows: Rows;
  readonly objects: Objects;
  readonly intents: Intents;
  readonly days: OpenDays;
  readonly archiveAfterHours: number;
  /** Age at which a row is archived whatever its workflow has not done yet. */
  readonly archiveUnfinishedAfterHours: number;
  readonly dedupeDays: number;
  /** Wall clock, for leases only; what is old is judged by the request's `now`. */
  readonly clock: () => number;
  readonly newToken: () => string;
  /** Whether the invocation should stop at the next safe point. */
  readonly isTimeShort: () => boolean;
  /** Rows held in memory at most, and bytes of their lines, beyond one page. */
  readonly chunkRows?: number;
  readonly chunkBytes?: number;
}

const HOUR_MS = 3_600_000;
const DAY_S = 86_400;
const BURIALS_AT_ONCE = 32;
/** EventBridge and the workflow try for some hours; what is not done after a day needs somebody. */
const LATE_HOURS = 24;

/**
 * Archives one segment, chunk by chunk: declare the objects, create them, put
 * tombstones in place of their rows. Whatever dies in between is finished by the
 * next attempt from what was declared, so no row is lost, none is archived twice.
 */
export async function archiveSegment(request: ArchiveRequest, deps: ArchiveDependencies): Promise<ArchiveProgress> {
  const owner: Owner = { run: request.run, token: deps.newToken() };
  const unfinished = await deps.intents.take(segmentId(request), owner, deps.clock());
  let archived = request.archived + await finishIntent(unfinished, request, deps);
  for (const intent of await deps.intents.abandoned(deps.clock())) {
    archived += await finishIntent(intent, request, deps);
    await deps.intents.forget(intent, deps.clock());
  }

  for await (const { rows, cursor } of chunks(request, deps)) {
    if (rows.length > 0) archived += await archiveChunk(rows, unfinished, owner, request, deps);
    if (cursor && deps.isTimeShort()) return { ...request, cursor, archived, done: false };
  }
  await deps.intents.finish(unfinished, owner);
  logger.info('segment archived', { run: request.run, segment: request.segment, archived });
  return { ...request, cursor: undefined, archived, done: true };
}

/**
 * Pages of the segment, gathered until they are worth an object or the time is short.
 * What the workflow has not done yet, a redrive can only do to a row of the table: such rows stay, and are counted.
 */
async function* chunks(request: ArchiveRequest, deps: ArchiveDependencies): AsyncGenerator<{ rows: ScannedRow[]; cursor?: RowKey }> {
  const { chunkRows = 5_000, chunkBytes = 8 * 1024 * 1024 } = deps;
  const before = (hours: number) => new Date(Date.parse(request.now) - hours * HOUR_MS).toISOString();
  const [cutoff, overdue, late] = [deps.archiveAfterHours, deps.archiveUnfinishedAfterHours, LATE_HOURS].map(before);
  let cursor = request.cursor;
  let rows: ScannedRow[] = [];
  let bytes = 0;
  do {
    const page = await traced(SUBSEGMENT.scan, () => deps.rows.scan(request, cutoff, cursor));
    cursor = page.cursor;
    const unfinished = page.unfinished.filter(({ receivedAt }) => receivedAt < late).length;
    if (unfinished > 0) emit(METRIC.transactionsUnfinished, {}, unfinished);
    for (const row of [...page.rows, ...page.unfinished.filter(({ receivedAt }) => receivedAt < overdue)]) {
      rows.push(row);
      bytes += row.line.length;
    }
    if (!cursor || rows.length >= chunkRows || bytes >= chunkBytes || deps.isTimeShort()) {
      yield { rows, cursor };
      rows = [];
      bytes = 0;
    }
  } while (cursor);
}

async function archiveChunk(
  rows: readonly ScannedRow[], intent: Intent, owner: Owner, request: ArchiveRequest, deps: ArchiveDependencies,
): Promise<number> {
  const objects = objectsOf(rows, request.run, request.segment);
  await deps.intents.declare({ id: intent.id, objects: objects.map(({ key }) => key) }, owner, deps.clock());
  let buried = 0;
  for (const object of objects) {
    await traced(SUBSEGMENT.archive, () => deps.objects.create(object));
    buried += await traced(SUBSEGMENT.bury, () => bury(object, request, deps));
  }
  await openDays(objects, deps);
  return buried;
}

/** Buries the rows of the declared objects that were created; those that were not are still in the table. */
async function finishIntent(intent: Intent, request: ArchiveRequest, deps: ArchiveDependencies): Promise<number> {
  let buried = 0;
  for (const key of intent.objects) {
    const rows = await deps.objects.read(key);
    if (rows) buried += await bury({ key, rows }, request, deps);
  }
  await openDays(intent.objects.map((key) => ({ key })), deps);
  return buried;
}

/** Before an object is no longer declared, its day is: every object is known to an intent, an open day or a manifest. */
async function openDays(objects: readonly Pick<ArchiveObject, 'key'>[], deps: ArchiveDependencies): Promise<void> {
  const days = new Set(objects.map(({ key }) => dayOf(key)));
  await Promise.all([...days].map((day) => deps.days.open(day, deps.newToken())));
}

async function bury(
  { key, rows }: { readonly key: string; readonly rows: readonly ArchivedRow[] }, request: ArchiveRequest, deps: ArchiveDependencies,
): Promise<number> {
  let buried = 0;
  for (let start = 0; start < rows.length; start += BURIALS_AT_ONCE) {
    const outcomes = await Promise.all(rows.slice(start, start + BURIALS_AT_ONCE).map((row) =>
      deps.rows.bury(row, key, request.now, Math.floor(Date.parse(row.receivedAt) / 1000) + deps.dedupeDays * DAY_S)));
    buried += outcomes.filter(Boolean).length;
  }
  if (buried > 0) emit(METRIC.rowsArchived, {}, buried);
  return buried;
}
