import { randomUUID } from 'node:crypto';
import { ACCOUNT, REGION } from '../kernel/identity';
import { ServiceError } from '../kernel/wire';
import { memberTexts } from './json-text';

/** An event on a bus. */
export interface BusEvent {
  readonly id: string;
  /** The event's `time`, in milliseconds. */
  readonly time: number;
  readonly ingestedAt: number;
  /** The whole envelope as JSON; `detail` stands in it as its sender wrote it. */
  readonly text: string;
  /** The same, parsed. */
  readonly value: Readonly<Record<string, unknown>>;
  readonly traceHeader?: string;
}

/** One entry of PutEvents. `Time` is in seconds on the wire. */
export interface PutEventsEntry {
  readonly Source?: string;
  readonly DetailType?: string;
  readonly Detail?: string;
  readonly Resources?: readonly string[];
  readonly Time?: number | Date;
  readonly EventBusName?: string;
  readonly TraceHeader?: string;
}

export interface Envelope {
  readonly source: string;
  readonly detailType: string;
  readonly time: number;
  readonly resources: readonly string[];
  /** JSON text of an object. */
  readonly detail: string;
}

/** Builds an event around a detail that is already known to be a JSON object. */
export function newEvent(envelope: Envelope, ingestedAt: number, traceHeader?: string): BusEvent {
  const id = randomUUID();
  const head = JSON.stringify({
    'version': '0',
    id,
    'detail-type': envelope.detailType,
    'source': envelope.source,
    'account': ACCOUNT,
    'time': isoSeconds(envelope.time),
    'region': REGION,
    'resources': envelope.resources,
  });
  const text = `${head.slice(0, -1)},"detail":${envelope.detail}}`;
  return { id, time: envelope.time, ingestedAt, text, value: JSON.parse(text), traceHeader };
}

/** The same event as a replay delivers it. */
export function replayed(event: BusEvent, replayName: string, ingestedAt: number): BusEvent {
  const members = new Map([...memberTexts(event.text), ['replay-name', JSON.stringify(replayName)]]);
  const text = `{${[...members].map(([name, value]) => `${JSON.stringify(name)}:${value}`).join(',')}}`;
  return { ...event, ingestedAt, text, value: JSON.parse(text) };
}

/** Throws the error code an entry is answered with. */
export function eventOf(entry: PutEventsEntry, now: number): BusEvent {
  for (const name of ['Source', 'DetailType', 'Detail'] as const) {
    if (!entry[name]) throw new ServiceError('InvalidArgument', `Parameter ${name} is not valid. Reason: ${name} is a required argument.`);
  }
  const { Source: source, DetailType: detailType, Detail: detail } = entry as Required<PutEventsEntry>;
  if (source.startsWith('aws.')) throw new ServiceError('NotAuthorizedForSourceException', 'Not authorized for the source.');
  if (!isJsonObject(detail)) throw new ServiceError('MalformedDetail', 'Detail is malformed.');
  const time = entry.Time === undefined ? now : milliseconds(entry.Time);
  return newEvent({ source, detailType, time, resources: entry.Resources ?? [], detail }, now, entry.TraceHeader);
}

/** What EventBridge counts of an entry: 14 bytes for a time and the text of the rest. */
export function entrySize(entry: PutEventsEntry): number {
  const texts = [entry.Source, entry.DetailType, entry.Detail, ...entry.Resources ?? []];
  return texts.reduce((size, text) => size + Buffer.byteLength(text ?? ''), entry.Time === undefined ? 0 : 14);
}

/** ISO time to the second, as event envelopes carry it. */
export function isoSeconds(time: number): string {
  return `${new Date(time).toISOString().slice(0, 19)}Z`;
}

function milliseconds(time: number | Date): number {
  const value = time instanceof Date ? time.getTime() : time * 1000;
  if (!Number.isFinite(value)) throw new ServiceError('InvalidArgument', 'Parameter Time is not valid. Reason: it is not a time.');
  return value;
}

function isJsonObject(text: string): boolean {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value);
  } catch {
    return false;
  }
}
