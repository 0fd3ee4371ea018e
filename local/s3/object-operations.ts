import { AwsResponse, ServiceError } from '../kernel/wire';
import { ByteRange, byteRange } from './byte-range';
import { COPY_OBJECT } from './copy-object';
import { CHECKSUM_HEADERS, checksumHeaders, describe, describeWritten, PROPERTY_HEADERS, propertiesOf } from './object-headers';
import { ObjectVersion } from './object-version';
import { Call, Operation } from './operation';
import { readPayload } from './payload';
import { checkRead, conditionsOf } from './preconditions';
import { checkReadable } from './storage-class';

/** Query parameters of GetObject that replace headers of its answer. */
const RESPONSE_HEADERS: Readonly<Record<string, string>> = {
  'response-cache-control': 'cache-control',
  'response-content-disposition': 'content-disposition',
  'response-content-encoding': 'content-encoding',
  'response-content-language': 'content-language',
  'response-content-type': 'content-type',
  'response-expires': 'expires',
};

async function putObject(call: Call): Promise<AwsResponse> {
  const { data, checksum, checksumSent } = readPayload(call.request);
  if (call.bucket().lockedDays > 0 && !checksumSent && !call.request.headers['content-md5']) {
    throw new ServiceError('InvalidRequest', 'Content-MD5 OR x-amz-checksum- HTTP header is required for Put Object requests with Object Lock parameters');
  }
  const properties = propertiesOf(call.request);
  const conditions = conditionsOf(call.request.headers);
  const object = await call.buckets.putObject(call.bucketName, call.key, data, { ...properties, checksum, conditions, traceId: call.traceId });
  return { status: 200, headers: describeWritten(object, call.bucket().versioning) };
}

async function getObject(call: Call): Promise<AwsResponse> {
  const { version, range, body } = await call.bucket().read(call.key, versionIdOf(call), (found) => readable(call, found));
  return { ...readAnswer(call, version, range), body };
}

async function headObject(call: Call): Promise<AwsResponse> {
  const object = call.bucket().find(call.key, versionIdOf(call));
  return readAnswer(call, object, rangeOf(call, object));
}

/** Checks that the request may read the object, and how much of it. What is in cold storage can be described, but not read. */
function readable(call: Call, object: ObjectVersion): ByteRange | undefined {
  const range = rangeOf(call, object);
  checkReadable(object);
  return range;
}

function rangeOf({ request: { headers } }: Call, object: ObjectVersion): ByteRange | undefined {
  checkRead(conditionsOf(headers), object);
  return byteRange(headers.range, object.size);
}

function readAnswer({ request: { headers, query }, bucket }: Call, object: ObjectVersion, range?: ByteRange): AwsResponse {
  const described = describe(object, bucket().versioning);
  for (const [parameter, name] of Object.entries(RESPONSE_HEADERS)) {
    const replacement = query.get(parameter);
    if (replacement !== null) described[name] = replacement;
  }
  if (range) {
    const length = range.last - range.first + 1;
    const partial = { 'content-range': `bytes ${range.first}-${range.last}/${object.size}`, 'content-length': String(length) };
    return { status: 206, headers: { ...described, ...partial } };
  }
  const checksum = headers['x-amz-checksum-mode'] === 'ENABLED' ? checksumHeaders(object) : undefined;
  return { status: 200, headers: { ...described, ...checksum, 'content-length': String(object.size) } };
}

async function deleteObject(call: Call): Promise<AwsResponse> {
  const versionId = versionIdOf(call);
  const { ifMatch } = conditionsOf(call.request.headers);
  const result = await call.buckets.deleteObject(call.bucketName, call.key, { versionId, conditions: { ifMatch }, traceId: call.traceId });
  if (!result || call.bucket().versioning === 'Off') return { status: 204 };
  const marker = result.deleteMarker ? { 'x-amz-delete-marker': 'true' } : undefined;
  return { status: 204, headers: { 'x-amz-version-id': result.versionId, ...marker } };
}

function versionIdOf({ request }: Call): string | undefined {
  return request.query.get('versionId') ?? undefined;
}

const READ_QUERY = ['versionId', ...Object.keys(RESPONSE_HEADERS)];
const READ_HEADERS = ['x-amz-checksum-mode'];

export const OBJECT_OPERATIONS: readonly Operation[] = [
  COPY_OBJECT,
  { name: 'PutObject', method: 'PUT', on: 'object', headers: [...PROPERTY_HEADERS, ...CHECKSUM_HEADERS], run: putObject },
  { name: 'GetObject', method: 'GET', on: 'object', query: READ_QUERY, headers: READ_HEADERS, run: getObject },
  { name: 'HeadObject', method: 'HEAD', on: 'object', query: READ_QUERY, headers: READ_HEADERS, run: headObject },
  { name: 'DeleteObject', method: 'DELETE', on: 'object', query: ['versionId'], run: deleteObject },
];
