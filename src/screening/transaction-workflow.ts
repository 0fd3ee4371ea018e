import {
  aws_dynamodb as dynamodb, aws_events as events, aws_lambda as lambda, aws_logs as logs, aws_sns as sns, aws_sqs as sqs, aws_stepfunctions as sfn,
  aws_stepfunctions_tasks as tasks, Duration,
} from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { DETAIL_TYPE, ENV, EVENT_SOURCE, RECORD, TABLE } from '../contract';
import { FunctionOptions, HandlerContext, HandlerFunction } from '../packaging/handler-function';
import { Retention } from '../retention';
import { sortKeys } from '../stable-json';
import { catchEverything, keepInDeadLetters, retryWithJitter } from '../workflow-steps';
import { ResolvedFraudDetection } from './fraud-detection';

export interface TransactionWorkflowProps {
  readonly context: HandlerContext;
  readonly options: FunctionOptions;
  readonly fraudDetection: ResolvedFraudDetection;
  readonly retention: Retention;
  readonly table: dynamodb.ITable;
  readonly topic: sns.ITopic;
  /** Where verdicts are told of. */
  readonly bus: events.IEventBus;
}

/** Fraud detection beside notification, independent of each other. */
export class TransactionWorkflow extends Construct {
  public readonly fraudDetector: lambda.Function;
  public readonly stateMachine: sfn.StateMachine;
  public readonly logGroup: logs.LogGroup;
  /** Inputs of branches that failed for good, with the error. */
  public readonly deadLetters: sqs.Queue;

  public constructor(scope: Construct, id: string, props: TransactionWorkflowProps) {
    super(scope, id);
    const { context, table, topic, bus } = props;
    const name = context.naming.of('transaction-workflow');

    const detectorTimeout = props.options.timeout ?? Duration.seconds(60);
    this.fraudDetector = new HandlerFunction(this, 'FraudDetector', {
      context,
      handler: 'fraud-detector',
      prop: 'fraudDetector',
      baseName: 'fraud-detector',
      description: 'Scores transactions and alerts on high risk',
      ...props.options,
      memorySize: props.options.memorySize ?? 512,
      timeout: detectorTimeout,
      // Four attempts and the pauses between them end before the execution does, so that the last failure is still caught.
      maxTimeout: Duration.seconds(60),
      environment: {
        [ENV.table]: table.tableName,
        [ENV.topic]: topic.topicArn,
        [ENV.fraud]: JSON.stringify(sortKeys(props.fraudDetection.config)),
      },
    }).function;
    table.grant(this.fraudDetector, 'dynamodb:GetItem', 'dynamodb:PutItem', 'dynamodb:Query', 'dynamodb:UpdateItem');
    topic.grantPublish(this.fraudDetector);
    props.fraudDetection.model?._grantTo(this.fraudDetector);

    this.deadLetters = new sqs.Queue(this, 'DeadLetters', {
      queueName: context.naming.of('workflow-dlq'),
      retentionPeriod: props.retention.deadLetters,
      encryption: sqs.QueueEncryption.SQS_MANAGED,
      enforceSSL: true,
      removalPolicy: context.removalPolicy,
    });
    this.logGroup = new logs.LogGroup(this, 'LogGroup', {
      logGroupName: name && `/aws/states/${name}`,
      retention: context.logRetention,
      removalPolicy: context.removalPolicy,
    });
    this.stateMachine = new sfn.StateMachine(this, 'StateMachine', {
      stateMachineName: name,
      stateMachineType: sfn.StateMachineType.EXPRESS,
      comment: 'Fraud detection and notification, in parallel',
      definitionBody: sfn.DefinitionBody.fromChainable(
        new sfn.Parallel(this, 'ProcessTransaction').branch(this.screening(detectorTimeout, bus), this.notification(table, topic)),
      ),
      timeout: Duration.minutes(5),
      tracingEnabled: context.tracing,
      // EXPRESS keeps no history of its own.
      logs: { destination: this.logGroup, level: sfn.LogLevel.ALL, includeExecutionData: true },
    });
  }

