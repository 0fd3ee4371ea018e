import { crc32 } from 'node:zlib';
import {
  BatchGetItemCommand, BatchWriteItemCommand, ConditionalCheckFailedException, CreateTableCommand, DeleteItemCommand, DeleteTableCommand,
  DescribeTableCommand, DescribeTimeToLiveCommand, DynamoDBClient, ExecuteStatementCommand, GetItemCommand, ListTablesCommand, PutItemCommand,
  QueryCommand, ScanCommand, UpdateItemCommand, UpdateTableCommand, UpdateTimeToLiveCommand, waitUntilTableExists,
} from '@aws-sdk/client-dynamodb';
import { ServiceError } from '../../../local/kernel/wire';
import { get, order, ORDERS, put, serve, world, World } from './setup';

let here: World;
let client: DynamoDBClient;
let url: string;
let close: () => Promise<void>;

beforeEach(async () => {
  here = world();
  ({ client, url, close } = await serve(here.dynamodb));
  await client.send(new CreateTableCommand(ORDERS));
});
afterEach(() => close());

const TableName = 'orders';
const Key = (pk: string) => ({ pk: { S: pk } });
const write = (pk: string, status?: string, more?: object) => client.send(new PutItemCommand({ TableName, Item: order(pk, status, more) }));

describe('tables', () => {
  test('a created table is described, listed, found active and refused a second time', async () => {
    const { Table } = await client.send(new DescribeTableCommand({ TableName }));
    expect(Table).toMatchObject({
      TableName, TableStatus: 'ACTIVE', ItemCount: 0, TableArn: 'arn:aws:dynamodb:us-east-1:000000000000:table/orders',
      StreamSpecification: { StreamEnabled: true, StreamViewType: 'NEW_AND_OLD_IMAGES' }, CreationDateTime: new Date(here.clock.now()),
    });
    expect(Table?.LatestStreamArn).toBe(here.dynamodb.stream(TableName).arn);
    await waitUntilTableExists({ client, minDelay: 1, maxDelay: 1, maxWaitTime: 5 }, { TableName });
    expect((await client.send(new ListTablesCommand({}))).TableNames).toEqual([TableName]);
    await expect(client.send(new CreateTableCommand(ORDERS))).rejects.toMatchObject({ name: 'ResourceInUseException' });
  });

  test('a description counts the items', async () => {
    await write('a');
    await write('b');
    await client.send(new DeleteItemCommand({ TableName, Key: Key('a') }));
    const { Table } = await client.send(new DescribeTableCommand({ TableName }));
    expect(Table).toMatchObject({ ItemCount: 1, TableSizeBytes: 12 });
  });

  test('a deleted table is gone, and a new one of that name is empty', async () => {
    await write('a');
    await client.send(new DeleteTableCommand({ TableName }));
    await expect(client.send(new DescribeTableCommand({ TableName }))).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
    await expect(write('a')).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
    await client.send(new CreateTableCommand(ORDERS));
    expect((await client.send(new ScanCommand({ TableName }))).Items).toEqual([]);
    expect((await client.send(new ScanCommand({ TableName, IndexName: 'by-status' }))).Items).toEqual([]);
  });

  test('time to live is described once it is switched on', async () => {
    expect(await client.send(new DescribeTimeToLiveCommand({ TableName }))).toMatchObject({ TimeToLiveDescription: { TimeToLiveStatus: 'DISABLED' } });
    await client.send(new UpdateTimeToLiveCommand({ TableName, TimeToLiveSpecification: { Enabled: true, AttributeName: 'ttl' } }));
    expect(await client.send(new DescribeTimeToLiveCommand({ TableName })))
      .toMatchObject({ TimeToLiveDescription: { TimeToLiveStatus: 'ENABLED', AttributeName: 'ttl' } });
  });
});

