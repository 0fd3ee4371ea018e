import { ConditionalCheckFailedException, DynamoDBClient, GetItemCommand, UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import { Attributes, toAttributes } from '../../../runtime/aws/attributes';
import { RECORD, RowKey } from '../../../src/contract';

/** What the row says of bringing a branch of its workflow back. */
export type ClaimState =
  /** The branch can run. */
  | 'free'
  /** It may have alerted before it failed, or may not: running it again does nothing while the claim stands. */
  | 'claimed'
  /** The row has left the table, and the branch can do nothing any more. */
  | 'gone';

export type Branch = 'screening' | 'notification';

/** The guards of alerts, as the fraud detector and the workflow write them. */
export interface Claims {
  state(row: RowKey, branch: Branch): Promise<ClaimState>;
  /** Takes the claim off, so that the alert is sent, perhaps for the second time; false when it has changed meanwhile. */
  release(row: RowKey, branch: Branch): Promise<boolean>;
}

/** Who may alert, and what says that it is done with. */
const CLAIM: Readonly<Record<Branch, { readonly owner: string; readonly settled: readonly string[] }>> = {
  screening: { owner: 'alert_owner', settled: ['alert_sent_at', 'alert_folded_at'] },
  notification: { owner: 'notification_owner', settled: ['notified_at', 'notification_folded_at'] },
};

export function tableClaims(client: DynamoDBClient, table: string): Claims {
  const get = async (row: RowKey): Promise<Attributes | undefined> =>
    (await client.send(new GetItemCommand({ TableName: table, Key: toAttributes({ ...row }), ConsistentRead: true }))).Item;

  return {
    async state(row, branch) {
      const item = await get(row);
      const { owner, settled } = CLAIM[branch];
      if (item?.record?.S !== RECORD.transaction && item?.record?.S !== RECORD.conflict) return 'gone';
      return item[owner] && !settled.some((attribute) => item[attribute]) ? 'claimed' : 'free';
    },

    async release(row, branch) {
      const { owner, settled } = CLAIM[branch];
      const claim = (await get(row))?.[owner];
      if (!claim) return false;
      try {
        await client.send(new UpdateItemCommand({
          TableName: table,
          Key: toAttributes({ ...row }),
          UpdateExpression: 'SET revision = revision + :one REMOVE #claim',
          ConditionExpression: ['#claim = :claim', ...settled.map((attribute) => `attribute_not_exists(${attribute})`)].join(' AND '),
          ExpressionAttributeNames: { '#claim': owner },
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
