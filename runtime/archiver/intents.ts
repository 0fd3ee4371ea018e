import { ConditionalCheckFailedException, DeleteItemCommand, DynamoDBClient, QueryCommand, UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import { RECORD } from '../../src/contract';
import { Attributes, toAttribute, toAttributes } from '../aws/attributes';
import type { Segment } from './rows';

/** What a segment is about to do, so that whoever comes after a crash can finish it. */
export interface Intent {
  readonly id: string;
  /** Keys of objects that may exist while their rows are not all buried yet. */
  readonly objects: readonly string[];
}

/** Who works on a segment: a run, and within it the one invocation that holds the token. */
export interface Owner {
  readonly run: string;
  readonly token: string;
}

/** Another run, or a later attempt of this one, is at work on this segment. */
export class SegmentBusy extends Error {
  public constructor(id: string) {
    super(`Archive segment ${id} is held by another run`);
    this.name = 'SegmentBusy';
  }
}

export interface Intents {
  /** Takes the segment; answers with what its last owner left unfinished. */
  take(id: string, owner: Owner, now: number): Promise<Intent>;
  /** Writes down the objects about to be created. */
  declare(intent: Intent, owner: Owner, now: number): Promise<void>;
  /** Intents of segments that nobody works on any more, e.g. of another segment count. */
  abandoned(now: number): Promise<readonly Intent[]>;
  /** Gives the segment up, unless somebody else has taken it since. */
  finish(intent: Intent, owner: Owner): Promise<void>;
  /** Removes an abandoned intent, unless somebody has taken its segment since. */
  forget(intent: Intent, now: number): Promise<void>;
}

/** Name of a segment's intent. */
export function segmentId({ segment, total_segments }: Segment): string {
  return `${segment}/${total_segments}`;
}

const PARTITION = '#archive';
/** Longer than an invocation may last, so that an expired lease means a dead owner. */
const LEASE_MS = 15 * 60_000;

const IS_FREE = 'attribute_not_exists(event_id) OR run = :run OR lease_until < :now';
const IS_MINE = '#token = :token';
const IS_ABANDONED = 'lease_until < :now';

export function tableIntents(client: DynamoDBClient, table: string): Intents {
  const update = async (
    id: string, expression: string, condition: string, names: Record<string, string>, values: Attributes,
  ): Promise<Attributes> => {
    try {
      const { Attributes: row } = await client.send(new UpdateItemCommand({
        TableName: table,
        Key: keyOf(id),
        UpdateExpression: expression,
        ConditionExpression: condition,
        ExpressionAttributeNames: names,
        ExpressionAttributeValues: values,
        ReturnValues: 'ALL_NEW',
      }));
      return row!;
    } catch (error) {
      throw error instanceof ConditionalCheckFailedException ? new SegmentBusy(id) : error;
    }
  };

  const remove = async (id: string, condition: string, values: Attributes, names?: Record<string, string>): Promise<void> => {
    try {
      await client.send(new DeleteItemCommand({
        TableName: table,
        Key: keyOf(id),
        ConditionExpression: condition,
        ExpressionAttributeNames: names,
        ExpressionAttributeValues: values,
      }));
    } catch (error) {
      if (!(error instanceof ConditionalCheckFailedException)) throw error;
    }
  };

  return {
    async take(id, { run, token }, now) {
      const row = await update(
        id,
        'SET run = :run, #token = :token, lease_until = :lease, #record = :record, objects = if_not_exists(objects, :none)',
        IS_FREE,
        { '#token': 'token', '#record': 'record' },
        toAttributes({ ':run': run, ':token': token, ':lease': now + LEASE_MS, ':record': RECORD.archiveIntent, ':none': [], ':now': now }),
      );
      return intentOf(row);
    },

    async declare({ id, objects }, { token }, now) {
      const values = toAttributes({ ':token': token, ':lease': now + LEASE_MS });
      await update(id, 'SET objects = :objects, lease_until = :lease', IS_MINE, { '#token': 'token' }, { ...values, ':objects': toAttribute(objects) });
    },

    async abandoned(now) {
      const { Items = [] } = await client.send(new QueryCommand({
        TableName: table,
        ConsistentRead: true,
        KeyConditionExpression: 'transaction_id = :partition',
        ExpressionAttributeValues: { ':partition': { S: PARTITION } },
      }));
      return Items.filter(({ lease_until }) => Number(lease_until.N) < now).map(intentOf);
    },

    async finish({ id }, { token }) {
      await remove(id, IS_MINE, toAttributes({ ':token': token }), { '#token': 'token' });
    },

    async forget({ id }, now) {
      await remove(id, IS_ABANDONED, toAttributes({ ':now': now }));
    },
  };
}

function keyOf(id: string): Attributes {
  return toAttributes({ transaction_id: PARTITION, event_id: id });
}

function intentOf(row: Attributes): Intent {
  return { id: row.event_id.S!, objects: (row.objects?.L ?? []).map((value) => value.S!) };
}
