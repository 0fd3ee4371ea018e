import { JournalEntry } from '../kernel/journal';
import { Item } from './items';

/** The journal, arranged for those who ask for one webhook after another. */
export interface History {
  /** What was done to a row. */
  readonly writesOf: (transactionId: string, eventId: string) => readonly JournalEntry[];
  /** Everything that happened under these traces, in its order. */
  readonly under: (traceIds: ReadonlySet<string>) => readonly JournalEntry[];
}

export function historyOf(entries: readonly JournalEntry[]): History {
  const byRow = new Map<string, JournalEntry[]>();
  const byTrace = new Map<string, JournalEntry[]>();
  for (const entry of entries) {
    if (entry.traceId !== undefined) append(byTrace, entry.traceId, entry);
    const key = entry.service === 'dynamodb' ? entry.data.key as Item | undefined : undefined;
    if (key) append(byRow, rowKey(key.transaction_id?.S, key.event_id?.S), entry);
  }
  return {
    writesOf: (transactionId, eventId) => byRow.get(rowKey(transactionId, eventId)) ?? [],
    under: (traceIds) => [...traceIds].flatMap((traceId) => byTrace.get(traceId) ?? []).sort((a, b) => a.seq - b.seq),
  };
}

function rowKey(transactionId: string | undefined, eventId: string | undefined): string {
  return `${transactionId}\n${eventId}`;
}

function append(lists: Map<string, JournalEntry[]>, key: string, entry: JournalEntry): void {
  const list = lists.get(key);
  if (list) list.push(entry);
  else lists.set(key, [entry]);
}
