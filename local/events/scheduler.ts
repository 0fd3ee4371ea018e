import { randomUUID } from 'node:crypto';
import { ACCOUNT, arn, REGION } from '../kernel/identity';
import { Metrics } from '../kernel/metrics';
import { notSupported, ServiceError } from '../kernel/wire';
import { Deliveries, DeliveryContext, DeliveryStep } from './delivery';
import { isoSeconds } from './event';
import { onlyFields, retries, RetryPolicy, sqsParameters } from './rule';
import { schedulerSchedule } from './schedule/expression';
import { timeZone } from './schedule/time-zone';
import { Timetable } from './schedule/timetable';

/** A schedule as CloudFormation describes it. */
export interface ScheduleDefinition {
  readonly Name: string;
  readonly GroupName?: string;
  readonly ScheduleExpression: string;
  readonly ScheduleExpressionTimezone?: string;
  readonly StartDate?: string;
  readonly EndDate?: string;
  readonly State?: string;
  readonly FlexibleTimeWindow: { readonly Mode: string };
  readonly Target: ScheduleTarget;
}

export interface ScheduleTarget {
  readonly Arn: string;
  readonly RoleArn?: string;
  readonly Input?: string;
  readonly RetryPolicy?: RetryPolicy;
  readonly DeadLetterConfig?: { readonly Arn?: string };
  readonly SqsParameters?: { readonly MessageGroupId: string };
}

export interface SchedulerOptions extends DeliveryContext {
  readonly metrics: Metrics;
}

const DEFAULT_GROUP = 'default';
const FIELDS = [
  'Name', 'GroupName', 'ScheduleExpression', 'ScheduleExpressionTimezone', 'StartDate', 'EndDate', 'State', 'FlexibleTimeWindow', 'Target',
  'Description', 'KmsKeyArn',
];
const TARGET_FIELDS = ['Arn', 'RoleArn', 'Input', 'RetryPolicy', 'DeadLetterConfig', 'SqsParameters'];

const METRICS: Readonly<Record<DeliveryStep, readonly string[]>> = {
  attempt: ['InvocationAttemptCount'],
  retry: [],
  success: [],
  attemptFailed: ['TargetErrorCount'],
  failed: ['InvocationDroppedCount'],
  deadLettered: ['InvocationsSentToDeadLetterCount'],
  deadLetterFailed: ['InvocationsFailedToBeSentToDeadLetterCount'],
};

/** EventBridge Scheduler: one target per schedule. */
export class Scheduler {
  private readonly groups = new Set([DEFAULT_GROUP]);
  private readonly deliveries: Deliveries;

  public constructor(private readonly timetable: Timetable, private readonly options: SchedulerOptions) {
    this.deliveries = new Deliveries('scheduler', options);
  }

  public pending(): number {
    return this.deliveries.pending();
  }

  public createGroup(name: string): void {
    this.groups.add(name);
  }

  /** Creates a schedule, or replaces the one of the same name, and gives its ARN. */
  public putSchedule(definition: ScheduleDefinition): string {
    checkSchedule(definition);
    const { Name: name, GroupName: group = DEFAULT_GROUP, State = 'ENABLED', StartDate, EndDate, Target } = definition;
    if (!this.groups.has(group)) throw new ServiceError('ResourceNotFoundException', `Schedule group ${group} does not exist.`);
    const now = this.options.clock.now();
    const start = StartDate === undefined ? now : dateOf(StartDate);
    const next = schedulerSchedule(definition.ScheduleExpression, start, timeZone(definition.ScheduleExpressionTimezone ?? 'UTC'));
    const target = { arn: Target.Arn, parameters: sqsParameters(Target.SqsParameters), ...retries(Target.RetryPolicy) };
    const schedule = {
      name,
      group,
      arn: arn('scheduler', `schedule/${group}/${name}`),
      input: Target.Input,
      target: { ...target, deadLetterArn: Target.DeadLetterConfig?.Arn },
    };
    this.timetable.put({
      arn: schedule.arn,
      name,
      next: State === 'ENABLED' ? next : undefined,
      until: EndDate === undefined ? undefined : dateOf(EndDate),
      fire: (time) => this.fire(schedule, time),
    }, Math.max(start, now));
    return schedule.arn;
  }

  private fire(schedule: Schedule, scheduledTime: number): void {
    const executionId = randomUUID();
    const { clock, journal, metrics } = this.options;
    journal.record('scheduler', 'ScheduleFired', { schedule: schedule.name, group: schedule.group, scheduledTime: isoSeconds(scheduledTime) });
    const payload = (attempt: number) => inputOf(schedule, scheduledTime, executionId, attempt);
    this.deliveries.start({
      target: schedule.target,
      payload,
      deadLetter: {
        body: () => payload(1),
        attributes: { SCHEDULE_ARN: schedule.arn, SCHEDULED_TIME: isoSeconds(scheduledTime), EXECUTION_TIME: isoSeconds(clock.now()) },
      },
      sourceArn: schedule.arn,
      subject: { schedule: schedule.name, group: schedule.group, executionId },
      count: (step) => {
        for (const name of METRICS[step]) metrics.put('AWS/Scheduler', name, { ScheduleGroup: schedule.group });
      },
    });
  }
}

interface Schedule {
  readonly name: string;
  readonly group: string;
  readonly arn: string;
  readonly input?: string;
  readonly target: Parameters<Deliveries['start']>[0]['target'];
}

/** Replaces the context attributes of the input; without an input the target gets an event. */
function inputOf(schedule: Schedule, scheduledTime: number, executionId: string, attempt: number): string {
  const attributes: Record<string, string> = {
    'schedule-arn': schedule.arn,
    'scheduled-time': isoSeconds(scheduledTime),
    'execution-id': executionId,
    'attempt-number': String(attempt),
  };
  if (schedule.input !== undefined) {
    return schedule.input.replace(/<aws\.scheduler\.([a-z-]+)>/g, (whole, name: string) => attributes[name] ?? whole);
  }
  return JSON.stringify({
    'version': '0',
    'id': executionId,
    'detail-type': 'Scheduled Event',
    'source': 'aws.scheduler',
    'account': ACCOUNT,
    'time': isoSeconds(scheduledTime),
    'region': REGION,
    'resources': [schedule.arn],
    'detail': '{}',
  });
}

function checkSchedule(definition: ScheduleDefinition): void {
  onlyFields('a schedule', definition, FIELDS);
  onlyFields('a schedule target', definition.Target, TARGET_FIELDS);
  const { State = 'ENABLED', FlexibleTimeWindow: window, Target } = definition;
  if (State !== 'ENABLED' && State !== 'DISABLED') throw new ServiceError('ValidationException', `${State} is no schedule state`);
  onlyFields('FlexibleTimeWindow', window, ['Mode']);
  if (window.Mode !== 'OFF') throw notSupported('EventBridge Scheduler', `FlexibleTimeWindow ${window.Mode}`);
  if (Target.Arn.split(':')[5] === 'aws-sdk') throw notSupported('EventBridge Scheduler', `the universal target ${Target.Arn}`);
}

function dateOf(text: string): number {
  const time = Date.parse(text);
  if (Number.isNaN(time)) throw new ServiceError('ValidationException', `${text} is not a date`);
  return time;
}
