import {
  aws_dynamodb as dynamodb, aws_events as events, aws_lambda as lambda, aws_logs as logs, aws_sns as sns, aws_sqs as sqs, aws_stepfunctions as sfn,
  aws_stepfunctions_tasks as tasks, Duration,
} from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { DETAIL_TYPE, ENV, EVENT_SOURCE } from '../contract';
import { grantOnTable } from '../encryption';
import { FunctionOptions, HandlerContext, HandlerFunction } from '../packaging/handler-function';
import { Retention } from '../retention';
import { sortKeys } from '../stable-json';
import { deadLetterQueue, logGroupFor } from '../stores';
import { catchEverything, giveOthersTime, keepInDeadLetters, retryWithJitter } from '../workflow-steps';
import { ResolvedFraudDetection } from './fraud-detection';
import { Notification } from './notification';
import { LOG_OPTIONS, WorkflowLogging } from './workflow-logging';

export interface TransactionWorkflowProps {
  readonly context: HandlerContext;
  readonly options: FunctionOptions;
  readonly fraudDetection: ResolvedFraudDetection;
  readonly retention: Retention;
  readonly table: dynamodb.ITable;
  readonly topic: sns.ITopic;
  /** Where verdicts are told of. */
  readonly bus: events.IEventBus;
  readonly logging: WorkflowLogging;
}

/** Fraud detection beside notification, independent of each other. */
export class TransactionWorkflow extends Construct {
  public readonly fraudDetector: lambda.Function;
  public readonly alias?: lambda.Alias;
  public readonly stateMachine: sfn.StateMachine;
  public readonly logGroup: logs.LogGroup;
  /** Inputs of branches that failed for good, with the error. */
  public readonly deadLetters: sqs.Queue;

  public constructor(scope: Construct, id: string, props: TransactionWorkflowProps) {
    super(scope, id);
    const { context, table, topic, bus } = props;
    const name = context.naming.of('transaction-workflow');

    const detectorTimeout = props.options.timeout ?? Duration.seconds(60);
    const detector = new HandlerFunction(this, 'FraudDetector', {
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
    });
    this.fraudDetector = detector.function;
    this.alias = detector.alias;
    grantOnTable(table, this.fraudDetector, 'dynamodb:GetItem', 'dynamodb:PutItem', 'dynamodb:Query', 'dynamodb:UpdateItem');
    topic.grantPublish(this.fraudDetector);
    props.fraudDetection.model?._grantTo(this.fraudDetector);

    this.deadLetters = deadLetterQueue(this, 'workflow-dlq', props.retention.deadLetters, context);
    this.logGroup = logGroupFor(this, 'LogGroup', 'states/transaction-workflow', context);
    const { level, includeExecutionData } = LOG_OPTIONS[props.logging];
    this.stateMachine = new sfn.StateMachine(this, 'StateMachine', {
      stateMachineName: name,
      stateMachineType: sfn.StateMachineType.EXPRESS,
      comment: 'Fraud detection and notification, in parallel',
      definitionBody: sfn.DefinitionBody.fromChainable(this.branches(
        this.screening(detector.target, detectorTimeout, bus),
        new Notification(this, { table, topic, keep: this.keep('notification', 'Notification'), foldSeconds: props.fraudDetection.config.fold_s }).chain,
      )),
      timeout: Duration.minutes(5),
      tracingEnabled: context.tracing,
      // EXPRESS keeps no history of its own.
      logs: { destination: this.logGroup, level, includeExecutionData },
    });
    table.encryptionKey?.grantEncryptDecrypt(this.stateMachine);
  }

  private branches(...branches: sfn.IChainable[]): sfn.IChainable {
    const notKept = new sfn.Fail(this, 'NotKept', {
      error: 'DeadLetterNotKept', cause: 'A branch failed and its dead letter could not be kept: its input is in the log of this execution',
    });
    return new sfn.Parallel(this, 'ProcessTransaction').branch(...branches).next(new sfn.Choice(this, 'EverythingKept')
      .when(sfn.Condition.or(...branches.map((_, index) => sfn.Condition.isPresent(`$[${index}].not_kept`))), notKept)
      .otherwise(new sfn.Succeed(this, 'Processed')));
  }

  /** The verdict is told of at least once, by every execution that has it: a second writer may have taken over from one that died. */
  private screening(detector: lambda.IFunction, timeout: Duration, bus: events.IEventBus): sfn.IChainable {
    const detect = new tasks.LambdaInvoke(this, 'FraudDetection', {
      lambdaFunction: detector,
      taskTimeout: sfn.Timeout.duration(timeout),
      payload: sfn.TaskInput.fromObject({
        transaction: sfn.JsonPath.objectAt('$.transaction'),
        execution: sfn.JsonPath.stringAt('$$.Execution.Id'),
      }),
      payloadResponseOnly: false,
      outputPath: '$.Payload',
      retryOnServiceExceptions: false,
    });
    giveOthersTime(detect, 'AlertUncertain');
    retryWithJitter(detect, 'NoSuchTransaction');
    const keep = this.keep('screening', 'Screening');
    catchEverything(detect, keep);
    const tell = new tasks.EventBridgePutEvents(this, 'TellOfVerdict', {
      entries: [{ eventBus: bus, source: EVENT_SOURCE, detailType: DETAIL_TYPE.transactionScreened, detail: sfn.TaskInput.fromJsonPathAt('$') }],
      resultPath: sfn.JsonPath.DISCARD,
      outputPath: sfn.JsonPath.DISCARD,
    });
    retryWithJitter(tell);
    catchEverything(tell, keep);
    return new sfn.Choice(this, 'ScreeningWanted')
      .when(sfn.Condition.booleanEquals('$.screen', true), detect.next(tell))
      .otherwise(new sfn.Pass(this, 'ScreeningNotWanted', { outputPath: sfn.JsonPath.DISCARD }));
  }

  /** Where a branch ends up that failed for good. A letter that cannot be kept must not cancel the other branch: the execution fails when both have ended. */
  private keep(stage: 'screening' | 'notification', id: string): sfn.TaskStateBase {
    const lost = new sfn.Pass(this, `${id}NotKept`, { result: sfn.Result.fromObject({ not_kept: stage }) });
    return keepInDeadLetters(this, `KeepFailed${id}`, this.deadLetters, stage, lost);
  }
}
