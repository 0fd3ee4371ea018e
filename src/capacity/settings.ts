import { aws_cloudwatch as cloudwatch, aws_secretsmanager as secretsmanager, Duration } from 'aws-cdk-lib';
import { IConstruct } from 'constructs';
import { Tier } from '../contract';
import { Retention } from '../retention';
import { ResolvedFraudDetection } from '../screening/fraud-detection';
import { LOG_OPTIONS, WorkflowLogging } from '../screening/workflow-logging';
import { SystemShape } from './shape';

export interface SettingsInput {
  readonly fraudDetection: ResolvedFraudDetection;
  readonly notifiedTiers: readonly Tier[];
  readonly workflowLogging: WorkflowLogging;
  readonly tracing: boolean;
  /** Kinds of the providers. */
  readonly providers: readonly string[];
  readonly archiveSegments: number;
  readonly retention: Retention;
  readonly alarms: readonly cloudwatch.Alarm[];
  readonly dashboards: number;
  readonly system: IConstruct;
}

/** The part of the shape that props decide. */
export function settingsOf(input: SettingsInput): Omit<SystemShape, 'stageRate' | 'validator' | 'relay' | 'fraudDetector' | 'listeners'> {
  const { fraudDetection: { config, screenedTiers }, retention } = input;
  const [standard, glacier, expiry] = [days(retention.infrequentAccessAfter, 30), days(retention.glacierAfter, 90), days(retention.expireAfter, 365)];
  return {
    screenedTiers,
    notifiedTiers: input.notifiedTiers,
    readsHistory: config.rules.some(({ window_s }) => window_s !== undefined),
    hasFuse: config.fuse !== undefined,
    workflowLogs: LOG_OPTIONS[input.workflowLogging].volume,
    tracing: input.tracing,
    providers: input.providers,
    archiveSegments: input.archiveSegments,
    days: {
      // A row waits for the next run of the archive, which is daily by default.
      inTable: days(retention.archiveAfter, 1) + 1,
      dedupe: days(retention.dedupe, 35),
      events: days(retention.events, 30),
      standard,
      infrequent: Math.max(0, glacier - standard),
      glacier: Math.max(0, expiry - glacier),
    },
    counts: {
      alarms: input.alarms.reduce((sum, alarm) => sum + metricsOf(alarm), 0),
      dashboards: input.dashboards,
      secrets: input.system.node.findAll().filter((child) => child instanceof secretsmanager.CfnSecret).length,
    },
  };
}

/** An alarm is paid by the metrics it looks at. */
function metricsOf(alarm: cloudwatch.Alarm): number {
  const { metrics = [{ metricStat: {} }] } = alarm.node.defaultChild as cloudwatch.CfnAlarm;
  return (metrics as readonly cloudwatch.CfnAlarm.MetricDataQueryProperty[]).filter(({ metricStat }) => metricStat).length;
}

/** Whole days; ages that are tokens count as the default. */
function days(age: Duration, otherwise: number): number {
  return age.isUnresolved() ? otherwise : Math.ceil(age.toHours({ integral: false }) / 24);
}
