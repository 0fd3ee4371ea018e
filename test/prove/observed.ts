import { gunzipSync } from 'node:zlib';
import { Item, plain } from '../../local/control/items';
import { World } from './world';

type Members = Record<string, unknown>;

/** A row wherever it is: in the table, or in an archive object. */
export interface Row extends Members {
  readonly transaction_id: string;
  readonly event_id: string;
  readonly record: string;
}

export interface Event {
  readonly type: string;
  readonly detail: Members & { readonly key: { readonly transaction_id: string; readonly event_id: string } };
}

export interface Observed {
  readonly live: readonly Row[];
  readonly tombstones: readonly Row[];
  /** Lines of archive objects, with the object's key. */
  readonly archived: readonly { readonly object: string; readonly row: Row }[];
  readonly objects: readonly string[];
  readonly manifests: readonly { readonly key: string; readonly sequence: number; readonly objects: readonly { readonly key: string }[] }[];
  readonly events: readonly Event[];
  /** Text of everything that waits for a person: dead letters and what the stream gave up on. */
  readonly letters: readonly string[];
  /** Emails by subject. */
  readonly mails: readonly { readonly subject: string; readonly body: string }[];
}

const STORED = ['transaction', 'event', 'conflict'];

/** What is there when everything has come to rest. */
export async function observe({ services, system }: World): Promise<Observed> {
  const { Items } = await services.dynamodb.execute<{ Items: Item[] }>('Scan', { TableName: system.tableName });
  const rows = Items.map((item) => plain(item) as Row);
  const [bucket] = services.buckets.all();
  const read = async (key: string) => (await services.buckets.getObject(bucket.name, key)).body;
  const keys = (prefix: string) => services.buckets.listObjects(bucket.name, prefix).map(({ key }) => key);
  const objects = keys('transactions/');
  const lines = await Promise.all(objects.map(async (object) => linesOf(gunzipSync(await read(object))).map((row) => ({ object, row }))));
  const manifests = await Promise.all(keys('manifests/').map(async (key) => ({ key, ...JSON.parse((await read(key)).toString()) })));
  const failures = await Promise.all(keys('aws/lambda/').map(async (key) => (await read(key)).toString()));
  return {
    live: rows.filter(({ record }) => STORED.includes(record)),
    tombstones: rows.filter(({ record }) => record === 'tombstone'),
    archived: lines.flat(),
    objects,
    manifests: manifests.sort((a, b) => a.sequence - b.sequence),
    events: services.journal.entries().filter(({ service, type }) => service === 'events' && type === 'EventReceived').map(({ data }) => {
      const event = data.event as Members;
      return { type: String(event['detail-type']), detail: event.detail as Event['detail'] };
    }),
    letters: [...services.queues.all().flatMap(({ identity }) => services.queues.peek(identity.arn).map(({ body }) => body)), ...failures],
    mails: services.topics.mailbox().filter(({ protocol }) => protocol === 'email').map(({ subject = '', body }) => ({ subject, body })),
  };
}

function linesOf(body: Buffer): Row[] {
  return body.toString().split('\n').filter(Boolean).map((line) => JSON.parse(line) as Row);
}
