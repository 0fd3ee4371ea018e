import { aws_apigateway as apigateway, aws_cloudwatch as cloudwatch, aws_lambda as lambda, aws_sqs as sqs, aws_stepfunctions as sfn, Duration } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { DIMENSION, METRIC } from '../contract';
import { Naming } from '../naming';
import { check, checkWholeNumber, refuseToken } from '../validate';
import { SystemMetrics } from './metrics';

/** Alarms over the whole system. Each says in its description what to do, with a link into the runbook. */
export interface AlarmsProps {
  /**
   * Whether to create alarms.
   *
   * @default true
   */
  readonly enabled?: boolean;

  /**
   * What happens when an alarm goes off, e.g. a message to an SNS topic of the people on call.
   *
   * @default - nothing; the alarms are there to be looked at
   */
  readonly actions?: cloudwatch.IAlarmAction[];

  /**
   * What happens when an alarm goes off that can wait for office hours.
   *
   * @default - the same as `actions`
   */
  readonly lowSeverityActions?: cloudwatch.IAlarmAction[];

  /**
   * Age of the oldest unpublished transaction from which the relay has fallen behind.
   *
   * @default Duration.minutes(5)
   */
  readonly relayAge?: Duration;

  /**
   * Longest time without a successful archive run, 1 to 168 whole hours. It has to be longer
   * than the pauses of `archival.schedule`.
   *
   * @default Duration.hours(36)
   */
  readonly archiveHeartbeat?: Duration;

  /**
   * Address of the runbook that alarms link to.
   *
   * @default - the runbook of this package
   */
  readonly runbookUrl?: string;
}

export interface SystemAlarmsProps {
  readonly naming: Naming;
  readonly options: AlarmsProps;
  readonly metrics: SystemMetrics;
  readonly providers: string[];
  readonly api: apigateway.RestApi;
  readonly validator: lambda.IFunction;
  readonly relay: lambda.IFunction;
  readonly relayMappingId: string;
  readonly workflow: sfn.StateMachine;
  readonly archiveWorkflow: sfn.StateMachine;
  readonly routingDeadLetters: sqs.IQueue;
  readonly workflowDeadLetters: sqs.IQueue;
  readonly archiveDeadLetters: sqs.IQueue;
}

const RUNBOOK_URL = 'https://github.com/cdk-webhook-processing/cdk-webhook-processing/blob/main/docs/runbook.md';

/** One alarm. `title` is the heading of its section of the runbook. */
interface Definition {
  readonly title: string;
  readonly metric: cloudwatch.IMetric;
  readonly threshold: number;
  readonly comparison?: cloudwatch.ComparisonOperator;
  /** Periods looked at, and how many of them have to be beyond the threshold. */
  readonly periods?: number;
  readonly breaching?: number;
  readonly silenceIsAlarming?: boolean;
  readonly isLowSeverity?: boolean;
}

const MINUTES_5 = { period: Duration.minutes(5) };
const SUM = { ...MINUTES_5, statistic: cloudwatch.Stats.SUM };
const MAX = { ...MINUTES_5, statistic: cloudwatch.Stats.MAXIMUM };

/** Everything a person has to hear of. */
export class SystemAlarms extends Construct {
  /** By construct id. */
  public readonly alarms: { readonly [id: string]: cloudwatch.Alarm };

  public constructor(scope: Construct, id: string, private readonly props: SystemAlarmsProps) {
    super(scope, id);
    const definitions = { ...this.deadLetters(), ...this.relay(), ...this.archive(), ...this.ingest(), ...this.secrets() };
    this.alarms = Object.fromEntries(Object.entries(definitions).map(([alarmId, definition]) => [alarmId, this.alarm(alarmId, definition)]));
  }

  private alarm(id: string, { title, periods = 1, breaching = periods, ...definition }: Definition): cloudwatch.Alarm {
    const { naming, options } = this.props;
    const severity = definition.isLowSeverity ? 'Low severity. ' : '';
    const alarm = new cloudwatch.Alarm(this, id, {
      alarmName: naming.of(kebab(id)),
      alarmDescription: `${title}. ${severity}What to do: ${options.runbookUrl ?? RUNBOOK_URL}#${anchorOf(title)}`,
      metric: definition.metric,
      threshold: definition.threshold,
      comparisonOperator: definition.comparison ?? cloudwatch.ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
      evaluationPeriods: periods,
      datapointsToAlarm: breaching,
      treatMissingData: definition.silenceIsAlarming ? cloudwatch.TreatMissingData.BREACHING : cloudwatch.TreatMissingData.NOT_BREACHING,
    });
    const actions = definition.isLowSeverity ? options.lowSeverityActions ?? options.actions : options.actions;
    alarm.addAlarmAction(...actions ?? []);
    return alarm;
  }

