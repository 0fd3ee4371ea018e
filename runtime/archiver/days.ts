import { ConditionalCheckFailedException, DeleteItemCommand, DynamoDBClient, PutItemCommand, QueryCommand } from '@aws-sdk/client-dynamodb';
import { RECORD } from '../../src/contract';
import { toAttributes } from '../aws/attributes';

/** A day with objects that may not be in a manifest yet. */
export interface OpenDay {
  readonly day: string;
  /** Other after every opening, so that a day is closed only by who has seen all of it. */
  readonly token: string;
}

/** Days that need a manifest, remembered until one is written. */
export interface OpenDays {
  open(day: string, token: string): Promise<void>;
  list(): Promise<readonly OpenDay[]>;
  /** Closes the day unless it has been opened again since. */
  close(day: OpenDay): Promise<void>;
}

const PARTITION = '#archive-days';

export function tableOpenDays(client: DynamoDBClient, table: string): OpenDays {
  return {
    async open(day, token) {
      await client.send(new PutItemCommand({
        TableName: table,
        Item: toAttributes({ transaction_id: PARTITION, event_id: day, token, record: RECORD.archiveIntent }),
      }));
    },

    async list() {
      const { Items = [] } = await client.send(new QueryCommand({
        TableName: table,
        ConsistentRead: true,
        KeyConditionExpression: 'transaction_id = :partition',
        ExpressionAttributeValues: { ':partition': { S: PARTITION } },
      }));
      return Items.map(({ event_id, token }) => ({ day: event_id.S!, token: token.S! }));
    },

    async close({ day, token }) {
      try {
        await client.send(new DeleteItemCommand({
          TableName: table,
          Key: toAttributes({ transaction_id: PARTITION, event_id: day }),
          ConditionExpression: '#token = :token',
          ExpressionAttributeNames: { '#token': 'token' },
          ExpressionAttributeValues: { ':token': { S: token } },
        }));
      } catch (error) {
        if (!(error instanceof ConditionalCheckFailedException)) throw error;
      }
    },
  };
}
