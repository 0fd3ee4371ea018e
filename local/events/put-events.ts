import { ServiceError } from '../kernel/wire';
import { entrySize, PutEventsEntry } from './event';
import { onlyFields } from './rule';

const MAX_ENTRIES = 10;
const MAX_BYTES = 1024 * 1024;

const ENTRY_FIELDS = ['Source', 'DetailType', 'Detail', 'Resources', 'Time', 'EventBusName', 'TraceHeader'];

/** What PutEvents answers for one entry. */
export type EntryResult = { readonly EventId: string } | { readonly ErrorCode: string; readonly ErrorMessage: string };

/** Refuses what EventBridge refuses as a whole. */
export function checkEntries(entries: readonly PutEventsEntry[] | undefined): asserts entries is readonly PutEventsEntry[] {
  if (!Array.isArray(entries) || entries.length === 0) throw lengthError('greater than or equal to 1');
  if (entries.length > MAX_ENTRIES) throw lengthError(`less than or equal to ${MAX_ENTRIES}`);
  for (const entry of entries) onlyFields('a PutEvents entry', entry, ENTRY_FIELDS);
  if (entries.reduce((size, entry) => size + entrySize(entry), 0) > MAX_BYTES) {
    throw new ServiceError('ValidationException', 'Total size of the entries in the request is over the limit.');
  }
}

/** One bad entry leaves the others alone. */
export function entryResult(publish: () => string): EntryResult {
  try {
    return { EventId: publish() };
  } catch (error) {
    if (error instanceof ServiceError) return { ErrorCode: error.code, ErrorMessage: error.message };
    throw error;
  }
}

export function failedCount(results: readonly EntryResult[]): number {
  return results.filter((result) => 'ErrorCode' in result).length;
}

function lengthError(constraint: string): ServiceError {
  const reason = `Value at 'entries' failed to satisfy constraint: Member must have length ${constraint}`;
  return new ServiceError('ValidationException', `1 validation error detected: ${reason}`);
}
