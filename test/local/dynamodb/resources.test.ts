import { tableResources } from '../../../local/dynamodb';
import { Resource } from '../../../local/kernel/resource';
import { world } from './setup';

const keys = {
  AttributeDefinitions: [{ AttributeName: 'pk', AttributeType: 'S' }, { AttributeName: 'sk', AttributeType: 'N' }, { AttributeName: 'g', AttributeType: 'S' }],
  KeySchema: [{ AttributeName: 'pk', KeyType: 'HASH' }, { AttributeName: 'sk', KeyType: 'RANGE' }],
  GlobalSecondaryIndexes: [{ IndexName: 'by-g', KeySchema: [{ AttributeName: 'g', KeyType: 'HASH' }], Projection: { ProjectionType: 'ALL' } }],
};
const resource = (type: string, properties: object): Resource => ({
  logicalId: 'Orders', type: `AWS::DynamoDB::${type}`, ref: 'orders', attributes: {}, properties, metadata: {},
});
const global = {
  ...keys,
  BillingMode: 'PAY_PER_REQUEST',
  StreamSpecification: { StreamViewType: 'NEW_IMAGE' },
  TimeToLiveSpecification: { AttributeName: 'ttl', Enabled: true },
  Replicas: [{ Region: 'us-east-1', PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true }, DeletionProtectionEnabled: true }],
};

async function load(type: string, properties: object) {
  const { dynamodb } = world();
  await tableResources(dynamodb)[`AWS::DynamoDB::${type}`](resource(type, properties));
  return dynamodb;
}

test('a table and a global table with one replica get keys, indexes, stream and time to live', async () => {
  const { Replicas: _, ...table } = global;
  for (const dynamodb of [await load('GlobalTable', global), await load('Table', { ...table, PointInTimeRecoverySpecification: {} })]) {
    expect(await dynamodb.execute('DescribeTable', { TableName: 'orders' })).toMatchObject({ Table: keys });
    expect(await dynamodb.execute('DescribeTimeToLive', { TableName: 'orders' })).toMatchObject({ TimeToLiveDescription: { AttributeName: 'ttl' } });
    expect(dynamodb.stream('orders').viewType).toBe('NEW_IMAGE');
  }
});

test('provisioned capacity is accepted', async () => {
  const ProvisionedThroughput = { ReadCapacityUnits: 5, WriteCapacityUnits: 5 };
  const dynamodb = await load('Table', { ...keys, ProvisionedThroughput, GlobalSecondaryIndexes: [{ ...keys.GlobalSecondaryIndexes[0], ProvisionedThroughput }] });
  expect(() => dynamodb.stream('orders')).toThrow('no stream');
});

test('the stream has the ARN the template was resolved with', async () => {
  const { dynamodb } = world();
  const StreamArn = 'arn:aws:dynamodb:us-east-1:000000000000:table/orders/stream/2026-01-01T00:00:00.000';
  await tableResources(dynamodb)['AWS::DynamoDB::GlobalTable']({ ...resource('GlobalTable', global), attributes: { StreamArn } });
  expect(dynamodb.streamByArn(StreamArn).arn).toBe(StreamArn);
});

test.each([
  ['Table', { ...keys, KinesisStreamSpecification: {} }, 'KinesisStreamSpecification'],
  ['Table', { ...keys, ImportSourceSpecification: {} }, 'ImportSourceSpecification'],
  ['GlobalTable', { ...global, MultiRegionConsistency: 'STRONG' }, 'MultiRegionConsistency'],
  ['GlobalTable', { ...global, Replicas: [{ Region: 'us-east-1' }, { Region: 'us-west-2' }] }, '2 replicas'],
  ['GlobalTable', { ...global, Replicas: [{ Region: 'us-east-1', KinesisStreamSpecification: {} }] }, 'KinesisStreamSpecification'],
])('a %s that would be half ignored is refused', async (type, properties, named) => {
  await expect(load(type, properties)).rejects.toThrow(named);
});