describe('items', () => {
  test('every type of value comes back as it was written', async () => {
    const Item = order('all', 'NEW', {
      n: { N: '12.5' }, b: { B: new Uint8Array([0, 255]) }, t: { BOOL: false }, none: { NULL: true }, ss: { SS: ['b', 'a'] },
      ns: { NS: ['1', '2'] }, l: { L: [{ S: 'x' }, { M: { y: { N: '1' } } }] }, m: { M: { ümlaut: { S: '€' } } },
    });
    await client.send(new PutItemCommand({ TableName, Item }));
    expect((await client.send(new GetItemCommand({ TableName, Key: Key('all') }))).Item).toEqual(Item);
  });

  test('of 50 puts that require absence at the same time, one succeeds', async () => {
    const attempt = () => client.send(new PutItemCommand({ TableName, Item: order('one'), ConditionExpression: 'attribute_not_exists(pk)' }));
    const results = await Promise.allSettled(Array.from({ length: 50 }, attempt));
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    expect(here.dynamodb.stream(TableName).read(undefined, 100)).toHaveLength(1);
    const condition = here.metrics.get('AWS/DynamoDB', 'ConditionalCheckFailedRequests', { TableName });
    expect(condition).toHaveLength(49);
  });

  test('50 concurrent counts all count', async () => {
    const add = () => client.send(new UpdateItemCommand({
      TableName, Key: Key('sum'), UpdateExpression: 'ADD hits :one', ExpressionAttributeValues: { ':one': { N: '1' } },
    }));
    await Promise.all(Array.from({ length: 50 }, add));
    expect(await get(here.dynamodb, 'sum')).toMatchObject({ hits: { N: '50' } });
  });

  test.each(['put', 'update', 'delete'])('a failed condition on %s shows the old item when asked', async (kind) => {
    await write('a', 'PAID');
    const condition = {
      TableName, ConditionExpression: '#s = :new', ExpressionAttributeNames: { '#s': 'status' }, ExpressionAttributeValues: { ':new': { S: 'NEW' } },
      ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
    } as const;
    const command = {
      put: () => client.send(new PutItemCommand({ ...condition, Item: order('a') })),
      update: () => client.send(new UpdateItemCommand({ ...condition, Key: Key('a'), UpdateExpression: 'REMOVE x' })),
      delete: () => client.send(new DeleteItemCommand({ ...condition, Key: Key('a') })),
    }[kind]!;
    const error = await command().catch((failure: unknown) => failure);
    expect(error).toBeInstanceOf(ConditionalCheckFailedException);
    expect((error as ConditionalCheckFailedException).Item).toEqual(order('a', 'PAID'));
  });

  test('a failed condition says nothing of the item unless asked', async () => {
    await write('a');
    const error = await client.send(new PutItemCommand({ TableName, Item: order('a'), ConditionExpression: 'attribute_not_exists(pk)' }))
      .catch((failure: unknown) => failure);
    expect(error).toMatchObject({ name: 'ConditionalCheckFailedException', Item: undefined });
  });

  test('an update answers with the new attributes', async () => {
    await write('a');
    const { Attributes } = await client.send(new UpdateItemCommand({
      TableName, Key: Key('a'), UpdateExpression: 'SET #s = :s, amount = if_not_exists(amount, :zero) + :one', ReturnValues: 'ALL_NEW',
      ExpressionAttributeNames: { '#s': 'status' }, ExpressionAttributeValues: { ':s': { S: 'PAID' }, ':zero': { N: '0' }, ':one': { N: '1' } },
    }));
    expect(Attributes).toEqual(order('a', 'PAID', { amount: { N: '1' } }));
  });

  test('several elements leave a list by their original positions', async () => {
    await write('a', 'NEW', { l: { L: ['0', '1', '2', '3', '4'].map((N) => ({ N })) } });
    await client.send(new UpdateItemCommand({
      TableName, Key: Key('a'), UpdateExpression: 'REMOVE l[0], l[2] SET l[3] = :x', ExpressionAttributeValues: { ':x': { S: 'x' } },
    }));
    expect(await get(here.dynamodb, 'a')).toMatchObject({ l: { L: [{ N: '1' }, { S: 'x' }, { N: '4' }] } });
  });

  test('an index follows its items, page by page', async () => {
    await Promise.all(['a', 'b', 'c', 'd', 'e'].map((pk) => write(pk)));
    await write('c', 'PAID');
    const query = (ExclusiveStartKey?: never) => client.send(new QueryCommand({
      TableName, IndexName: 'by-status', KeyConditionExpression: '#s = :s', ExpressionAttributeNames: { '#s': 'status' },
      ExpressionAttributeValues: { ':s': { S: 'NEW' } }, Limit: 3, ExclusiveStartKey,
    }));
    const first = await query();
    const second = await query(first.LastEvaluatedKey as never);
    expect([first.Items?.length, second.Items?.length]).toEqual([3, 1]);
    expect([...first.Items!, ...second.Items!].map(({ pk }) => pk.S).sort()).toEqual(['a', 'b', 'd', 'e']);
  });

  test('parallel segments of a scan cover the table once', async () => {
    const keys = Array.from({ length: 40 }, (_, index) => `k${index}`);
    await Promise.all(keys.map((pk) => write(pk)));
    const segments = await Promise.all([0, 1, 2, 3].map((Segment) => client.send(
      new ScanCommand({ TableName, Segment, TotalSegments: 4, ConsistentRead: true }),
    )));
    expect(segments.flatMap(({ Items }) => Items!.map(({ pk }) => pk.S!)).sort()).toEqual([...keys].sort());
    expect(segments.every(({ Items }) => Items!.length > 0)).toBe(true);
  });

  test('batches write and read several items', async () => {
    await write('gone');
    await client.send(new BatchWriteItemCommand({
      RequestItems: { [TableName]: [
        { PutRequest: { Item: order('a') } }, { PutRequest: { Item: order('b') } }, { DeleteRequest: { Key: Key('gone') } },
      ] },
    }));
    const { Responses } = await client.send(new BatchGetItemCommand({ RequestItems: { [TableName]: { Keys: ['a', 'b', 'gone'].map(Key) } } }));
    expect(Responses?.[TableName].map(({ pk }) => pk.S).sort()).toEqual(['a', 'b']);
    expect(here.journal.entries().filter(({ type }) => type === 'ItemPut')).toHaveLength(3);
  });
});

