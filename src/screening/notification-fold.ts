import { aws_dynamodb as dynamodb, aws_stepfunctions as sfn, aws_stepfunctions_tasks as tasks } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { RECORD, TABLE } from '../contract';
import { catchEverything, retryWithJitter } from '../workflow-steps';

export interface NotificationFoldProps {
  readonly table: dynamodb.ITable;
  /** Length of the window. */
  readonly seconds: number;
  /** What this run calls itself. */
  readonly claim: tasks.DynamoAttributeValue;
  /** Where failures go. */
  readonly keep: sfn.IChainable;
  /** Says in the transaction's row that it was folded. */
  readonly settle: sfn.TaskStateBase;
}

const { fromString, fromNumber, numberFromString } = tasks.DynamoAttributeValue;
const FOLD_KEY = {
  [TABLE.partitionKey]: fromString('#alerts'),
  [TABLE.sortKey]: fromString(sfn.JsonPath.hash(sfn.JsonPath.stringAt('$.notification.cause'), 'SHA-256')),
};
/** The state language cannot compute with times; DynamoDB can with numbers. */
const RECEIVED = numberFromString(sfn.JsonPath.jsonToString(sfn.JsonPath.objectAt('$.transaction.received_epoch_s')));
const REFUSED = 'DynamoDB.ConditionalCheckFailedException';
const DAY_S = 86_400;

/**
 * One notification per cause and window; the window starts with the transaction that opened it, by
 * its time of receipt. Those that are folded say so in their rows, and the next one says how many they were.
 */
export class NotificationFold {
  public readonly open: sfn.TaskStateBase;
  /** After a send that failed, whatever became of it: the next of the cause goes out. */
  public readonly reopen: sfn.TaskStateBase;
  /** The alert for machines, with the number of those that were folded before it. */
  public readonly alert = sfn.JsonPath.jsonMerge(sfn.JsonPath.objectAt('$.notification.alert'), sfn.JsonPath.objectAt('$.fold'));
  /** What people read of it, and its value. */
  public readonly stated: [string, string] = [' ({} more of the same were not sent since the last one)', sfn.JsonPath.stringAt('$.fold.folded')];

  public constructor(private readonly scope: Construct, private readonly props: NotificationFoldProps) {
    const { keep, settle, claim, table } = props;
    this.open = new tasks.DynamoUpdateItem(scope, 'OpenFold', {
      table,
      key: FOLD_KEY,
      updateExpression: 'SET #record = :fold, #first = :claim, until_s = :received + :window, folded_before = if_not_exists(folded, :zero), folded = :zero,'
        + ' #ttl = :received + :keep',
      conditionExpression: `attribute_not_exists(${TABLE.partitionKey}) OR until_s <= :received OR #first = :claim`,
      expressionAttributeNames: { '#record': 'record', '#first': 'first', '#ttl': TABLE.timeToLive },
      expressionAttributeValues: {
        ':fold': fromString(RECORD.alertFold), ':claim': claim, ':received': RECEIVED, ':zero': fromNumber(0),
        ':window': fromNumber(props.seconds), ':keep': fromNumber(props.seconds + DAY_S),
      },
      returnValues: tasks.DynamoReturnValues.ALL_NEW,
      resultSelector: { folded: sfn.JsonPath.stringToJson(sfn.JsonPath.stringAt('$.Attributes.folded_before.N')) },
      resultPath: '$.fold',
    });
    retryWithJitter(this.open, REFUSED);
    this.open.addCatch(settle, { errors: [REFUSED], resultPath: sfn.JsonPath.DISCARD });
    catchEverything(this.open, keep);
    settle.next(this.count());
    this.reopen = new tasks.DynamoUpdateItem(scope, 'ReopenFold', {
      table,
      key: FOLD_KEY,
      updateExpression: 'SET until_s = :zero, folded = folded + folded_before',
      conditionExpression: `attribute_exists(${TABLE.partitionKey}) AND #first = :claim AND until_s > :zero`,
      expressionAttributeNames: { '#first': 'first' },
      expressionAttributeValues: { ':claim': claim, ':zero': fromNumber(0) },
      resultPath: sfn.JsonPath.DISCARD,
    });
    retryWithJitter(this.reopen, REFUSED);
    catchEverything(this.reopen, keep);
    this.reopen.next(keep);
  }

  /** The row of the transaction is exact; this number may be one off after a failure of the table. */
  private count(): sfn.TaskStateBase {
    const count = new tasks.DynamoUpdateItem(this.scope, 'CountFolded', {
      table: this.props.table,
      key: FOLD_KEY,
      updateExpression: 'ADD folded :one',
      conditionExpression: `attribute_exists(${TABLE.partitionKey})`,
      expressionAttributeValues: { ':one': fromNumber(1) },
      resultPath: sfn.JsonPath.DISCARD,
      outputPath: sfn.JsonPath.DISCARD,
    });
    retryWithJitter(count);
    catchEverything(count, this.props.keep);
    return count;
  }
}
