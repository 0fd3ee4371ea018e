import { aws_dynamodb as dynamodb, aws_sns as sns, aws_stepfunctions as sfn, aws_stepfunctions_tasks as tasks } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { RECORD, TABLE } from '../contract';
import { catchEverything, giveOthersTime, retryWithJitter, WITH_ERROR, WITH_JITTER } from '../workflow-steps';
import { NotificationFold } from './notification-fold';

/** What the notification branch works with. */
export interface NotificationProps {
  readonly table: dynamodb.ITable;
  readonly topic: sns.ITopic;
  /** Where failures go, with the error at `$.error`. */
  readonly keep: sfn.IChainable;
  /** Notifications of one cause within so many seconds are folded into one. */
  readonly foldSeconds?: number;
}

const { fromString, fromNumber } = tasks.DynamoAttributeValue;
const TRANSACTION_KEY = {
  [TABLE.partitionKey]: fromString(sfn.JsonPath.stringAt('$.transaction.key.transaction_id')),
  [TABLE.sortKey]: fromString(sfn.JsonPath.stringAt('$.transaction.key.event_id')),
};
const CLAIM = fromString(sfn.JsonPath.stringAt('$.notification.claim'));
const NOW = fromString(sfn.JsonPath.stringAt('$$.State.EnteredTime'));
const REFUSED = 'DynamoDB.ConditionalCheckFailedException';

/** The topic did not take the message: it certainly was not sent. */
const THROTTLED = ['SNS.ThrottledException', 'SNS.KMSThrottlingException'];
const NOT_TAKEN = [
  ...THROTTLED, 'SNS.AuthorizationErrorException', 'SNS.InvalidParameterException', 'SNS.NotFoundException', 'SNS.KMSAccessDeniedException',
  'SNS.KMSDisabledException', 'SNS.KMSInvalidStateException', 'SNS.KMSNotFoundException',
];

/**
 * Tells people of a transaction's value or of a conflict, at most once: the row is claimed by this
 * very run, the message is sent, the claim is settled. EXPRESS and the bus run it at least once, and
 * a send whose outcome is not known is not tried again: it goes to the dead letters, for a person.
 */
export class Notification {
  public readonly chain: sfn.IChainable;
  private readonly keep: sfn.IChainable;
  private readonly fold?: NotificationFold;

  public constructor(private readonly scope: Construct, private readonly props: NotificationProps) {
    const { table, keep, foldSeconds: seconds } = props;
    this.keep = keep;
    if (seconds !== undefined) {
      const settle = this.settle('MarkFolded', 'notification_folded_at');
      this.fold = new NotificationFold(scope, { table, seconds, claim: CLAIM, keep, settle });
    }
    const claim = this.claim();
    const send = this.send();
    (this.fold ? claim.next(this.fold.open) : claim).next(send);
    this.chain = new sfn.Choice(scope, 'NotificationWanted')
      .when(sfn.Condition.booleanEquals('$.notify', true), this.describe(claim))
      .otherwise(new sfn.Pass(scope, 'NotificationNotWanted', { outputPath: sfn.JsonPath.DISCARD }));
  }

  /** Neither metadata nor the provider's own ids: they may hold more than an alert should. */
  private describe(next: sfn.IChainable): sfn.IChainable {
    const [provider, endpoint, reference] = ['provider', 'endpoint', 'reference'].map(field);
    const common = { transaction_id: reference, provider };
    const text = sfn.JsonPath.format('{} value: {} {}, {} {}', sfn.JsonPath.stringAt('$.label'), field('amount_text'), field('currency'), provider, reference);
    const alertType = sfn.JsonPath.format('{}_value', field('tier'));
    const transaction = new sfn.Pass(this.scope, 'DescribeTransaction', {
      parameters: {
        claim: sfn.JsonPath.uuid(),
        cause: sfn.JsonPath.format('{} {} {}', endpoint, alertType, sfn.JsonPath.jsonToString(sfn.JsonPath.objectAt('$.transaction.customer_id'))),
        alert: {
          alert_type: alertType, text, ...common, amount: field('amount_text'), currency: field('currency'), tier: field('tier'), timestamp: field('received_at'),
        },
      },
      resultPath: '$.notification',
    });
    const conflict = new sfn.Pass(this.scope, 'DescribeConflict', {
      parameters: {
        claim: sfn.JsonPath.uuid(),
        cause: sfn.JsonPath.format('{} conflict', endpoint),
        alert: {
          alert_type: 'conflict',
          text: sfn.JsonPath.format('Conflict: an event of {} {} came again with another body', provider, reference),
          ...common, timestamp: field('received_at'),
        },
      },
      resultPath: '$.notification',
    });
    return new sfn.Choice(this.scope, 'WhatToTell')
      .when(sfn.Condition.isPresent('$.transaction.conflicts_with'), conflict.next(next))
      .otherwise(transaction.next(next));
  }

  /** A retry after an answer that was lost finds the claim of its own run, and goes on. */
  private claim(): sfn.TaskStateBase {
    const claim = new tasks.DynamoUpdateItem(this.scope, 'ClaimNotification', {
      table: this.props.table,
      key: TRANSACTION_KEY,
      updateExpression: 'SET notification_owner = :claim ADD revision :one',
      // A tombstone is no transaction any more: a replay does not notify of it again.
      conditionExpression: `attribute_exists(${TABLE.partitionKey}) AND #record IN (:transaction, :conflict) AND attribute_not_exists(notified_at)`
        + ' AND (attribute_not_exists(notification_owner) OR notification_owner = :claim)',
      expressionAttributeNames: { '#record': 'record' },
      expressionAttributeValues: {
        ':claim': CLAIM, ':one': fromNumber(1), ':transaction': fromString(RECORD.transaction), ':conflict': fromString(RECORD.conflict),
      },
      resultPath: sfn.JsonPath.DISCARD,
    });
    retryWithJitter(claim, REFUSED);
    claim.addCatch(this.awaitOther(), { errors: [REFUSED], resultPath: sfn.JsonPath.DISCARD });
    catchEverything(claim, this.keep);
    return claim;
  }

