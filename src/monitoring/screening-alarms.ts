import {
  aws_cloudwatch as cloudwatch, aws_cloudwatch_actions as actions, aws_iam as iam, aws_sns as sns, aws_stepfunctions as sfn, Duration,
} from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { METRIC } from '../contract';
import { Naming } from '../naming';
import { SystemMetrics } from './metrics';

export interface ScreeningAlarmsProps {
  readonly naming: Naming;
  readonly metrics: SystemMetrics;
  readonly workflow: sfn.StateMachine;
  /** Who is told. */
  readonly topic: sns.ITopic;
}

/** What screening cannot put right by itself. */
export class ScreeningAlarms extends Construct {
  public readonly workflowFailures: cloudwatch.Alarm;
  public readonly ruleFuse: cloudwatch.Alarm;

  public constructor(scope: Construct, id: string, { naming, metrics, workflow, topic }: ScreeningAlarmsProps) {
    super(scope, id);
    const sum = { statistic: cloudwatch.Stats.SUM, period: Duration.minutes(5) };
    this.workflowFailures = this.alarm('WorkflowFailures', topic, {
      alarmName: naming.of('transaction-workflow-failures'),
      alarmDescription: 'Executions of the transaction workflow failed as a whole: their input is in its log group, not in the dead-letter queue',
      metric: new cloudwatch.MathExpression({
        expression: 'failed + timedOut',
        usingMetrics: { failed: workflow.metricFailed(sum), timedOut: workflow.metricTimedOut(sum) },
        period: sum.period,
        label: 'Failed executions',
      }),
    });
    this.ruleFuse = this.alarm('RuleFuse', topic, {
      alarmName: naming.of('fraud-rule-fuse'),
      alarmDescription: 'A fraud rule had a part in too many high-risk verdicts and fell back to shadow; the log of the fraud detector names it',
      metric: metrics.metric(METRIC.ruleFused),
    });
  }

  private alarm(id: string, topic: sns.ITopic, props: Pick<cloudwatch.AlarmProps, 'alarmName' | 'alarmDescription' | 'metric'>): cloudwatch.Alarm {
    const alarm = new cloudwatch.Alarm(this, id, {
      ...props,
      threshold: 0,
      comparisonOperator: cloudwatch.ComparisonOperator.GREATER_THAN_THRESHOLD,
      evaluationPeriods: 1,
      treatMissingData: cloudwatch.TreatMissingData.NOT_BREACHING,
    });
    alarm.addAlarmAction(new actions.SnsAction(topic));
    topic.addToResourcePolicy(new iam.PolicyStatement({
      principals: [new iam.ServicePrincipal('cloudwatch.amazonaws.com')],
      actions: ['sns:Publish'],
      resources: [topic.topicArn],
      conditions: { ArnEquals: { 'aws:SourceArn': alarm.alarmArn } },
    }));
    return alarm;
  }
}
