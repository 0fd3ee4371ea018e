import {
  aws_apigateway as apigateway, aws_cloudwatch as cloudwatch, aws_dynamodb as dynamodb, aws_events as events, aws_iam as iam, aws_kms as kms,
  aws_lambda as lambda, aws_logs as logs, aws_s3 as s3, aws_secretsmanager as secretsmanager, aws_sns as sns, aws_sqs as sqs,
  aws_stepfunctions as sfn, aws_wafv2 as wafv2, CfnOutput, Names, RemovalPolicy,
} from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { RiskBand } from './alerts/alert-filter';
import { AlertSubscriber } from './alerts/alert-subscriber';
import { Alerts } from './alerts/alerts';
import { ArchivalProps, Archive } from './archive/archive';
import { IArchiveQueries } from './archive/archive-queries';
import { Capacity } from './capacity/capacity';
import { ExpectedLoadProps } from './capacity/expected-load';
import { settingsOf } from './capacity/settings';
import { DIMENSION, METRIC, PREFIX, TIERS, WorkflowTiers } from './contract';
import { allowServices, encryptStateMachine } from './encryption';
import { checkExisting, checkRegion, ExistingResourceProps } from './existing-resources';
import { EndpointProps } from './ingest/endpoint-props';
import { WebhookEndpoint } from './ingest/webhook-endpoint';
import { AlarmsProps, SystemAlarms } from './monitoring/alarms';
import { TransactionDashboard } from './monitoring/dashboard';
import { SystemMetrics } from './monitoring/metrics';
import { Naming } from './naming';
import { NetworkProps, resolveNetwork } from './network';
import { FunctionOptions, HandlerContext } from './packaging/handler-function';
import { HandlerPackaging } from './packaging/handler-packaging';
import { WebhookProvider } from './providers/webhook-provider';
import { Relay } from './relay/relay';
import { resolveRetention, RetentionProps } from './retention';
import { Routing } from './routing/routing';
import { resolveThresholds, ThresholdProps } from './routing/tiers';
import { transactionRule, TransactionRuleOptions } from './routing/transaction-rule';
import { FraudDetectionProps, resolveFraudDetection } from './screening/fraud-detection';
import { TransactionWorkflow } from './screening/transaction-workflow';
import { WorkflowLogging } from './screening/workflow-logging';
import { TransactionStorage } from './storage/transaction-storage';
import { check } from './validate';

/** Settings of the four functions. */
export interface FunctionsProps {
  /**
   * Verifies and stores webhooks.
   *
   * @default - 1024 MB, 30 s
   */
  readonly validator?: FunctionOptions;

  /**
   * Publishes stored transactions.
   *
   * @default - 512 MB, 60 s
   */
  readonly relay?: FunctionOptions;

  /**
   * Scores transactions.
   *
   * @default - 512 MB, 60 s
   */
  readonly fraudDetector?: FunctionOptions;

  /**
   * Archives transactions.
   *
   * @default - 512 MB, 5 minutes
   */
  readonly archiver?: FunctionOptions;
}

/** Properties of a `WebhookProcessingSystem`. All are optional. */
export interface WebhookProcessingSystemProps extends ExistingResourceProps, NetworkProps {
  /**
   * Providers whose webhooks are received, each at `/webhook/<name>`. The first one is
   * served at the bare `/webhook` too.
   *
   * @default - one sender that follows Standard Webhooks, with a generated secret
   */
  readonly providers?: WebhookProvider[];

  /**
   * Who is told of high-value, medium-value and high-risk transactions.
   *
   * @default - nobody; subscribe to `alertTopic` later
   */
  readonly alertSubscribers?: AlertSubscriber[];

  /**
   * Amounts that divide low, medium and high value.
   *
   * @default - 1000 and 10000, in the unit of each currency
   */
  readonly thresholds?: ThresholdProps;

  /**
   * How transactions are screened for fraud.
   *
   * @default - the default rules, for all tiers
   */
  readonly fraudDetection?: FraudDetectionProps;

  /**
   * How long everything is kept.
   *
   * @default - a day in the table, a year in the audit bucket; see `RetentionProps`
   */
  readonly retention?: RetentionProps;

  /**
   * When and how transactions are archived.
   *
   * @default - daily at 02:00 UTC, in 4 segments
   */
  readonly archival?: ArchivalProps;

  /**
   * Memory, timeout and concurrency of the functions.
   *
   * @default - see `FunctionsProps`
   */
  readonly functions?: FunctionsProps;

  /**
   * How the bundled handlers reach AWS Lambda.
   *
   * @default HandlerPackaging.container()
   */
  readonly packaging?: HandlerPackaging;

