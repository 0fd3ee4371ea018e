import { gunzipSync } from 'node:zlib';
import { Runner } from '../runner/runner';
import { Ledger } from './ledger';
import { ArchiveObject, Message } from './model';

const MOST_LINES = 200;

/** Mail and text messages as received, newest first, with the webhook each is about. */
export function inbox({ services: { topics, journal } }: Runner, ledger: Ledger): Message[] {
  const published = journal.entries().filter(({ service, type }) => service === 'sns' && type === 'MessagePublished');
  const traces = new Map(published.map(({ data, traceId }) => [data.messageId, traceId]));
  return [...topics.mailbox()].reverse().map(({ at, protocol, endpoint, subject, body, messageId }) => ({
    at, protocol, to: endpoint, subject, body, request: ledger.byTraceId(traces.get(messageId))?.capture.id,
  }));
}

/** Objects of every bucket, newest first. */
export function archiveObjects({ services: { buckets } }: Runner): ArchiveObject[] {
  return buckets.all().flatMap(({ name }) => buckets.listObjects(name).map(({ key, size, storageClass, lastModified }) => (
    { bucket: name, key, size, storageClass, at: new Date(lastModified).toISOString() }))).sort((a, b) => (a.at < b.at ? 1 : -1));
}

interface ObjectText {
  readonly lines: readonly string[];
  /** Lines in all. */
  readonly total: number;
}

/** An object as text: its first lines when it is long. */
export async function archiveText({ services: { buckets } }: Runner, bucket: string, key: string): Promise<ObjectText> {
  const { body } = await buckets.getObject(bucket, key);
  const text = (key.endsWith('.gz') ? gunzipSync(body) : body).toString('utf8');
  const lines = text.split('\n').filter((line) => line !== '');
  return { lines: lines.slice(0, MOST_LINES), total: lines.length };
}
