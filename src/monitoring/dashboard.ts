import {
  aws_apigateway as apigateway, aws_cloudwatch as cloudwatch, aws_dynamodb as dynamodb, aws_events as events, aws_lambda as lambda, aws_sns as sns,
  aws_sqs as sqs, aws_stepfunctions as sfn, Duration, Fn,
} from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { DIMENSION, METRIC, RISK_BANDS } from '../contract';
import { Naming } from '../naming';
import { SystemMetrics } from './metrics';

export interface TransactionDashboardProps {
  readonly naming: Naming;
  readonly metrics: SystemMetrics;
  readonly providers: string[];
  readonly api: apigateway.RestApi;
  readonly functions: { [label: string]: lambda.IFunction };
  readonly relay: lambda.IFunction;
  readonly table: dynamodb.ITable;
  readonly bus: events.IEventBus;
  readonly rules: { [label: string]: events.Rule };
  readonly workflows: { [label: string]: sfn.StateMachine };
  readonly topic: sns.ITopic;
  readonly deadLetters: { [label: string]: sqs.IQueue };
}

const PERIOD = { period: Duration.minutes(5) };
const SUM = { ...PERIOD, statistic: cloudwatch.Stats.SUM };

/** Every metric is bound to the resource it is of: a graph is never empty because of its dimensions. */
export class TransactionDashboard extends Construct {
  public readonly dashboard: cloudwatch.Dashboard;

  public constructor(scope: Construct, id: string, props: TransactionDashboardProps) {
    super(scope, id);
    const { api, bus, table, topic, relay } = props;
    const widgets = [
      ['Webhooks', this.webhooks(props)],
      ['Time to publish and to verdict (ms)', this.latencies(props)],
      ['Age of oldest unpublished transaction (ms)', [relay.metric('IteratorAge', { ...PERIOD, statistic: cloudwatch.Stats.MAXIMUM, label: 'Relay' })]],
      ['Transactions by risk', RISK_BANDS.map((band) => props.metrics.metric(METRIC.transactionsScreened, { [DIMENSION.riskBand]: band }, { label: band }))],
      ['Lambda Invocations', each(props.functions, (fn, label) => fn.metricInvocations({ ...SUM, label }))],
      ['Lambda Duration (ms)', each(props.functions, (fn, label) => fn.metricDuration({ ...PERIOD, statistic: cloudwatch.Stats.AVERAGE, label }))],
      ['Lambda Errors', each(props.functions, (fn, label) => fn.metricErrors({ ...SUM, label }))],
      ['DynamoDB Capacity Units', [table.metricConsumedReadCapacityUnits(SUM), table.metricConsumedWriteCapacityUnits(SUM)]],
      ['Step Functions Executions', each(props.workflows, (machine, label) => [
        machine.metricStarted({ ...SUM, label: `${label} started` }),
        machine.metricSucceeded({ ...SUM, label: `${label} succeeded` }),
        machine.metricFailed({ ...SUM, label: `${label} failed` }),
        machine.metricTimedOut({ ...SUM, label: `${label} timed out` }),
      ])],
      ['API Gateway Requests', [api.deploymentStage.metricCount(SUM), api.deploymentStage.metricClientError(SUM), api.deploymentStage.metricServerError(SUM)]],
      ['EventBridge Invocations', each(props.rules, (rule, label) => ['Invocations', 'FailedInvocations'].map((metricName) => new cloudwatch.Metric({
        namespace: 'AWS/Events',
        metricName,
        dimensionsMap: ruleDimensions(rule, bus),
        ...SUM,
        label: `${label} ${metricName === 'Invocations' ? 'invoked' : 'failed'}`,
      })))],
      ['SNS Messages', [topic.metricNumberOfMessagesPublished(SUM), topic.metricNumberOfNotificationsFailed(SUM)]],
      ['Dead Letters', each(props.deadLetters, (queue, label) =>
        queue.metricApproximateNumberOfMessagesVisible({ ...PERIOD, statistic: cloudwatch.Stats.MAXIMUM, label }))],
      ['Rows Archived', [props.metrics.metric(METRIC.rowsArchived, {}, { label: 'Archived' })]],
    ] as const;

    this.dashboard = new cloudwatch.Dashboard(this, 'Dashboard', { dashboardName: props.naming.of('transaction-metrics') });
    for (let row = 0; row < widgets.length; row += 2) {
      this.dashboard.addWidgets(...widgets.slice(row, row + 2).map(([title, left]) => new cloudwatch.GraphWidget({
        title,
        left: [...left],
        width: 12,
        leftYAxis: { min: 0 },
      })));
    }
  }

  private webhooks({ metrics, providers }: TransactionDashboardProps): cloudwatch.IMetric[] {
    return providers.flatMap((provider) => [
      metrics.metric(METRIC.webhooksAccepted, { [DIMENSION.provider]: provider }, { label: `${provider} accepted` }),
      metrics.metric(METRIC.webhooksDuplicate, { [DIMENSION.provider]: provider }, { label: `${provider} duplicate` }),
    ]);
  }

  private latencies({ metrics }: TransactionDashboardProps): cloudwatch.IMetric[] {
    return [METRIC.storeToPublish, METRIC.storeToVerdict].flatMap((name) => ['p50', 'p99'].map((statistic) =>
      metrics.metric(name, {}, { statistic, label: `${name === METRIC.storeToPublish ? 'Published' : 'Verdict'} ${statistic}` })));
  }
}

function each<T, M>(items: { [label: string]: T }, metrics: (item: T, label: string) => M | M[]): M[] {
  return Object.entries(items).flatMap(([label, item]) => metrics(item, label));
}

/**
 * `Ref` of a rule on a custom bus is `<bus>|<rule>`; CloudWatch wants the rule alone, the last part of its ARN. The default bus is neither
 * in the ARN nor a dimension.
 */
function ruleDimensions(rule: events.Rule, { eventBusName }: events.IEventBus): { [name: string]: string } {
  const ruleName = (parts: number) => Fn.select(parts - 1, Fn.split('/', rule.ruleArn, parts));
  return eventBusName === 'default' ? { RuleName: ruleName(2) } : { EventBusName: eventBusName, RuleName: ruleName(3) };
}
