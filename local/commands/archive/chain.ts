import { Manifest, ManifestLink, parseManifestKey, sha256 } from '../../../runtime/archiver/manifest';
import { PREFIX } from '../../../src/contract';
import { AuditBucket, COLD } from './bucket';
import { Problem } from './problem';

/** A manifest with what names it. */
export interface ReadManifest {
  readonly link: ManifestLink;
  readonly manifest: Manifest;
}

/** The manifests of some days and the neighbours that vouch for them. */
export interface Chain {
  readonly manifests: readonly ReadManifest[];
  /** The end of the whole chain: note it elsewhere, and any later change before it can be told. */
  readonly head?: ManifestLink;
  readonly problems: readonly Problem[];
}

/** Reads the manifests of the wanted days, and checks their places in the chain and every link to and from them. */
export async function readChain(bucket: AuditBucket, wanted: (day: string) => boolean): Promise<Chain> {
  const problems: Problem[] = [];
  const keys = new Map<number, string>();
  for (const { key } of await bucket.list(PREFIX.manifests)) {
    const parsed = parseManifestKey(key);
    if (!parsed) {
      problems.push({ problem: 'unreadable', key, detail: 'is not the name of a manifest' });
    } else if (keys.has(parsed.sequence)) {
      problems.push({ problem: 'doubled', key, detail: `has the same place in the chain as ${keys.get(parsed.sequence)}` });
    } else {
      keys.set(parsed.sequence, key);
    }
  }
  const sequences = [...keys.keys()].sort((a, b) => a - b);
  problems.push(...gaps(sequences));

  const chosen = sequences.filter((sequence) => wanted(parseManifestKey(keys.get(sequence)!)!.day));
  const last = sequences.at(-1);
  // What comes before is vouched for by the chosen one, the chosen one by what comes after.
  const needed = new Set([...chosen.flatMap((sequence) => [sequence - 1, sequence, sequence + 1]), ...(last === undefined ? [] : [last])]);
  const read = new Map<number, ReadManifest>();
  for (const sequence of sequences.filter((one) => needed.has(one))) {
    const found = await readManifest(bucket, keys.get(sequence)!, sequence, problems);
    if (found) read.set(sequence, found);
  }
  for (const [sequence, { link, manifest }] of read) problems.push(...checkLink(link, manifest, read.get(sequence - 1)));
  return { manifests: chosen.flatMap((sequence) => read.get(sequence) ?? []), head: last === undefined ? undefined : read.get(last)?.link, problems };
}

/** The first manifests may have expired with their objects; between two others none may be missing. */
function gaps(sequences: readonly number[]): Problem[] {
  return sequences.slice(1).flatMap((sequence, index) => {
    const missing = sequence - sequences[index] - 1;
    return missing === 0 ? [] : [{
      problem: 'missing' as const, key: PREFIX.manifests, detail: `${missing} manifest(s) between number ${sequences[index]} and ${sequence}`,
    }];
  });
}

async function readManifest(bucket: AuditBucket, key: string, sequence: number, problems: Problem[]): Promise<ReadManifest | undefined> {
  const body = await bucket.read(key);
  if (body === undefined || body === COLD) {
    problems.push({ problem: body ? 'unreadable' : 'missing', key, detail: body ? 'is in cold storage: restore it first' : 'went while it was to be read' });
    return undefined;
  }
  try {
    const manifest = JSON.parse(body.toString('utf8')) as Manifest;
    if (manifest.version !== 1 || manifest.sequence !== sequence || manifest.day !== parseManifestKey(key)!.day) throw new Error();
    if (!manifest.objects.every((entry) => typeof entry.key === 'string')) throw new Error();
    return { link: { key, sha256: sha256(body) }, manifest };
  } catch {
    problems.push({ problem: 'changed', key, detail: 'is not a manifest of its day and place' });
    return undefined;
  }
}

function checkLink({ key }: ManifestLink, { sequence, previous }: Manifest, before: ReadManifest | undefined): Problem[] {
  if (!before) {
    // Not read, not there any more, or the first.
    return (sequence === 1) !== (previous === null) ? [{ problem: 'changed', key, detail: 'does not name the manifest before it' }] : [];
  }
  if (previous?.key === before.link.key && previous.sha256 === before.link.sha256) return [];
  return [{ problem: 'changed', key: before.link.key, detail: `is not what ${key} was chained to (SHA-256 ${previous?.sha256 ?? 'none'})` }];
}
