import { ConditionalCheckFailedException, DynamoDBClient, GetItemCommand, UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import { Attributes, toAttributes } from '../../../runtime/aws/attributes';
import { Branch, SETTLED } from '../../../runtime/transaction/branches';
import { RECORD, RowKey } from '../../../src/contract';

/** What the row says of bringing a branch of its workflow back. */
export type ClaimState =
  /** The branch can run. */
  | 'free'
  /** It may have alerted before it failed, or may not: running it again does nothing while the claim stands. */
  | 'claimed'
  /** The row has left the table, and the branch can do nothing any more. */
  | 'gone';

/** The guards of alerts, as the fraud detector and the workflow write them. */
export interface Claims {
  state(row: RowKey, branch: Branch): Promise<ClaimState>;
  /** Takes the claim off, so that the alert is sent, perhaps for the second time; false when it has changed meanwhile. */
  release(row: RowKey, branch: Branch): Promise<boolean>;
}

/** Who may alert. */
const OWNER: Readonly<Record<Branch, string>> = { screening: 'alert_owner', notification: 'notification_owner' };

export function tableClaims(client: DynamoDBClient, table: string): Claims {
  const get = async (row: RowKey): Promise<Attributes | undefined> =>
    (await client.send(new GetItemCommand({ TableName: table, Key: toAttributes({ ...row }), ConsistentRead: true }))).Item;

  return {
    async state(row, branch) {
      const item = await get(row);
      if (item?.record?.S !== RECORD.transaction && item?.record?.S !== RECORD.conflict) return 'gone';
      return item[OWNER[branch]] && !SETTLED[branch].some((attribute) => item[attribute]) ? 'claimed' : 'free';
    },

    async release(row, branch) {
      const claim = (await get(row))?.[OWNER[branch]];
      if (!claim) return false;
      try {
        await client.send(new UpdateItemCommand({
          TableName: table,
          Key: toAttributes({ ...row }),
          UpdateExpression: 'SET revision = revision + :one REMOVE #claim',
          ConditionExpression: ['#claim = :claim', ...SETTLED[branch].map((attribute) => `attribute_not_exists(${attribute})`)].join(' AND '),
          ExpressionAttributeNames: { '#claim': OWNER[branch] },
          ExpressionAttributeValues: { ':claim': claim, ':one': { N: '1' } },
        }));
        return true;
      } catch (error) {
        if (error instanceof ConditionalCheckFailedException) return false;
        throw error;
      }
    },
  };
}