describe('what is not done is refused by name', () => {
  test.each([
    ['PartiQL', () => client.send(new ExecuteStatementCommand({ Statement: 'SELECT * FROM orders' })), 'ExecuteStatement'],
    ['UpdateTable', () => client.send(new UpdateTableCommand({ TableName })), 'UpdateTable'],
    ['an unknown member', () => here.dynamodb.execute('GetItem', { TableName, Key: Key('a'), Fancy: 1 }), 'Fancy'],
    ['collection metrics', () => here.dynamodb.execute('PutItem', { TableName, Item: order('a'), ReturnItemCollectionMetrics: 'SIZE' }), 'Metrics'],
    ['deletion protection', () => here.dynamodb.execute('CreateTable', { ...ORDERS, TableName: 'two', DeletionProtectionEnabled: true }), 'Deletion'],
    ['comparing maps', () => put(here.dynamodb, order('a'), {
      ConditionExpression: 'm = :m', ExpressionAttributeValues: { ':m': { M: { x: { S: 'y' } } } },
    }), 'type M'],
  ])('%s', async (_, send, named) => {
    await expect(send()).rejects.toMatchObject({ name: 'NotSupportedLocally', message: expect.stringContaining(named) });
  });

  test('streams are read in process only', async () => {
    const response = await fetch(url, { method: 'POST', headers: { 'x-amz-target': 'DynamoDBStreams_20120810.ListStreams' }, body: '{}' });
    expect(response.status).toBe(501);
    expect(await response.text()).toContain('ListStreams');
  });
});

