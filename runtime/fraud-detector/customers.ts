import { DynamoDBClient, PutItemCommand, QueryCommand } from '@aws-sdk/client-dynamodb';
import { FraudDetectionConfig, RECORD, TABLE, TransactionDetail } from '../../src/contract';
import { Attributes, toAttributes } from '../aws/attributes';
import { formatDecimal, parseDecimal } from '../transaction/decimal';
import { LAST_MOMENT } from '../transaction/time';
import { digest, rowDigest } from './digest';
import { History, HistoryEntry, historyOf } from './history';
import type { Screened } from './rules';

/** The history of the transaction's customer; undefined when nobody is named. */
export type Customers = (screened: Screened) => Promise<History | undefined>;

/** Newest entries that are read: one page, and more than any count a rule may hold against. */
export const MOST_ENTRIES = 500;

const DAY_S = 86_400;

/**
 * Customers' histories in the transactions table. A transaction is entered first
 * and read second, both consistently: of two that are screened at the same moment
 * at least one sees the other. Its key is made of nothing but the event, so it is
 * entered once however often it is delivered or tried again.
 */
export function tableCustomers(client: DynamoDBClient, table: string, config: FraudDetectionConfig, most = MOST_ENTRIES): Customers {
  const longest = longestWindow(config);

  return async (screened) => {
    const { transaction } = screened;
    if (!transaction.customer_id) return undefined;
    const partition = partitionOf(transaction.endpoint, transaction.customer_id);
    const self = transactionDigest(transaction);
    await client.send(new PutItemCommand({ TableName: table, Item: entryItem(screened, partition, self, longest) }));
    const moment = Date.parse(transaction.occurred_at);
    const { Items = [], LastEvaluatedKey } = await client.send(new QueryCommand({
      TableName: table,
      ConsistentRead: true,
      KeyConditionExpression: `${TABLE.partitionKey} = :customer AND ${TABLE.sortKey} BETWEEN :from AND :to`,
      ExpressionAttributeValues: toAttributes({
        ':customer': partition, ':from': isoAt(moment - longest * 1000), ':to': `${isoAt(moment + longest * 1000)}#~`,
      }),
      ScanIndexForward: false,
      Limit: most,
    }));
    return historyOf(Items.map(entryOf), self, LastEvaluatedKey !== undefined);
  };
}

/** How far the rules look back, in seconds. */
export function longestWindow({ rules }: FraudDetectionConfig): number {
  return Math.max(0, ...rules.map(({ window_s }) => window_s ?? 0));
}

/** Starts with `#`, which no endpoint's name does: no transaction can have this key. */
export function partitionOf(endpoint: string, customerId: string): string {
  return `#customer#${endpoint}#${digest(customerId)}`;
}

function entryItem({ transaction, amount, currency, country }: Screened, partition: string, self: string, longest: number): Attributes {
  const { occurred_at: at, key } = transaction;
  return toAttributes({
    [TABLE.partitionKey]: partition,
    [TABLE.sortKey]: `${at}#${rowDigest(key)}`,
    record: RECORD.customerHistory,
    at,
    of: self,
    amount_text: formatDecimal(amount),
    currency,
    country,
    [TABLE.timeToLive]: Math.ceil(Date.parse(at) / 1000) + longest + DAY_S,
  });
}

function entryOf(item: Attributes): HistoryEntry {
  return { at: item.at.S!, of: item.of.S!, amount: parseDecimal(item.amount_text.S!), currency: item.currency.S!, country: item.country?.S };
}

function isoAt(milliseconds: number): string {
  return new Date(Math.min(milliseconds, LAST_MOMENT)).toISOString();
}

/** What the events of one transaction have in common. */
export function transactionDigest({ key }: TransactionDetail): string {
  return digest(key.transaction_id);
}
