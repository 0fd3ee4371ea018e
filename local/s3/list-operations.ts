import { ACCOUNT } from '../kernel/identity';
import { AwsResponse } from '../kernel/wire';
import { invalidArgument } from './errors';
import { page, Page } from './listing';
import { compareKeys, ObjectVersion } from './object-version';
import { Call, Operation } from './operation';
import { XmlObject } from './xml';
import { xmlAnswer } from './xml-answer';

const MOST_KEYS = 1000;

/** Where a listing goes on: after a key, or after everything under a common prefix. */
interface Continuation {
  readonly key?: string;
  readonly commonPrefix?: string;
}

async function listObjects(call: Call): Promise<AwsResponse> {
  const { query } = call.request;
  const { prefix, delimiter, limit, encode } = listing(query);
  const token = query.get('continuation-token') ?? undefined;
  const startAfter = query.get('start-after') ?? undefined;
  const from = token === undefined ? { key: startAfter } : decodeToken(token);
  const result = page(call.bucket().objects(), { prefix, delimiter, limit, isNext: ({ key }) => isAfter(key, from) });
  return xmlAnswer('ListBucketResult', {
    Name: call.bucketName,
    ...echo(query, encode),
    KeyCount: result.entries.length + result.commonPrefixes.length,
    IsTruncated: result.truncated,
    ContinuationToken: token,
    NextContinuationToken: result.truncated ? encodeToken(result) : undefined,
    StartAfter: startAfter === undefined ? undefined : encode(startAfter),
    Contents: result.entries.map((object) => ({
      Key: encode(object.key),
      ...describe(object),
      Owner: query.get('fetch-owner') === 'true' ? { ID: ACCOUNT } : undefined,
    })),
    CommonPrefixes: result.commonPrefixes.map((commonPrefix) => ({ Prefix: encode(commonPrefix) })),
  });
}

async function listObjectVersions(call: Call): Promise<AwsResponse> {
  const { query } = call.request;
  const { prefix, delimiter, limit, encode } = listing(query);
  const bucket = call.bucket();
  const all = bucket.allVersions();
  const isNext = afterMarkers(all, query.get('key-marker') || undefined, query.get('version-id-marker') || undefined, delimiter);
  const result = page(all, { prefix, delimiter, limit, isNext });
  const last = result.truncated ? result.last : undefined;
  const describeVersion = (version: ObjectVersion): XmlObject => ({
    Key: encode(version.key),
    VersionId: version.versionId,
    IsLatest: bucket.isLatest(version),
    ...(version.deleteMarker ? { LastModified: new Date(version.lastModified).toISOString() } : describe(version)),
    Owner: { ID: ACCOUNT },
  });
  return xmlAnswer('ListVersionsResult', {
    Name: call.bucketName,
    ...echo(query, encode),
    KeyMarker: encode(query.get('key-marker') ?? ''),
    VersionIdMarker: query.get('version-id-marker') ?? '',
    IsTruncated: result.truncated,
    NextKeyMarker: last && encode('entry' in last ? last.entry.key : last.commonPrefix),
    NextVersionIdMarker: last && 'entry' in last ? last.entry.versionId : undefined,
    Version: result.entries.filter(({ deleteMarker }) => !deleteMarker).map(describeVersion),
    DeleteMarker: result.entries.filter(({ deleteMarker }) => deleteMarker).map(describeVersion),
    CommonPrefixes: result.commonPrefixes.map((commonPrefix) => ({ Prefix: encode(commonPrefix) })),
  });
}

/** Entries after a key marker, or after one version of that key; a marker may also be a common prefix of the page before. */
function afterMarkers(all: readonly ObjectVersion[], key: string | undefined, versionId: string | undefined, delimiter: string | undefined) {
  if (key === undefined) return () => true;
  const marked = versionId === undefined ? -1 : all.findIndex((version) => version.key === key && version.versionId === versionId);
  if (marked >= 0) {
    const seen = new Set(all.slice(0, marked + 1));
    return (version: ObjectVersion) => !seen.has(version);
  }
  const from = delimiter && key.endsWith(delimiter) ? { commonPrefix: key } : { key };
  return (version: ObjectVersion) => isAfter(version.key, from);
}

function listing(query: URLSearchParams) {
  const maxKeys = query.get('max-keys') ?? String(MOST_KEYS);
  if (!/^\d+$/.test(maxKeys)) throw invalidArgument('max-keys', maxKeys, 'Provided max-keys not an integer or within integer range');
  const encoding = query.get('encoding-type');
  if (encoding !== null && encoding !== 'url') throw invalidArgument('encoding-type', encoding, 'Invalid Encoding Method specified in Request');
  return {
    prefix: query.get('prefix') ?? '',
    delimiter: query.get('delimiter') || undefined,
    limit: Math.min(MOST_KEYS, Number(maxKeys)),
    encode: encoding === 'url' ? urlEncoded : (text: string) => text,
  };
}

/** The parameters of the request that every listing repeats. */
function echo(query: URLSearchParams, encode: (text: string) => string): XmlObject {
  const { prefix, delimiter, limit } = listing(query);
  return { Prefix: encode(prefix), Delimiter: delimiter && encode(delimiter), MaxKeys: limit, EncodingType: query.get('encoding-type') ?? undefined };
}

function describe(object: ObjectVersion): XmlObject {
  return {
    LastModified: new Date(object.lastModified).toISOString(),
    ETag: `"${object.etag}"`,
    ChecksumAlgorithm: object.checksum?.algorithm,
    ChecksumType: object.checksum?.type,
    Size: object.size,
    StorageClass: object.storageClass,
  };
}

function isAfter(key: string, { key: after, commonPrefix }: Continuation): boolean {
  if (commonPrefix !== undefined) return !key.startsWith(commonPrefix) && compareKeys(key, commonPrefix) > 0;
  return after === undefined || compareKeys(key, after) > 0;
}

function encodeToken({ last }: Page<ObjectVersion>): string {
  const from: Continuation = last && 'entry' in last ? { key: last.entry.key } : { commonPrefix: last?.commonPrefix };
  return Buffer.from(JSON.stringify(from)).toString('base64url');
}

function decodeToken(token: string): Continuation {
  try {
    return JSON.parse(Buffer.from(token, 'base64url').toString('utf8'));
  } catch {
    throw invalidArgument('continuation-token', token, 'The continuation token provided is incorrect');
  }
}

function urlEncoded(text: string): string {
  return encodeURIComponent(text).replaceAll('%2F', '/').replaceAll('%20', '+');
}

const QUERY = ['prefix', 'delimiter', 'max-keys', 'encoding-type'];

export const LIST_OBJECTS: Operation = {
  name: 'ListObjectsV2',
  method: 'GET',
  on: 'bucket',
  marks: ['list-type'],
  query: [...QUERY, 'continuation-token', 'start-after', 'fetch-owner'],
  run: listObjects,
};

export const LIST_OBJECT_VERSIONS: Operation = {
  name: 'ListObjectVersions',
  method: 'GET',
  on: 'bucket',
  marks: ['versions'],
  query: [...QUERY, 'key-marker', 'version-id-marker'],
  run: listObjectVersions,
};
