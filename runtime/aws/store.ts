import { ConditionalCheckFailedException, DynamoDBClient, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { TABLE } from '../../src/contract';
import { Rejection } from '../providers/rejection';
import { conflictOf, Row } from '../transaction/row';
import { Attributes, sizeOf, toAttributes } from './attributes';

export type StoreOutcome = 'stored' | 'duplicate' | 'conflict';
export type Store = (row: Row) => Promise<StoreOutcome>;

/** DynamoDB holds 400 KB per row; the rest is for what screening adds. */
const MAX_ITEM_BYTES = 390 * 1024;

const ROW_IS_NEW = `attribute_not_exists(${TABLE.partitionKey})`;

/**
 * One conditional write decides: a new key is stored, a known one is a duplicate
 * when its fingerprint is the same (a tombstone keeps it) and a conflict when not.
 */
export function transactionStore(client: DynamoDBClient, table: string): Store {
  const put = async (row: Row): Promise<Attributes | undefined> => {
    try {
      await client.send(new PutItemCommand({
        TableName: table,
        Item: itemOf(row),
        ConditionExpression: ROW_IS_NEW,
        ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
      }));
      return undefined;
    } catch (error) {
      if (error instanceof ConditionalCheckFailedException && error.Item) return error.Item;
      throw error;
    }
  };

  return async (row) => {
    const known = await put(row);
    if (!known) return 'stored';
    if (known.fingerprint?.S === row.fingerprint) return 'duplicate';
    await put(conflictOf(row));
    return 'conflict';
  };
}

/** Attributes of a new row. A list of small numbers takes more room than its JSON, so a body within its limit may still be too large. */
export function itemOf(row: Row): Attributes {
  const item = attributesOf(row);
  const bytes = sizeOf({ M: item });
  if (bytes > MAX_ITEM_BYTES) throw new Rejection('body_too_large', `The body and what was read from it take ${bytes} bytes, ${MAX_ITEM_BYTES} can be kept`);
  return item;
}

function attributesOf(row: Row): Attributes {
  const { event } = row;
  return {
    ...toAttributes({
      transaction_id: row.transaction_id,
      event_id: row.event_id,
      record: row.record,
      status: 'pending',
      revision: 0,
      provider: event.provider,
      endpoint: row.endpoint,
      provider_transaction_id: event.transaction_id,
      provider_event_id: event.event_id,
      event_type: event.event_type,
      amount_text: event.amount,
      currency: event.currency,
      tier: row.tier,
      customer_id: event.customer_id,
      occurred_at: event.occurred_at,
      received_at: row.received_at,
      metadata: event.metadata,
      needs_fetch: event.needs_fetch || undefined,
      payload: row.payload,
      fingerprint: row.fingerprint,
      trace: row.trace,
      conflicts_with: row.conflicts_with,
    }),
    ...(event.amount === null ? {} : { amount: { N: event.amount } }),
  };
}
