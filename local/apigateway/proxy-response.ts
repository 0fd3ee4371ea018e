import { Exchange, header } from './exchange';
import { GatewayError } from './gateway-error';
import { mergeHeaders } from './headers';
import { isBinary, mediaType } from './media-types';
import { ApiResponse } from './model';

type Scalar = string | number | boolean;

/** What a handler behind a Lambda proxy integration answers. */
interface ProxyResult {
  readonly statusCode?: number | string;
  readonly headers?: Readonly<Record<string, Scalar>> | null;
  readonly multiValueHeaders?: Readonly<Record<string, readonly Scalar[]>> | null;
  readonly body?: string | null;
  readonly isBase64Encoded?: boolean | null;
}

const MEMBERS = ['statusCode', 'headers', 'multiValueHeaders', 'body', 'isBase64Encoded'];
/** Kept for API Gateway itself; the handler's value is renamed, as on AWS. */
const REMAPPED = ['connection', 'content-length', 'date', 'server', 'www-authenticate'];

/** Turns a handler's answer into the response; anything API Gateway would not understand is a 502. */
export function proxyResponse(exchange: Exchange, payload: string): ApiResponse {
  const result = parse(payload);
  const decode = result.isBase64Encoded === true && isBinary(exchange.api.binaryMediaTypes, mediaType(header(exchange.request, 'accept')));
  return {
    // Every member is optional: a missing status means 200.
    status: Number(result.statusCode ?? 200),
    headers: headersOf(result),
    body: Buffer.from(result.body ?? '', decode ? 'base64' : 'utf8'),
  };
}

function parse(payload: string): ProxyResult {
  let result: unknown;
  try {
    result = JSON.parse(payload);
  } catch {
    throw malformed('it is not JSON');
  }
  const problem = problemOf(result);
  if (problem) throw malformed(problem);
  return result as ProxyResult;
}

function malformed(problem: string): GatewayError {
  return new GatewayError('DEFAULT_5XX', 'Internal server error', `Malformed Lambda proxy response: ${problem}`);
}

function problemOf(result: unknown): string | undefined {
  if (typeof result !== 'object' || result === null || Array.isArray(result)) return 'it is not an object';
  const { statusCode, headers, multiValueHeaders, body, isBase64Encoded } = result as Record<string, unknown>;
  const unknown = Object.keys(result).filter((member) => !MEMBERS.includes(member));
  if (unknown.length > 0) return `unknown member ${unknown.join(', ')}`;
  if (!isOptional(statusCode, isStatus)) return 'statusCode is no HTTP status';
  if (!isOptional(headers, (value) => isMap(value, isScalar))) return 'headers must map names to text';
  if (!isOptional(multiValueHeaders, (value) => isMap(value, (list) => Array.isArray(list) && list.every(isScalar)))) {
    return 'multiValueHeaders must map names to lists of text';
  }
  if (!isOptional(body, (value) => typeof value === 'string')) return 'body must be text';
  return isOptional(isBase64Encoded, (value) => typeof value === 'boolean') ? undefined : 'isBase64Encoded must be true or false';
}

function isOptional(value: unknown, check: (value: unknown) => boolean): boolean {
  return value === undefined || value === null || check(value);
}

function isStatus(value: unknown): boolean {
  return /^[1-5]\d\d$/.test(String(value));
}

function isScalar(value: unknown): boolean {
  return ['string', 'number', 'boolean'].includes(typeof value);
}

function isMap(value: unknown, check: (value: unknown) => boolean): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && Object.values(value).every(check);
}

/** Both header maps merged: of a name in both, the lists count. */
function headersOf(result: ProxyResult): Record<string, string | string[]> {
  const multi = Object.entries(result.multiValueHeaders ?? {});
  const listed = multi.map(([name]) => name.toLowerCase());
  const single = Object.entries(result.headers ?? {}).filter(([name]) => !listed.includes(name.toLowerCase()));
  const all: Array<[string, string | string[]]> = [
    ...single.map(([name, value]): [string, string] => [name, String(value)]),
    ...multi.map(([name, values]): [string, string[]] => [name, values.map(String)]),
  ];
  const kept = all.filter(([name]) => name.toLowerCase() !== 'transfer-encoding').map(([name, value]): [string, string | string[]] =>
    [REMAPPED.includes(name.toLowerCase()) ? `x-amzn-Remapped-${name}` : name, value]);
  return mergeHeaders({ 'Content-Type': 'application/json' }, Object.fromEntries(kept));
}
