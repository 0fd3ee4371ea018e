import { createHash, randomBytes } from 'node:crypto';
import { Clock } from '../kernel/clock';
import { ServiceError } from '../kernel/wire';
import { ByteRange } from './byte-range';
import { Checksum } from './checksums';
import { locked, noSuchKey, noSuchVersion } from './errors';
import { KeyedLock } from './keyed-lock';
import { compareKeys, NULL_VERSION, ObjectProperties, ObjectVersion } from './object-version';
import { ObjectStore } from './store';

export type Versioning = 'Enabled' | 'Suspended' | 'Off';

const DAY_MS = 86_400_000;

/** An object about to be written. */
export interface NewObject extends ObjectProperties {
  readonly key: string;
  readonly body: Buffer;
  readonly checksum?: Checksum;
  /** Given by multipart uploads, else the MD5 of the body. */
  readonly etag?: string;
}

/** May throw to refuse the write; sees the current object, if any, with nothing happening in between. */
export type WriteCheck = (current: ObjectVersion | undefined) => void;

/** The versions of the objects in one bucket and the rules by which they replace each other. */
export class Bucket {
  private readonly versions = new Map<string, ObjectVersion[]>();
  private readonly locks = new KeyedLock();
  private readonly bytes = new Map<string, number>();
  private count = 0;
  private sequence = 0;
  private sorted?: string[];

  public constructor(
    public readonly name: string,
    public readonly createdAt: number,
    public readonly versioning: Versioning,
    private readonly store: ObjectStore,
    private readonly clock: Clock,
    /** Days for which Object Lock keeps every version from its writing on. */
    public readonly lockedDays = 0,
  ) {}

  /** Takes over what an earlier run left in the store. */
  public async load(): Promise<void> {
    const found = (await this.store.load()).sort((a, b) => a.sequence - b.sequence);
    for (const version of found) {
      await this.insert(version);
      this.sequence = version.sequence;
    }
  }

  public put(object: NewObject, check: WriteCheck = () => undefined): Promise<ObjectVersion> {
    return this.locks.run(object.key, async () => {
      check(this.current(object.key));
      return this.write({
        ...this.newVersion(object.key, object),
        deleteMarker: false,
        size: object.body.length,
        etag: object.etag ?? createHash('md5').update(object.body).digest('hex'),
        checksum: object.checksum,
      }, object.body);
    });
  }

  /** The version asked for, or the current one; throws as S3 does when there is none. */
  public find(key: string, versionId?: string): ObjectVersion {
    const versions = this.versions.get(key) ?? [];
    const found = versionId === undefined ? versions[0] : versions.find((version) => version.versionId === versionId);
    if (!found) throw versionId === undefined ? noSuchKey(key) : noSuchVersion(key, versionId);
    if (!found.deleteMarker) return found;
    const details = { DeleteMarker: true, VersionId: found.versionId };
    if (versionId === undefined) throw new ServiceError('NoSuchKey', noSuchKey(key).message, 404, { Key: key, ...details });
    throw new ServiceError('MethodNotAllowed', 'The specified method is not allowed against this resource.', 405, { Method: 'GET', ...details });
  }

  /** Reads bytes of the version that `choose` finds, which stays in place meanwhile. */
  public read(
    key: string,
    versionId: string | undefined,
    choose: (version: ObjectVersion) => ByteRange | undefined = () => undefined,
  ): Promise<{ version: ObjectVersion; range?: ByteRange; body: Buffer }> {
    return this.locks.run(key, async () => {
      const version = this.find(key, versionId);
      const range = choose(version);
      return { version, range, body: await this.store.read(version, range) };
    });
  }

