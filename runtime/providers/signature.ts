import { createHmac, timingSafeEqual } from 'node:crypto';
import { Rejection } from './rejection';

/** Decodes lower-case hex of exactly `bytes` bytes; undefined for anything else. */
export function decodeHex(text: string, bytes: number): Buffer | undefined {
  return text.length === bytes * 2 && /^[0-9a-f]*$/.test(text) ? Buffer.from(text, 'hex') : undefined;
}

/** Decodes canonical base64 only: a second spelling of the same bytes is refused. */
export function decodeBase64(text: string): Buffer | undefined {
  const bytes = Buffer.from(text, 'base64');
  return bytes.length > 0 && bytes.toString('base64') === text ? bytes : undefined;
}

/**
 * Keys of the live secrets, newest first. A secret that is no key is the receiver's mistake: what is signed with
 * another is good all the same, and what is not must be tried again once the newest one has been mended.
 */
export function keysOf<K>(secrets: readonly string[], keyOf: (secret: string) => K): readonly (K | Error)[] {
  return secrets.map((secret) => {
    try {
      return keyOf(secret);
    } catch (error) {
      return error as Error;
    }
  });
}

/** No key gives the signature. */
export function mismatch(keys: readonly unknown[]): Error {
  return keys[0] instanceof Error ? keys[0] : new Rejection('signature_mismatch', 'no live secret gives this signature');
}

/** Index of the first key under which any of the candidate digests is the HMAC of `parts`; all are compared in constant time. */
export function matchHmac(
  algorithm: 'sha256' | 'sha512',
  keys: readonly (Buffer | Error)[],
  parts: readonly (string | Buffer)[],
  candidates: readonly Buffer[],
): number {
  let found = -1;
  keys.forEach((key, index) => {
    if (key instanceof Error) return;
    const hmac = createHmac(algorithm, key);
    for (const part of parts) hmac.update(part);
    const expected = hmac.digest();
    for (const candidate of candidates) {
      const equal = candidate.length === expected.length && timingSafeEqual(candidate, expected);
      if (equal && found < 0) found = index;
    }
  });
  if (found < 0) throw mismatch(keys);
  return found;
}

/** Reads a signed time in Unix seconds and bounds it on both sides of the arrival. */
export function checkTimestamp(text: string, receivedAt: number, toleranceSeconds: number): void {
  if (!/^[1-9]\d{0,11}$/.test(text)) throw new Rejection('malformed_signature', 'the signed timestamp is not in Unix seconds');
  const age = Math.floor(receivedAt / 1000) - Number(text);
  if (age > toleranceSeconds) throw new Rejection('timestamp_too_old', `signed ${age} s before arrival, ${toleranceSeconds} s are allowed`);
  if (-age > toleranceSeconds) throw new Rejection('timestamp_in_future', `signed ${-age} s after arrival, ${toleranceSeconds} s are allowed`);
}
