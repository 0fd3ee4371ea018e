import { join } from 'node:path';
import { Clock } from '../kernel/clock';
import { arn } from '../kernel/identity';
import { Journal } from '../kernel/journal';
import { Metrics } from '../kernel/metrics';
import { AwsRequest, AwsResponse, LocalService, ServiceError } from '../kernel/wire';
import { Bucket, Versioning } from './bucket';
import { Checksum, DEFAULT_ALGORITHM, fullObject } from './checksums';
import { noSuchBucket } from './errors';
import { ObjectProperties, ObjectVersion } from './object-version';
import { checkWrite, Conditions } from './preconditions';
import { serveRest } from './rest';
import { DEFAULT_STORAGE_CLASS, storageType } from './storage-class';
import { FileStore, MemoryStore } from './store';
import { Uploads } from './uploads';

export interface BucketsOptions {
  readonly clock: Clock;
  readonly journal: Journal;
  readonly metrics: Metrics;
  /** Keeps objects as files here; in memory when left out. */
  readonly directory?: string;
}

export interface PutOptions extends Partial<ObjectProperties> {
  readonly conditions?: Conditions;
  readonly checksum?: Checksum;
  readonly etag?: string;
  /** Which call created the object, as S3's event names say it. */
  readonly event?: 'Put' | 'Copy' | 'CompleteMultipartUpload';
  readonly traceId?: string;
}

export interface DeleteOptions {
  readonly versionId?: string;
  readonly conditions?: Conditions;
  readonly traceId?: string;
}

/** The local S3: path-style REST in front, files or memory behind. */
export class Buckets implements LocalService {
  public readonly uploads = new Uploads();
  private readonly buckets = new Map<string, Bucket>();

  public constructor(private readonly options: BucketsOptions) {}

  public async createBucket(name: string, versioning: Versioning = 'Off', lockedDays = 0): Promise<Bucket> {
    if (!/^(?!.*\.\.)[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/.test(name)) {
      throw new ServiceError('InvalidBucketName', 'The specified bucket is not valid.', 400, { BucketName: name });
    }
    if (this.buckets.has(name)) throw new ServiceError('BucketAlreadyOwnedByYou', 'Your previous request to create the named bucket succeeded and you already own it.', 409);
    const { clock, directory } = this.options;
    const store = directory === undefined ? new MemoryStore() : new FileStore(join(directory, name));
    const bucket = new Bucket(name, clock.now(), versioning, store, clock, lockedDays);
    await bucket.load();
    this.buckets.set(name, bucket);
    this.measure(bucket);
    return bucket;
  }

  public all(): Bucket[] {
    return [...this.buckets.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  public bucket(name: string): Bucket {
    const bucket = this.buckets.get(name);
    if (!bucket) throw noSuchBucket(name);
    return bucket;
  }

  public async putObject(bucketName: string, key: string, body: Buffer | string, options: PutOptions = {}): Promise<ObjectVersion> {
    const { conditions = {}, event = 'Put', traceId, etag } = options;
    if (Buffer.byteLength(key) > 1024) throw new ServiceError('KeyTooLongError', 'Your key is too long', 400);
    const { headers = {}, metadata = {}, storageClass = DEFAULT_STORAGE_CLASS } = options;
    const bytes = typeof body === 'string' ? Buffer.from(body) : body;
    const { checksum = fullObject(DEFAULT_ALGORITHM, bytes) } = options;
    const object = { key, body: bytes, headers, metadata, storageClass, checksum, etag };
    const bucket = this.bucket(bucketName);
    const written = await bucket.put(object, (current) => checkWrite(conditions, key, current));
    this.record(bucket, `ObjectCreated:${event}`, written, traceId);
    return written;
  }

  public async getObject(bucketName: string, key: string, versionId?: string): Promise<{ object: ObjectVersion; body: Buffer }> {
    const { version, body } = await this.bucket(bucketName).read(key, versionId);
    return { object: version, body };
  }

  /** Returns the version that went, or the delete marker that came. */
  public async deleteObject(bucketName: string, key: string, options: DeleteOptions = {}): Promise<ObjectVersion | undefined> {
    const { versionId, conditions = {}, traceId } = options;
    const bucket = this.bucket(bucketName);
    const result = await bucket.delete(key, versionId, (current) => checkWrite(conditions, key, current));
    if (result) this.record(bucket, result.deleteMarker && !versionId ? 'ObjectRemoved:DeleteMarkerCreated' : 'ObjectRemoved:Delete', result, traceId);
    return result;
  }

  /** Current objects whose keys start with `prefix`, in the order of their keys. */
  public listObjects(bucketName: string, prefix = ''): ObjectVersion[] {
    return this.bucket(bucketName).objects().filter((object) => object.key.startsWith(prefix));
  }

  public now(): number {
    return this.options.clock.now();
  }

  public async handle(request: AwsRequest): Promise<AwsResponse> {
    return serveRest(this, request);
  }

  private record(bucket: Bucket, type: string, { key, versionId, size, etag, storageClass, metadata }: ObjectVersion, traceId?: string): void {
    const data = { bucket: bucket.name, bucketArn: arn('s3', bucket.name, { region: '', account: '' }), key, versionId, size, etag, storageClass, metadata };
    this.options.journal.record('s3', type, data, traceId);
    this.measure(bucket);
  }

  /** The two storage metrics, which AWS takes once a day, at every change. */
  private measure({ name, usage }: Bucket): void {
    const { metrics } = this.options;
    metrics.put('AWS/S3', 'NumberOfObjects', { BucketName: name, StorageType: 'AllStorageTypes' }, usage.objects);
    for (const [storageClass, bytes] of usage.bytes) {
      metrics.put('AWS/S3', 'BucketSizeBytes', { BucketName: name, StorageType: storageType(storageClass) }, bytes);
    }
  }
}
