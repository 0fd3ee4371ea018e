import { createHash } from 'node:crypto';
import { AwsRequest, ServiceError } from '../kernel/wire';
import { decodeAwsChunked, malformedTrailer } from './aws-chunked';
import { Checksum, fullObject, DEFAULT_ALGORITHM, sentChecksum, verify } from './checksums';

export interface Payload {
  readonly data: Buffer;
  /** Verified when the client sent one, else computed. */
  readonly checksum: Checksum;
  readonly checksumSent: boolean;
}

/** The body as the client meant it: chunk framing removed, every digest that came with it verified. */
export function readPayload(request: AwsRequest): Payload {
  const { data, headers } = isChunked(request) ? unframe(request) : { data: request.body, headers: request.headers };
  verifySha256(headers['x-amz-content-sha256'], data);
  verifyMd5(headers['content-md5'], data);
  const sent = sentChecksum(headers);
  if (!sent && headers['x-amz-sdk-checksum-algorithm']) {
    const message = 'x-amz-sdk-checksum-algorithm specified, but no corresponding x-amz-checksum-* or x-amz-trailer headers were found.';
    throw new ServiceError('InvalidRequest', message);
  }
  const checksum = sent ? verify(sent.algorithm, sent.value, data) : fullObject(DEFAULT_ALGORITHM, data);
  return { data, checksum, checksumSent: sent !== undefined };
}

/** What remains of `Content-Encoding` once the transfer framing is gone. */
export function storedEncoding(encoding: string | undefined): string | undefined {
  const kept = encodings(encoding).filter((name) => name !== 'aws-chunked');
  return kept.length > 0 ? kept.join(',') : undefined;
}

function encodings(header: string | undefined): string[] {
  return (header ?? '').split(',').map((name) => name.trim()).filter((name) => name !== '');
}

function isChunked({ headers }: AwsRequest): boolean {
  return encodings(headers['content-encoding']).includes('aws-chunked') || (headers['x-amz-content-sha256'] ?? '').startsWith('STREAMING-');
}

function unframe(request: AwsRequest): { data: Buffer; headers: Record<string, string> } {
  const declared = request.headers['x-amz-decoded-content-length'];
  if (!/^\d+$/.test(declared ?? '')) {
    throw new ServiceError('MissingContentLength', 'You must provide the Content-Length HTTP header.', 411);
  }
  const { data, trailers } = decodeAwsChunked(request.body);
  if (data.length !== Number(declared)) {
    throw new ServiceError('IncompleteBody', 'You did not provide the number of bytes specified by the Content-Length HTTP header');
  }
  const promised = encodings(request.headers['x-amz-trailer']?.toLowerCase());
  if (promised.some((name) => trailers[name] === undefined)) throw malformedTrailer();
  return { data, headers: { ...request.headers, ...Object.fromEntries(promised.map((name) => [name, trailers[name]])) } };
}

function verifySha256(expected: string | undefined, data: Buffer): void {
  if (!expected || !/^[0-9a-f]{64}$/.test(expected)) return;
  if (createHash('sha256').update(data).digest('hex') !== expected) {
    throw new ServiceError('XAmzContentSHA256Mismatch', "The provided 'x-amz-content-sha256' header does not match what was computed.");
  }
}

function verifyMd5(expected: string | undefined, data: Buffer): void {
  if (expected === undefined) return;
  if (Buffer.from(expected, 'base64').length !== 16) throw new ServiceError('InvalidDigest', 'The Content-MD5 you specified was invalid.');
  if (createHash('md5').update(data).digest('base64') !== expected) {
    throw new ServiceError('BadDigest', 'The Content-MD5 you specified did not match what we received.');
  }
}
