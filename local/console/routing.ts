import { DETAIL_TYPE } from '../../src/contract';
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

const isVerdict = ({ event }: Published) => event['detail-type'] === DETAIL_TYPE.transactionScreened;

export function publishStage({ hops }: Trail): Stage {
  const about = { id: 'publish', title: 'Event bus' };
  const events = publishedIn(hops).filter((published) => !isVerdict(published));
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
  const published = publishedIn(hops).filter((one) => !isVerdict(one));
  if (published.length === 0) return { ...about, state: 'waiting', sentence: 'Waits for the event' };
  const groups = ruleGroups(runner, hops, published[0]);
  const matched = groups.filter(({ passed }) => passed);
  const ids = published.map(({ eventId }) => eventId);
  const deliveries = hops.filter(({ service, type, data }) => service === 'events' && type.startsWith('Target') && ids.includes(String(data.eventId)));
  return {
    ...about,
    state: deliveries.some(({ type }) => type === 'TargetDeadLettered' || type === 'TargetDropped') ? 'failed' : 'done',
    at: published[0].at,
    sentence: matched.length === 0 ? 'No rule is meant for it' : `${matched.map(({ title }) => title).join(', ')} matched, ${groups.length - matched.length} did not`,
    groups,
    facts: deliveries.map(({ type, data }) => [targetName(String(data.targetArn)), deliveryText(type, data)] as const),
  };
}

/** The verdict as an event of its own, for whoever listens to it. */
export function screenedStage({ runner, hops, entry: { summary } }: Trail): Stage {
  const about = { id: 'screened', title: 'Transaction Screened' };
  const verdicts = publishedIn(hops).filter(isVerdict);
  if (verdicts.length === 0) return { ...about, state: summary.workflow === 'RUNNING' ? 'waiting' : 'skipped', sentence: 'No verdict was told of' };
  const groups = ruleGroups(runner, hops, verdicts[0]).filter(({ passed }) => passed);
  return {
    ...about,
    state: 'done',
    at: verdicts[0].at,
    sentence: `The verdict was told of ${verdicts.length === 1 ? 'once' : `${verdicts.length} times`}${groups.length === 0 ? '; no rule of the system listens' : ''}`,
    groups,
    texts: verdicts.map(({ event }) => ({ title: 'Event', text: pretty(JSON.stringify(event)) })),
  };
}

/** Those that matched first. */
function ruleGroups(runner: Trail['runner'], hops: readonly JournalEntry[], { bus, eventId, event }: Published): CheckGroup[] {
  const verdicts = hops.filter(({ service, type, data }) => service === 'events' && /^Rule(Not)?Matched$/.test(type) && data.eventId === eventId);
  const groups = verdicts.map(({ type, data }): CheckGroup => ({
    title: String(data.rule),
    verdict: type === 'RuleMatched' ? 'matched' : 'not matched',
    passed: type === 'RuleMatched',
    checks: runner.services.buses.explain(String(data.rule), bus, event).map(({ path, expected, actual, matched }) => ({
      subject: path, expected: expected.map(text).join(' or '), actual: actual.map(text).join(', ') || 'missing', passed: matched,
    })),
  }));
  return [...groups.filter(({ passed }) => passed), ...groups.filter(({ passed }) => !passed)];
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
