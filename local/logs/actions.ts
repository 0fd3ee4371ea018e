import { Action, notSupported, ServiceError } from '../kernel/wire';
import { lineFilter } from './filter-pattern';
import { LogGroup, LogStream } from './log-group';
import type { LogGroups } from './log-groups';

// eslint-disable-next-line @typescript-eslint/no-explicit-any
type Input = Readonly<Record<string, any>>;

/** Anything not listed in `fields` would be ignored, so it is refused. */
function checked(action: string, fields: readonly string[], run: (input: Input) => object | void): Action {
  return async (input: Input) => {
    const unknown = Object.keys(input).filter((key) => !fields.includes(key));
    if (unknown.length > 0) throw notSupported('logs', `${unknown.join(', ')} in ${action}`);
    return run(input);
  };
}

/** The actions of `Logs_20140328`. */
export function logActions(logs: LogGroups): Readonly<Record<string, Action>> {
  const actions: [string, string[], (input: Input) => object | void][] = [
    ['CreateLogGroup', ['logGroupName', 'tags', 'kmsKeyId'], (input) => void logs.create(required(input, 'logGroupName'))],
    ['CreateLogStream', ['logGroupName', 'logStreamName'], (input) => createStream(logs, input)],
    ['PutRetentionPolicy', ['logGroupName', 'retentionInDays'], (input) => {
      groupOf(logs, input).retentionDays = input.retentionInDays;
    }],
    ['PutLogEvents', ['logGroupName', 'logStreamName', 'logEvents', 'sequenceToken'], (input) => putEvents(logs, input)],
    ['GetLogEvents', ['logGroupName', 'logGroupIdentifier', 'logStreamName', 'startTime', 'endTime', 'nextToken', 'limit', 'startFromHead'],
      (input) => getEvents(logs, input)],
    ['FilterLogEvents', ['logGroupName', 'logGroupIdentifier', 'logStreamNames', 'logStreamNamePrefix', 'startTime', 'endTime',
      'filterPattern', 'nextToken', 'limit', 'interleaved'], (input) => filterEvents(logs, input)],
    ['DescribeLogGroups', ['logGroupNamePrefix', 'logGroupNamePattern', 'nextToken', 'limit'], (input) => describeGroups(logs, input)],
    ['DescribeLogStreams', ['logGroupName', 'logGroupIdentifier', 'logStreamNamePrefix', 'orderBy', 'descending', 'nextToken', 'limit'],
      (input) => describeStreams(logs, input)],
    // Who may write is not enforced here, so a policy changes nothing.
    ['PutResourcePolicy', ['policyName', 'policyDocument', 'resourceArn', 'expectedRevisionId'],
      (input) => ({ resourcePolicy: { policyName: input.policyName, policyDocument: input.policyDocument } })],
    ['DescribeResourcePolicies', ['nextToken', 'limit', 'resourceArn', 'policyScope'], () => ({ resourcePolicies: [] })],
  ];
  return Object.fromEntries(actions.map(([name, fields, run]) => [name, checked(name, fields, run)]));
}

function required(input: Input, field: string): string {
  const value: unknown = input[field];
  if (typeof value !== 'string' || !value) throw invalid(`${field} is required`);
  return value;
}

function invalid(message: string): ServiceError {
  return new ServiceError('InvalidParameterException', message);
}

function groupOf(logs: LogGroups, input: Input): LogGroup {
  const identifier: string | undefined = input.logGroupIdentifier;
  if (!identifier) return logs.existing(required(input, 'logGroupName'));
  return logs.existing(identifier.includes(':log-group:') ? identifier.split(':log-group:')[1].replace(/:\*$/, '') : identifier);
}

function streamOf(group: LogGroup, name: string): LogStream {
  const stream = group.streams.get(name);
  if (!stream) throw new ServiceError('ResourceNotFoundException', 'The specified log stream does not exist.');
  return stream;
}

function createStream(logs: LogGroups, input: Input): void {
  const group = groupOf(logs, input);
  const name = required(input, 'logStreamName');
  if (group.streams.has(name)) throw new ServiceError('ResourceAlreadyExistsException', 'The specified log stream already exists');
  group.stream(name, logs.clock.now());
}

