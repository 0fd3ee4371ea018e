// The same resources as the construct's, as one would write them with plain L2 constructs: no options, no checks, no naming.
import { join } from 'node:path';
import {
  aws_apigateway as apigateway, aws_cloudwatch as cloudwatch, aws_dynamodb as dynamodb, aws_events as events, aws_events_targets as targets,
  aws_iam as iam,
  aws_lambda as lambda, aws_lambda_event_sources as sources, aws_logs as logs, aws_s3 as s3, aws_secretsmanager as secrets, aws_sns as sns,
  aws_sns_subscriptions as subscriptions, aws_sqs as sqs, aws_stepfunctions as sfn, aws_stepfunctions_tasks as tasks, Duration, RemovalPolicy, Stack,
} from 'aws-cdk-lib';
import { Construct } from 'constructs';

/** How often there is what there is many of. */
export interface PlainCounts {
  readonly alarms: number;
  readonly widgets: number;
}

const removalPolicy = RemovalPolicy.DESTROY;

export class PlainStack extends Stack {
  public constructor(scope: Construct, id: string, counts: PlainCounts) {
    super(scope, id);
    const table = new dynamodb.Table(this, 'Table', {
      partitionKey: { name: 'transaction_id', type: dynamodb.AttributeType.STRING },
      sortKey: { name: 'event_id', type: dynamodb.AttributeType.STRING },
      billingMode: dynamodb.BillingMode.PAY_PER_REQUEST,
      pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true, recoveryPeriodInDays: 35 },
      stream: dynamodb.StreamViewType.NEW_IMAGE,
      timeToLiveAttribute: 'expires_at',
      removalPolicy,
    });
    const bucket = new s3.Bucket(this, 'Bucket', {
      versioned: true, encryption: s3.BucketEncryption.S3_MANAGED, enforceSSL: true, blockPublicAccess: s3.BlockPublicAccess.BLOCK_ALL,
      autoDeleteObjects: true, removalPolicy,
      lifecycleRules: [{
        transitions: [
          { storageClass: s3.StorageClass.INFREQUENT_ACCESS, transitionAfter: Duration.days(30) },
          { storageClass: s3.StorageClass.GLACIER, transitionAfter: Duration.days(90) },
        ],
        expiration: Duration.days(365),
      }],
    });
    const topic = new sns.Topic(this, 'Topic', { enforceSSL: true });
    topic.addSubscription(new subscriptions.EmailSubscription('alerts@example.com'));
    const bus = new events.EventBus(this, 'Bus');
    const secret = new secrets.Secret(this, 'Secret', { generateSecretString: { passwordLength: 40 }, removalPolicy });
    const deadLetters = ['Routing', 'Workflow', 'Archive'].map((name) => new sqs.Queue(this, `${name}DeadLetters`, {
      enforceSSL: true, encryption: sqs.QueueEncryption.SQS_MANAGED, retentionPeriod: Duration.days(14), removalPolicy,
    }));

    const validator = this.fn('Validator', 'validator', 1024);
    table.grant(validator, 'dynamodb:PutItem');
    secret.grantRead(validator);
    const api = this.api(validator);

    const relay = this.fn('Relay', 'relay', 512);
    relay.addEventSource(new sources.DynamoEventSource(table, {
      startingPosition: lambda.StartingPosition.TRIM_HORIZON, batchSize: 100, bisectBatchOnError: true, reportBatchItemFailures: true,
      onFailure: new sources.S3OnFailureDestination(bucket),
    }));
    bus.grantPutEventsTo(relay);

    const detector = this.fn('FraudDetector', 'fraud-detector', 512);
    table.grantReadWriteData(detector);
    topic.grantPublish(detector);
    const workflow = this.workflow(detector, table, topic, bus, deadLetters[1]);

    const archiver = this.fn('Archiver', 'archiver', 512);
    table.grantReadWriteData(archiver);
    bucket.grantReadWrite(archiver);
    const archive = this.archive(archiver, deadLetters[2]);

