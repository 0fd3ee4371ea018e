import { createHash } from 'node:crypto';
import { ServiceError } from '../kernel/wire';
import { crc32, crc32c, crc64nvme } from './crc';

/** How S3 names the checksums it can keep with an object. */
export type ChecksumAlgorithm = 'CRC32' | 'CRC32C' | 'SHA1' | 'SHA256' | 'CRC64NVME';
export type ChecksumType = 'FULL_OBJECT' | 'COMPOSITE';

export interface Checksum {
  readonly algorithm: ChecksumAlgorithm;
  /** Base64; a composite ends in `-<number of parts>`. */
  readonly value: string;
  readonly type: ChecksumType;
}

const ALGORITHMS: Readonly<Record<ChecksumAlgorithm, { bytes: number; of: (data: Buffer) => Buffer }>> = {
  CRC32: { bytes: 4, of: crc32 },
  CRC32C: { bytes: 4, of: crc32c },
  SHA1: { bytes: 20, of: (data) => createHash('sha1').update(data).digest() },
  SHA256: { bytes: 32, of: (data) => createHash('sha256').update(data).digest() },
  CRC64NVME: { bytes: 8, of: crc64nvme },
};

export const CHECKSUM_ALGORITHMS = Object.keys(ALGORITHMS) as ChecksumAlgorithm[];
/** What S3 computes when the client sends no checksum. */
export const DEFAULT_ALGORITHM: ChecksumAlgorithm = 'CRC64NVME';

export function checksumHeader(algorithm: ChecksumAlgorithm): string {
  return `x-amz-checksum-${algorithm.toLowerCase()}`;
}

/** The element that carries the checksum in XML bodies, e.g. `ChecksumCRC32`. */
export function checksumElement(algorithm: ChecksumAlgorithm): string {
  return `Checksum${algorithm}`;
}

export function digest(algorithm: ChecksumAlgorithm, data: Buffer): string {
  return ALGORITHMS[algorithm].of(data).toString('base64');
}

export function fullObject(algorithm: ChecksumAlgorithm, data: Buffer): Checksum {
  return { algorithm, value: digest(algorithm, data), type: 'FULL_OBJECT' };
}

/** The checksum of the parts' checksums. */
export function composite(algorithm: ChecksumAlgorithm, parts: readonly string[]): Checksum {
  const joined = Buffer.concat(parts.map((part) => Buffer.from(part, 'base64')));
  return { algorithm, value: `${digest(algorithm, joined)}-${parts.length}`, type: 'COMPOSITE' };
}

export function parseAlgorithm(name: string): ChecksumAlgorithm {
  const algorithm = CHECKSUM_ALGORITHMS.find((known) => known === name.toUpperCase());
  if (!algorithm) throw new ServiceError('InvalidRequest', `Checksum algorithm provided is unsupported: ${name}`);
  return algorithm;
}

export function sentChecksum(headers: Readonly<Record<string, string>>): { algorithm: ChecksumAlgorithm; value: string } | undefined {
  const sent = CHECKSUM_ALGORITHMS.filter((algorithm) => headers[checksumHeader(algorithm)] !== undefined);
  if (sent.length > 1) {
    throw new ServiceError('InvalidRequest', 'Expecting a single x-amz-checksum- header. Multiple checksum Types are not allowed.');
  }
  return sent.length === 0 ? undefined : { algorithm: sent[0], value: headers[checksumHeader(sent[0])] };
}

/** Compares the data with the checksum that came with it. */
export function verify(algorithm: ChecksumAlgorithm, value: string, data: Buffer): Checksum {
  if (Buffer.from(value, 'base64').length !== ALGORITHMS[algorithm].bytes) {
    throw new ServiceError('InvalidRequest', `Value for ${checksumHeader(algorithm)} header is invalid.`);
  }
  const actual = fullObject(algorithm, data);
  if (actual.value !== value) {
    throw new ServiceError('BadDigest', `The ${algorithm} you specified did not match the calculated checksum.`);
  }
  return actual;
}
