import { gunzipSync } from 'node:zlib';
import { JournalEntry } from '../kernel/journal';
import { Runner } from '../runner/runner';
import { System } from '../runner/systems';
import { historyOf } from './history';
import { Item, plain } from './items';

type Members = Record<string, unknown>;

/** Tells of the verdict; all other events are the relay's. */
const SCREENED = 'Transaction Screened';

/**
 * What became of a transaction, stage by stage. It may be named by the provider's
 * id or by the row's, `<endpoint>#<id>`. Undefined when nothing is known of it.
 */
export async function journey(runner: Runner, id: string, history = historyOf(runner.services.journal.entries())): Promise<object | undefined> {
  const rows = (await Promise.all(runner.systems.map((system) => rowsOf(runner, system, id)))).flat();
  if (rows.length === 0) return undefined;
  const writes = rows.flatMap(({ transaction_id, event_id }) => history.writesOf(String(transaction_id), String(event_id)));
  const tracesOf = (what: string) => writes.filter(({ type }) => type === what).flatMap(({ traceId }) => traceId ?? []);
  const first = tracesOf('ItemPut');
  const own = history.under(new Set(first));
  const all = history.under(new Set([...first, ...tracesOf('ConditionFailed')]));

  return {
    transaction_id: id,
    received: received(all),
    stored: rows.map(summary),
    published: eventsOf(own).filter(({ detail_type }) => detail_type !== SCREENED),
    rules: own.filter(({ service, type }) => service === 'events' && /^Rule(Not)?Matched$/.test(type))
      .map(({ at, type, data }) => ({ at, rule: data.rule, matched: type === 'RuleMatched' })),
    workflow: workflows(own),
    score: rows.map(({ fraud_analysis }) => fraud_analysis).find((analysis) => analysis !== undefined) ?? null,
    screened: eventsOf(own).filter(({ detail_type }) => detail_type === SCREENED),
    told: toldOf(all),
    alerts: alertsOf(runner, all),
    archive: rows.filter(({ record }) => record === 'tombstone').map(({ archive_key, archived_at, expires_at }) => ({ archive_key, archived_at, expires_at })),
  };
}

function eventsOf(entries: readonly JournalEntry[]) {
  return entries.filter(({ service, type }) => service === 'events' && type === 'EventReceived')
    .map(({ at, data }) => ({ at, event_id: data.eventId, bus: data.bus, detail_type: (data.event as Members)['detail-type'] }));
}

/** The rows of a transaction; one that is archived comes from its object, with the tombstone's own fields. */
async function rowsOf({ services }: Runner, { tableName, endpoints }: System, id: string): Promise<Members[]> {
  const query = async (key: string) => (await services.dynamodb.execute<{ Items: Item[] }>('Query', {
    TableName: tableName,
    KeyConditionExpression: 'transaction_id = :id',
    ExpressionAttributeValues: { ':id': { S: key } },
  })).Items;
  const named = await query(id);
  const items = named.length > 0 ? named : (await Promise.all(endpoints.map(({ name }) => query(`${name}#${id}`)))).flat();
  return Promise.all(items.map(plain).map(async (row) => (
    row.record === 'tombstone' ? { ...await archived(services.buckets, row), ...row } : row)));
}

async function archived(buckets: Runner['services']['buckets'], { archive_key, transaction_id, event_id }: Members): Promise<Members> {
  for (const bucket of buckets.all()) {
    if (!buckets.listObjects(bucket.name, String(archive_key)).length) continue;
    const { body } = await buckets.getObject(bucket.name, String(archive_key));
    const rows = gunzipSync(body).toString('utf8').split('\n').filter(Boolean).map((line) => JSON.parse(line) as Members);
    return rows.find((row) => row.transaction_id === transaction_id && row.event_id === event_id) ?? {};
  }
  return {};
}

function summary({ payload, trace, metadata, fraud_analysis, ...row }: Members): object {
  return { ...row, metadata };
}

function received(entries: readonly JournalEntry[]): object[] {
  const answers = new Map(entries.filter(({ type }) => type === 'RequestAnswered').map(({ data }) => [data.requestId, data]));
  return entries.filter(({ type }) => type === 'RequestReceived').map(({ at, traceId, data }) => {
    const answer = answers.get(data.requestId);
    return {
      at, method: data.method, path: data.path, bytes: data.bodySize,
      status: answer?.status, answer: answer?.body, ms: answer?.ms, trace_id: traceId,
    };
  });
}

function workflows(entries: readonly JournalEntry[]): object[] {
  const states = entries.filter(({ service }) => service === 'states');
  return states.filter(({ type }) => type === 'ExecutionStarted').map(({ at, data: { arn, machine } }) => {
    const steps = states.filter(({ data }) => data.arn === arn);
    const end = steps.find(({ type }) => /^Execution(Succeeded|Failed|TimedOut|Aborted)$/.test(type));
    return {
      execution: arn,
      machine,
      started_at: at,
      status: end?.type.replace('Execution', '').toUpperCase() ?? 'RUNNING',
      states: steps.filter(({ type }) => /^(StateEntered|TaskFailed|Retry|Caught)$/.test(type))
        .map(({ at: entered, type, data: { arn: _, input, ...step } }) => ({ at: entered, what: type, ...step })),
    };
  });
}

/** What was published to the alert topic; `alerts` is what it became for people. */
function toldOf(entries: readonly JournalEntry[]): object[] {
  return entries.filter(({ service, type }) => service === 'sns' && type === 'MessagePublished').map(({ at, data }) => {
    const { alert_type: alertType } = (data.attributes ?? {}) as Record<string, { StringValue?: string } | undefined>;
    return { at, topic: data.topic, subject: data.subject, alert_type: alertType?.StringValue };
  });
}

function alertsOf({ services }: Runner, entries: readonly JournalEntry[]): object[] {
  const messages = new Set(entries.filter(({ service, type }) => service === 'sns' && type === 'MessagePublished').map(({ data }) => data.messageId));
  return services.topics.mailbox().filter(({ messageId }) => messages.has(messageId))
    .map(({ at, protocol, endpoint, subject, body }) => ({ at, protocol, endpoint, subject, body }));
}
