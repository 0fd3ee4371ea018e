import { ConditionalCheckFailedException, DynamoDBClient, PutItemCommand, UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import { RECORD, TABLE } from '../../src/contract';
import { toAttributes } from '../aws/attributes';
import type { Alert } from './alert';
import { digest, rowDigest } from './digest';

export interface Folds {
  /** How many were folded since the last alert of this cause, when this one is to go out; undefined when it is folded itself. */
  open(alert: Alert): Promise<number | undefined>;
  /** Takes back an alert that failed, with the number it would have told of: the next one of its cause goes out. */
  reopen(alert: Alert, folded: number): Promise<void>;
}

export const NO_FOLDS: Folds = { open: async () => 0, reopen: async () => undefined };

const DAY_S = 86_400;

/** One alert per cause and window. The window starts with the alert that went out. */
export function tableFolds(client: DynamoDBClient, table: string, windowSeconds: number): Folds {
  return {
    async open(alert) {
      const now = Date.parse(alert.at);
      const until = now + windowSeconds * 1000;
      try {
        const { Attributes: last } = await client.send(new PutItemCommand({
          TableName: table,
          Item: toAttributes({
            ...keyOf(alert), record: RECORD.alertFold, first: memberOf(alert), until, folded: 0, [TABLE.timeToLive]: Math.ceil(until / 1000) + DAY_S,
          }),
          ConditionExpression: `attribute_not_exists(${TABLE.partitionKey}) OR #until <= :now OR #first = :me`,
          ExpressionAttributeNames: { '#until': 'until', '#first': 'first' },
          ExpressionAttributeValues: toAttributes({ ':now': now, ':me': memberOf(alert) }),
          ReturnValues: 'ALL_OLD',
        }));
        return Number(last?.folded?.N ?? 0);
      } catch (error) {
        if (!(error instanceof ConditionalCheckFailedException)) throw error;
        await client.send(new UpdateItemCommand({
          TableName: table, Key: toAttributes(keyOf(alert)), UpdateExpression: 'ADD folded :one', ExpressionAttributeValues: { ':one': { N: '1' } },
          ConditionExpression: `attribute_exists(${TABLE.partitionKey})`,
        }));
        return undefined;
      }
    },

    async reopen(alert, folded) {
      try {
        await client.send(new UpdateItemCommand({
          TableName: table,
          Key: toAttributes(keyOf(alert)),
          UpdateExpression: 'SET #until = :now ADD folded :folded',
          ConditionExpression: '#first = :me',
          ExpressionAttributeNames: { '#until': 'until', '#first': 'first' },
          ExpressionAttributeValues: toAttributes({ ':now': Date.parse(alert.at), ':me': memberOf(alert), ':folded': folded }),
        }));
      } catch (error) {
        if (!(error instanceof ConditionalCheckFailedException)) throw error;
      }
    },
  };
}

/** Alerts are of one cause when they are about the same customer, or else provider, and for the same reasons. */
function keyOf({ transaction, analysis }: Alert) {
  const cause = [transaction.endpoint, transaction.customer_id ?? '', ...analysis.risk_factors].join('\n');
  return { [TABLE.partitionKey]: '#alerts', [TABLE.sortKey]: digest(cause) };
}

function memberOf({ transaction: { key } }: Alert): string {
  return rowDigest(key);
}
