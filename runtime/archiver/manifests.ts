import { GetObjectCommand, HeadObjectCommand, paginateListObjectsV2, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { PREFIX } from '../../src/contract';
import { dayPath, ManifestEntry, ManifestLink, sha256, WrittenManifest } from './manifest';

/** The manifests in the bucket, and the objects they are about. */
export interface Manifests {
  /** Keys of all manifests. */
  keys(): Promise<readonly string[]>;
  read(key: string): Promise<Buffer>;
  /** Creates a manifest, never over another. */
  create(manifest: WrittenManifest): Promise<void>;
  /** Keys of the archive objects of a day. */
  objectsOf(day: string): Promise<readonly string[]>;
  /** What S3 knows of an archive object; it verified the SHA-256 when the object was written. */
  describe(key: string): Promise<ManifestEntry>;
}

/** An object among the archived ones that the archiver did not write. */
export class ForeignObject extends Error {
  public constructor(key: string) {
    super(`${key} has no row count and SHA-256: it was not written by the archiver; move it elsewhere`);
    this.name = 'ForeignObject';
  }
}

export function bucketManifests(client: S3Client, bucket: string): Manifests {
  const list = async (prefix: string) => {
    const keys: string[] = [];
    for await (const { Contents = [] } of paginateListObjectsV2({ client }, { Bucket: bucket, Prefix: prefix })) {
      keys.push(...Contents.map(({ Key }) => Key!));
    }
    return keys;
  };

  return {
    keys: () => list(PREFIX.manifests),

    async read(key) {
      const { Body } = await client.send(new GetObjectCommand({ Bucket: bucket, Key: key, ChecksumMode: 'ENABLED' }));
      return Buffer.from(await Body!.transformToByteArray());
    },

    async create({ key, body, sha256: digest }) {
      await client.send(new PutObjectCommand({
        Bucket: bucket,
        Key: key,
        Body: body,
        ContentType: 'application/json',
        ChecksumSHA256: Buffer.from(digest, 'hex').toString('base64'),
        IfNoneMatch: '*',
      }));
    },

    objectsOf: (day) => list(`${PREFIX.transactions}${dayPath(day)}`),

    async describe(key) {
      const { ContentLength, ChecksumSHA256, Metadata } = await client.send(new HeadObjectCommand({ Bucket: bucket, Key: key, ChecksumMode: 'ENABLED' }));
      if (!ChecksumSHA256 || !Metadata?.rows) throw new ForeignObject(key);
      return { key, bytes: ContentLength!, rows: Number(Metadata.rows), sha256: Buffer.from(ChecksumSHA256, 'base64').toString('hex') };
    },
  };
}

/** Names a manifest that is in the bucket. */
export async function linkTo(manifests: Manifests, key: string): Promise<ManifestLink> {
  return { key, sha256: sha256(await manifests.read(key)) };
}
