import { RECORD } from '../../src/contract';
import { Item, plain } from '../control/items';
import { JournalEntry } from '../kernel/journal';
import { Runner } from '../runner/runner';
import type { Trail } from './journey';
import type { Entry } from './ledger';
import { Check, Stage } from './model';
import { keyText, RowName } from './owners';
import { StoredRow } from './rows';

export function dedupeStage({ ledger, entry, rows }: Trail): Stage {
  const about = { id: 'dedupe', title: 'Duplicate check' };
  const { outcome } = entry.summary;
  if (outcome === 'unavailable') return { ...about, state: 'failed', sentence: 'The write failed: nothing was stored, and the provider was asked to retry' };
  if (outcome === 'accepted') return { ...about, state: 'skipped', sentence: 'Nothing to store' };
  const [row] = rows;
  const isDuplicate = row ? row.isMet : outcome === 'duplicate';
  const isConflict = row ? row.members.record === RECORD.conflict : outcome === 'conflict';
  const first = isDuplicate || isConflict ? originalOf(ledger, row, isConflict) : undefined;
  const link = first && first !== entry ? { id: first.capture.id, label: `the delivery that was stored, #${first.summary.number}` } : undefined;
  if (isDuplicate) return { ...about, state: 'done', sentence: 'Known already: a retry of an event that is stored, answered like the first', link };
  if (isConflict) return { ...about, state: 'failed', sentence: 'The event id is known with another body: kept beside it, counted and alerted', link };
  return { ...about, state: 'done', sentence: 'New: no row has this key' };
}

function originalOf(ledger: Trail['ledger'], row: StoredRow | undefined, isConflict: boolean): Entry | undefined {
  const key = (isConflict ? row?.members.conflicts_with : row?.members) as RowName | undefined;
  return key && ledger.byKey(key.transaction_id, key.event_id);
}

export function rowStage({ rows }: Trail): Stage {
  const about = { id: 'row', title: 'Row' };
  const [row] = rows;
  if (!row) return { ...about, state: 'failed', sentence: 'The row is gone' };
  const { payload, metadata, fraud_analysis, trace, conflicts_with, ...members } = row.members;
  const isTombstone = members.record === RECORD.tombstone;
  return {
    ...about,
    state: 'done',
    at: String(members.received_at ?? ''),
    sentence: isTombstone ? 'A tombstone stands in for the archived row' : row.isMet ? 'The row it met, untouched' : `Stored${members.tier ? `, tier ${String(members.tier)}` : ''}`,
    facts: Object.entries(members).filter(([, value]) => value !== null && typeof value !== 'object').map(([name, value]) => [name, String(value)] as const),
  };
}

/** From the table's stream to the relay: every batch that carried the row. */
export function streamStage({ runner, entry: { capture }, rows }: Trail): Stage {
  const about = { id: 'stream', title: 'Stream to relay' };
  const sequences = new Set(sequencesOf(runner, capture.system!.tableName, rows));
  const steps = entriesAfter(runner.services.journal.entries(), capture.seq).filter(({ service, data }) =>
    service === 'stream-mapping' && (data.sequences as string[] | undefined)?.some((sequence) => sequences.has(sequence)));
  const sent = steps.filter(({ type }) => type === 'BatchSent');
  const ends = steps.filter(({ type }) => type !== 'BatchSent');
  const checks: Check[] = ends.map(({ type, data }) => ({
    subject: type, expected: 'BatchSucceeded', actual: String(data.reason ?? data.response ?? data.condition ?? type).slice(0, 400), passed: type === 'BatchSucceeded',
  }));
  const done = ends.some(({ type }) => type === 'BatchSucceeded');
  if (sent.length === 0) return { ...about, state: 'waiting', sentence: 'Not read from the stream yet' };
  return {
    ...about,
    state: done ? 'done' : ends.some(({ type }) => type === 'RecordsDiscarded') ? 'failed' : 'waiting',
    at: sent[0].at,
    sentence: `${done ? 'Handed to the relay' : 'On its way to the relay'} in ${sent.length === 1 ? 'a batch' : `${sent.length} batches`} of ${sent.map(({ data }) => (data.sequences as string[]).length).join(', ')}`,
    groups: [{ title: 'Batches', verdict: done ? 'delivered' : 'not delivered', passed: done, checks }],
  };
}

/** Entries are numbered without gaps, and the oldest go first. */
function entriesAfter(entries: readonly JournalEntry[], seq: number): readonly JournalEntry[] {
  return entries.slice(Math.max(0, seq - (entries[0]?.seq ?? 0)));
}

function sequencesOf({ services }: Runner, table: string, rows: readonly StoredRow[]): string[] {
  const keys = rows.map(({ key }) => key);
  return services.dynamodb.stream(table).read(undefined, Number.MAX_SAFE_INTEGER)
    .filter(({ eventName, dynamodb: { Keys } }) => eventName === 'INSERT' && keys.includes(keyText(plain(Keys as Item) as unknown as RowName)))
    .map(({ dynamodb }) => dynamodb.SequenceNumber);
}
