import {
  aws_dynamodb as dynamodb, aws_events as events, aws_events_targets as targets, aws_iam as iam, aws_lambda as lambda,
  aws_logs as logs, aws_s3 as s3, aws_sqs as sqs,
  aws_stepfunctions as sfn, aws_stepfunctions_tasks as tasks, Duration,
} from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { ENV, PREFIX, WorkflowTiers } from '../contract';
import { grantOnTable } from '../encryption';
import { FunctionOptions, HandlerContext, HandlerFunction } from '../packaging/handler-function';
import { Retention } from '../retention';
import { deadLetterQueue, logGroupFor } from '../stores';
import { checkWholeNumber, refuseToken } from '../validate';
import { keepInDeadLetters, retryWithJitter, WITH_ERROR } from '../workflow-steps';
import { ArchiveQueries, ArchiveQueryProps } from './archive-queries';

/** When and how transactions are archived. */
export interface ArchivalProps {
  /**
   * When the archive workflow runs.
   *
   * @default - daily at 02:00 UTC
   */
  readonly schedule?: events.Schedule;

  /**
   * Parts of the table that are archived at the same time, 1 to 40.
   *
   * @default 4
   */
  readonly segments?: number;

  /**
   * Keeps what is written to the audit bucket from being changed or deleted, even by its owner, for a time:
   * in governance mode by all but those with a special permission, in compliance mode by anybody.
   * It cannot be taken off a bucket again, and needs `RemovalPolicy.RETAIN`.
   *
   * @default - none; the bucket is versioned
   * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-lock.html
   */
  readonly objectLock?: s3.ObjectLockRetention;

  /**
   * Bucket that S3 writes the access logs of the audit bucket and of query results to, under `transaction-audit-logs/`
   * and `transaction-query-results/`.
   *
   * @default - no server access log
   * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/ServerLogs.html
   */
  readonly serverAccessLogsBucket?: s3.IBucket;

  /**
   * Lets archived transactions be asked with SQL: a table in the AWS Glue Data Catalog, an Amazon Athena work
   * group, and queries to begin with. `{}` is enough.
   *
   * @default - none
   * @see https://docs.aws.amazon.com/athena/latest/ug/what-is.html
   */
  readonly athena?: ArchiveQueryProps;
}

export interface ArchiveProps {
  readonly context: HandlerContext;
  readonly options: FunctionOptions;
  readonly archival: ArchivalProps;
  readonly retention: Retention;
  readonly table: dynamodb.ITable;
  readonly bucket: s3.IBucket;
  /** What a transaction waits for in the table. */
  readonly workflowTiers: WorkflowTiers;
}

/** Moves what is old enough from the table to the audit bucket, every day. */
export class Archive extends Construct {
  public readonly archiver: lambda.Function;
  public readonly alias?: lambda.Alias;
  public readonly stateMachine: sfn.StateMachine;
  public readonly schedule: events.Rule;
  public readonly logGroup: logs.LogGroup;
  /** Inputs of archive runs that failed for good, and schedules that could not start one. */
  public readonly deadLetters: sqs.Queue;
  public readonly queries?: ArchiveQueries;
  /** Parts of the table that are archived at the same time. */
  public readonly segments: number;