describe('failures', () => {
  test('answers carry a checksum of their body', async () => {
    const response = await fetch(url, {
      method: 'POST', headers: { 'x-amz-target': 'DynamoDB_20120810.ListTables' }, body: '{}',
    });
    expect(response.headers.get('content-type')).toBe('application/x-amz-json-1.0');
    expect(response.headers.get('x-amz-crc32')).toBe(String(crc32(await response.text())));
  });

  test('a malformed request is a validation error', async () => {
    const response = await fetch(url, { method: 'POST', headers: { 'x-amz-target': 'DynamoDB_20120810.GetItem' }, body: 'null' });
    expect(await response.json()).toMatchObject({ __type: 'com.amazonaws.dynamodb.v20120810#ValidationException' });
    await expect(here.dynamodb.execute('PutItem', { TableName, Item: { status: { S: 'x' } } })).rejects.toMatchObject({ name: 'ValidationException' });
    await expect(here.dynamodb.execute('GetItem', { TableName, Key: { wrong: { S: 'x' } } })).rejects.toMatchObject({ name: 'ValidationException' });
    expect(here.metrics.get('AWS/DynamoDB', 'UserErrors', {})).toHaveLength(3);
  });

  test('an exception inside an action is an answer, and the item stays usable', async () => {
    await write('a');
    // dynalite throws out of an event callback when both sides are missing.
    const broken = 'begins_with(x1, y1)';
    await expect(put(here.dynamodb, order('a', 'PAID'), { ConditionExpression: broken })).rejects.toMatchObject({ name: 'InternalServerError', status: 500 });
    await expect(here.dynamodb.execute('Scan', { TableName, FilterExpression: broken })).rejects.toMatchObject({ name: 'InternalServerError' });
    await write('a', 'DONE');
    expect(await get(here.dynamodb, 'a')).toEqual(order('a', 'DONE'));
    expect(here.metrics.get('AWS/DynamoDB', 'SystemErrors', { TableName, Operation: 'PutItem' })).toHaveLength(1);
    expect(here.journal.entries().filter(({ type }) => type === 'InternalError')).toHaveLength(2);
  });

  test('a simulated fault is answered in place of the action', async () => {
    here.dynamodb.beforeAction = async (action) => {
      if (action === 'PutItem') throw new ServiceError('ProvisionedThroughputExceededException', 'Slow down');
    };
    await expect(write('a')).rejects.toMatchObject({ name: 'ProvisionedThroughputExceededException' });
    expect(await get(here.dynamodb, 'a')).toBeUndefined();
  });

  test('the caller keeps its own input and output', async () => {
    const input = { TableName, Item: order('a') };
    const before = structuredClone(input);
    await here.dynamodb.execute('PutItem', input);
    expect(input).toEqual(before);
    const { Attributes } = await here.dynamodb.execute<{ Attributes: Record<string, unknown> }>('UpdateItem', {
      TableName, Key: Key('a'), UpdateExpression: 'REMOVE x SET y = :y', ExpressionAttributeValues: { ':y': { S: 'z' } }, ReturnValues: 'ALL_NEW',
    });
    Attributes.y = 'changed';
    expect(await get(here.dynamodb, 'a')).toMatchObject({ y: { S: 'z' } });
    expect(here.dynamodb.stream(TableName).read(undefined, 9).at(-1)?.dynamodb.NewImage?.y).toEqual({ S: 'z' });
  });
});

describe('what is recorded', () => {
  const sum = (name: string) => here.metrics.get('AWS/DynamoDB', name, { TableName }).map(({ value }) => value);

  test('consumed capacity is rounded up per item', async () => {
    await write('big', 'NEW', { data: { S: 'x'.repeat(5000) } });
    await write('small');
    await client.send(new GetItemCommand({ TableName, Key: Key('big') }));
    await client.send(new GetItemCommand({ TableName, Key: Key('big'), ConsistentRead: true }));
    await client.send(new GetItemCommand({ TableName, Key: Key('none') }));
    expect(sum('ConsumedWriteCapacityUnits')).toEqual([5, 1]);
    expect(sum('ConsumedReadCapacityUnits')).toEqual([1, 2, 0.5]);
  });

  test('every write is in the journal with its item and trace', async () => {
    const traceId = '1-5759e988-bd862e3fe1be46a994272793';
    await here.dynamodb.execute('PutItem', { TableName, Item: order('a') }, { traceId });
    await here.dynamodb.execute('UpdateItem', { TableName, Key: Key('a'), UpdateExpression: 'REMOVE x' });
    await here.dynamodb.execute('PutItem', { TableName, Item: order('a'), ConditionExpression: 'attribute_exists(nothing)' }).catch(() => undefined);
    await here.dynamodb.execute('DeleteItem', { TableName, Key: Key('a') });
    const written = here.journal.entries().filter(({ service }) => service === 'dynamodb');
    expect(written.map(({ type }) => type)).toEqual(['ItemPut', 'ItemUpdated', 'ConditionFailed', 'ItemDeleted']);
    expect(written[0]).toMatchObject({ traceId, data: { table: TableName, key: Key('a'), item: order('a') } });
    expect(written[2].data).toEqual({ table: TableName, key: Key('a'), item: order('a') });
    expect(here.metrics.get('AWS/DynamoDB', 'SuccessfulRequestLatency', { TableName, Operation: 'PutItem' })).toHaveLength(1);
  });
});
