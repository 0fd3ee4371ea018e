import type { CanonicalEvent } from '../../runtime/providers/adapter';
import { printJson } from '../../runtime/transaction/json';
import type { Trail } from './journey';
import { Stage } from './model';
import { eventOf } from './rows';

export function receivedStage({ runner, entry: { capture, summary }, hops }: Trail): Stage {
  const { at, method, path, bytes, sourceIp, headers, body, truncated, traceId } = capture;
  const answer = hops.find(({ type, data }) => type === 'RequestAnswered' && data.requestId === capture.id);
  const failed = summary.status !== undefined && summary.status >= 400;
  const logged = logLines(runner, traceId);
  return {
    id: 'received',
    title: 'Received',
    state: summary.status === undefined ? 'waiting' : failed ? 'failed' : 'done',
    at,
    sentence: `${bytes} bytes to ${path}${summary.status === undefined ? '' : `, answered ${summary.status} after ${summary.ms} ms`}`,
    facts: [
      ['Request', `${method} ${path}`],
      ['From', sourceIp],
      ...(summary.reason === undefined ? [] : [['Reason', summary.reason] as const]),
      ['Request id', capture.id],
      ['Trace', traceId ?? 'none'],
    ],
    texts: [
      { title: 'Headers', text: Object.entries(headers).flatMap(([name, values]) => values.map((value) => `${name}: ${value}`)).join('\n') },
      { title: truncated ? `Body (the first ${body.length} bytes)` : 'Body', text: pretty(body.toString('utf8')) },
      ...(answer ? [{ title: 'Answer', text: String(answer.data.body) }] : []),
      ...(logged.length > 0 ? [{ title: 'What the handlers logged', text: logged.join('\n') }] : []),
    ],
  };
}

export function mappingStage({ judgement, entry: { summary }, rows: [row] }: Trail): Stage {
  const about = { id: 'mapping', title: 'Mapping' };
  const { events: all, reason, detail, unknown } = judgement;
  const own = row && all && eventOf(all, row);
  const events = own ? [own] : all;
  if (reason !== undefined) return { ...about, state: 'failed', sentence: `Refused: ${detail}`, facts: [['Reason', reason]] };
  if (summary.outcome === 'rejected') return { ...about, state: 'failed', sentence: 'Refused: the handler says why in its log, above' };
  if (!events) return { ...about, state: 'skipped', sentence: `Not retraced: ${unknown}` };
  if (events.length === 0) return { ...about, state: 'done', sentence: 'The webhook has no events, such as a test notification' };
  return {
    ...about,
    state: 'done',
    sentence: `${events.length === 1 ? eventSentence(events[0]) : `${events.length} events`}${all!.length > events.length ? `, one of ${all!.length} events` : ''}`,
    facts: events.flatMap(eventFacts),
    texts: events.filter(({ metadata }) => Object.keys(metadata).length > 0).map(({ event_id, metadata }) => ({ title: `Metadata of ${event_id}`, text: pretty(printJson(metadata)) })),
  };
}

function eventSentence({ event_type, amount, currency, money_moved, needs_fetch }: CanonicalEvent): string {
  if (needs_fetch) return `${event_type}: the amount must be fetched from the provider`;
  return money_moved ? `${event_type}: ${amount} ${currency}` : `${event_type}: no money moved`;
}

function eventFacts(event: CanonicalEvent): (readonly [string, string])[] {
  return [
    ['Transaction', event.transaction_id],
    ['Event', event.event_id],
    ['Type', event.event_type],
    ['Amount', event.amount === null ? 'none' : `${event.amount} ${event.currency}`],
    ['Customer', event.customer_id ?? 'not named'],
    ['Occurred at', event.occurred_at],
    ['Money moved', event.money_moved ? 'yes' : 'no'],
  ];
}

/** Lines of the handlers that name the trace. */
function logLines({ services: { logs } }: Trail['runner'], traceId: string | undefined): string[] {
  if (traceId === undefined) return [];
  return logs.all().flatMap(({ name }) => logs.lines(name)).filter((line) => line.startsWith('{') && line.includes(`"${traceId}"`)).slice(0, 20);
}

/** JSON with line breaks, its numbers as they were sent; anything else as it is. */
export function pretty(text: string): string {
  try {
    JSON.parse(text);
  } catch {
    return text;
  }
  let depth = 0;
  const line = () => `\n${'  '.repeat(depth)}`;
  return text.replace(/("(?:[^"\\]|\\.)*")|([{[]\s*[}\]])|([{[])|([}\]])|(,)|(:)|(\s+)/g, (whole, string, empty, open, close, comma, colon) => {
    if (string) return string;
    if (empty) return empty.replace(/\s/g, '');
    if (open) {
      depth += 1;
      return `${open}${line()}`;
    }
    if (close) {
      depth -= 1;
      return `${line()}${close}`;
    }
    if (comma) return `,${line()}`;
    return colon ? ': ' : whole.replace(/\s+/g, '');
  });
}
