import { createHash } from 'node:crypto';
import type { RowKey } from '../../src/contract';

/** A short name for what may be longer than a key, or may name a person. */
export function digest(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 32);
}

/** The same event's whenever it is delivered or tried again. */
export function rowDigest({ transaction_id, event_id }: RowKey): string {
  return digest(`${transaction_id}\n${event_id}`);
}
