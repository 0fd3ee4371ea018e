import { ConditionalCheckFailedException, DynamoDBClient, GetItemCommand, UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import { RECORD, RowKey, TABLE } from '../../src/contract';
import { Attributes, fromAttribute, toAttribute, toAttributes } from '../aws/attributes';
import { printJson } from '../transaction/json';
import type { FraudAnalysis } from './score';

/** The row to be screened is not there: it never was, or is archived already. */
export class NoSuchTransaction extends Error {
  public constructor(key: RowKey) {
    super(`No transaction ${key.transaction_id} / ${key.event_id} to screen`);
    this.name = 'NoSuchTransaction';
  }
}

/** `uncertain`: it was claimed before, by a run that may be at work, may have sent it, or may have died. */
export type AlertClaim = 'mine' | 'settled' | 'uncertain';

/** The verdict and the alert of a transaction, each written once however often the workflow runs. */
export interface Verdicts {
  /** Metadata of the row, where it was too large to travel. */
  metadataOf(key: RowKey): Promise<Readonly<Record<string, unknown>>>;
  /** Stores the verdict unless there is one; answers with the one that stands, or that it is archived with the row. */
  record(key: RowKey, analysis: FraudAnalysis, analyzedAt: string): Promise<FraudAnalysis | 'archived'>;
  /** Makes `owner`, this very attempt, the only one who may send the alert; it is told so again when the answer was lost. */
  claimAlert(key: RowKey, owner: string): Promise<AlertClaim>;
  alertSent(key: RowKey, sentAt: string): Promise<void>;
  /** Settles the alert without one: another of the same cause has gone out. */
  alertFolded(key: RowKey, foldedAt: string): Promise<void>;
  /** Gives the claim back after a send that certainly did not happen. */
  releaseAlert(key: RowKey, owner: string): Promise<void>;
}

const ROW_EXISTS = `attribute_exists(${TABLE.partitionKey})`;
const ROW_IS_LIVE = '#record = :transaction';
const NOT_YET_SCREENED = 'attribute_not_exists(fraud_analysis)';
const CLAIMABLE = 'attribute_not_exists(alert_sent_at) AND attribute_not_exists(alert_folded_at) AND (attribute_not_exists(alert_owner) OR alert_owner = :owner)';

export function verdictStore(client: DynamoDBClient, table: string): Verdicts {
  const update = (key: RowKey, expression: string, values: Attributes, condition: string, names: Record<string, string> = {}) =>
    client.send(new UpdateItemCommand({
      TableName: table,
      Key: toAttributes({ ...key }),
      UpdateExpression: expression,
      ConditionExpression: condition,
      ExpressionAttributeNames: Object.keys(names).length > 0 ? names : undefined,
      ExpressionAttributeValues: values,
      ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
    }));

  return {
    async metadataOf(key) {
      const { Item: row } = await client.send(new GetItemCommand({
        TableName: table,
        Key: toAttributes({ ...key }),
        ConsistentRead: true,
        ProjectionExpression: '#record, metadata',
        ExpressionAttributeNames: { '#record': 'record' },
      }));
      if (row?.record?.S !== RECORD.transaction) throw new NoSuchTransaction(key);
      return plain(fromAttribute(row.metadata)) as Record<string, unknown>;
    },

    async record(key, analysis, analyzedAt) {
      try {
        await update(
          key,
          'SET fraud_analysis = :analysis, #status = :analyzed, revision = revision + :one',
          {
            ':analysis': toAttribute({ ...analysis, analyzed_at: analyzedAt }),
            ':analyzed': { S: 'analyzed' },
            ':transaction': { S: RECORD.transaction },
            ':one': { N: '1' },
          },
          `${ROW_EXISTS} AND ${ROW_IS_LIVE} AND ${NOT_YET_SCREENED}`,
          { '#status': 'status', '#record': 'record' },
        );
        return analysis;
      } catch (error) {
        const refused = refusedBy(error);
        if (refused?.record?.S === RECORD.tombstone && refused.screened?.BOOL) return 'archived';
        const standing = refused?.fraud_analysis;
        if (standing) return plain(fromAttribute(standing)) as FraudAnalysis;
        throw error instanceof ConditionalCheckFailedException ? new NoSuchTransaction(key) : error;
      }
    },

    async claimAlert(key, owner) {
      try {
        await update(key, 'SET alert_owner = :owner, revision = revision + :one', { ':owner': { S: owner }, ':one': { N: '1' } }, `${ROW_EXISTS} AND ${CLAIMABLE}`);
        return 'mine';
      } catch (error) {
        const row = refusedBy(error);
        if (!row) throw error instanceof ConditionalCheckFailedException ? new NoSuchTransaction(key) : error;
        return row.alert_sent_at || row.alert_folded_at ? 'settled' : 'uncertain';
      }
    },

    async alertSent(key, sentAt) {
      await update(key, 'SET alert_sent_at = :at, revision = revision + :one', { ':at': { S: sentAt }, ':one': { N: '1' } }, ROW_EXISTS);
    },

    async alertFolded(key, foldedAt) {
      await update(key, 'SET alert_folded_at = :at, revision = revision + :one', { ':at': { S: foldedAt }, ':one': { N: '1' } }, ROW_EXISTS);
    },

    async releaseAlert(key, owner) {
      try {
        await update(
          key,
          'REMOVE alert_owner SET revision = revision + :one',
          { ':owner': { S: owner }, ':one': { N: '1' }, ':transaction': { S: RECORD.transaction } },
          `${ROW_EXISTS} AND ${ROW_IS_LIVE} AND alert_owner = :owner`,
          { '#record': 'record' },
        );
      } catch (error) {
        // A tombstone has no claim to give back.
        if (refusedBy(error)?.record?.S !== RECORD.tombstone) throw error;
      }
    },
  };
}

/** The row that made a condition fail. */
function refusedBy(error: unknown): Attributes | undefined {
  return error instanceof ConditionalCheckFailedException ? error.Item : undefined;
}

/** Numbers as the bus would have brought them. */
function plain(value: unknown): unknown {
  return JSON.parse(printJson(value)) as unknown;
}
