import { randomUUID } from 'node:crypto';
import { REGION } from '../kernel/identity';
import { AwsRequest, AwsResponse, ServiceError } from '../kernel/wire';
import { BUCKET_OPERATIONS } from './bucket-operations';
import type { Buckets } from './buckets';
import { MULTIPART_OPERATIONS } from './multipart-operations';
import { OBJECT_OPERATIONS } from './object-operations';
import { callOf, findOperation, withHeadersFromQuery } from './operation';
import { toXml, XmlObject } from './xml';

/** Operations told apart by a mark come before the plain ones. */
const OPERATIONS = [...MULTIPART_OPERATIONS, ...OBJECT_OPERATIONS, ...BUCKET_OPERATIONS];

/** Answers one request to the S3 REST API. */
export async function serveRest(buckets: Buckets, raw: AwsRequest): Promise<AwsResponse> {
  const requestId = randomUUID();
  const standard = { 'x-amz-request-id': requestId, 'x-amz-bucket-region': REGION };
  try {
    const request = withHeadersFromQuery(raw);
    const { bucketName, key } = address(request.path);
    const operation = findOperation(OPERATIONS, bucketName === '' ? 'service' : key === '' ? 'bucket' : 'object', request);
    const response = await operation.run(callOf(buckets, bucketName, key, request));
    return { ...response, headers: { ...standard, ...response.headers } };
  } catch (error) {
    const known = error instanceof ServiceError ? error : new ServiceError('InternalError', String(error), 500);
    return { status: known.status, ...errorBody(known, raw, requestId, standard) };
  }
}

function address(path: string): { bucketName: string; key: string } {
  const [, bucket, key] = /^\/([^/]*)\/?(.*)$/s.exec(path) ?? [];
  try {
    return { bucketName: decodeURIComponent(bucket), key: decodeURIComponent(key) };
  } catch {
    throw new ServiceError('InvalidURI', "Couldn't parse the specified URI.", 400, { URI: path });
  }
}

function errorBody(error: ServiceError, { method, path }: AwsRequest, requestId: string, standard: Record<string, string>) {
  const { DeleteMarker, VersionId, ETag, ...details } = error.details;
  const headers: Record<string, string> = { ...standard };
  if (DeleteMarker) Object.assign(headers, { 'x-amz-delete-marker': 'true', 'x-amz-version-id': String(VersionId) });
  if (error.status === 304) headers.etag = String(ETag);
  if (method === 'HEAD' || error.status === 304) return { headers };
  const content = { Code: error.code, Message: error.message, ...details, VersionId, ETag, Resource: path, RequestId: requestId };
  return { headers: { ...headers, 'content-type': 'application/xml' }, body: toXml('Error', content as XmlObject) };
}
