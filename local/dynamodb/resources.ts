import { onlyProperties, Resource, ResourceLoaders } from '../kernel/resource';
import { Members } from './dynalite-types';
import { DynamoDb } from './dynamodb';

/** Shape the table. */
const SHAPE = ['TableName', 'AttributeDefinitions', 'KeySchema', 'GlobalSecondaryIndexes', 'LocalSecondaryIndexes', 'BillingMode'];
const BEHAVIOUR = ['StreamSpecification', 'TimeToLiveSpecification'];
/** Capacity is neither provisioned nor limited locally. */
const CAPACITY = [
  'ProvisionedThroughput', 'OnDemandThroughput', 'WarmThroughput',
  'WriteProvisionedThroughputSettings', 'WriteOnDemandThroughputSettings', 'ReadProvisionedThroughputSettings', 'ReadOnDemandThroughputSettings',
];
/** Have nothing to act on locally. */
const WITHOUT_EFFECT = [
  'PointInTimeRecoverySpecification', 'ContributorInsightsSpecification', 'DeletionProtectionEnabled', 'SSESpecification', 'TableClass', 'Tags',
  'ResourcePolicy',
];
const INDEX = ['IndexName', 'KeySchema', 'Projection'];

export function tableResources(dynamodb: DynamoDb): ResourceLoaders {
  const define = (resource: Resource) => dynamodb.defineTable(tableInput(resource), {
    timeToLiveAttribute: timeToLive(resource),
    streamArn: resource.properties.StreamSpecification ? resource.attributes.StreamArn : undefined,
  });
  return {
    'AWS::DynamoDB::Table': async (resource) => {
      onlyProperties(resource, [...SHAPE, ...BEHAVIOUR, ...CAPACITY, ...WITHOUT_EFFECT]);
      await define(resource);
    },
    'AWS::DynamoDB::GlobalTable': async (resource) => {
      onlyProperties(resource, [...SHAPE, ...BEHAVIOUR, ...CAPACITY, ...WITHOUT_EFFECT, 'Replicas']);
      checkReplica(resource);
      await define(resource);
    },
  };
}

function tableInput(resource: Resource): Members {
  const { AttributeDefinitions, KeySchema, GlobalSecondaryIndexes, LocalSecondaryIndexes } = resource.properties;
  return {
    TableName: resource.ref,
    AttributeDefinitions,
    KeySchema,
    BillingMode: 'PAY_PER_REQUEST',
    ...(GlobalSecondaryIndexes?.length > 0 && { GlobalSecondaryIndexes: indexes(resource, GlobalSecondaryIndexes) }),
    ...(LocalSecondaryIndexes?.length > 0 && { LocalSecondaryIndexes: indexes(resource, LocalSecondaryIndexes) }),
    ...stream(resource),
  };
}

function indexes(resource: Resource, properties: Members[]): Members[] {
  return properties.map((index) => {
    onlyProperties({ ...resource, properties: index }, [...INDEX, ...CAPACITY, ...WITHOUT_EFFECT]);
    return Object.fromEntries(INDEX.map((name) => [name, index[name]]));
  });
}

function stream(resource: Resource): Members {
  const specification = resource.properties.StreamSpecification;
  if (!specification) return {};
  onlyProperties({ ...resource, properties: specification }, ['StreamViewType', 'ResourcePolicy']);
  return { StreamSpecification: { StreamEnabled: true, StreamViewType: specification.StreamViewType } };
}

function timeToLive(resource: Resource): string | undefined {
  const specification = resource.properties.TimeToLiveSpecification;
  if (!specification) return undefined;
  onlyProperties({ ...resource, properties: specification }, ['AttributeName', 'Enabled']);
  return String(specification.Enabled) === 'true' ? specification.AttributeName : undefined;
}

/** There is one region here, so a global table has the one replica CDK's TableV2 always declares. */
function checkReplica(resource: Resource): void {
  const replicas: Members[] = resource.properties.Replicas ?? [];
  if (replicas.length !== 1) throw new Error(`${resource.logicalId} (${resource.type}): the local runner does not support ${replicas.length} replicas`);
  const allowed = ['Region', 'GlobalSecondaryIndexes', 'ReplicaStreamSpecification', ...CAPACITY, ...WITHOUT_EFFECT];
  onlyProperties({ ...resource, properties: replicas[0] }, allowed);
  for (const index of replicas[0].GlobalSecondaryIndexes ?? []) {
    onlyProperties({ ...resource, properties: index }, ['IndexName', ...CAPACITY, ...WITHOUT_EFFECT]);
  }
}