  /**
   * Throttling and body limit of the public endpoint.
   *
   * @default - 1000 requests per second, bursts of 2000, bodies up to 128 KiB
   */
  readonly endpoint?: EndpointProps;

  /**
   * Key of your own for everything that is stored: table and stream, bucket, queues, topic, bus and its archive, logs, secrets,
   * environment variables, workflow data. What exists already keeps its own encryption.
   *
   * @default - keys that AWS manages
   */
  readonly encryptionKey?: kms.IKey;

  /**
   * Gives every resource a physical name that ends in this suffix, e.g. `transactions-acme-dev`. All accounts of AWS share the names of
   * buckets: use a suffix that nobody else has. 1 to 20 lower-case letters, digits and inner hyphens.
   *
   * @default - no physical names
   */
  readonly environmentSuffix?: string;

  /**
   * What happens to tables, buckets, logs, queues and secrets when they leave the stack.
   * `DESTROY` empties the bucket too.
   *
   * @default RemovalPolicy.RETAIN
   */
  readonly removalPolicy?: RemovalPolicy;

  /**
   * Whether to create the CloudWatch dashboard.
   *
   * @default true
   */
  readonly dashboard?: boolean;

  /**
   * Alarms over queues, functions, workflows and the archive.
   *
   * @default - all of them, without actions
   */
  readonly alarms?: AlarmsProps;

  /**
   * Whether X-Ray traces requests, functions and workflows.
   *
   * @default true
   */
  readonly tracing?: boolean;

  /**
   * How much of what the transaction workflow does is logged. It decides most of what a webhook costs.
   *
   * @default WorkflowLogging.EVERYTHING
   */
  readonly workflowLogging?: WorkflowLogging;

  /**
   * What the system has to carry: synthesis then writes a report on capacity, latency and cost into the cloud
   * assembly, and fails when the peak cannot be met.
   *
   * @default - no report
   */
  readonly expectedLoad?: ExpectedLoadProps;
}

/**
 * Receives webhooks of payment providers: verifies, keeps, routes by amount, screens
 * for fraud, alerts, archives and watches.
 *
 * @example
 * new WebhookProcessingSystem(this, 'Payments', {
 *   providers: [WebhookProvider.stripe()],
 *   alertSubscribers: [AlertSubscriber.email('payments@example.com')],
 * });
 */
export class WebhookProcessingSystem extends Construct {
  /** REST API with `POST /webhook` and `POST /webhook/{provider}`. */
  public readonly api: apigateway.RestApi;
  /** One JSON line per request. */
  public readonly accessLogGroup: logs.ILogGroup;
  /** Signing secret of each endpoint by its name, whether it was created or given. */
  public readonly secrets: { [endpoint: string]: secretsmanager.ISecret };
  /** Custom domain name of the API, if there is one. */
  public readonly domain?: apigateway.DomainName;
  /** Web ACL that was created for the API, if there is one. */
  public readonly webAcl?: wafv2.CfnWebACL;
  /** What the web ACL blocked or counted. */
  public readonly webAclLogGroup?: logs.LogGroup;
  /** Alias `live` of each function with provisioned concurrency, by the function's name in `functions`. */
  public readonly functionAliases: { [name: string]: lambda.Alias };
  /** Verifies webhooks and stores what they say. */
  public readonly validator: lambda.Function;
  /** Transactions of the last day, and tombstones of those archived. */
  public readonly table: dynamodb.ITable;
  /** Archived transactions, and records that could not be published. */
  public readonly auditBucket: s3.IBucket;
  /** Publishes stored transactions. */
  public readonly relay: lambda.Function;
  /** Every transaction is an event on this bus; add rules of your own. */
  public readonly bus: events.IEventBus;
  /** Matches transactions above `thresholds.high`. */
  public readonly highValueRule: events.Rule;
  /** Matches transactions from `thresholds.medium` to `thresholds.high`. */
  public readonly mediumValueRule: events.Rule;
  /** Matches transactions below `thresholds.medium`. */
  public readonly lowValueRule: events.Rule;
  /** Matches known event ids that came again with another body. */
  public readonly conflictRule: events.Rule;
  /** Low-value transactions, for batch processing. */
  public readonly batchLogGroup: logs.LogGroup;
  /** Logs low-value transactions, the first time they are published. */
  public readonly lowValueBatchRule: events.Rule;
  /** Keeps every stored event for replays. */
  public readonly eventArchive: events.Archive;
  /** Events that no target of the tier rules would take. */
  public readonly routingDeadLetters: sqs.Queue;
  /** Scores transactions and alerts on high risk. */
  public readonly fraudDetector: lambda.Function;
  /** EXPRESS workflow: fraud detection beside notification. */
  public readonly workflow: sfn.StateMachine;
  /** What executions of the workflow did. */
  public readonly workflowLogGroup: logs.LogGroup;
  /** Inputs of workflow branches that failed for good. */
  public readonly workflowDeadLetters: sqs.Queue;
  /** Topic of all alerts. */
  public readonly alertTopic: sns.ITopic;
  /** Archives one segment of the table. */
  public readonly archiver: lambda.Function;
  /** STANDARD workflow: archives every segment. */
  public readonly archiveWorkflow: sfn.StateMachine;
  /** What executions of the archive workflow did. */
  public readonly archiveWorkflowLogGroup: logs.LogGroup;
  /** Starts the archive workflow. */
  public readonly archiveSchedule: events.Rule;
  /** Inputs of archive runs that failed for good. */
  public readonly archiveDeadLetters: sqs.Queue;
  /** SQL over the archived transactions, when `archival.athena` asks for it. */
  public readonly archiveQueries?: IArchiveQueries;
  /** Every alarm by its construct id, e.g. `ArchiveHeartbeat`; none when they are turned off. */
  public readonly alarms: { [id: string]: cloudwatch.Alarm };
  /** The dashboard, unless turned off. */
  public readonly dashboard?: cloudwatch.Dashboard;
  private readonly endpoint: WebhookEndpoint;
  private readonly metrics: SystemMetrics;

