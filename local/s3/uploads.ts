import { createHash, randomBytes } from 'node:crypto';
import { ServiceError } from '../kernel/wire';
import { Checksum, ChecksumAlgorithm, ChecksumType, composite, DEFAULT_ALGORITHM, fullObject } from './checksums';
import { ObjectProperties } from './object-version';
import { Payload } from './payload';

/** Every part but the last must have at least this size. */
const SMALLEST_PART = 5 * 1024 * 1024;
const MOST_PARTS = 10_000;

export interface Part {
  readonly number: number;
  readonly data: Buffer;
  readonly etag: string;
  readonly checksum: Checksum;
  readonly lastModified: number;
}

export interface Upload extends ObjectProperties {
  readonly id: string;
  readonly bucket: string;
  readonly key: string;
  /** Unset when the client named no algorithm: then any will do for the parts. */
  readonly algorithm?: ChecksumAlgorithm;
  readonly checksumType: ChecksumType;
  readonly parts: Map<number, Part>;
}

/** A part as the client names it when it completes the upload. */
export interface NamedPart {
  readonly number: number;
  readonly etag: string;
  readonly checksums: Readonly<Partial<Record<ChecksumAlgorithm, string>>>;
}

/** Multipart uploads in progress. They live in memory only: a restart aborts them. */
export class Uploads {
  private readonly open = new Map<string, Upload>();

  public create(upload: Omit<Upload, 'id' | 'parts'>): Upload {
    const created = { ...upload, id: randomBytes(32).toString('base64url'), parts: new Map<number, Part>() };
    this.open.set(created.id, created);
    return created;
  }

  public find(bucket: string, key: string, id: string): Upload {
    const upload = this.open.get(id);
    if (upload?.bucket === bucket && upload.key === key) return upload;
    const message = 'The specified upload does not exist. The upload ID may be invalid, or the upload may have been aborted or completed.';
    throw new ServiceError('NoSuchUpload', message, 404, { UploadId: id });
  }

  public addPart(upload: Upload, number: number, { data, checksum, checksumSent }: Payload, lastModified: number): Part {
    if (!Number.isInteger(number) || number < 1 || number > MOST_PARTS) {
      throw new ServiceError('InvalidArgument', `Part number must be an integer between 1 and ${MOST_PARTS}, inclusive`);
    }
    if (upload.algorithm && checksumSent && checksum.algorithm !== upload.algorithm) {
      const message = `Checksum Type mismatch occurred, expected checksum Type: ${upload.algorithm}, actual checksum Type: ${checksum.algorithm}`;
      throw new ServiceError('InvalidRequest', message);
    }
    const kept = checksumSent || !upload.algorithm ? checksum : fullObject(upload.algorithm, data);
    const part = { number, data: Buffer.from(data), etag: createHash('md5').update(data).digest('hex'), checksum: kept, lastModified };
    upload.parts.set(number, part);
    return part;
  }

  public remove(upload: Upload): void {
    this.open.delete(upload.id);
  }
}

/** Puts the named parts together, by the rules of CompleteMultipartUpload. */
export function assemble(upload: Upload, named: readonly NamedPart[]): { body: Buffer; etag: string; checksum: Checksum } {
  if (named.some(({ number }, index) => index > 0 && number <= named[index - 1].number)) {
    throw new ServiceError('InvalidPartOrder', 'The list of parts was not in ascending order. Parts must be ordered by part number.');
  }
  const parts = named.map((name) => partNamed(upload, name));
  if (parts.slice(0, -1).some((part) => part.data.length < SMALLEST_PART)) {
    throw new ServiceError('EntityTooSmall', 'Your proposed upload is smaller than the minimum allowed size');
  }
  const body = Buffer.concat(parts.map((part) => part.data));
  const hash = createHash('md5');
  for (const part of parts) hash.update(Buffer.from(part.etag, 'hex'));
  const etag = `${hash.digest('hex')}-${parts.length}`;
  const algorithm = upload.algorithm ?? DEFAULT_ALGORITHM;
  const checksum = upload.checksumType === 'COMPOSITE' ? composite(algorithm, parts.map((part) => part.checksum.value)) : fullObject(algorithm, body);
  return { body, etag, checksum };
}

function partNamed(upload: Upload, named: NamedPart): Part {
  const part = upload.parts.get(named.number);
  const checksums = Object.entries(named.checksums);
  if (part?.etag === named.etag && checksums.every(([name, value]) => name === part.checksum.algorithm && value === part.checksum.value)) {
    if (upload.checksumType === 'COMPOSITE' && checksums.length === 0) throw checksumMissing(upload, named.number);
    return part;
  }
  const message = "One or more of the specified parts could not be found. The part may not have been uploaded, or the specified entity tag may not match the part's entity tag.";
  throw new ServiceError('InvalidPart', message, 400, { UploadId: upload.id, PartNumber: named.number, ETag: named.etag });
}

function checksumMissing(upload: Upload, number: number): ServiceError {
  const message = `The upload was created using a ${upload.algorithm!.toLowerCase()} checksum. The complete request must include the checksum for each part. It was missing for part ${number} in the request.`;
  return new ServiceError('InvalidRequest', message);
}
