import { aws_dynamodb as dynamodb, aws_events as events, aws_s3 as s3, aws_sns as sns, IResource, Stack, Token } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { ArchivalProps } from './archive/archive';
import { TABLE } from './contract';
import { RetentionProps } from './retention';
import { check } from './validate';

/** Resources that exist already and are used instead of new ones. */
export interface ExistingResourceProps {
  /**
   * Table of transactions. It needs the partition key `transaction_id` and the sort key `event_id`, both strings, a stream
   * with new images, and time to live by `expires_at`. One table serves one system.
   *
   * @default - a new table
   */
  readonly table?: dynamodb.ITable;

  /**
   * Bucket of the archive and of records that could not be published. It should be versioned; lifecycle and object lock are its own.
   *
   * @default - a new bucket
   */
  readonly auditBucket?: s3.IBucket;

  /**
   * Bus that transactions are published on. One bus serves one system, or each would process what the other received.
   *
   * @default - a new bus
   */
  readonly bus?: events.IEventBus;

  /**
   * Topic of all alerts, which the roles of the system may publish to.
   *
   * @default - a new topic
   */
  readonly alertTopic?: sns.ITopic;
}

/** Refuses what only a resource of the system's own could have. */
export function checkExisting(scope: Construct, existing: ExistingResourceProps, retention: RetentionProps = {}, archival: ArchivalProps = {}): void {
  const { table, auditBucket, bus, alertTopic } = existing;
  for (const [prop, resource] of Object.entries({ table, auditBucket, bus, alertTopic })) checkRegion(scope, prop, resource);
  if (table) {
    check(table.tableStreamArn !== undefined, 'table', table.node.path || 'imported', 'turn its stream on with new images, and import it with tableStreamArn');
    checkSchema(table);
    refuseSetting('retention.pointInTimeRecovery', retention.pointInTimeRecovery, 'table');
  }
  if (auditBucket) {
    for (const name of ['infrequentAccessAfter', 'glacierAfter', 'expireAfter'] as const) refuseSetting(`retention.${name}`, retention[name], 'auditBucket');
    refuseSetting('archival.objectLock', archival.objectLock, 'auditBucket');
    refuseSetting('archival.serverAccessLogsBucket', archival.serverAccessLogsBucket, 'auditBucket');
  }
}

/** Refuses what is known to be in another region than the system: none of it works from there. */
export function checkRegion(scope: Construct, prop: string, resource: IResource | undefined): void {
  const { region } = Stack.of(scope);
  if (!resource || Token.isUnresolved(resource.env.region) || Token.isUnresolved(region)) return;
  check(resource.env.region === region, prop, `in ${resource.env.region}`, `use one in ${region}, the region of the stack`);
}

function checkSchema(table: dynamodb.ITable): void {
  if (!(table instanceof dynamodb.Table)) return;
  const { partitionKeys, sortKeys } = table.schemaV2();
  const keys = [...partitionKeys, ...sortKeys].map((key) => `${key.name} (${key.type})`).join(', ');
  check(
    keys === `${TABLE.partitionKey} (S), ${TABLE.sortKey} (S)`, 'table', `a table with the keys ${keys}`,
    `use one with the partition key ${TABLE.partitionKey} and the sort key ${TABLE.sortKey}, both strings`,
  );
}

function refuseSetting(prop: string, value: unknown, resource: string): void {
  check(value === undefined, prop, `set beside ${resource}`, `leave it out: what already exists keeps its own settings, or leave ${resource} out`);
}
