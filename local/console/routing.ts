import { JournalEntry } from '../kernel/journal';
import type { Trail } from './journey';
import { CheckGroup, Stage } from './model';
import { pretty } from './reception';

/** An event as it stands in the journal. */
export interface Published {
  readonly at: string;
  readonly bus: string;
  readonly eventId: string;
  readonly event: Readonly<Record<string, unknown>>;
}

export function publishedIn(hops: readonly JournalEntry[]): Published[] {
  return hops.filter(({ service, type }) => service === 'events' && type === 'EventReceived').map(({ at, data }) => ({ at, ...data } as unknown as Published));
}

export function publishStage({ hops }: Trail): Stage {
  const about = { id: 'publish', title: 'Event bus' };
  const events = publishedIn(hops);
  if (events.length === 0) return { ...about, state: 'waiting', sentence: 'Not published yet' };
  return {
    ...about,
    state: 'done',
    at: events[0].at,
    sentence: `${events.length === 1 ? 'Published once' : `Published ${events.length} times`} as ${[...new Set(events.map(({ event }) => String(event['detail-type'])))].join(', ')}`,
    facts: events.flatMap(({ bus, eventId }) => [['Bus', bus] as const, ['Event', eventId] as const]),
    texts: events.map(({ event }) => ({ title: 'Event', text: pretty(JSON.stringify(event)) })),
  };
}

/** Every rule with its pattern field by field: why it matched, or why it did not. */
export function rulesStage({ runner, hops }: Trail): Stage {
  const about = { id: 'rules', title: 'Rules' };
  const [first] = publishedIn(hops);
  if (!first) return { ...about, state: 'waiting', sentence: 'Waits for the event' };
  const verdicts = hops.filter(({ service, type, data }) => service === 'events' && /^Rule(Not)?Matched$/.test(type) && data.eventId === first.eventId);
  const groups = verdicts.map(({ type, data }): CheckGroup => ({
    title: String(data.rule),
    verdict: type === 'RuleMatched' ? 'matched' : 'not matched',
    passed: type === 'RuleMatched',
    checks: runner.services.buses.explain(String(data.rule), first.bus, first.event).map(({ path, expected, actual, matched }) => ({
      subject: path, expected: expected.map(text).join(' or '), actual: actual.map(text).join(', ') || 'missing', passed: matched,
    })),
  }));
  const matched = groups.filter(({ passed }) => passed);
  const deliveries = hops.filter(({ service, type }) => service === 'events' && type.startsWith('Target'));
  return {
    ...about,
    state: deliveries.some(({ type }) => type === 'TargetDeadLettered' || type === 'TargetDropped') ? 'failed' : 'done',
    at: first.at,
    sentence: matched.length === 0 ? 'No rule is meant for it' : `${matched.map(({ title }) => title).join(', ')} matched, ${groups.length - matched.length} did not`,
    groups: [...groups.filter(({ passed }) => passed), ...groups.filter(({ passed }) => !passed)],
    facts: deliveries.map(({ type, data }) => [targetName(String(data.targetArn)), deliveryText(type, data)] as const),
  };
}

function deliveryText(type: string, { attempt, code, message, willRetry }: JournalEntry['data']): string {
  if (type === 'TargetInvoked') return Number(attempt) > 1 ? `delivered at attempt ${attempt}` : 'delivered';
  if (type === 'TargetDeadLettered') return `given up, kept in the dead letters: ${code}`;
  return `${code}: ${message}${willRetry ? ', will retry' : ''}`;
}

/** The last part of an ARN that says what it is. */
export function targetName(arn: string): string {
  const [, , service, , , ...rest] = arn.split(':');
  return `${service} ${rest.filter((part) => part !== '*').at(-1)}`;
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}
