import { AwsResponse, ServiceError } from '../kernel/wire';
import { checksumElement, DEFAULT_ALGORITHM, fullObject, parseAlgorithm } from './checksums';
import { invalidArgument } from './errors';
import { describeWritten, PROPERTY_HEADERS, propertiesOf } from './object-headers';
import { Call, Operation } from './operation';
import { checkRead, Conditions, conditionsOf, preconditionFailed } from './preconditions';
import { checkReadable } from './storage-class';
import { xmlAnswer } from './xml-answer';

const SOURCE = 'x-amz-copy-source';

async function copyObject(call: Call): Promise<AwsResponse> {
  const { headers } = call.request;
  const source = parseSource(headers[SOURCE]);
  const replace = directive(call);
  if (source.bucket === call.bucketName && source.key === call.key && !replace && !headers['x-amz-storage-class'] && !source.versionId) {
    const message = "This copy request is illegal because it is trying to copy an object to itself without changing the object's metadata, storage class, website redirect location or encryption attributes.";
    throw new ServiceError('InvalidRequest', message);
  }
  const { version, body } = await call.buckets.bucket(source.bucket).read(source.key, source.versionId, (found) => {
    checkSource(() => checkRead(conditionsOf(headers, `${SOURCE}-`), found));
    checkReadable(found);
    return undefined;
  });
  const sent = propertiesOf(call.request);
  const algorithm = headers['x-amz-checksum-algorithm'] ? parseAlgorithm(headers['x-amz-checksum-algorithm']) : version.checksum?.algorithm;
  const copy = await call.buckets.putObject(call.bucketName, call.key, body, {
    ...(replace ? sent : { headers: version.headers, metadata: version.metadata, storageClass: sent.storageClass }),
    checksum: fullObject(algorithm ?? DEFAULT_ALGORITHM, body),
    conditions: writeConditions(headers),
    event: 'Copy',
    traceId: call.traceId,
  });
  const { etag: _, ...described } = describeWritten(copy, call.bucket().versioning);
  const versioned = source.versionId ? { 'x-amz-copy-source-version-id': source.versionId } : undefined;
  return xmlAnswer('CopyObjectResult', {
    LastModified: new Date(copy.lastModified).toISOString(),
    ETag: `"${copy.etag}"`,
    [checksumElement(copy.checksum!.algorithm)]: copy.checksum!.value,
    ChecksumType: copy.checksum!.type,
  }, { ...described, ...versioned });
}

function parseSource(header: string): { bucket: string; key: string; versionId?: string } {
  const [, bucket, key, versionId] = /^\/?([^/]+)\/(.+?)(?:\?versionId=(.+))?$/s.exec(header) ?? [];
  if (!key) throw invalidArgument(SOURCE, header, 'Copy Source must mention the source bucket and key: sourcebucket/sourcekey');
  return { bucket: decodeURIComponent(bucket), key: decodeURIComponent(key), versionId };
}

/** Whether the copy gets the metadata of this request instead of the source's. */
function directive({ request }: Call): boolean {
  const value = request.headers['x-amz-metadata-directive'] ?? 'COPY';
  if (value !== 'COPY' && value !== 'REPLACE') throw invalidArgument('x-amz-metadata-directive', value, 'Unknown metadata directive.');
  return value === 'REPLACE';
}

/** A copy has no client whose cached object could still be good: what a read answers with 304 is a failed condition. */
function checkSource(check: () => void): void {
  try {
    check();
  } catch (error) {
    throw error instanceof ServiceError && error.status === 304 ? preconditionFailed('x-amz-copy-source-If-None-Match') : error;
  }
}

function writeConditions(headers: Readonly<Record<string, string>>): Conditions {
  const { ifMatch, ifNoneMatch } = conditionsOf(headers);
  return { ifMatch, ifNoneMatch };
}

export const COPY_OBJECT: Operation = {
  name: 'CopyObject',
  method: 'PUT',
  on: 'object',
  mark: SOURCE,
  headers: [
    ...PROPERTY_HEADERS, 'x-amz-metadata-directive', 'x-amz-checksum-algorithm', `${SOURCE}-if-match`, `${SOURCE}-if-none-match`,
    `${SOURCE}-if-modified-since`, `${SOURCE}-if-unmodified-since`,
  ],
  run: copyObject,
};