  /** Another run has the claim. It may be at work at this moment, so it is given time; one that never settles has died, and a person has to look. */
  private awaitOther(): sfn.IChainable {
    const wait = new tasks.DynamoUpdateItem(this.scope, 'AwaitNotification', {
      table: this.props.table,
      key: TRANSACTION_KEY,
      conditionExpression: `attribute_exists(${TABLE.partitionKey}) AND (attribute_exists(notified_at) OR attribute_exists(notification_folded_at) OR #record = :tombstone)`,
      expressionAttributeNames: { '#record': 'record' },
      expressionAttributeValues: { ':tombstone': fromString(RECORD.tombstone) },
      resultPath: sfn.JsonPath.DISCARD,
    });
    giveOthersTime(wait, REFUSED);
    retryWithJitter(wait);
    catchEverything(wait, this.keep);
    return wait.next(new sfn.Pass(this.scope, 'AlreadyNotified', { outputPath: sfn.JsonPath.DISCARD }));
  }

  private send(): sfn.IChainable {
    const text = sfn.JsonPath.stringAt('$.notification.alert.text');
    const [amount, currency, provider, reference, receivedAt, tier] = ['amount_text', 'currency', 'provider', 'reference', 'received_at', 'tier'].map(field);
    const [folded, ...count] = this.fold?.stated ?? [''];
    const machine = sfn.JsonPath.jsonToString(this.fold?.alert ?? sfn.JsonPath.objectAt('$.notification.alert'));
    const settle = this.settle('SettleNotification', 'notified_at');
    const failed = this.fold ? this.fold.reopen : this.keep;
    const release = this.release(failed);
    const value = new tasks.SnsPublish(this.scope, 'SendNotification', {
      topic: this.props.topic,
      subject: sfn.JsonPath.format('{} Value Transaction Received', sfn.JsonPath.stringAt('$.label')),
      messagePerSubscriptionType: true,
      message: sfn.TaskInput.fromObject({
        default: machine,
        email: sfn.JsonPath.format(
          `A transaction of {} {} from {} was received at {}. It is of {} value. Transaction: {}${folded}`,
          amount, currency, provider, receivedAt, tier, reference, ...count,
        ),
        sms: text,
      }),
      messageAttributes: {
        alert_type: { value: sfn.JsonPath.stringAt('$.notification.alert.alert_type') }, tier: { value: tier }, currency: { value: currency }, provider: { value: provider },
      },
      resultPath: sfn.JsonPath.DISCARD,
    });
    const conflict = new tasks.SnsPublish(this.scope, 'SendConflict', {
      topic: this.props.topic,
      subject: 'Conflicting Webhook Received',
      messagePerSubscriptionType: true,
      message: sfn.TaskInput.fromObject({
        default: machine,
        email: sfn.JsonPath.format(
          `An event of transaction {} from {} came again with another body at {}. Both are kept; please compare them.${folded}`,
          reference, provider, receivedAt, ...count,
        ),
        sms: text,
      }),
      messageAttributes: { alert_type: { value: 'conflict' }, provider: { value: provider } },
      resultPath: sfn.JsonPath.DISCARD,
    });
    for (const task of [value, conflict]) {
      task.addRetry({ ...WITH_JITTER, errors: THROTTLED });
      task.addCatch(release, { ...WITH_ERROR, errors: NOT_TAKEN });
      catchEverything(task, failed);
      task.next(settle);
    }
    return new sfn.Choice(this.scope, 'WhichNotification')
      .when(sfn.Condition.stringEquals('$.notification.alert.alert_type', 'conflict'), conflict)
      .otherwise(value);
  }

  /** Says in the row that the branch has done its work. */
  private settle(id: string, attribute: string): sfn.TaskStateBase {
    const settle = new tasks.DynamoUpdateItem(this.scope, id, {
      table: this.props.table,
      key: TRANSACTION_KEY,
      updateExpression: `SET ${attribute} = :at ADD revision :one`,
      conditionExpression: `attribute_exists(${TABLE.partitionKey})`,
      expressionAttributeValues: { ':at': NOW, ':one': fromNumber(1) },
      resultPath: sfn.JsonPath.DISCARD,
      outputPath: id === 'SettleNotification' ? sfn.JsonPath.DISCARD : undefined,
    });
    retryWithJitter(settle);
    catchEverything(settle, this.keep);
    return settle;
  }

  /** What certainly was not sent can be sent by the next run. */
  private release(next: sfn.IChainable): sfn.TaskStateBase {
    const release = new tasks.DynamoUpdateItem(this.scope, 'ReleaseNotification', {
      table: this.props.table,
      key: TRANSACTION_KEY,
      updateExpression: 'REMOVE notification_owner ADD revision :one',
      conditionExpression: `attribute_exists(${TABLE.partitionKey}) AND notification_owner = :claim`,
      expressionAttributeValues: { ':claim': CLAIM, ':one': fromNumber(1) },
      resultPath: sfn.JsonPath.DISCARD,
    });
    retryWithJitter(release, REFUSED);
    catchEverything(release, next);
    release.next(next);
    return release;
  }
}

function field(name: string): string {
  return sfn.JsonPath.stringAt(`$.transaction.${name}`);
}