  /** Deletes one version for good, or the current object by the bucket's rules. Returns what went or the marker that came. */
  public delete(key: string, versionId?: string, check: WriteCheck = () => undefined): Promise<ObjectVersion | undefined> {
    return this.locks.run(key, async () => {
      check(this.current(key));
      if (versionId === undefined && this.versioning !== 'Off') return this.write(this.deleteMarker(key), Buffer.alloc(0));
      const gone = this.versions.get(key)?.find((version) => version.versionId === (versionId ?? NULL_VERSION));
      if (gone && this.isLocked(gone)) throw locked();
      if (gone) await this.drop(gone);
      return gone;
    });
  }

  /** Delete markers never are, and what was there before the clock moved on far enough is not any more. */
  private isLocked({ deleteMarker, lastModified }: ObjectVersion): boolean {
    return !deleteMarker && this.clock.now() < lastModified + this.lockedDays * DAY_MS;
  }

  public current(key: string): ObjectVersion | undefined {
    const newest = this.versions.get(key)?.[0];
    return newest?.deleteMarker ? undefined : newest;
  }

  /** Current objects in the order of their keys. */
  public objects(): ObjectVersion[] {
    return this.keys().flatMap((key) => this.current(key) ?? []);
  }

  /** Every version and delete marker: keys in order, newest first. */
  public allVersions(): ObjectVersion[] {
    return this.keys().flatMap((key) => this.versions.get(key) ?? []);
  }

  /** What the bucket holds, as CloudWatch counts it: every version and delete marker, bytes by storage class. */
  public get usage(): { readonly objects: number; readonly bytes: ReadonlyMap<string, number> } {
    return { objects: this.count, bytes: this.bytes };
  }

  public isLatest(version: ObjectVersion): boolean {
    return this.versions.get(version.key)?.[0] === version;
  }

  private newVersion(key: string, { headers, metadata, storageClass }: ObjectProperties) {
    // Kept readable so that the files in a data directory can be recognised.
    const readable = key.replace(/[^A-Za-z0-9._-]+/g, '_').slice(-80);
    return {
      key,
      headers,
      metadata,
      storageClass,
      versionId: this.versioning === 'Enabled' ? randomBytes(24).toString('base64url') : NULL_VERSION,
      id: `${randomBytes(8).toString('hex')}-${readable}`,
      sequence: ++this.sequence,
      lastModified: Math.floor(this.clock.now() / 1000) * 1000,
    };
  }

  private deleteMarker(key: string): ObjectVersion {
    const properties = { headers: {}, metadata: {}, storageClass: 'STANDARD' };
    return { ...this.newVersion(key, properties), deleteMarker: true, size: 0, etag: '' };
  }

  private async write(version: ObjectVersion, body: Buffer): Promise<ObjectVersion> {
    await this.store.add(version, body);
    await this.insert(version);
    return version;
  }

  /** Makes the version current; there is at most one `null` version, so it replaces the one before. */
  private async insert(version: ObjectVersion): Promise<void> {
    const others = this.versions.get(version.key);
    if (!others) this.sorted = undefined;
    const replaced = version.versionId === NULL_VERSION ? others?.find((other) => other.versionId === NULL_VERSION) : undefined;
    this.versions.set(version.key, [version, ...(others ?? []).filter((other) => other !== replaced)]);
    this.account(version, 1);
    if (!replaced) return;
    this.account(replaced, -1);
    await this.store.remove(replaced);
  }

  private async drop(version: ObjectVersion): Promise<void> {
    const left = this.versions.get(version.key)!.filter((other) => other !== version);
    if (left.length > 0) {
      this.versions.set(version.key, left);
    } else {
      this.versions.delete(version.key);
      this.sorted = undefined;
    }
    this.account(version, -1);
    await this.store.remove(version);
  }

  private account({ storageClass, size }: ObjectVersion, sign: 1 | -1): void {
    this.count += sign;
    this.bytes.set(storageClass, (this.bytes.get(storageClass) ?? 0) + sign * size);
  }

  private keys(): string[] {
    this.sorted ??= [...this.versions.keys()].sort(compareKeys);
    return this.sorted;
  }
}
