import { ConditionalCheckFailedException, DynamoDBClient, PutItemCommand, QueryCommand, UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import { FraudFuseConfig, METRIC, RECORD, RowKey, TABLE } from '../../src/contract';
import { Attributes, toAttributes } from '../aws/attributes';
import { emit, logger } from '../aws/telemetry';
import { rowDigest } from './digest';
import { countOf, FuseCount, rulesToFuse } from './fuse';
import type { FraudAnalysis } from './score';

export interface Fuses {
  /** Ids of the rules that decide nothing at the moment. */
  blown(now: Date): Promise<ReadonlySet<string>>;
  /** Counts a verdict that was just written. */
  count(key: RowKey, analysis: FraudAnalysis, now: Date): Promise<void>;
}

export const NO_FUSES: Fuses = { blown: async () => new Set(), count: async () => undefined };

const PARTITION = '#fuse';
/** Counters per moment, so that one row does not take every write. */
const SHARDS = 4;
const BUCKETS_PER_WINDOW = 12;
/** What an environment knows may be this old. */
const FRESH_MS = 10_000;
const HIGH_RISK = 'high_risk#';

/** The fuse in the transactions table: counters by moment, and a row for each rule that has fallen back. */
export function tableFuses(client: DynamoDBClient, table: string, config: FraudFuseConfig): Fuses {
  const bucketMs = Math.ceil((config.window_s * 1000) / BUCKETS_PER_WINDOW);
  let known: { readonly at: number; readonly rules: ReadonlySet<string> } | undefined;

  const read = async (now: number): Promise<ReadonlySet<string>> => {
    const { Items = [] } = await client.send(new QueryCommand({
      TableName: table,
      ConsistentRead: true,
      KeyConditionExpression: `${TABLE.partitionKey} = :fuse`,
      ExpressionAttributeValues: { ':fuse': { S: PARTITION } },
    }));
    const blown = Items.filter(({ record, until }) => record.S === RECORD.fuseBlown && Number(until.N) > now).map(({ rule }) => rule.S!);
    const since = now - config.window_s * 1000;
    const counts = Items.filter(({ record, bucket }) => record.S === RECORD.fuseCount && Number(bucket.N) > since).map(countIn);
    const more = rulesToFuse(counts, config).filter((rule) => !blown.includes(rule));
    for (const rule of more) await blow(rule, now);
    return new Set([...blown, ...more]);
  };

  /** Whoever writes the row says so; everybody else finds it. */
  const blow = async (rule: string, now: number): Promise<void> => {
    const until = now + config.reset_s * 1000;
    try {
      await client.send(new PutItemCommand({
        TableName: table,
        Item: toAttributes({ ...keyOf(`blown#${rule}`), record: RECORD.fuseBlown, rule, until, [TABLE.timeToLive]: seconds(until) + config.window_s }),
        ConditionExpression: `attribute_not_exists(${TABLE.partitionKey}) OR #until <= :now`,
        ExpressionAttributeNames: { '#until': 'until' },
        ExpressionAttributeValues: { ':now': { N: String(now) } },
      }));
      emit(METRIC.ruleFused);
      logger.error('a fraud rule fell back to shadow: it had a part in too many high-risk verdicts', { rule, until: new Date(until).toISOString() });
    } catch (error) {
      if (!(error instanceof ConditionalCheckFailedException)) throw error;
    }
  };

  return {
    async blown(now) {
      const moment = now.getTime();
      if (!known || moment - known.at >= FRESH_MS) known = { at: moment, rules: await read(moment) };
      return known.rules;
    },

    async count(key, analysis, now) {
      const bucket = Math.floor(now.getTime() / bucketMs) * bucketMs;
      const shard = parseInt(rowDigest(key).slice(0, 2), 16) % SHARDS;
      const rules = Object.keys(countOf(analysis).highRisk);
      await client.send(new UpdateItemCommand({
        TableName: table,
        Key: toAttributes(keyOf(`count#${new Date(bucket).toISOString()}#${shard}`)),
        UpdateExpression: `SET #record = :record, #bucket = :bucket, #ttl = :ttl ADD verdicts :one${rules.map((_, index) => `, #rule${index} :one`).join('')}`,
        ExpressionAttributeNames: {
          '#record': 'record', '#bucket': 'bucket', '#ttl': TABLE.timeToLive,
          ...Object.fromEntries(rules.map((rule, index) => [`#rule${index}`, `${HIGH_RISK}${rule}`])),
        },
        ExpressionAttributeValues: toAttributes({
          ':record': RECORD.fuseCount, ':bucket': bucket, ':ttl': seconds(bucket) + 2 * config.window_s, ':one': 1,
        }),
      }));
    },
  };
}

function countIn(item: Attributes): FuseCount {
  const rules = Object.entries(item).filter(([name]) => name.startsWith(HIGH_RISK));
  return { verdicts: Number(item.verdicts.N), highRisk: Object.fromEntries(rules.map(([name, { N }]) => [name.slice(HIGH_RISK.length), Number(N)])) };
}

function keyOf(id: string) {
  return { [TABLE.partitionKey]: PARTITION, [TABLE.sortKey]: id };
}

function seconds(milliseconds: number): number {
  return Math.ceil(milliseconds / 1000);
}
