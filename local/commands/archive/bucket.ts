import {
  GetObjectCommand, HeadObjectCommand, InvalidObjectState, NoSuchKey, NotFound, paginateListObjectsV2, S3Client,
} from '@aws-sdk/client-s3';

export interface StoredObject {
  readonly key: string;
  readonly bytes: number;
}

/** An object in cold storage has to be restored before it can be read. */
export const COLD = Symbol('cold storage');

/** The audit bucket, read only. */
export interface AuditBucket {
  list(prefix: string): Promise<readonly StoredObject[]>;
  /** The body as it is stored; undefined when there is no such object. */
  read(key: string): Promise<Buffer | typeof COLD | undefined>;
  /** SHA-256 that S3 took when the object was written, in hex. */
  storedSha256(key: string): Promise<string | undefined>;
}

export function auditBucket(client: S3Client, bucket: string): AuditBucket {
  return {
    async list(prefix) {
      const found: StoredObject[] = [];
      for await (const { Contents = [] } of paginateListObjectsV2({ client }, { Bucket: bucket, Prefix: prefix })) {
        found.push(...Contents.map(({ Key, Size }) => ({ key: Key!, bytes: Size! })));
      }
      return found;
    },

    async read(key) {
      try {
        const { Body } = await client.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
        return Buffer.from(await Body!.transformToByteArray());
      } catch (error) {
        if (error instanceof NoSuchKey) return undefined;
        if (error instanceof InvalidObjectState) return COLD;
        throw error;
      }
    },

    async storedSha256(key) {
      try {
        const { ChecksumSHA256 } = await client.send(new HeadObjectCommand({ Bucket: bucket, Key: key, ChecksumMode: 'ENABLED' }));
        return ChecksumSHA256 && Buffer.from(ChecksumSHA256, 'base64').toString('hex');
      } catch (error) {
        if (error instanceof NotFound) return undefined;
        throw error;
      }
    },
  };
}
