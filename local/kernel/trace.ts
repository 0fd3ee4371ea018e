import { randomBytes } from 'node:crypto';

/** A fresh X-Ray trace header for a request that arrives from outside. */
export function newTraceHeader(now: number): string {
  const seconds = Math.floor(now / 1000).toString(16).padStart(8, '0');
  return `Root=1-${seconds}-${randomBytes(12).toString('hex')};Parent=${randomBytes(8).toString('hex')};Sampled=1`;
}

/** The trace id inside an X-Ray header. */
export function traceIdOf(header: string | undefined): string | undefined {
  return header?.split(';').find((part) => part.trim().startsWith('Root='))?.trim().slice('Root='.length);
}
