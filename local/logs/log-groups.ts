import { randomUUID } from 'node:crypto';
import { Clock } from '../kernel/clock';
import { arn } from '../kernel/identity';
import { Journal } from '../kernel/journal';
import { Metrics } from '../kernel/metrics';
import { Invocation } from '../kernel/targets';
import { traceIdOf } from '../kernel/trace';
import { AwsRequest, AwsResponse, LocalService, ServiceError, serveJson } from '../kernel/wire';
import { logActions } from './actions';
import { embeddedMetrics, InvalidEmbeddedMetrics } from './embedded-metrics';
import { LogEvent, LogGroup } from './log-group';

/** Where a service writes the lines its resources print. */
export interface LogSink {
  put(group: string, stream: string, line: string): void;
}

export interface LogGroupsOptions {
  readonly clock: Clock;
  readonly journal: Journal;
  readonly metrics: Metrics;
  /** Characters of messages one group keeps before it drops its oldest. */
  readonly maxCharactersPerGroup?: number;
}

/** CloudWatch adds this to the size of every event it counts. */
const EVENT_OVERHEAD_BYTES = 26;

/** CloudWatch Logs, and the extraction of embedded metrics. */
export class LogGroups implements LocalService, LogSink {
  public readonly clock: Clock;
  private readonly groups = new Map<string, LogGroup>();
  private readonly journal: Journal;
  private readonly metrics: Metrics;
  private readonly maxCharacters: number;
  private readonly eventStream = randomUUID();

  public constructor(options: LogGroupsOptions) {
    this.clock = options.clock;
    this.journal = options.journal;
    this.metrics = options.metrics;
    this.maxCharacters = options.maxCharactersPerGroup ?? 32 * 1024 * 1024;
  }

  public create(name: string, options: { readonly retentionDays?: number } = {}): LogGroup {
    if (this.groups.has(name)) throw new ServiceError('ResourceAlreadyExistsException', 'The specified log group already exists');
    const group = new LogGroup(name, arn('logs', `log-group:${name}:*`), this.clock.now(), this.maxCharacters, options.retentionDays);
    this.groups.set(name, group);
    this.journal.record('logs', 'LogGroupCreated', { logGroup: name, retentionDays: options.retentionDays });
    return group;
  }

  /** Appends a line, making the group and the stream when they are missing, and extracts its metrics. */
  public put(groupName: string, stream: string, line: string, timestamp = this.clock.now()): void {
    const group = this.groups.get(groupName) ?? this.create(groupName);
    group.append(stream, line, timestamp, this.clock.now());
    this.metrics.put('AWS/Logs', 'IncomingLogEvents', { LogGroupName: groupName });
    this.metrics.put('AWS/Logs', 'IncomingBytes', { LogGroupName: groupName }, Buffer.byteLength(line) + EVENT_OVERHEAD_BYTES);
    this.extractMetrics(groupName, line);
  }

  /** Takes an event as a target of EventBridge does: one line. The group must exist. */
  public async deliver(groupArn: string, { payload, traceHeader, sourceArn }: Invocation): Promise<void> {
    const { name } = this.existing(groupNameOf(groupArn));
    const { message, timestamp } = eventBridgeEntry(payload);
    this.put(name, this.eventStream, message, timestamp);
    this.journal.record('logs', 'EventLogged', { logGroup: name, message, sourceArn }, traceIdOf(traceHeader));
  }

  /** The messages of a group, oldest first; none when there is no such group. */
  public lines(groupName: string, stream?: string): string[] {
    return this.events(groupName).filter((event) => !stream || event.stream === stream).map((event) => event.message);
  }

  public events(groupName: string): readonly LogEvent[] {
    return this.groups.get(groupName)?.events(this.clock.now()) ?? [];
  }

  public all(): LogGroup[] {
    return [...this.groups.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  /** The group, or the error CloudWatch Logs answers with. */
  public existing(name: string): LogGroup {
    const group = this.groups.get(name);
    if (!group) throw new ServiceError('ResourceNotFoundException', 'The specified log group does not exist.');
    return group;
  }

  public handle(request: AwsRequest): Promise<AwsResponse> {
    return serveJson('logs', '1.1', 'com.amazonaws.logs.v20140328', logActions(this), request);
  }

  private extractMetrics(logGroup: string, line: string): void {
    try {
      for (const { namespace, name, dimensions, values } of embeddedMetrics(line)) {
        for (const value of values) this.metrics.put(namespace, name, dimensions, value);
      }
    } catch (error) {
      if (!(error instanceof InvalidEmbeddedMetrics)) throw error;
      this.journal.record('logs', 'EmbeddedMetricsRefused', { logGroup, reason: error.message, line });
    }
  }
}

/** The group inside `arn:aws:logs:…:log-group:NAME` with or without `:*`. */
export function groupNameOf(groupArn: string): string {
  const name = /^arn:aws:logs:[^:]*:[^:]*:log-group:([^:]+)(?::\*)?$/.exec(groupArn)?.[1];
  if (!name) throw new ServiceError('InvalidParameterException', `${groupArn} is not the ARN of a log group`);
  return name;
}

/** A target's input template may give the time and the message; anything else is logged as it is. */
function eventBridgeEntry(payload: string): { message: string; timestamp?: number } {
  const event: unknown = JSON.parse(payload);
  if (typeof event !== 'object' || event === null) return { message: payload };
  const { timestamp, message, ...others } = event as Record<string, unknown>;
  if (message === undefined || timestamp === undefined || Object.keys(others).length > 0) return { message: payload };
  const time = typeof timestamp === 'number' ? timestamp : Date.parse(String(timestamp));
  if (Number.isNaN(time)) throw new ServiceError('InvalidParameterException', `${String(timestamp)} is not the time of a log event`);
  return { message: typeof message === 'string' ? message : JSON.stringify(message), timestamp: time };
}
