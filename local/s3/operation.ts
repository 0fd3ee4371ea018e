import { ACCOUNT } from '../kernel/identity';
import { traceIdOf } from '../kernel/trace';
import { AwsRequest, AwsResponse, notSupported, ServiceError } from '../kernel/wire';
import type { Bucket } from './bucket';
import type { Buckets } from './buckets';

/** One request, with everything an operation needs to answer it. */
export interface Call {
  readonly buckets: Buckets;
  readonly request: AwsRequest;
  readonly bucketName: string;
  readonly key: string;
  readonly traceId?: string;
  /** Throws when there is none. */
  bucket(): Bucket;
}

/** One action of the API: how to tell it from the others, what it understands, what it does. */
export interface Operation {
  readonly name: string;
  readonly method: string;
  readonly on: 'service' | 'bucket' | 'object';
  /** Query parameters that tell this operation from others. */
  readonly marks?: readonly string[];
  /** A header that tells this operation from others. */
  readonly mark?: string;
  /** Further query parameters it understands. */
  readonly query?: readonly string[];
  /** `x-amz-` headers it understands besides those of every request; a final `*` stands for any ending. */
  readonly headers?: readonly string[];
  run(call: Call): Promise<AwsResponse>;
}

/** Signing is not checked locally, so its parameters have no effect. */
const COMMON_HEADERS = [
  'x-amz-date', 'x-amz-content-sha256', 'x-amz-security-token', 'x-amz-user-agent', 'x-amz-expected-bucket-owner', 'x-amz-request-payer',
];
const SIGNATURE_QUERY = [
  'X-Amz-Algorithm', 'X-Amz-Credential', 'X-Amz-Date', 'X-Amz-Expires', 'X-Amz-SignedHeaders', 'X-Amz-Signature',
  'X-Amz-Security-Token', 'X-Amz-Content-Sha256',
];

/** Presigned URLs carry `x-amz-` headers in the query: puts them back where they belong. */
export function withHeadersFromQuery(request: AwsRequest): AwsRequest {
  const query = new URLSearchParams(request.query);
  const hoisted: Record<string, string> = {};
  for (const [name, value] of request.query) {
    if (!/^x-(amz-|id$)/i.test(name)) continue;
    query.delete(name);
    if (name !== 'x-id' && !SIGNATURE_QUERY.includes(name)) hoisted[name.toLowerCase()] = value;
  }
  return { ...request, query, headers: { ...hoisted, ...request.headers } };
}

/** Finds the operation a request asks for; refuses whatever part of the request it would not heed. */
export function findOperation(operations: readonly Operation[], on: Operation['on'], request: AwsRequest): Operation {
  const operation = operations.find(({ method, on: target, marks = [], mark }) => (
    target === on && method === request.method && marks.every((name) => request.query.has(name)) && (!mark || request.headers[mark] !== undefined)
  ));
  if (!operation) throw notSupported('S3', `${request.method} on a ${on}${describeQuery(request)}`);
  const parameter = [...request.query.keys()].find((name) => ![...(operation.marks ?? []), ...(operation.query ?? [])].includes(name));
  if (parameter !== undefined) throw notSupported('S3', `the query parameter ${parameter} of ${operation.name}`);
  const understood = [...COMMON_HEADERS, ...(operation.mark ? [operation.mark] : []), ...(operation.headers ?? [])];
  const header = Object.keys(request.headers).find((name) => name.startsWith('x-amz-') && !understood.some((known) => covers(known, name)));
  if (header !== undefined) throw notSupported('S3', `the header ${header} of ${operation.name}`);
  return operation;
}

export function callOf(buckets: Buckets, bucketName: string, key: string, request: AwsRequest): Call {
  const owner = request.headers['x-amz-expected-bucket-owner'];
  if (owner !== undefined && owner !== ACCOUNT) throw new ServiceError('AccessDenied', 'Access Denied', 403);
  const traceId = traceIdOf(request.headers['x-amzn-trace-id']);
  return { buckets, request, bucketName, key, traceId, bucket: () => buckets.bucket(bucketName) };
}

function covers(known: string, name: string): boolean {
  return known.endsWith('*') ? name.startsWith(known.slice(0, -1)) : known === name;
}

function describeQuery({ query }: AwsRequest): string {
  return query.size > 0 ? ` with ?${[...query.keys()].join('&')}` : '';
}
