import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { VirtualClock } from '../../../local/kernel/clock';
import { Journal } from '../../../local/kernel/journal';
import { Metrics } from '../../../local/kernel/metrics';
import { Buckets } from '../../../local/s3/buckets';
import { ManifestLink, writeManifest } from '../../../runtime/archiver/manifest';
import { bucketManifests } from '../../../runtime/archiver/manifests';
import { bucketObjects, objectsOf } from '../../../runtime/archiver/objects';
import { scannedRow } from '../../../runtime/archiver/rows';
import { fromAttributes } from '../../../runtime/aws/attributes';
import { clientOptions, serve, Served } from '../../helpers/serve';
import { imageWith, RowOptions } from '../../runtime/rows';

export const BUCKET = 'audit';

/** An audit bucket on the local S3, written by the archiver's own functions; empty for each test. */
export class ArchiveBucket {
  public s3!: S3Client;
  public url!: string;
  public readonly clock = new VirtualClock();
  private served!: Served;
  private sequence = 0;
  private previous: ManifestLink | null = null;

  /** Locked for so many days, or not. */
  public async start(lockedDays = 0): Promise<void> {
    const { clock } = this;
    const buckets = new Buckets({ clock, journal: new Journal(clock), metrics: new Metrics(clock) });
    await buckets.createBucket(BUCKET, 'Enabled', lockedDays);
    this.served = await serve(buckets);
    this.url = this.served.url;
    this.s3 = new S3Client({ ...clientOptions(this.served), forcePathStyle: true });
  }

  public async stop(): Promise<void> {
    this.s3.destroy();
    await this.served.close();
  }

  /** Archives rows as one run does; answers with the keys of the objects. */
  public async archive(run: string, rows: readonly (RowOptions & { readonly revision?: number })[], listed = true): Promise<string[]> {
    const read = rows.map(({ revision = 0, ...row }) => scannedRow(fromAttributes({ ...imageWith(row), revision: { N: String(revision) } })));
    const objects = objectsOf(read, run, 0);
    for (const object of objects) await bucketObjects(this.s3, BUCKET).create(object);
    if (listed) for (const { key } of objects) await this.list(run, key);
    return objects.map(({ key }) => key);
  }

  /** Appends a manifest of the given objects of one day. */
  public async list(run: string, ...keys: string[]): Promise<string> {
    const manifests = bucketManifests(this.s3, BUCKET);
    const day = keys[0].split('/').slice(1, 4).join('-');
    this.sequence += 1;
    const about = { sequence: this.sequence, day, run, run_at: '2025-10-12T02:00:00.000Z', previous: this.previous };
    const manifest = writeManifest(about, await Promise.all(keys.map((key) => manifests.describe(key))));
    await manifests.create(manifest);
    this.previous = { key: manifest.key, sha256: manifest.sha256 };
    return manifest.key;
  }

  public async put(key: string, body: Buffer | string): Promise<void> {
    await this.s3.send(new PutObjectCommand({ Bucket: BUCKET, Key: key, Body: body }));
  }
}
