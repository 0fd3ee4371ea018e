import {
  aws_dynamodb as dynamodb, aws_events as events, aws_iam as iam, aws_lambda as lambda, aws_lambda_event_sources as sources, aws_s3 as s3, Duration,
} from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { ENV, PREFIX, PUBLISHED_RECORDS } from '../contract';
import { FunctionOptions, HandlerContext, HandlerFunction } from '../packaging/handler-function';

export interface RelayProps {
  readonly context: HandlerContext;
  readonly options: FunctionOptions;
  readonly table: dynamodb.ITable;
  readonly bus: events.IEventBus;
  /** Takes the records that could not be published, with their payload. */
  readonly failures: s3.IBucket;
}

/** Where AWS Lambda puts the records a stream mapping gave up on. */
const FAILURE_PREFIX = `${PREFIX.failures}*`;

/** The far side of the outbox: publishes every new row of the table. */
export class Relay extends Construct {
  public readonly function: lambda.Function;
  public readonly alias?: lambda.Alias;
  /** UUID of the stream mapping. */
  public readonly mappingId: string;

  public constructor(scope: Construct, id: string, props: RelayProps) {
    super(scope, id);
    const handler = new HandlerFunction(this, 'Relay', {
      context: props.context,
      handler: 'relay',
      prop: 'relay',
      baseName: 'webhook-relay',
      description: 'Publishes stored transactions on the event bus',
      ...props.options,
      memorySize: props.options.memorySize ?? 512,
      timeout: props.options.timeout ?? Duration.seconds(60),
      environment: { [ENV.bus]: props.bus.eventBusName },
    });
    this.function = handler.function;
    this.alias = handler.alias;
    props.bus.grantPutEventsTo(this.function);

    const source = new sources.DynamoEventSource(props.table, {
      startingPosition: lambda.StartingPosition.TRIM_HORIZON,
      batchSize: 100,
      bisectBatchOnError: true,
      reportBatchItemFailures: true,
      retryAttempts: 10,
      filters: [lambda.FilterCriteria.filter({
        eventName: lambda.FilterRule.isEqual('INSERT'),
        dynamodb: { NewImage: { record: { S: lambda.FilterRule.or(...PUBLISHED_RECORDS) } } },
      })],
      onFailure: new FailureBucket(props.failures),
      // Counts what goes to the bucket, for the alarm.
      metricsConfig: { metrics: [lambda.MetricType.EVENT_COUNT] },
    });
    handler.function.addEventSource(source);
    if (handler.alias) redirect(handler.function, handler.alias);
    this.mappingId = source.eventSourceMappingId;
  }
}

/**
 * Has the function's mapping invoke its alias. One of the alias's own would replace it where an alias is added or taken away,
 * and begin at the oldest record of the stream: a day of transactions would be published again.
 */
function redirect(fn: lambda.Function, alias: lambda.Alias): void {
  for (const child of fn.node.findAll()) if (child instanceof lambda.CfnEventSourceMapping) child.functionName = alias.functionName;
}

/** The bucket as on-failure destination, which unlike a queue keeps the payload; nothing but that prefix may be written. */
class FailureBucket implements lambda.IEventSourceDlq {
  public constructor(private readonly bucket: s3.IBucket) {}

  public bind(_mapping: lambda.IEventSourceMapping, handler: lambda.IFunction): lambda.DlqDestinationConfig {
    handler.addToRolePolicy(new iam.PolicyStatement({ actions: ['s3:PutObject'], resources: [this.bucket.arnForObjects(FAILURE_PREFIX)] }));
    this.bucket.encryptionKey?.grantEncryptDecrypt(handler);
    handler.addToRolePolicy(new iam.PolicyStatement({ actions: ['s3:ListBucket'], resources: [this.bucket.bucketArn] }));
    return { destination: this.bucket.bucketArn };
  }
}
