import { Arn, ArnFormat, aws_dynamodb as dynamodb, aws_events as events, aws_s3 as s3, aws_sns as sns, IResource, Stack, Token } from 'aws-cdk-lib';
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
   * Standard topic of all alerts, which the roles of the system may publish to.
   *
   * @default - a new topic
   */
  readonly alertTopic?: sns.ITopic;
}

/** Refuses what only a resource of the system's own could have. */
export function checkExisting(scope: Construct, existing: ExistingResourceProps, retention: RetentionProps = {}, archival: ArchivalProps = {}): void {
  const { table, auditBucket, bus, alertTopic } = existing;
  for (const [prop, resource] of Object.entries({ table, auditBucket, bus, alertTopic })) checkRegion(scope, prop, resource);
  // Functions and rules of the stack do not look for them in another one.
  for (const [prop, resource] of Object.entries({ table, bus })) checkPlace(scope, prop, resource, 'account');
  check(!alertTopic?.fifo, 'alertTopic', 'a FIFO topic', 'use a standard topic: a FIFO topic reaches neither email nor SMS, and wants a group with every message');
  if (table) {
    check(table.tableStreamArn !== undefined, 'table', table.node.path || 'imported', 'turn its stream on with new images, and import it with tableStreamArn');
    checkTable(table);
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
  checkPlace(scope, prop, resource, 'region');
}

function checkPlace(scope: Construct, prop: string, resource: IResource | undefined, part: 'account' | 'region'): void {
  const here = Stack.of(scope)[part];
  const place = placeOf(resource)[part];
  if (place === undefined || Token.isUnresolved(place) || Token.isUnresolved(here)) return;
  check(place === here, prop, part === 'account' ? `in the account ${place}` : `in ${place}`, `use one in ${here}, the ${part} of the stack`);
}

/** Where it is. An imported table says so in its ARN alone: its environment is that of the stack it is imported into. */
function placeOf(resource: (IResource & Partial<dynamodb.ITable>) | undefined): { readonly account?: string; readonly region?: string } {
  if (resource?.tableArn === undefined || Token.isUnresolved(resource.tableArn)) return resource?.env ?? {};
  return Arn.split(resource.tableArn, ArnFormat.SLASH_RESOURCE_NAME);
}

/** Of an imported table nothing is known. */
function checkTable(table: dynamodb.ITable): void {
  const resource = table.node.defaultChild;
  if (!(resource instanceof dynamodb.CfnTable) && !(resource instanceof dynamodb.CfnGlobalTable)) return;
  const { keySchema, attributeDefinitions, streamSpecification, timeToLiveSpecification } = resource;
  const { schema, types, stream, ttl }: TableSettings = Stack.of(resource).resolve({
    schema: keySchema, types: attributeDefinitions, stream: streamSpecification, ttl: timeToLiveSpecification,
  });
  const keys = schema.map((key) => `${key.attributeName} (${types.find(({ attributeName }) => attributeName === key.attributeName)?.attributeType})`).join(', ');
  check(
    keys === `${TABLE.partitionKey} (S), ${TABLE.sortKey} (S)`, 'table', `a table with the keys ${keys}`,
    `use one with the partition key ${TABLE.partitionKey} and the sort key ${TABLE.sortKey}, both strings`,
  );
  const view = stream?.streamViewType;
  check(view === undefined || /^NEW/.test(view), 'table', `a table with a stream of ${view}`, 'use StreamViewType.NEW_IMAGE: what is published is in the new image');
  check(
    ttl?.attributeName === TABLE.timeToLive, 'table', `a table with time to live by ${ttl?.attributeName ?? 'nothing'}`,
    `set timeToLiveAttribute to ${TABLE.timeToLive}, or tombstones and histories stay for ever`,
  );
}

interface TableSettings {
  readonly schema: { readonly attributeName: string }[];
  readonly types: { readonly attributeName: string; readonly attributeType: string }[];
  readonly stream?: { readonly streamViewType?: string };
  readonly ttl?: { readonly attributeName?: string };
}

function refuseSetting(prop: string, value: unknown, resource: string): void {
  check(value === undefined, prop, `set beside ${resource}`, `leave it out: what already exists keeps its own settings, or leave ${resource} out`);
}
