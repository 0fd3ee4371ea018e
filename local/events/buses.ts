import { Clock } from '../kernel/clock';
import { arn } from '../kernel/identity';
import { Journal } from '../kernel/journal';
import { Metrics } from '../kernel/metrics';
import { Targets } from '../kernel/targets';
import { traceIdOf } from '../kernel/trace';
import { AwsRequest, AwsResponse, LocalService, serveJson, ServiceError } from '../kernel/wire';
import { eventActions } from './actions';
import { Archive, ArchiveDefinition } from './archive';
import { Deliveries } from './delivery';
import { BusEvent, eventOf, newEvent, PutEventsEntry } from './event';
import { EventMetrics } from './event-metrics';
import { FieldVerdict } from './pattern';
import { checkEntries, EntryResult, entryResult, failedCount } from './put-events';
import { Replay, ReplayRequest } from './replay';
import { busNameOf, DEFAULT_BUS, newRule, newTarget, Rule, RuleDefinition, ruleMatches, RuleTarget, TargetDefinition } from './rule';
import { ruleSchedule } from './schedule/expression';
import { Timetable } from './schedule/timetable';
import { Scheduler } from './scheduler';

export interface EventBusesOptions {
  readonly clock: Clock;
  readonly journal: Journal;
  readonly metrics: Metrics;
  readonly targets: Targets;
  /** Source of retry jitter; `Math.random` by default. */
  readonly random?: () => number;
}

export interface Bus {
  readonly name: string;
  readonly arn: string;
  readonly rules: Map<string, Rule>;
}

const MAX_TARGETS = 5;

/** EventBridge: buses, rules, archives and schedules. */
export class EventBuses implements LocalService {
  public readonly archives = new Map<string, Archive>();
  public readonly replays = new Map<string, Replay>();
  /** EventBridge Scheduler, on the same timetable as scheduled rules. */
  public readonly scheduler: Scheduler;
  private readonly all = new Map<string, Bus>();
  private readonly deliveries: Deliveries;
  private readonly metrics: EventMetrics;
  private readonly timetable: Timetable;

  public constructor(private readonly options: EventBusesOptions) {
    this.deliveries = new Deliveries('events', options);
    this.metrics = new EventMetrics(options.metrics);
    this.timetable = new Timetable(options.clock);
    this.scheduler = new Scheduler(this.timetable, options);
    this.createBus(DEFAULT_BUS);
  }

  /** A client that traces its calls names the trace in a header; an entry's own TraceHeader goes first. */
  public handle(request: AwsRequest): Promise<AwsResponse> {
    const actions = eventActions(this, request.headers['x-amzn-trace-id']);
    return serveJson('EventBridge', '1.1', 'com.amazonaws.eventbridge', actions, request);
  }

  /** Deliveries in flight or waiting for a retry. */
  public pending(): number {
    return this.deliveries.pending() + this.scheduler.pending();
  }

  public buses(): readonly Bus[] {
    return [...this.all.values()];
  }

  public createBus(name: string): Bus {
    if (this.all.has(name)) throw new ServiceError('ResourceAlreadyExistsException', `Event bus ${name} already exists.`);
    const bus = { name, arn: arn('events', `event-bus/${name}`), rules: new Map<string, Rule>() };
    this.all.set(name, bus);
    return bus;
  }

  public bus(nameOrArn?: string): Bus {
    const bus = this.all.get(busNameOf(nameOrArn));
    if (!bus) throw new ServiceError('ResourceNotFoundException', `Event bus ${busNameOf(nameOrArn)} does not exist.`);
    return bus;
  }

  public rule(name: string, bus?: string): Rule {
    const rule = this.bus(bus).rules.get(name);
    if (!rule) throw new ServiceError('ResourceNotFoundException', `Rule ${name} does not exist on EventBus ${busNameOf(bus)}.`);
    return rule;
  }

  /** Creates a rule, or changes it and keeps its targets. */
  public putRule(definition: RuleDefinition): Rule {
    const bus = this.bus(definition.EventBusName);
    const rule = newRule(definition, bus.rules.get(definition.Name)?.targets ?? new Map<string, RuleTarget>());
    const next = rule.scheduleExpression === undefined ? undefined : ruleSchedule(rule.scheduleExpression, this.options.clock.now());
    bus.rules.set(rule.name, rule);
    this.timetable.remove(rule.arn);
    if (next) this.timetable.put({ arn: rule.arn, name: rule.name, next: rule.enabled ? next : undefined, fire: (time) => this.fire(rule, time) });
    return rule;
  }

  public deleteRule(name: string, bus?: string): void {
    const rule = this.bus(bus).rules.get(name);
    if (!rule) return;
    if (rule.targets.size > 0) throw new ServiceError('ValidationException', 'Rule can\'t be deleted since it has targets.');
    this.timetable.remove(rule.arn);
    this.bus(bus).rules.delete(name);
  }

