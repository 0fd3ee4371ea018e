import type { AuditBucket } from '../commands/archive/bucket';
import { Buckets } from '../s3/buckets';

/** A bucket of the runner, for what reads deployed ones. Nothing in it is in cold storage. */
export function localBucket(buckets: Buckets, name: string): AuditBucket {
  const read = async (key: string) => (await buckets.getObject(name, key)).body;
  return {
    list: async (prefix) => buckets.listObjects(name, prefix).map(({ key, size }) => ({ key, bytes: size })),
    read: async (key) => (buckets.listObjects(name, key).some((object) => object.key === key) ? read(key) : undefined),
    storedSha256: async () => undefined,
  };
}
