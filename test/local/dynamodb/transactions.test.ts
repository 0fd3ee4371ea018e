import { DynamoDBClient, TransactGetItemsCommand, TransactWriteItemsCommand, TransactWriteItem } from '@aws-sdk/client-dynamodb';
import { events, get, order, ORDERS, put, serve, world, World } from './setup';

let here: World;
let client: DynamoDBClient;
let close: () => Promise<void>;

beforeEach(async () => {
  here = world();
  await here.dynamodb.defineTable(ORDERS);
  ({ client, close } = await serve(here.dynamodb));
});
afterEach(() => close());

const TableName = 'orders';
const Key = (pk: string) => ({ pk: { S: pk } });
const transact = (...TransactItems: TransactWriteItem[]) => client.send(new TransactWriteItemsCommand({ TransactItems }));
const absent = { ConditionExpression: 'attribute_not_exists(pk)' };

test('all operations happen together and their records appear together', async () => {
  await put(here.dynamodb, order('b'));
  await put(here.dynamodb, order('c'));
  await put(here.dynamodb, order('d'));
  await transact(
    { Put: { TableName, Item: order('a'), ...absent } },
    { Update: {
      TableName, Key: Key('b'), UpdateExpression: 'SET #s = :s',
      ExpressionAttributeNames: { '#s': 'status' }, ExpressionAttributeValues: { ':s': { S: 'PAID' } },
    } },
    { Delete: { TableName, Key: Key('c') } },
    { ConditionCheck: { TableName, Key: Key('d'), ConditionExpression: 'attribute_exists(pk)' } },
  );
  expect(events(here.dynamodb).slice(3)).toEqual(['INSERT a', 'MODIFY b', 'REMOVE c']);
  expect(await get(here.dynamodb, 'd')).toEqual(order('d'));
  expect(await here.dynamodb.execute('Scan', { TableName, IndexName: 'by-status' })).toMatchObject({ Count: 3 });
  expect(here.metrics.get('AWS/DynamoDB', 'ConsumedWriteCapacityUnits', { TableName }).map(({ value }) => value)).toEqual([1, 1, 1, 2, 2, 2, 2]);
});

test('one failed condition cancels everything and each operation has its reason', async () => {
  await put(here.dynamodb, order('b'));
  const failure = await transact(
    { Put: { TableName, Item: order('a') } },
    { Put: { TableName, Item: order('b', 'PAID'), ...absent, ReturnValuesOnConditionCheckFailure: 'ALL_OLD' } },
    { ConditionCheck: { TableName, Key: Key('x'), ConditionExpression: 'attribute_exists(pk)' } },
  ).catch((error: unknown) => error);
  expect(failure).toMatchObject({
    name: 'TransactionCanceledException',
    message: 'Transaction cancelled, please refer cancellation reasons for specific reasons [None, ConditionalCheckFailed, ConditionalCheckFailed]',
    CancellationReasons: [
      { Code: 'None' },
      { Code: 'ConditionalCheckFailed', Message: 'The conditional request failed', Item: order('b') },
      { Code: 'ConditionalCheckFailed', Message: 'The conditional request failed' },
    ],
  });
  expect(await get(here.dynamodb, 'a')).toBeUndefined();
  expect(await get(here.dynamodb, 'b')).toEqual(order('b'));
  expect(events(here.dynamodb)).toEqual(['INSERT b']);
  expect(here.metrics.get('AWS/DynamoDB', 'ConditionalCheckFailedRequests', { TableName })).toHaveLength(2);
});

test('an operation that cannot be applied cancels with a validation reason', async () => {
  await put(here.dynamodb, order('b'));
  const failure = await transact(
    { Put: { TableName, Item: order('a') } },
    { Update: { TableName, Key: Key('b'), UpdateExpression: 'SET #s.x = :v', ExpressionAttributeNames: { '#s': 'status' }, ExpressionAttributeValues: { ':v': { N: '1' } } } },
  ).catch((error: unknown) => error);
  expect(failure).toMatchObject({ CancellationReasons: [{ Code: 'None' }, { Code: 'ValidationError', Message: expect.any(String) }] });
  expect(await get(here.dynamodb, 'a')).toBeUndefined();
});

test.each([
  ['two operations on one item', () => transact({ Put: { TableName, Item: order('a') } }, { Delete: { TableName, Key: Key('a') } })],
  ['no operation', () => transact()],
  ['more than 100 operations', () => transact(...Array.from({ length: 101 }, (_, n) => ({ Put: { TableName, Item: order(`i${n}`) } })))],
  ['an update without an expression', () => transact({ Update: { TableName, Key: Key('a'), UpdateExpression: undefined } })],
  ['two kinds in one', () => transact({ Put: { TableName, Item: order('a') }, Delete: { TableName, Key: Key('b') } })],
])('%s is a validation error', async (_, send) => {
  await expect(send()).rejects.toMatchObject({ name: 'ValidationException' });
});

test('of 20 transactions that claim the same item, one succeeds', async () => {
  const claim = (n: number) => transact({ Put: { TableName, Item: order('claim'), ...absent } }, { Put: { TableName, Item: order(`claimed-by-${n}`) } });
  const results = await Promise.allSettled(Array.from({ length: 20 }, (_, n) => claim(n)));
  expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  expect(events(here.dynamodb)).toHaveLength(2);
});

test('transfers between items never lose anything, with ordinary writes in between', async () => {
  const set = (pk: string, amount: number) => put(here.dynamodb, order(pk, 'NEW', { amount: { N: String(amount) } }));
  await Promise.all([set('x', 100), set('y', 100)]);
  const add = (pk: string, amount: number) => ({
    TableName, Key: Key(pk), UpdateExpression: 'ADD amount :n', ExpressionAttributeValues: { ':n': { N: String(amount) } },
  });
  await Promise.all(Array.from({ length: 30 }, async (_, n) => {
    await (n % 3 ? transact({ Update: add('x', -n) }, { Update: add('y', n) }) : here.dynamodb.execute('UpdateItem', add('z', 1)));
    const { Responses } = await client.send(new TransactGetItemsCommand({ TransactItems: ['x', 'y'].map((pk) => ({ Get: { TableName, Key: Key(pk) } })) }));
    expect(Responses!.reduce((sum, { Item }) => sum + Number(Item!.amount.N), 0)).toBe(200);
  }));
  expect(await get(here.dynamodb, 'z')).toMatchObject({ amount: { N: '10' } });
});

test('a repeated token is answered without a second write; for 10 minutes', async () => {
  const count = (n: string) => client.send(new TransactWriteItemsCommand({
    ClientRequestToken: 'token',
    TransactItems: [{ Update: { TableName, Key: Key('n'), UpdateExpression: 'ADD hits :n', ExpressionAttributeValues: { ':n': { N: n } } } }],
  }));
  await count('1');
  await count('1');
  expect(await get(here.dynamodb, 'n')).toMatchObject({ hits: { N: '1' } });
  await expect(count('2')).rejects.toMatchObject({ name: 'IdempotentParameterMismatchException' });
  await here.clock.advance(10 * 60 * 1000);
  await count('2');
  expect(await get(here.dynamodb, 'n')).toMatchObject({ hits: { N: '3' } });
});

test('TransactGetItems answers in order, with a gap for what is missing', async () => {
  await put(here.dynamodb, order('a'));
  const { Responses } = await client.send(new TransactGetItemsCommand({
    TransactItems: [{ Get: { TableName, Key: Key('none') } }, { Get: { TableName, Key: Key('a'), ProjectionExpression: 'pk' } }],
  }));
  expect(Responses).toEqual([{}, { Item: Key('a') }]);
});