  public constructor(scope: Construct, id: string, props: WebhookProcessingSystemProps = {}) {
    super(scope, id);
    const naming = new Naming(props.environmentSuffix);
    naming.claim(this, props.auditBucket === undefined || props.archival?.athena !== undefined);
    const retention = resolveRetention(props.retention);
    const thresholds = resolveThresholds(props.thresholds);
    const fraudDetection = resolveFraudDetection(props.fraudDetection, thresholds);
    const providers = props.providers ?? [WebhookProvider.standardWebhooks()];
    const removalPolicy = props.removalPolicy ?? RemovalPolicy.RETAIN;
    check(
      removalPolicy === RemovalPolicy.RETAIN || removalPolicy === RemovalPolicy.DESTROY, 'removalPolicy', removalPolicy,
      'use RemovalPolicy.RETAIN or RemovalPolicy.DESTROY',
    );
    checkExisting(this, props, props.retention, props.archival);
    const functions = props.functions ?? {};
    const { encryptionKey } = props;
    checkRegion(this, 'encryptionKey', encryptionKey);
    checkRegion(this, 'endpoint.domain.certificate', props.endpoint?.domain?.certificate);
    if (encryptionKey) allowServices(this, encryptionKey);
    const workflowLogging = props.workflowLogging ?? WorkflowLogging.EVERYTHING;
    const context: HandlerContext = {
      naming,
      packaging: props.packaging ?? HandlerPackaging.container(),
      tracing: props.tracing ?? true,
      logRetention: retention.logs,
      removalPolicy,
      encryptionKey,
      network: resolveNetwork(props),
      system: Names.uniqueResourceName(this, { maxLength: 100, separator: '-' }),
    };

    const storage = new TransactionStorage(this, 'Storage', {
      naming, retention, removalPolicy, encryptionKey, table: props.table, bucket: props.auditBucket,
      objectLock: props.archival?.objectLock, serverAccessLogsBucket: props.archival?.serverAccessLogsBucket,
    });
    const { table, bucket } = storage;
    const ingest = new WebhookEndpoint(this, 'Ingest', {
      context, table, thresholds, providers, endpoint: props.endpoint ?? {}, validator: functions.validator ?? {},
    });
    const routing = new Routing(this, 'Routing', { naming, retention, removalPolicy, encryptionKey, bus: props.bus });
    const relay = new Relay(this, 'Relay', { context, table, bus: routing.bus, failures: bucket, options: functions.relay ?? {} });
    const { topic } = new Alerts(this, 'Alerts', {
      naming, encryptionKey, topic: props.alertTopic, subscribers: props.alertSubscribers ?? [],
    });
    const workflow = new TransactionWorkflow(this, 'Workflow', {
      context, table, topic, bus: routing.bus, fraudDetection, retention, logging: workflowLogging, options: functions.fraudDetector ?? {},
    });
    const workflowTiers: WorkflowTiers = { screened: fraudDetection.screenedTiers, notified: TIERS.filter((tier) => tier !== 'low') };
    const archive = new Archive(this, 'Archive', {
      context, table, bucket, retention, workflowTiers, archival: props.archival ?? {}, options: functions.archiver ?? {},
    });

    for (const tier of TIERS) {
      const task = { screen: workflowTiers.screened.includes(tier), notify: workflowTiers.notified.includes(tier), label: `${tier[0].toUpperCase()}${tier.slice(1)}` };
      if (task.screen || task.notify) routing.toWorkflow(tier, workflow.stateMachine, task);
    }
    this.lowValueBatchRule = routing.toBatchLog('low');
    routing.conflictsTo(workflow.stateMachine);
    if (encryptionKey) for (const machine of [workflow.stateMachine, archive.stateMachine]) encryptStateMachine(machine, encryptionKey);

    this.endpoint = ingest;
    this.metrics = new SystemMetrics(context.system);
    this.api = ingest.api;
    this.accessLogGroup = ingest.accessLogGroup;
    this.secrets = ingest.secrets;
    this.domain = ingest.domain;
    this.webAcl = ingest.webAcl;
    this.webAclLogGroup = ingest.webAclLogGroup;
    const aliases = { validator: ingest.alias, relay: relay.alias, fraudDetector: workflow.alias, archiver: archive.alias };
    this.functionAliases = Object.fromEntries(Object.entries(aliases).filter((entry): entry is [string, lambda.Alias] => entry[1] !== undefined));
    this.validator = ingest.validator;
    this.table = table;
    this.auditBucket = bucket;
    this.relay = relay.function;
    this.bus = routing.bus;
    this.highValueRule = routing.highValueRule;
    this.mediumValueRule = routing.mediumValueRule;
    this.lowValueRule = routing.lowValueRule;
    this.conflictRule = routing.conflictRule;
    this.batchLogGroup = routing.batchLogGroup;
    this.eventArchive = routing.eventArchive;
    this.routingDeadLetters = routing.deadLetters;
    this.fraudDetector = workflow.fraudDetector;
    this.workflow = workflow.stateMachine;
    this.workflowLogGroup = workflow.logGroup;
    this.workflowDeadLetters = workflow.deadLetters;
    this.alertTopic = topic;
    this.archiver = archive.archiver;
    this.archiveWorkflow = archive.stateMachine;
    this.archiveWorkflowLogGroup = archive.logGroup;
    this.archiveSchedule = archive.schedule;
    this.archiveDeadLetters = archive.deadLetters;
    this.archiveQueries = archive.queries;
    if (props.dashboard ?? true) this.dashboard = this.createDashboard(naming, context.system, providers);
    this.alarms = props.alarms?.enabled ?? true ? this.createAlarms(naming, context.system, providers, relay.mappingId, props.alarms ?? {}) : {};
    this.createOutputs();
    if (props.expectedLoad) {
      new Capacity(this, 'Capacity', {
        load: props.expectedLoad, api: this.api, validator: this.validator, relay: this.relay, fraudDetector: this.fraudDetector, topic,
        settings: settingsOf({
          fraudDetection, notifiedTiers: workflowTiers.notified, workflowLogging, retention, tracing: context.tracing,
          archiveSegments: archive.segments,
          providers: providers.map(({ _kind }) => _kind), alarms: Object.values(this.alarms), dashboards: this.dashboard ? 1 : 0, system: this,
        }),
      });
    }
  }