  public constructor(scope: Construct, id: string, props: ArchiveProps) {
    super(scope, id);
    const { context, retention, table, bucket, workflowTiers } = props;
    const name = context.naming.of('archive-workflow');
    const segments = props.archival.segments ?? 4;
    refuseToken('archival.segments', segments);
    checkWholeNumber('archival.segments', segments, 1, 40);
    this.segments = segments;

    const handler = new HandlerFunction(this, 'Archiver', {
      context,
      handler: 'archiver',
      prop: 'archiver',
      baseName: 'transaction-archival',
      description: 'Archives transactions and leaves tombstones in their place',
      ...props.options,
      memorySize: props.options.memorySize ?? 512,
      timeout: props.options.timeout ?? Duration.minutes(5),
      minTimeout: Duration.minutes(2),
      environment: {
        [ENV.table]: table.tableName,
        [ENV.bucket]: bucket.bucketName,
        [ENV.archiveAfterHours]: String(retention.archiveAfter.toHours()),
        [ENV.archiveUnfinishedAfterHours]: String(retention.archiveAfter.toHours() + retention.deadLetters.toHours()),
        [ENV.workflowTiers]: JSON.stringify(workflowTiers),
        [ENV.dedupeDays]: String(retention.dedupe.toDays()),
      },
    });
    this.archiver = handler.function;
    this.alias = handler.alias;
    grantOnTable(table, this.archiver, 'dynamodb:Scan', 'dynamodb:Query', 'dynamodb:PutItem', 'dynamodb:UpdateItem', 'dynamodb:DeleteItem');
    this.archiver.addToRolePolicy(new iam.PolicyStatement({
      actions: ['s3:PutObject', 's3:GetObject'],
      resources: [PREFIX.transactions, PREFIX.manifests].map((prefix) => bucket.arnForObjects(`${prefix}*`)),
    }));
    // Without it a missing object looks like a forbidden one.
    this.archiver.addToRolePolicy(new iam.PolicyStatement({ actions: ['s3:ListBucket'], resources: [bucket.bucketArn] }));
    bucket.encryptionKey?.grantEncryptDecrypt(this.archiver);

    this.deadLetters = deadLetterQueue(this, 'archive-dlq', retention.deadLetters, context);
    this.logGroup = logGroupFor(this, 'LogGroup', 'states/archive-workflow', context);
    this.stateMachine = new sfn.StateMachine(this, 'StateMachine', {
      stateMachineName: name,
      stateMachineType: sfn.StateMachineType.STANDARD,
      comment: 'Archives every segment of the table, then writes what each day consists of',
      definitionBody: sfn.DefinitionBody.fromChainable(this.definition(handler.target, segments)),
      timeout: Duration.hours(12),
      tracingEnabled: context.tracing,
      logs: { destination: this.logGroup, level: sfn.LogLevel.ALL, includeExecutionData: true },
    });
    this.schedule = new events.Rule(this, 'Schedule', {
      ruleName: context.naming.of('daily-archive'),
      description: 'Starts the archive workflow',
      schedule: props.archival.schedule ?? events.Schedule.cron({ hour: '2', minute: '0' }),
      targets: [new targets.SfnStateMachine(this.stateMachine, {
        input: events.RuleTargetInput.fromObject({ now: events.EventField.time }),
        deadLetterQueue: this.deadLetters,
        retryAttempts: 20,
        maxEventAge: Duration.hours(6),
      })],
    });
    if (props.archival.athena) {
      const { naming, system, removalPolicy, encryptionKey } = context;
      const { athena: options, serverAccessLogsBucket } = props.archival;
      this.queries = new ArchiveQueries(this, 'Queries', {
        naming, system, removalPolicy, encryptionKey, serverAccessLogsBucket, retention, bucket, options,
      });
    }
  }

  private definition(archiver: lambda.IFunction, segments: number): sfn.IChainable {
    const archive = new tasks.LambdaInvoke(this, 'ArchiveSegment', {
      lambdaFunction: archiver,
      outputPath: '$.Payload',
      retryOnServiceExceptions: false,
    });
    retryWithJitter(archive);
    const untilDone = archive.next(new sfn.Choice(this, 'SegmentDone')
      .when(sfn.Condition.booleanEquals('$.done', true), new sfn.Succeed(this, 'SegmentArchived'))
      .otherwise(archive));

    const plan = new sfn.Pass(this, 'PlanSegments', {
      parameters: {
        now: sfn.JsonPath.stringAt('$.now'),
        segments: Array.from({ length: segments }, (_, segment) => segment),
      },
    });
    const all = new sfn.Map(this, 'ArchiveSegments', {
      itemsPath: '$.segments',
      maxConcurrency: segments,
      resultPath: sfn.JsonPath.DISCARD,
      itemSelector: {
        now: sfn.JsonPath.stringAt('$.now'),
        run: sfn.JsonPath.stringAt('$$.Execution.Name'),
        segment: sfn.JsonPath.numberAt('$$.Map.Item.Value'),
        total_segments: segments,
        archived: 0,
      },
    });
    all.itemProcessor(untilDone);
    const manifest = new tasks.LambdaInvoke(this, 'WriteManifests', {
      lambdaFunction: archiver,
      payload: sfn.TaskInput.fromObject({
        manifest: true,
        now: sfn.JsonPath.stringAt('$.now'),
        run: sfn.JsonPath.stringAt('$$.Execution.Name'),
      }),
      outputPath: '$.Payload',
      retryOnServiceExceptions: false,
    });
    retryWithJitter(manifest);

    const failed = new sfn.Fail(this, 'ArchiveFailed', {
      error: 'ArchiveFailed', cause: 'A segment or a manifest could not be archived; its rows are still in the table, its objects are still to be listed',
    });
    const keep = keepInDeadLetters(this, 'KeepFailedArchive', this.deadLetters, 'archive', failed).next(failed);
    all.addCatch(keep, WITH_ERROR);
    manifest.addCatch(keep, WITH_ERROR);
    return plan.next(all).next(manifest).next(new sfn.Choice(this, 'ManifestsDone')
      .when(sfn.Condition.booleanEquals('$.done', true), new sfn.Succeed(this, 'Archived'))
      .otherwise(manifest));
  }
}
