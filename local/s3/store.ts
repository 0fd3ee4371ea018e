import { mkdir, open, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ByteRange } from './byte-range';
import { ObjectVersion } from './object-version';

/** Where a bucket keeps its versions. */
export interface ObjectStore {
  /** Everything kept by an earlier run. */
  load(): Promise<ObjectVersion[]>;
  add(version: ObjectVersion, body: Buffer): Promise<void>;
  read(version: ObjectVersion, range?: ByteRange): Promise<Buffer>;
  remove(version: ObjectVersion): Promise<void>;
}

export class MemoryStore implements ObjectStore {
  private readonly bodies = new Map<string, Buffer>();

  public async load(): Promise<ObjectVersion[]> {
    return [];
  }

  public async add(version: ObjectVersion, body: Buffer): Promise<void> {
    this.bodies.set(version.id, Buffer.from(body));
  }

  public async read(version: ObjectVersion, range?: ByteRange): Promise<Buffer> {
    const body = this.bodies.get(version.id)!;
    return range ? body.subarray(range.first, range.last + 1) : body;
  }

  public async remove(version: ObjectVersion): Promise<void> {
    this.bodies.delete(version.id);
  }
}

/**
 * A body and a metadata file per version. A version exists once its metadata
 * file is renamed into place, so a killed process leaves no half-written object.
 */
export class FileStore implements ObjectStore {
  private readonly bodies: string;
  private readonly metadata: string;

  public constructor(directory: string) {
    this.bodies = join(directory, 'objects');
    this.metadata = join(directory, 'metadata');
  }

  public async load(): Promise<ObjectVersion[]> {
    await Promise.all([this.bodies, this.metadata].map((path) => mkdir(path, { recursive: true })));
    const versions = new Map<string, ObjectVersion>();
    for (const file of await readdir(this.metadata)) {
      if (!file.endsWith('.json')) await rm(join(this.metadata, file));
      else versions.set(file.slice(0, -'.json'.length), JSON.parse(await readFile(join(this.metadata, file), 'utf8')));
    }
    const orphans = (await readdir(this.bodies)).filter((file) => !versions.has(file));
    await Promise.all(orphans.map((file) => rm(join(this.bodies, file))));
    return [...versions.values()];
  }

  public async add(version: ObjectVersion, body: Buffer): Promise<void> {
    if (!version.deleteMarker) await replace(join(this.bodies, version.id), body);
    await replace(this.metadataFile(version), JSON.stringify(version));
  }

  public async read(version: ObjectVersion, range?: ByteRange): Promise<Buffer> {
    const path = join(this.bodies, version.id);
    return (range ? readPart(path, range) : readFile(path));
  }

  public async remove(version: ObjectVersion): Promise<void> {
    await rm(this.metadataFile(version), { force: true });
    await rm(join(this.bodies, version.id), { force: true });
  }

  private metadataFile(version: ObjectVersion): string {
    return join(this.metadata, `${version.id}.json`);
  }
}

async function replace(path: string, content: Buffer | string): Promise<void> {
  const temporary = `${path}.tmp`;
  await writeFile(temporary, content);
  await rename(temporary, path);
}

async function readPart(path: string, { first, last }: ByteRange): Promise<Buffer> {
  const file = await open(path);
  try {
    const { buffer } = await file.read(Buffer.alloc(last - first + 1), 0, last - first + 1, first);
    return buffer;
  } finally {
    await file.close();
  }
}
