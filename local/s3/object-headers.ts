import { AwsRequest, ServiceError } from '../kernel/wire';
import { Versioning } from './bucket';
import { checksumHeader } from './checksums';
import { ObjectProperties, ObjectVersion } from './object-version';
import { storedEncoding } from './payload';
import { DEFAULT_STORAGE_CLASS, parseStorageClass } from './storage-class';

const CONTENT_HEADERS = ['cache-control', 'content-disposition', 'content-language', 'content-type', 'expires'];
/** Nothing is encrypted locally; what was asked for is told back. */
const ENCRYPTION_HEADERS = [
  'x-amz-server-side-encryption', 'x-amz-server-side-encryption-aws-kms-key-id', 'x-amz-server-side-encryption-bucket-key-enabled',
];
const METADATA_PREFIX = 'x-amz-meta-';
const METADATA_LIMIT = 2048;

/** The headers with which a client describes a new object. Access control is not simulated, so a canned ACL has no effect. */
export const PROPERTY_HEADERS = [
  `${METADATA_PREFIX}*`, 'x-amz-storage-class', ...ENCRYPTION_HEADERS, 'x-amz-server-side-encryption-context', 'x-amz-acl',
];
/** The headers that say which checksum goes with a body. */
export const CHECKSUM_HEADERS = [
  'x-amz-sdk-checksum-algorithm', 'x-amz-trailer', 'x-amz-decoded-content-length',
  'x-amz-checksum-crc32', 'x-amz-checksum-crc32c', 'x-amz-checksum-sha1', 'x-amz-checksum-sha256', 'x-amz-checksum-crc64nvme',
];

export function propertiesOf({ headers }: AwsRequest): ObjectProperties {
  const kept: Record<string, string | undefined> = { 'content-encoding': storedEncoding(headers['content-encoding']) };
  for (const name of [...CONTENT_HEADERS, ...ENCRYPTION_HEADERS]) kept[name] = headers[name];
  const metadata = Object.entries(headers)
    .filter(([name]) => name.startsWith(METADATA_PREFIX))
    .map(([name, value]): [string, string] => [name.slice(METADATA_PREFIX.length), value]);
  if (metadata.flat().reduce((bytes, text) => bytes + Buffer.byteLength(text), 0) > METADATA_LIMIT) {
    throw new ServiceError('MetadataTooLarge', 'Your metadata headers exceed the maximum allowed metadata size', 400, { MaxSizeAllowed: METADATA_LIMIT });
  }
  return {
    headers: defined(kept),
    metadata: Object.fromEntries(metadata),
    storageClass: parseStorageClass(headers['x-amz-storage-class']),
  };
}

/** What GetObject and HeadObject say of an object. */
export function describe(object: ObjectVersion, versioning: Versioning): Record<string, string> {
  return {
    'content-type': 'binary/octet-stream',
    ...object.headers,
    'accept-ranges': 'bytes',
    'etag': `"${object.etag}"`,
    'last-modified': new Date(object.lastModified).toUTCString(),
    ...(object.storageClass === DEFAULT_STORAGE_CLASS ? {} : { 'x-amz-storage-class': object.storageClass }),
    ...Object.fromEntries(Object.entries(object.metadata).map(([name, value]) => [METADATA_PREFIX + name, value])),
    ...versionHeader(object, versioning),
  };
}

/** What the answer to a write says of the new object. */
export function describeWritten(object: ObjectVersion, versioning: Versioning): Record<string, string> {
  const encryption = defined(Object.fromEntries(ENCRYPTION_HEADERS.map((name) => [name, object.headers[name]])));
  return { etag: `"${object.etag}"`, ...checksumHeaders(object), ...versionHeader(object, versioning), ...encryption };
}

export function checksumHeaders({ checksum }: ObjectVersion): Record<string, string> {
  return checksum ? { [checksumHeader(checksum.algorithm)]: checksum.value, 'x-amz-checksum-type': checksum.type } : {};
}

export function versionHeader({ versionId }: ObjectVersion, versioning: Versioning): Record<string, string> {
  return versioning === 'Off' ? {} : { 'x-amz-version-id': versionId };
}

function defined(values: Readonly<Record<string, string | undefined>>): Record<string, string> {
  return Object.fromEntries(Object.entries(values).filter((entry): entry is [string, string] => entry[1] !== undefined));
}
