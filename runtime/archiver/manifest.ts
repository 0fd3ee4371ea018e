import { createHash } from 'node:crypto';
import { PREFIX } from '../../src/contract';

/** An archive object as a manifest knows it. */
export interface ManifestEntry {
  readonly key: string;
  readonly bytes: number;
  readonly rows: number;
  /** SHA-256 of the object as it is stored, in hex. */
  readonly sha256: string;
}

/** Names a manifest and what it says. */
export interface ManifestLink {
  readonly key: string;
  readonly sha256: string;
}

/** Objects of one day. Manifests form one chain over all days, in the order in which they were written. */
export interface Manifest {
  readonly version: 1;
  /** Counts all manifests from 1. */
  readonly sequence: number;
  readonly day: string;
  /** The run that wrote it, and the time that run was scheduled for. */
  readonly run: string;
  readonly run_at: string;
  /** The manifest before; null for the first. */
  readonly previous: ManifestLink | null;
  readonly rows: number;
  readonly bytes: number;
  readonly objects: readonly ManifestEntry[];
}

/** A manifest as it is stored. */
export interface WrittenManifest extends ManifestLink {
  readonly body: Buffer;
}

/** Keeps a manifest below 128 KiB, from which on S3 would move it to colder storage with the objects. */
export const MAX_ENTRIES = 400;

const KEY = /^manifests\/(\d{4})\/(\d\d)\/(\d\d)\/(\d{10})\.json$/;

/** `2025-10-09` to `2025/10/09/`. */
export function dayPath(day: string): string {
  return `${day.replaceAll('-', '/')}/`;
}

export function manifestKey(day: string, sequence: number): string {
  return `${PREFIX.manifests}${dayPath(day)}${String(sequence).padStart(10, '0')}.json`;
}

/** Day and place in the chain that a key tells; undefined for a key that is none of a manifest. */
export function parseManifestKey(key: string): { readonly day: string; readonly sequence: number } | undefined {
  const [, year, month, date, sequence] = KEY.exec(key) ?? [];
  return year === undefined ? undefined : { day: `${year}-${month}-${date}`, sequence: Number(sequence) };
}

/** The same objects and the same place in the chain always give the same bytes. */
export function writeManifest(
  about: Pick<Manifest, 'sequence' | 'day' | 'run' | 'run_at' | 'previous'>, entries: readonly ManifestEntry[],
): WrittenManifest {
  const objects = [...entries].sort((a, b) => (a.key < b.key ? -1 : 1));
  const manifest: Manifest = {
    version: 1,
    sequence: about.sequence,
    day: about.day,
    run: about.run,
    run_at: about.run_at,
    previous: about.previous,
    rows: sum(objects.map(({ rows }) => rows)),
    bytes: sum(objects.map(({ bytes }) => bytes)),
    objects,
  };
  const body = Buffer.from(`${JSON.stringify(manifest, null, 1)}\n`);
  return { key: manifestKey(about.day, about.sequence), body, sha256: sha256(body) };
}

export function sha256(body: Uint8Array): string {
  return createHash('sha256').update(body).digest('hex');
}

export function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