    this.rules(bus, workflow, topic, deadLetters[0]);
    new events.Archive(this, 'EventArchive', { sourceEventBus: bus, eventPattern: { source: ['webhook.transaction'] }, retention: Duration.days(30) });
    new events.Rule(this, 'Schedule', { schedule: events.Schedule.cron({ hour: '2', minute: '0' }), targets: [new targets.SfnStateMachine(archive, { deadLetterQueue: deadLetters[2] })] });

    const metrics = [...[validator, relay, detector, archiver].flatMap((one) => [one.metricInvocations(), one.metricErrors(), one.metricDuration()]),
      api.metricCount(), api.metricServerError(), workflow.metricFailed(), archive.metricFailed(), topic.metricNumberOfMessagesPublished()];
    new cloudwatch.Dashboard(this, 'Dashboard', {
      widgets: [Array.from({ length: counts.widgets }, (_, index) => new cloudwatch.GraphWidget({ title: `Widget ${index}`, left: [metrics[index % metrics.length], metrics[(index + 1) % metrics.length]] }))],
    });
    for (let index = 0; index < counts.alarms; index += 1) {
      new cloudwatch.Alarm(this, `Alarm${index}`, { metric: metrics[index % metrics.length], threshold: 1, evaluationPeriods: 1 });
    }
  }

  private logGroup(id: string): logs.LogGroup {
    return new logs.LogGroup(this, id, { retention: logs.RetentionDays.ONE_MONTH, removalPolicy });
  }

  private fn(id: string, bundle: string, memorySize: number): lambda.Function {
    const role = new iam.Role(this, `${id}Role`, { assumedBy: new iam.ServicePrincipal('lambda.amazonaws.com') });
    const logGroup = this.logGroup(`${id}LogGroup`);
    logGroup.grantWrite(role);
    return new lambda.DockerImageFunction(this, id, {
      code: lambda.DockerImageCode.fromImageAsset(join(process.cwd(), 'assets', bundle)),
      architecture: lambda.Architecture.ARM_64, memorySize, timeout: Duration.seconds(60), tracing: lambda.Tracing.ACTIVE, role, logGroup, environment: { SYSTEM_NAME: 'plain' },
    });
  }

  private api(validator: lambda.Function): apigateway.RestApi {
    const api = new apigateway.RestApi(this, 'Api', {
      cloudWatchRole: true, binaryMediaTypes: ['*/*'],
      deployOptions: {
        stageName: 'prod', tracingEnabled: true, throttlingRateLimit: 1000, throttlingBurstLimit: 2000,
        accessLogDestination: new apigateway.LogGroupLogDestination(this.logGroup('AccessLog')), accessLogFormat: apigateway.AccessLogFormat.jsonWithStandardFields(),
      },
    });
    const webhook = api.root.addResource('webhook');
    const integration = new apigateway.LambdaIntegration(validator, { allowTestInvoke: false });
    webhook.addMethod('POST', integration);
    webhook.addResource('{provider}').addMethod('POST', integration);
    const { MISSING_AUTHENTICATION_TOKEN, DEFAULT_4XX, DEFAULT_5XX } = apigateway.ResponseType;
    for (const type of [MISSING_AUTHENTICATION_TOKEN, DEFAULT_4XX, DEFAULT_5XX]) {
      api.addGatewayResponse(type.responseType, { type });
    }
    return api;
  }

  private workflow(detector: lambda.Function, table: dynamodb.Table, topic: sns.Topic, bus: events.EventBus, queue: sqs.Queue): sfn.StateMachine {
    const keep = (id: string) => new tasks.SqsSendMessage(this, id, { queue, messageBody: sfn.TaskInput.fromJsonPathAt('$') });
    const screen = new tasks.LambdaInvoke(this, 'Screen', { lambdaFunction: detector, outputPath: '$.Payload' }).addRetry({ maxAttempts: 3 }).addCatch(keep('KeepScreening'));
    const tell = new tasks.EventBridgePutEvents(this, 'Tell', {
      entries: [{ eventBus: bus, source: 'webhook.transaction', detailType: 'Transaction Screened', detail: sfn.TaskInput.fromJsonPathAt('$') }],
    }).addRetry({ maxAttempts: 3 });
    const claim = new tasks.DynamoUpdateItem(this, 'Claim', {
      table, key: { transaction_id: tasks.DynamoAttributeValue.fromString(sfn.JsonPath.stringAt('$.transaction.key.transaction_id')) },
      updateExpression: 'SET notified_at = :at', expressionAttributeValues: { ':at': tasks.DynamoAttributeValue.fromString(sfn.JsonPath.stringAt('$$.State.EnteredTime')) },
      conditionExpression: 'attribute_not_exists(notified_at)', resultPath: sfn.JsonPath.DISCARD,
    }).addRetry({ maxAttempts: 3 }).addCatch(keep('KeepNotification'));
    const notify = new tasks.SnsPublish(this, 'Notify', { topic, message: sfn.TaskInput.fromJsonPathAt('$.transaction') }).addRetry({ maxAttempts: 3 });
    const wanted = (id: string, field: string, then: sfn.IChainable) => new sfn.Choice(this, `${id}Wanted`)
      .when(sfn.Condition.booleanEquals(field, true), then).otherwise(new sfn.Pass(this, `${id}NotWanted`));
    return new sfn.StateMachine(this, 'Workflow', {
      stateMachineType: sfn.StateMachineType.EXPRESS, tracingEnabled: true, timeout: Duration.minutes(5),
      definitionBody: sfn.DefinitionBody.fromChainable(new sfn.Parallel(this, 'Process').branch(
        wanted('Screening', '$.screen', screen.next(tell)), wanted('Notification', '$.notify', claim.next(new sfn.Pass(this, 'Describe')).next(notify)))),
      logs: { destination: this.logGroup('WorkflowLog'), level: sfn.LogLevel.ALL, includeExecutionData: true },
    });
  }

  private archive(archiver: lambda.Function, queue: sqs.Queue): sfn.StateMachine {
    const invoke = (id: string) => new tasks.LambdaInvoke(this, id, { lambdaFunction: archiver, outputPath: '$.Payload' }).addRetry({ maxAttempts: 3 })
      .addCatch(new tasks.SqsSendMessage(this, `Keep${id}`, { queue, messageBody: sfn.TaskInput.fromJsonPathAt('$') }));
    const again = (id: string) => {
      const task = invoke(id);
      return task.next(new sfn.Choice(this, `${id}Done`).when(sfn.Condition.booleanEquals('$.done', true), new sfn.Succeed(this, `${id}Ends`)).otherwise(task));
    };
    return new sfn.StateMachine(this, 'Archive', {
      tracingEnabled: true, timeout: Duration.hours(6),
      definitionBody: sfn.DefinitionBody.fromChainable(new sfn.Map(this, 'Segments', { maxConcurrency: 4 }).itemProcessor(again('Segment')).next(again('Manifests'))),
      logs: { destination: this.logGroup('ArchiveLog'), level: sfn.LogLevel.ERROR },
    });
  }

  private rules(bus: events.EventBus, workflow: sfn.StateMachine, topic: sns.Topic, deadLetterQueue: sqs.Queue): void {
    const rule = (id: string, detailType: string, tier?: string) => new events.Rule(this, id, {
      eventBus: bus, eventPattern: { source: ['webhook.transaction'], detailType: [detailType], ...(tier && { detail: { tier: [tier] } }) },
    });
    const input = events.RuleTargetInput.fromObject({ transaction: events.EventField.fromPath('$.detail'), timestamp: events.EventField.time, screen: true });
    for (const tier of ['low', 'medium', 'high']) rule(`${tier}Rule`, 'Transaction Created', tier).addTarget(new targets.SfnStateMachine(workflow, { input, deadLetterQueue }));
    rule('ConflictRule', 'Transaction Conflict').addTarget(new targets.SnsTopic(topic, { deadLetterQueue }));
    const batchLog = this.logGroup('BatchLog');
    rule('BatchRule', 'Transaction Created', 'low').addTarget(new targets.SqsQueue(deadLetterQueue, { deadLetterQueue }));
    batchLog.addToResourcePolicy(new iam.PolicyStatement({
      principals: [new iam.ServicePrincipal('events.amazonaws.com')], actions: ['logs:CreateLogStream', 'logs:PutLogEvents'], resources: [batchLog.logGroupArn],
    }));
  }
}