  /** The verdict is told of at least once, by every execution that has it: a second writer may have taken over from one that died. */
  private screening(timeout: Duration, bus: events.IEventBus): sfn.IChainable {
    const detect = new tasks.LambdaInvoke(this, 'FraudDetection', {
      lambdaFunction: this.fraudDetector,
      taskTimeout: sfn.Timeout.duration(timeout),
      payload: sfn.TaskInput.fromObject({
        transaction: sfn.JsonPath.objectAt('$.transaction'),
        execution: sfn.JsonPath.stringAt('$$.Execution.Id'),
      }),
      payloadResponseOnly: false,
      outputPath: '$.Payload',
      retryOnServiceExceptions: false,
    });
    retryWithJitter(detect, 'AlertUncertain', 'NoSuchTransaction');
    const keep = keepInDeadLetters(this, 'KeepFailedScreening', this.deadLetters, 'screening');
    catchEverything(detect, keep);
    const tell = new tasks.EventBridgePutEvents(this, 'TellOfVerdict', {
      entries: [{ eventBus: bus, source: EVENT_SOURCE, detailType: DETAIL_TYPE.transactionScreened, detail: sfn.TaskInput.fromJsonPathAt('$') }],
      resultPath: sfn.JsonPath.DISCARD,
    });
    retryWithJitter(tell);
    catchEverything(tell, keep);
    return new sfn.Choice(this, 'ScreeningWanted')
      .when(sfn.Condition.booleanEquals('$.screen', true), detect.next(tell))
      .otherwise(new sfn.Pass(this, 'ScreeningNotWanted'));
  }

  /** EXPRESS runs at least once: the row is claimed first, so that a second run does not notify again. */
  private notification(table: dynamodb.ITable, topic: sns.ITopic): sfn.IChainable {
    const keep = keepInDeadLetters(this, 'KeepFailedNotification', this.deadLetters, 'notification');
    const claim = new tasks.DynamoUpdateItem(this, 'ClaimNotification', {
      table,
      key: {
        [TABLE.partitionKey]: tasks.DynamoAttributeValue.fromString(sfn.JsonPath.stringAt('$.transaction.key.transaction_id')),
        [TABLE.sortKey]: tasks.DynamoAttributeValue.fromString(sfn.JsonPath.stringAt('$.transaction.key.event_id')),
      },
      updateExpression: 'SET notified_at = :at ADD revision :one',
      // A tombstone is no transaction any more: a replay does not notify of it again.
      conditionExpression: `attribute_exists(${TABLE.partitionKey}) AND #record = :transaction AND attribute_not_exists(notified_at)`,
      expressionAttributeNames: { '#record': 'record' },
      expressionAttributeValues: {
        ':at': tasks.DynamoAttributeValue.fromString(sfn.JsonPath.stringAt('$$.State.EnteredTime')),
        ':one': tasks.DynamoAttributeValue.fromNumber(1),
        ':transaction': tasks.DynamoAttributeValue.fromString(RECORD.transaction),
      },
      resultPath: sfn.JsonPath.DISCARD,
    });
    const alreadyNotified = 'DynamoDB.ConditionalCheckFailedException';
    retryWithJitter(claim, alreadyNotified);
    claim.addCatch(new sfn.Pass(this, 'AlreadyNotified'), { errors: [alreadyNotified], resultPath: sfn.JsonPath.DISCARD });
    catchEverything(claim, keep);

    const [amount, currency, provider, reference, receivedAt, tier] = ['amount_text', 'currency', 'provider', 'reference', 'received_at', 'tier']
      .map((field) => sfn.JsonPath.stringAt(`$.transaction.${field}`));
    const label = sfn.JsonPath.stringAt('$.label');
    const short = sfn.JsonPath.format('{} value: {} {}, {} {}', label, amount, currency, provider, reference);
    const alertType = sfn.JsonPath.format('{}_value', tier);
    // Neither metadata nor the provider's own ids: they may hold more than an alert should.
    const describe = new sfn.Pass(this, 'DescribeTransaction', {
      parameters: { alert_type: alertType, text: short, transaction_id: reference, provider, amount, currency, tier, timestamp: receivedAt },
      resultPath: '$.alert',
    });
    const send = new tasks.SnsPublish(this, 'SendNotification', {
      topic,
      subject: sfn.JsonPath.format('{} Value Transaction Received', label),
      messagePerSubscriptionType: true,
      message: sfn.TaskInput.fromObject({
        default: sfn.JsonPath.jsonToString(sfn.JsonPath.objectAt('$.alert')),
        email: sfn.JsonPath.format(
          'A transaction of {} {} from {} was received at {}. It is of {} value. Transaction: {}', amount, currency, provider, receivedAt, tier, reference,
        ),
        sms: short,
      }),
      messageAttributes: {
        alert_type: { value: alertType },
        tier: { value: tier },
        currency: { value: currency },
        provider: { value: provider },
      },
      resultPath: sfn.JsonPath.DISCARD,
    });
    retryWithJitter(send);
    catchEverything(send, keep);

    return new sfn.Choice(this, 'NotificationWanted')
      .when(sfn.Condition.booleanEquals('$.notify', true), claim.next(describe).next(send))
      .otherwise(new sfn.Pass(this, 'NotificationNotWanted'));
  }
}
