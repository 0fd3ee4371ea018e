import { isDeepStrictEqual } from 'node:util';
import { arn } from '../kernel/identity';
import { IndexDefinition, Members, TableShape } from './dynalite-types';
import { StreamViewType, TableStream } from './stream';
import { TimeToLive } from './time-to-live';

/** All that a table is, apart from its items. */
export interface TableDefinition extends TableShape {
  readonly BillingMode?: 'PAY_PER_REQUEST' | 'PROVISIONED';
  readonly ProvisionedThroughput?: { readonly ReadCapacityUnits: number; readonly WriteCapacityUnits: number };
  readonly streamViewType?: StreamViewType;
  readonly streamArn?: string;
  readonly timeToLiveAttribute?: string;
  readonly id: string;
  /** Milliseconds since the epoch. */
  readonly createdAt: number;
}

/** A table and what runs beside its items. */
export interface Table {
  readonly definition: TableDefinition;
  readonly stream?: TableStream;
  readonly timeToLive?: TimeToLive;
  itemCount: number;
  sizeBytes: number;
}

export function tableArn(table: string): string {
  return arn('dynamodb', `table/${table}`);
}

/** The ARN of a table's stream. AWS puts the time of creation at its end; here it must be the same after a restart. */
export function streamArn(table: string): string {
  return `${tableArn(table)}/stream/2000-01-01T00:00:00.000`;
}

/** The table as DescribeTable shows it. */
export function describe({ definition, stream, itemCount, sizeBytes }: Table, status: string): Members {
  const { TableName, AttributeDefinitions, KeySchema, GlobalSecondaryIndexes, LocalSecondaryIndexes } = definition;
  return {
    TableName,
    TableArn: tableArn(TableName),
    TableId: definition.id,
    TableStatus: status,
    CreationDateTime: definition.createdAt / 1000,
    AttributeDefinitions,
    KeySchema,
    ItemCount: itemCount,
    TableSizeBytes: sizeBytes,
    ...throughput(definition),
    ...(GlobalSecondaryIndexes && {
      GlobalSecondaryIndexes: GlobalSecondaryIndexes.map((index) => ({
        ...describeIndex(TableName, index), ...throughput(index), IndexStatus: status,
      })),
    }),
    ...(LocalSecondaryIndexes && { LocalSecondaryIndexes: LocalSecondaryIndexes.map((index) => describeIndex(TableName, index)) }),
    ...(stream && {
      StreamSpecification: { StreamEnabled: true, StreamViewType: stream.viewType },
      LatestStreamArn: stream.arn,
      LatestStreamLabel: stream.arn.split('/').pop(),
    }),
    ...(definition.BillingMode === 'PAY_PER_REQUEST' && { BillingModeSummary: { BillingMode: 'PAY_PER_REQUEST' } }),
  };
}

function describeIndex(table: string, { IndexName, KeySchema, Projection }: IndexDefinition): Members {
  return { IndexName, KeySchema, Projection, IndexArn: `${tableArn(table)}/index/${IndexName}` };
}

function throughput(of: { readonly ProvisionedThroughput?: Members }): Members {
  const units = of.ProvisionedThroughput ?? { ReadCapacityUnits: 0, WriteCapacityUnits: 0 };
  return { ProvisionedThroughput: { ...units, NumberOfDecreasesToday: 0 } };
}

/** Whether two definitions say the same once written to the log. */
export function sameDefinition(one: object, other: object): boolean {
  return isDeepStrictEqual(JSON.parse(JSON.stringify(one)), JSON.parse(JSON.stringify(other)));
}

export function sameKeys(one: TableDefinition, other: TableDefinition): boolean {
  return sameDefinition(keyShape(one), keyShape(other));
}

export function sameIndexes(one: TableDefinition, other: TableDefinition): boolean {
  return sameDefinition(indexShape(one), indexShape(other));
}

function keyShape({ KeySchema, AttributeDefinitions }: TableDefinition): object {
  return KeySchema.map(({ AttributeName, KeyType }) => [
    AttributeName, KeyType, AttributeDefinitions.find((attribute) => attribute.AttributeName === AttributeName)?.AttributeType,
  ]);
}

function indexShape({ AttributeDefinitions, GlobalSecondaryIndexes, LocalSecondaryIndexes }: TableDefinition): object {
  return { AttributeDefinitions, GlobalSecondaryIndexes, LocalSecondaryIndexes };
}
