import { gunzipSync } from 'node:zlib';
import type { CanonicalEvent } from '../../runtime/providers/adapter';
import { RECORD } from '../../src/contract';
import { Item, plain } from '../control/items';
import { JournalEntry } from '../kernel/journal';
import { Runner } from '../runner/runner';
import { Buckets } from '../s3/buckets';
import type { Entry } from './ledger';
import { keyText, rowNamedBy } from './owners';

type Members = Readonly<Record<string, unknown>>;

/** A row of the table, as it is now. */
export interface StoredRow {
  readonly key: string;
  /** Its attributes; of one that is archived, those of the tombstone. */
  readonly members: Members;
  /** Where it is archived, and what it was. */
  readonly archived?: ArchivedLine;
  /** Whether this request stored it, or met it. */
  readonly isMet: boolean;
}

export interface ArchivedLine {
  readonly bucket: string;
  readonly object: string;
  /** The bytes of the object. */
  readonly body: Buffer;
  /** Undefined when the object does not have it. */
  readonly line?: string;
  readonly members: Members;
}

/** The rows a request stored, and those it met. */
export async function rowsOf({ services }: Runner, { capture, rows, hops }: Entry): Promise<readonly StoredRow[]> {
  if (!capture.system) return [];
  const { tableName } = capture.system;
  const own = hops.filter(({ traceId }) => traceId === capture.traceId);
  const met = own.filter(({ type, data }) => type === 'ConditionFailed' && data.table === tableName && isPayload(data.key as Item))
    .map(({ data }) => keyText(plain(data.key as Item) as { transaction_id: string; event_id: string })).filter((key) => !rows.includes(key));
  const found = await Promise.all([...rows, ...new Set(met)].map(async (key): Promise<StoredRow[]> => {
    const { Item: item } = await services.dynamodb.execute<{ Item?: Item }>('GetItem', { TableName: tableName, Key: keyIn(key) });
    if (!item) return [];
    const members = plain(item);
    const archived = members.record === RECORD.tombstone ? await archivedLine(services.buckets, members) : undefined;
    return [{ key, members, archived, isMet: !rows.includes(key) }];
  }));
  return found.flat();
}

/** What screening keeps for itself has keys that no endpoint's transactions have. */
function isPayload({ transaction_id: id }: Item): boolean {
  return !id?.S?.startsWith('#');
}

async function archivedLine(buckets: Buckets, tombstone: Members): Promise<ArchivedLine | undefined> {
  const { archive_key: archiveKey, transaction_id: id, event_id: event } = tombstone;
  const object = String(archiveKey);
  const bucket = buckets.all().find(({ name }) => buckets.listObjects(name, object).length > 0);
  if (!bucket) return undefined;
  const { body } = await buckets.getObject(bucket.name, object);
  for (const line of gunzipSync(body).toString('utf8').split('\n').filter((text) => text !== '')) {
    const members = JSON.parse(line) as Members;
    if (members.transaction_id === id && members.event_id === event) return { bucket: bucket.name, object, body, line, members };
  }
  return { bucket: bucket.name, object, body, members: {} };
}

function keyIn(key: string): Item {
  const [transaction, event] = key.split('\n');
  return { transaction_id: { S: transaction }, event_id: { S: event } };
}

/** What is known of a row, in the table or in the archive. */
export function memberOf<T>({ members, archived }: StoredRow, name: string): T | undefined {
  return (members[name] ?? archived?.members[name]) as T | undefined;
}

/** Hops of one of several rows of a request; what cannot be told apart belongs to all of them. */
export function hopsOfRow(hops: readonly JournalEntry[], row: StoredRow): readonly JournalEntry[] {
  const named = hops.filter((hop) => rowNamedBy(hop));
  const own = named.filter((hop) => keyText(rowNamedBy(hop)!) === row.key);
  const others = new Set<unknown>(named.filter((hop) => !own.includes(hop)).flatMap(({ data }) => [data.eventId, data.arn]));
  others.delete(undefined);
  const references = own.flatMap(({ data }) => (data.event as { detail?: { reference?: string } } | undefined)?.detail?.reference ?? []);
  const messages = new Set<unknown>(hops.filter(({ service, type, data }) => service === 'sns' && type === 'MessagePublished'
    && !references.some((reference) => JSON.stringify(data.message).includes(reference))).map(({ data }) => data.messageId));
  return hops.filter(({ data: { eventId, arn, messageId } }) => ![eventId, arn].some((id) => others.has(id)) && !messages.has(messageId));
}

/** The event of a webhook that became a row. */
export function eventOf(events: readonly CanonicalEvent[], { key }: StoredRow): CanonicalEvent | undefined {
  const [transaction, event] = key.split('\n');
  return events.find(({ transaction_id: id, event_id: own }) => transaction.endsWith(`#${id}`) && event.includes(own)) ?? events.find(({ event_id: own }) => event.includes(own));
}
