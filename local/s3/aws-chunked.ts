import { ServiceError } from '../kernel/wire';

export interface DecodedChunks {
  readonly data: Buffer;
  /** Names in lower case. */
  readonly trailers: Readonly<Record<string, string>>;
}

const CRLF = '\r\n';

/** Takes an `aws-chunked` body apart: hex length, optional signature, data, and trailers after the empty last chunk. */
export function decodeAwsChunked(body: Buffer): DecodedChunks {
  const chunks: Buffer[] = [];
  let position = 0;
  for (;;) {
    const lineEnd = body.indexOf(CRLF, position);
    const size = lineEnd < 0 ? undefined : chunkSize(body.toString('latin1', position, lineEnd));
    if (size === undefined) throw malformed();
    position = lineEnd + CRLF.length;
    if (size === 0) return { data: Buffer.concat(chunks), trailers: trailers(body.toString('latin1', position)) };
    const end = position + size;
    if (body.toString('latin1', end, end + CRLF.length) !== CRLF) throw malformed();
    chunks.push(body.subarray(position, end));
    position = end + CRLF.length;
  }
}

function chunkSize(line: string): number | undefined {
  const hex = line.split(';')[0];
  return /^[0-9a-f]{1,12}$/i.test(hex) ? parseInt(hex, 16) : undefined;
}

function trailers(text: string): Record<string, string> {
  const lines = text.split(/\r?\n/).filter((line) => line !== '');
  return Object.fromEntries(lines.map((line) => {
    const colon = line.indexOf(':');
    if (colon < 1) throw malformedTrailer();
    return [line.slice(0, colon).trim().toLowerCase(), line.slice(colon + 1).trim()];
  }));
}

export function malformedTrailer(): ServiceError {
  const message = 'The request contained trailing data that was not well-formed or did not conform to our published schema.';
  return new ServiceError('MalformedTrailerError', message);
}

function malformed(): ServiceError {
  return new ServiceError('IncompleteBody', 'The request body terminated unexpectedly');
}
