import { ConditionalCheckFailedException, DynamoDBClient, PutItemCommand, ScanCommand } from '@aws-sdk/client-dynamodb';
import { PUBLISHED_RECORDS, RECORD, RowKey, TABLE, WorkflowTiers } from '../../src/contract';
import { Attributes, fromAttributes, toAttributes } from '../aws/attributes';
import { isFinished } from '../transaction/branches';
import { printJson } from '../transaction/json';

/** What a tombstone is made of. */
export interface ArchivedRow {
  readonly key: RowKey;
  /** Counts the changes of the row; it must be the same when the tombstone is put. */
  readonly revision: string;
  readonly receivedAt: string;
  readonly fingerprint: string;
  /** Whether a verdict is in the object. */
  readonly screened: boolean;
}

/** A row on its way into an archive object. */
export interface ScannedRow extends ArchivedRow {
  /** Its line of the object. As bytes it takes a tenth of what its attributes would, and can be counted. */
  readonly line: Buffer;
}

export interface Page {
  readonly rows: readonly ScannedRow[];
  /** Rows for which the transaction workflow has not done everything yet. */
  readonly unfinished: readonly ScannedRow[];
  /** Where the next page starts; absent on the last one. */
  readonly cursor?: RowKey;
}

export interface Segment {
  readonly segment: number;
  readonly total_segments: number;
}

export interface Rows {
  /** One page of the segment's rows received before `cutoff`. */
  scan(segment: Segment, cutoff: string, cursor?: RowKey): Promise<Page>;
  /** Puts a tombstone in place of an archived row; false when the row has changed since, and stays. */
  bury(row: ArchivedRow, objectKey: string, archivedAt: string, expiresAt: number): Promise<boolean>;
}

const ROW_IS_UNCHANGED = '#record <> :tombstone AND revision = :revision';

export function tableRows(client: DynamoDBClient, table: string, tiers: WorkflowTiers): Rows {
  return {
    async scan({ segment, total_segments }, cutoff, cursor) {
      const kinds = PUBLISHED_RECORDS.map((kind, index) => [`:kind${index}`, { S: kind }] as const);
      const page = await client.send(new ScanCommand({
        TableName: table,
        Segment: segment,
        TotalSegments: total_segments,
        ExclusiveStartKey: cursor && toAttributes({ ...cursor }),
        FilterExpression: `#record IN (${kinds.map(([name]) => name).join(', ')}) AND received_at < :cutoff`,
        ExpressionAttributeNames: { '#record': 'record' },
        ExpressionAttributeValues: { ...Object.fromEntries(kinds), ':cutoff': { S: cutoff } },
      }));
      const rows: ScannedRow[] = [];
      const unfinished: ScannedRow[] = [];
      for (const attributes of (page.Items ?? []).map(fromAttributes)) {
        (isFinished(attributes, tiers) ? rows : unfinished).push(scannedRow(attributes));
      }
      return { rows, unfinished, cursor: keyOf(page.LastEvaluatedKey) };
    },

    async bury(row, objectKey, archivedAt, expiresAt) {
      try {
        await client.send(new PutItemCommand({
          TableName: table,
          Item: {
            ...toAttributes({
              ...row.key,
              record: RECORD.tombstone,
              fingerprint: row.fingerprint,
              received_at: row.receivedAt,
              archive_key: objectKey,
              archived_at: archivedAt,
              // What a replay needs to know of the verdict that is in the object.
              screened: row.screened || undefined,
            }),
            [TABLE.timeToLive]: { N: String(expiresAt) },
          },
          ConditionExpression: ROW_IS_UNCHANGED,
          ExpressionAttributeNames: { '#record': 'record' },
          ExpressionAttributeValues: { ':tombstone': { S: RECORD.tombstone }, ':revision': { N: row.revision } },
        }));
        return true;
      } catch (error) {
        if (error instanceof ConditionalCheckFailedException) return false;
        throw error;
      }
    },
  };
}

/** A row from the attributes of an item, or of a line of an archive object. */
export function archivedRow(attributes: Readonly<Record<string, unknown>>): ArchivedRow {
  return {
    key: { transaction_id: String(attributes.transaction_id), event_id: String(attributes.event_id) },
    revision: String(attributes.revision),
    receivedAt: String(attributes.received_at),
    fingerprint: String(attributes.fingerprint),
    screened: attributes.fraud_analysis !== undefined,
  };
}

/** A row from the attributes of an item, with its line. */
export function scannedRow(attributes: Readonly<Record<string, unknown>>): ScannedRow {
  return { ...archivedRow(attributes), line: Buffer.from(`${printJson(attributes)}\n`) };
}

function keyOf(item: Attributes | undefined): RowKey | undefined {
  return item && { transaction_id: item.transaction_id.S!, event_id: item.event_id.S! };
}