  public putTargets(ruleName: string, bus: string | undefined, definitions: readonly TargetDefinition[]): void {
    const { targets } = this.rule(ruleName, bus);
    const added = definitions.map(newTarget);
    if (new Set([...targets.keys(), ...definitions.map(({ Id }) => Id)]).size > MAX_TARGETS) {
      throw new ServiceError('LimitExceededException', `The requested resource exceeds the maximum number allowed: ${MAX_TARGETS} targets.`);
    }
    for (const target of added) targets.set(target.definition.Id, target);
  }

  /** Puts one to ten entries on their buses; a bad entry fails alone. */
  public putEvents(entries: readonly PutEventsEntry[], traceHeader?: string): { FailedEntryCount: number; Entries: EntryResult[] } {
    checkEntries(entries);
    const results = entries.map((entry) => entryResult(() => {
      const bus = this.bus(entry.EventBusName);
      const event = eventOf({ ...entry, TraceHeader: entry.TraceHeader ?? traceHeader }, this.options.clock.now());
      this.publish(bus, event);
      return event.id;
    }));
    const failed = failedCount(results);
    this.metrics.requested(results.length, failed);
    return { FailedEntryCount: failed, Entries: results };
  }

  /** Why an event did or did not match a rule, field by field. */
  public explain(ruleName: string, bus: string | undefined, event: unknown): FieldVerdict[] {
    return this.rule(ruleName, bus).pattern?.explain(event) ?? [];
  }

  public createArchive(definition: ArchiveDefinition): Archive {
    if (this.archives.has(definition.ArchiveName)) {
      throw new ServiceError('ResourceAlreadyExistsException', `Archive ${definition.ArchiveName} already exists.`);
    }
    const archive = new Archive(definition, this.options.clock);
    this.bus(archive.busName);
    this.archives.set(archive.name, archive);
    return archive;
  }

  public startReplay(request: ReplayRequest): Replay {
    const archive = [...this.archives.values()].find((one) => one.arn === request.EventSourceArn);
    if (!archive) throw new ServiceError('ResourceNotFoundException', `Archive ${request.EventSourceArn} does not exist.`);
    if (this.replays.has(request.ReplayName)) throw new ServiceError('ResourceAlreadyExistsException', `Replay ${request.ReplayName} already exists.`);
    const { clock } = this.options;
    const replay = new Replay(request, archive, clock.now());
    this.replays.set(replay.name, replay);
    const bus = this.bus(archive.busName);
    clock.at(clock.now(), () => replay.run(clock.now(), (event, ruleArns) => this.match(bus, event, ruleArns)));
    return replay;
  }

  /** Fires a scheduled rule or a Scheduler schedule at once, by name or ARN, as if `time` (milliseconds) had come. */
  public runNow(nameOrArn: string, time?: number): void {
    this.timetable.runNow(nameOrArn, time);
  }

  /** Every schedule with its next time, for people. */
  public schedules(): ReturnType<Timetable['list']> {
    return this.timetable.list();
  }

  private publish(bus: Bus, event: BusEvent): void {
    for (const archive of this.archives.values()) {
      if (archive.busName === bus.name) archive.keep(event);
    }
    this.match(bus, event);
  }

  private match(bus: Bus, event: BusEvent, ruleArns?: readonly string[]): void {
    const traceId = traceIdOf(event.traceHeader);
    this.options.journal.record('events', 'EventReceived', { bus: bus.name, eventId: event.id, event: event.value }, traceId);
    for (const rule of bus.rules.values()) {
      if (!rule.enabled || !rule.pattern || (ruleArns && !ruleArns.includes(rule.arn))) continue;
      const matched = ruleMatches(rule, event.value);
      const type = matched ? 'RuleMatched' : 'RuleNotMatched';
      this.options.journal.record('events', type, { bus: bus.name, rule: rule.name, eventId: event.id }, traceId);
      if (matched) this.trigger(rule, event);
    }
  }

  private fire(rule: Rule, scheduledTime: number): void {
    const envelope = { source: 'aws.events', detailType: 'Scheduled Event', time: scheduledTime, resources: [rule.arn], detail: '{}' };
    const event = newEvent(envelope, this.options.clock.now());
    this.options.journal.record('events', 'ScheduleFired', { rule: rule.name, eventId: event.id, event: event.value });
    this.trigger(rule, event);
  }

  private trigger(rule: Rule, event: BusEvent): void {
    this.metrics.matched(rule);
    for (const target of rule.targets.values()) {
      this.deliveries.start({
        target: target.delivery,
        payload: () => target.input(event, rule),
        deadLetter: { body: () => event.text, attributes: { RULE_ARN: rule.arn } },
        sourceArn: rule.arn,
        traceHeader: event.traceHeader,
        subject: { bus: rule.busName, rule: rule.name, targetId: target.definition.Id, eventId: event.id },
        count: (step) => this.metrics.delivered(rule, step),
      });
    }
  }
}