  private deadLetters(): { [id: string]: Definition } {
    const waiting = (title: string, queue: sqs.IQueue): Definition =>
      ({ title, threshold: 1, metric: queue.metricApproximateNumberOfMessagesVisible(MAX) });
    return {
      RoutingDeadLetters: waiting('Dead letters of the rules', this.props.routingDeadLetters),
      WorkflowDeadLetters: waiting('Dead letters of the transaction workflow', this.props.workflowDeadLetters),
      ArchiveDeadLetters: waiting('Dead letters of the archive', this.props.archiveDeadLetters),
    };
  }

  private relay(): { [id: string]: Definition } {
    const { relay, relayMappingId, options } = this.props;
    const age = options.relayAge ?? Duration.minutes(5);
    refuseToken('alarms.relayAge', age);
    const seconds = age.toSeconds({ integral: false });
    check(seconds >= 1 && seconds < 86_400, 'alarms.relayAge', `${seconds} seconds`, 'use 1 second to less than 24 hours, the length of the stream');
    const ofMapping = (metricName: string) => new cloudwatch.Metric({
      namespace: 'AWS/Lambda', metricName, dimensionsMap: { EventSourceMappingUUID: relayMappingId }, ...SUM,
    });
    return {
      RelayBehind: { title: 'The relay has fallen behind', threshold: age.toMilliseconds(), metric: relay.metric('IteratorAge', MAX) },
      RelayFailures: {
        title: 'The relay gave records up',
        threshold: 1,
        metric: new cloudwatch.MathExpression({
          expression: 'FILL(kept, 0) + FILL(dropped, 0)',
          usingMetrics: { kept: ofMapping('OnFailureDestinationDeliveredEventCount'), dropped: ofMapping('DroppedEventCount') },
          label: 'Records given up',
          ...MINUTES_5,
        }),
      },
    };
  }

  private archive(): { [id: string]: Definition } {
    const { archiveWorkflow, options } = this.props;
    const heartbeat = options.archiveHeartbeat ?? Duration.hours(36);
    refuseToken('alarms.archiveHeartbeat', heartbeat);
    const hours = heartbeat.toHours({ integral: false });
    checkWholeNumber('alarms.archiveHeartbeat in hours', hours, 1, 168);
    return {
      ArchiveFailed: { title: 'An archive run failed', threshold: 1, metric: unsuccessful(archiveWorkflow) },
      ArchiveHeartbeat: {
        title: 'No archive run succeeded',
        metric: archiveWorkflow.metricSucceeded({ period: Duration.hours(1), statistic: cloudwatch.Stats.SUM }),
        threshold: 1,
        comparison: cloudwatch.ComparisonOperator.LESS_THAN_THRESHOLD,
        periods: hours,
        silenceIsAlarming: true,
      },
    };
  }

  private ingest(): { [id: string]: Definition } {
    const { api, validator, workflow, metrics } = this.props;
    const often = { threshold: 1, periods: 3, breaching: 2 };
    return {
      WorkflowFailed: { title: 'Transaction workflows failed', threshold: 1, metric: unsuccessful(workflow) },
      UnfinishedTransactions: {
        title: 'Transactions were not finished',
        threshold: 1,
        metric: metrics.metric(METRIC.transactionsUnfinished, {}, { period: Duration.days(1) }),
      },
      RuleFuse: { title: 'A fraud rule fell back to shadow', threshold: 1, metric: metrics.metric(METRIC.ruleFused) },
      ServerErrors: { title: 'Webhooks were answered with 5xx', ...often, metric: api.deploymentStage.metricServerError(SUM) },
      ValidatorErrors: { title: 'The validator fails', ...often, metric: validator.metricErrors(SUM) },
      ValidatorThrottles: { title: 'The validator is throttled', ...often, metric: validator.metricThrottles(SUM) },
    };
  }

  /** One each: an alarm can look at ten metrics, and there may be more providers. */
  private secrets(): { [id: string]: Definition } {
    return Object.fromEntries(this.props.providers.map((provider) => [`PreviousSecretUsed${pascal(provider)}`, {
      title: 'A previous secret is still used',
      threshold: 1,
      metric: this.props.metrics.metric(METRIC.previousSecretUsed, { [DIMENSION.provider]: provider }),
      isLowSeverity: true,
    }]));
  }
}

/** Executions that ended in any way but success. */
function unsuccessful(machine: sfn.StateMachine): cloudwatch.IMetric {
  return new cloudwatch.MathExpression({
    expression: 'FILL(failed, 0) + FILL(timedOut, 0) + FILL(aborted, 0)',
    usingMetrics: { failed: machine.metricFailed(SUM), timedOut: machine.metricTimedOut(SUM), aborted: machine.metricAborted(SUM) },
    label: 'Executions without success',
    ...MINUTES_5,
  });
}

/** The anchor that a heading gets. */
function anchorOf(title: string): string {
  return title.toLowerCase().replace(/[^a-z0-9]+/g, '-');
}

function kebab(id: string): string {
  return id.replace(/(?<=[a-z0-9])(?=[A-Z])/g, '-').toLowerCase();
}

function pascal(name: string): string {
  return name.split(/[^a-zA-Z0-9]+/).map((part) => `${part.charAt(0).toUpperCase()}${part.slice(1)}`).join('');
}