function putEvents(logs: LogGroups, input: Input): object {
  const group = groupOf(logs, input);
  const stream = streamOf(group, required(input, 'logStreamName'));
  const events = (input.logEvents ?? []) as { timestamp: number; message: string }[];
  if (events.length === 0) throw invalid('logEvents must not be empty');
  if (events.some((event, i) => i > 0 && event.timestamp < events[i - 1].timestamp)) {
    throw invalid('Log events in a single PutLogEvents request must be in chronological order.');
  }
  for (const { timestamp, message } of events) logs.put(group.name, stream.name, message, timestamp);
  return { nextSequenceToken: String(events.length) };
}

/** Forward and backward tokens name the last event seen, so they stay good while lines arrive and expire. */
function getEvents(logs: LogGroups, input: Input): object {
  const group = groupOf(logs, input);
  const stream = streamOf(group, required(input, 'logStreamName'));
  const limit: number = input.limit ?? 10_000;
  const [direction, text] = ((input.nextToken as string | undefined) ?? (input.startFromHead ? 'f/0' : 'b/')).split('/');
  const from = text === '' ? Infinity : Number(text);
  const all = group.events(logs.clock.now()).filter((event) => event.stream === stream.name
    && event.timestamp >= (input.startTime ?? -Infinity) && event.timestamp < (input.endTime ?? Infinity));
  const events = direction === 'f'
    ? all.filter((event) => event.seq > from).slice(0, limit)
    : all.filter((event) => event.seq < from).slice(-limit);
  const edge = Number.isFinite(from) ? from : 0;
  return {
    events: events.map(({ timestamp, message, ingestionTime }) => ({ timestamp, message, ingestionTime })),
    nextForwardToken: `f/${events.at(-1)?.seq ?? edge}`,
    nextBackwardToken: `b/${events[0]?.seq ?? edge}`,
  };
}

function filterEvents(logs: LogGroups, input: Input): object {
  const matches = lineFilter(input.filterPattern ?? '');
  const names: string[] | undefined = input.logStreamNames;
  const prefix: string = input.logStreamNamePrefix ?? '';
  const found = groupOf(logs, input).events(logs.clock.now()).filter((event) =>
    event.timestamp >= (input.startTime ?? -Infinity) && event.timestamp <= (input.endTime ?? Infinity)
    && (!names || names.includes(event.stream)) && event.stream.startsWith(prefix) && matches(event.message));
  const { items, nextToken } = page(found, input, 10_000);
  return {
    events: items.map((event) => ({
      logStreamName: event.stream,
      timestamp: event.timestamp,
      message: event.message,
      ingestionTime: event.ingestionTime,
      eventId: String(event.seq).padStart(56, '0'),
    })),
    searchedLogStreams: [],
    nextToken,
  };
}

function describeGroups(logs: LogGroups, input: Input): object {
  const prefix: string = input.logGroupNamePrefix ?? '';
  const part: string = input.logGroupNamePattern ?? '';
  const { items, nextToken } = page(logs.all().filter(({ name }) => name.startsWith(prefix) && name.includes(part)), input, 50);
  return {
    logGroups: items.map((group) => ({
      logGroupName: group.name,
      arn: group.arn,
      logGroupArn: group.arn.replace(/:\*$/, ''),
      creationTime: group.created,
      retentionInDays: group.retentionDays,
      storedBytes: group.storedCharacters,
      metricFilterCount: 0,
      logGroupClass: 'STANDARD',
    })),
    nextToken,
  };
}

function describeStreams(logs: LogGroups, input: Input): object {
  const group = groupOf(logs, input);
  const prefix: string = input.logStreamNamePrefix ?? '';
  const byTime = input.orderBy === 'LastEventTime';
  const streams = [...group.streams.values()].filter(({ name }) => name.startsWith(prefix))
    .sort((a, b) => (byTime ? (a.lastEvent ?? 0) - (b.lastEvent ?? 0) : a.name < b.name ? -1 : 1));
  const { items, nextToken } = page(input.descending ? streams.reverse() : streams, input, 50);
  return {
    logStreams: items.map((stream) => ({
      logStreamName: stream.name,
      creationTime: stream.created,
      firstEventTimestamp: stream.firstEvent,
      lastEventTimestamp: stream.lastEvent,
      lastIngestionTime: stream.lastIngestion,
      storedBytes: 0,
      arn: group.arn.replace(/\*$/, `log-stream:${stream.name}`),
    })),
    nextToken,
  };
}

function page<T>(all: readonly T[], input: Input, most: number): { items: readonly T[]; nextToken?: string } {
  const start = Number((input.nextToken as string | undefined) ?? 0);
  const end = start + Math.min(input.limit ?? most, most);
  return { items: all.slice(start, end), nextToken: end < all.length ? String(end) : undefined };
}