  /** URL to register at a provider: that of the endpoint `name`, or the bare one. */
  public webhookUrl(name?: string): string {
    return this.endpoint.urlFor(name);
  }

  /** Adds a rule of your own to the bus, for events of this system. */
  public addRule(id: string, options: TransactionRuleOptions = {}): events.Rule {
    options.endpoints?.forEach((name) => this.endpoint.refuseUnknown('addRule endpoints', name));
    return transactionRule(this, id, this.bus, options);
  }

  /** Adds an action to every alarm there is now. */
  public addAlarmAction(...actions: cloudwatch.IAlarmAction[]): void {
    for (const alarm of Object.values(this.alarms)) alarm.addAlarmAction(...actions);
  }

  /** Allows reading transactions that are not archived yet, and nothing else of the table. */
  public grantReadTransactions(grantee: iam.IGrantable): iam.Grant {
    this.table.encryptionKey?.grantDecrypt(grantee);
    return this.table.grant(grantee, 'dynamodb:GetItem', 'dynamodb:BatchGetItem', 'dynamodb:Query');
  }

  /** Allows reading archived transactions and their manifests, and nothing else of the bucket. */
  public grantReadArchive(grantee: iam.IGrantable): iam.Grant {
    const grants = [PREFIX.transactions, PREFIX.manifests].map((prefix) => this.auditBucket.grantRead(grantee, `${prefix}*`));
    return grants[0].combine(grants[1]);
  }

