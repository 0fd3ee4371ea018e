import { ManifestProgress, ManifestRequest, SUBSEGMENT } from '../../src/contract';
import { logger, traced } from '../aws/telemetry';
import type { OpenDay, OpenDays } from './days';
import type { Intents, Owner } from './intents';
import { Manifest, ManifestEntry, ManifestLink, MAX_ENTRIES, parseManifestKey, writeManifest } from './manifest';
import { linkTo, Manifests } from './manifests';

export interface ManifestDependencies {
  readonly manifests: Manifests;
  readonly days: OpenDays;
  readonly intents: Intents;
  readonly clock: () => number;
  readonly newToken: () => string;
  readonly isTimeShort: () => boolean;
  /** Objects a manifest lists at most. */
  readonly maxEntries?: number;
}

/** Where the chain ends. */
interface Head {
  readonly sequence: number;
  readonly link: ManifestLink | null;
}

/** Only one run at a time appends to the chain. */
const LEASE = 'manifests';
const READS_AT_ONCE = 32;

/**
 * Lists what each open day consists of. Everything follows from what is in the
 * bucket, so an attempt that dies anywhere is made good by the next one.
 */
export async function writeManifests(request: ManifestRequest, deps: ManifestDependencies): Promise<ManifestProgress> {
  const owner: Owner = { run: request.run, token: deps.newToken() };
  const lease = await deps.intents.take(LEASE, owner, deps.clock());
  const open = await deps.days.list();
  const keys = await deps.manifests.keys();
  let head = open.length > 0 ? await headOf(keys, deps) : undefined;
  for (const [index, day] of open.entries()) {
    if (index > 0 && deps.isTimeShort()) return { ...request, done: false };
    head = await traced(SUBSEGMENT.manifest, () => completeDay(day, keys, head!, owner, request, deps));
  }
  await deps.intents.finish(lease, owner);
  return { ...request, done: true };
}

async function headOf(keys: readonly string[], { manifests }: ManifestDependencies): Promise<Head> {
  let last: { sequence: number; key: string } | undefined;
  for (const key of keys) {
    const sequence = parseManifestKey(key)?.sequence ?? 0;
    if (sequence > (last?.sequence ?? 0)) last = { sequence, key };
  }
  return last ? { sequence: last.sequence, link: await linkTo(manifests, last.key) } : { sequence: 0, link: null };
}

/** Appends manifests of the day's objects that are in none yet; answers with the new end of the chain. */
async function completeDay(
  open: OpenDay, keys: readonly string[], head: Head, owner: Owner, request: ManifestRequest, deps: ManifestDependencies,
): Promise<Head> {
  const { day } = open;
  const { maxEntries = MAX_ENTRIES } = deps;
  const listed = await listedObjects(keys.filter((key) => parseManifestKey(key)?.day === day), deps);
  const unlisted = (await deps.manifests.objectsOf(day)).filter((key) => !listed.has(key)).sort();
  let { sequence, link } = head;
  for (let start = 0; start < unlisted.length; start += maxEntries) {
    const entries = await inGroups(unlisted.slice(start, start + maxEntries), (key): Promise<ManifestEntry> => deps.manifests.describe(key));
    sequence += 1;
    const manifest = writeManifest({ sequence, day, run: request.run, run_at: request.now, previous: link }, entries);
    // Renews the lease, and stops an attempt that a later one has replaced.
    await deps.intents.declare({ id: LEASE, objects: [] }, owner, deps.clock());
    await deps.manifests.create(manifest);
    logger.info('manifest written', { run: request.run, day, manifest: manifest.key, sha256: manifest.sha256, objects: entries.length });
    link = { key: manifest.key, sha256: manifest.sha256 };
  }
  await deps.days.close(open);
  return { sequence, link };
}

async function listedObjects(keys: readonly string[], { manifests }: ManifestDependencies): Promise<ReadonlySet<string>> {
  const texts = await inGroups(keys, (key) => manifests.read(key));
  return new Set(texts.flatMap((text) => (JSON.parse(text.toString('utf8')) as Manifest).objects.map(({ key }) => key)));
}

async function inGroups<T, R>(items: readonly T[], work: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  for (let start = 0; start < items.length; start += READS_AT_ONCE) {
    results.push(...await Promise.all(items.slice(start, start + READS_AT_ONCE).map(work)));
  }
  return results;
}
