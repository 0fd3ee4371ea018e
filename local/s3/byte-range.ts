import { ServiceError } from '../kernel/wire';

/** Both ends inclusive. */
export interface ByteRange {
  readonly first: number;
  readonly last: number;
}

/**
 * Reads a `Range` header. As in S3, anything but one well-formed `bytes` range
 * is ignored, and a range that starts past the end is refused.
 */
export function byteRange(header: string | undefined, size: number): ByteRange | undefined {
  const match = /^bytes=(\d*)-(\d*)$/.exec(header ?? '');
  if (!match || (match[1] === '' && match[2] === '')) return undefined;
  const [from, to] = [match[1], match[2]];
  if (from === '') return satisfiable({ first: Math.max(0, size - Number(to)), last: size - 1 }, size, header!);
  if (to !== '' && Number(to) < Number(from)) return undefined;
  return satisfiable({ first: Number(from), last: to === '' ? size - 1 : Math.min(Number(to), size - 1) }, size, header!);
}

function satisfiable(range: ByteRange, size: number, header: string): ByteRange {
  if (range.first < size) return range;
  throw new ServiceError('InvalidRange', 'The requested range is not satisfiable', 416, { ActualObjectSize: size, RangeRequested: header });
}
