import { Checksum } from './checksums';

/** What a client decides about an object besides its bytes. */
export interface ObjectProperties {
  /** HTTP headers kept with the object, lower case: `content-type`, `content-encoding`, … */
  readonly headers: Readonly<Record<string, string>>;
  /** User metadata, without the `x-amz-meta-` prefix. */
  readonly metadata: Readonly<Record<string, string>>;
  readonly storageClass: string;
}

/** One version of one object, or a delete marker. */
export interface ObjectVersion extends ObjectProperties {
  readonly key: string;
  /** `null` outside versioning, as S3 calls it. */
  readonly versionId: string;
  /** Where the bytes are in the store. */
  readonly id: string;
  /** Order of writes in the bucket. */
  readonly sequence: number;
  readonly lastModified: number;
  readonly deleteMarker: boolean;
  readonly size: number;
  /** Without quotes. */
  readonly etag: string;
  readonly checksum?: Checksum;
}

/** The version id of everything written while versioning is off. */
export const NULL_VERSION = 'null';

/** S3's order of keys: that of their UTF-8 bytes, where surrogate pairs come last. */
export function compareKeys(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) {
    const [left, right] = [a.charCodeAt(i), b.charCodeAt(i)];
    if (left !== right) return isSurrogate(left) === isSurrogate(right) ? left - right : Number(isSurrogate(left)) - Number(isSurrogate(right));
  }
  return a.length - b.length;
}

function isSurrogate(unit: number): boolean {
  return unit >= 0xd800 && unit <= 0xdfff;
}
