import { Item, plain } from '../control/items';
import { Runner } from '../runner/runner';
import type { Trail } from './journey';
import type { Entry } from './ledger';
import { Check, Stage } from './model';

/** A row of the table, as it is now. */
export interface StoredRow {
  readonly item: Item;
  readonly members: Readonly<Record<string, unknown>>;
}

/** The rows a request stored, or, for a duplicate, the one it met. */
export async function rowsOf({ services }: Runner, { capture, rows }: Entry): Promise<readonly StoredRow[]> {
  if (!capture.system) return [];
  const met = services.journal.entries()
    .filter(({ type, traceId, data }) => type === 'ConditionFailed' && traceId === capture.traceId && data.table === capture.system!.tableName)
    .slice(0, 1).map(({ data }) => data.key as Item);
  const keys = rows.length > 0 ? rows.map(keyIn) : met;
  const found = await Promise.all(keys.map((Key) => services.dynamodb.execute<{ Item?: Item }>('GetItem', { TableName: capture.system!.tableName, Key })));
  return found.flatMap((answer) => (answer.Item ? [{ item: answer.Item, members: plain(answer.Item) }] : []));
}

function keyIn(key: string): Item {
  const [transaction, event] = key.split('\n');
  return { transaction_id: { S: transaction }, event_id: { S: event } };
}

export function dedupeStage({ ledger, entry, rows }: Trail): Stage {
  const about = { id: 'dedupe', title: 'Duplicate check' };
  const { outcome } = entry.summary;
  if (outcome === 'unavailable') return { ...about, state: 'failed', sentence: 'The write failed: nothing was stored, and the provider was asked to retry' };
  if (outcome === 'accepted') return { ...about, state: 'skipped', sentence: 'Nothing to store' };
  const first = outcome === 'stored' ? undefined : originalOf({ ledger, rows, outcome });
  const link = first && first !== entry ? { id: first.capture.id, label: `the delivery that was stored, #${first.summary.number}` } : undefined;
  if (outcome === 'duplicate') return { ...about, state: 'done', sentence: 'Known already: a retry of an event that is stored, answered like the first', link };
  if (outcome === 'conflict') return { ...about, state: 'failed', sentence: 'The event id is known with another body: kept beside it, counted and alerted', link };
  return { ...about, state: 'done', sentence: 'New: no row has this key' };
}

function originalOf({ ledger, rows, outcome }: Pick<Trail, 'ledger' | 'rows'> & { readonly outcome: string }): Entry | undefined {
  const { transaction_id: id, event_id: event, conflicts_with: other } = rows[0]?.members ?? {};
  const key = outcome === 'conflict' ? other as { transaction_id: string; event_id: string } | undefined : { transaction_id: String(id), event_id: String(event) };
  return key && ledger.byKey(key.transaction_id, key.event_id);
}

export function rowStage({ rows, entry: { summary } }: Trail): Stage {
  const facts = rows.flatMap(({ members: { payload, metadata, fraud_analysis, trace, conflicts_with, ...row } }) =>
    Object.entries(row).filter(([, value]) => value !== null && typeof value !== 'object').map(([name, value]) => [name, String(value)] as const));
  const isTombstone = rows[0]?.members.record === 'tombstone';
  return {
    id: 'row',
    title: 'Row',
    state: rows.length > 0 ? 'done' : 'failed',
    at: String(rows[0]?.members.received_at ?? ''),
    sentence: isTombstone ? 'A tombstone stands in for the archived row' : rows.length === 0 ? 'The row is gone' : summary.outcome === 'duplicate'
      ? 'The row it met, untouched' : `${rows.length === 1 ? 'One row' : `${rows.length} rows`}${summary.tier ? `, tier ${summary.tier}` : ''}`,
    facts,
  };
}

/** From the table's stream to the relay: every batch that carried one of the rows. */
export function streamStage({ runner, entry: { capture }, rows }: Trail): Stage {
  const about = { id: 'stream', title: 'Stream to relay' };
  const sequences = new Set(sequencesOf(runner, capture.system!.tableName, rows));
  const steps = runner.services.journal.entries().filter(({ seq, service, data }) =>
    service === 'stream-mapping' && seq > capture.seq && (data.sequences as string[] | undefined)?.some((sequence) => sequences.has(sequence)));
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
    sentence: `${done ? 'Handed to the relay' : 'On its way to the relay'}, ${sent.length === 1 ? 'one batch' : `${sent.length} batches`} of ${sent.map(({ data }) => (data.sequences as string[]).length).join(', ')}`,
    groups: [{ title: 'Batches', verdict: done ? 'delivered' : 'not delivered', passed: done, checks }],
  };
}

function keyOf({ transaction_id, event_id }: StoredRow['members']): string {
  return `${transaction_id}\n${event_id}`;
}

function sequencesOf({ services }: Runner, table: string, rows: readonly StoredRow[]): string[] {
  const keys = rows.map(({ members }) => keyOf(members));
  return services.dynamodb.stream(table).read(undefined, Number.MAX_SAFE_INTEGER)
    .filter(({ eventName, dynamodb: { Keys } }) => eventName === 'INSERT' && keys.includes(keyOf(plain(Keys as Item))))
    .map(({ dynamodb }) => dynamodb.SequenceNumber);
}