  /** A metric of this system's handlers, e.g. `RowsArchived`; summed over five minutes unless told otherwise. */
  public metric(metricName: string, props?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.metrics.metric(metricName, props?.dimensionsMap, props);
  }

  /** Webhooks of an endpoint that were stored for the first time. */
  public metricWebhooksAccepted(endpoint: string, props?: cloudwatch.MetricOptions): cloudwatch.Metric {
    this.endpoint.refuseUnknown('metricWebhooksAccepted endpoint', endpoint);
    return this.metrics.metric(METRIC.webhooksAccepted, { [DIMENSION.provider]: endpoint }, props);
  }

  /** Transactions with a verdict in a risk band. */
  public metricTransactionsScreened(riskBand: RiskBand, props?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.metrics.metric(METRIC.transactionsScreened, { [DIMENSION.riskBand]: riskBand }, props);
  }

  /** Milliseconds from the stored webhook to its verdict; the 99th percentile unless told otherwise. */
  public metricTimeToVerdict(props?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.metrics.metric(METRIC.storeToVerdict, {}, { statistic: 'p99', ...props });
  }

  private createDashboard(naming: Naming, system: string, providers: WebhookProvider[]): cloudwatch.Dashboard {
    return new TransactionDashboard(this, 'Monitoring', {
      naming,
      metrics: new SystemMetrics(system),
      providers: providers.map(({ name }) => name),
      api: this.api,
      functions: {
        'Webhook Validator': this.validator,
        'Relay': this.relay,
        'Fraud Detector': this.fraudDetector,
        'Archival Function': this.archiver,
      },
      relay: this.relay,
      table: this.table,
      bus: this.bus,
      rules: { High: this.highValueRule, Medium: this.mediumValueRule, Low: this.lowValueRule },
      workflows: { Transaction: this.workflow, Archive: this.archiveWorkflow },
      topic: this.alertTopic,
      deadLetters: { Routing: this.routingDeadLetters, Workflow: this.workflowDeadLetters, Archive: this.archiveDeadLetters },
    }).dashboard;
  }

  private createAlarms(
    naming: Naming, system: string, providers: WebhookProvider[], relayMappingId: string, options: AlarmsProps,
  ): { [id: string]: cloudwatch.Alarm } {
    return new SystemAlarms(this, 'Alarms', {
      naming,
      options,
      metrics: new SystemMetrics(system),
      providers: providers.map(({ name }) => name),
      api: this.api,
      validator: this.validator,
      relay: this.relay,
      relayMappingId,
      workflow: this.workflow,
      archiveWorkflow: this.archiveWorkflow,
      routingDeadLetters: this.routingDeadLetters,
      workflowDeadLetters: this.workflowDeadLetters,
      archiveDeadLetters: this.archiveDeadLetters,
    }).alarms;
  }

  private createOutputs(): void {
    const outputs: { [id: string]: [string, string] } = {
      WebhookUrl: [this.webhookUrl(), 'Where providers send their webhooks'],
      TableName: [this.table.tableName, 'Transactions of the last day, and tombstones'],
      EventBusName: [this.bus.eventBusName, 'Event bus of all transactions'],
      AlertTopicArn: [this.alertTopic.topicArn, 'Topic of all alerts'],
      AuditBucketName: [this.auditBucket.bucketName, 'Archive of all transactions'],
      WorkflowArn: [this.workflow.stateMachineArn, 'Screens and notifies'],
      ArchiveWorkflowArn: [this.archiveWorkflow.stateMachineArn, 'Archives every day'],
      EventArchiveName: [this.eventArchive.archiveName, 'Every stored event, for replays'],
      RoutingDeadLettersUrl: [this.routingDeadLetters.queueUrl, 'Events that no target would take'],
      WorkflowDeadLettersUrl: [this.workflowDeadLetters.queueUrl, 'Inputs of workflow branches that failed for good'],
      ArchiveDeadLettersUrl: [this.archiveDeadLetters.queueUrl, 'Inputs of archive runs that failed for good'],
      ...(this.archiveQueries && { ArchiveWorkGroupName: [this.archiveQueries.workGroup.ref, 'Athena work group for SQL over the archive'] }),
      ...(this.dashboard && { DashboardName: [this.dashboard.dashboardName, 'CloudWatch dashboard'] }),
    };
    for (const [id, [value, description]] of Object.entries(outputs)) new CfnOutput(this, id, { value, description });
  }
}
