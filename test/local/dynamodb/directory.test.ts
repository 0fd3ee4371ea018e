import { appendFileSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { DynamoDb } from '../../../local/dynamodb';
import { VirtualClock } from '../../../local/kernel/clock';
import { events, get, order, ORDERS, put, until, world } from './setup';

let directory: string;
let log: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'dynamodb-'));
  log = join(directory, 'tables.ndjson');
});
afterEach(() => rmSync(directory, { recursive: true }));

const clock = new VirtualClock();
const TableName = 'orders';
const open = async (input: object = ORDERS) => {
  const { dynamodb } = world(directory, clock);
  await dynamodb.defineTable(input, { timeToLiveAttribute: 'ttl' });
  return dynamodb;
};
const remove = (dynamodb: DynamoDb, pk: string) => dynamodb.execute('DeleteItem', { TableName, Key: { pk: { S: pk } } });
const scan = async (dynamodb: DynamoDb, IndexName?: string) => {
  const { Items } = await dynamodb.execute<{ Items: { pk: { S: string } }[] }>('Scan', { TableName, IndexName });
  return Items.sort((a, b) => (a.pk.S < b.pk.S ? -1 : 1));
};

// An instance that is simply left behind stands for a process that was killed: nothing is flushed at the end.
test('items, indexes and records are back after a restart, also without a clean end', async () => {
  const before = await open();
  await put(before, order('a'));
  await put(before, order('a', 'PAID'));
  await put(before, order('b'));
  await remove(before, 'b');
  const records = before.stream(TableName).read(undefined, 100);

  const after = await open();
  expect(await scan(after)).toEqual([order('a', 'PAID')]);
  expect(await scan(after, 'by-status')).toEqual([order('a', 'PAID')]);
  expect(after.stream(TableName).read(undefined, 100)).toEqual(records);
  expect(await after.execute('DescribeTable', { TableName })).toMatchObject({ Table: { ItemCount: 1 } });
  await put(after, order('c'));
  expect(Number(after.stream(TableName).latest())).toBe(Number(records.at(-1)!.dynamodb.SequenceNumber) + 1);
});

test('a table is back even before anyone defines it', async () => {
  await put(await open(), order('a'));
  expect(await get(world(directory, clock).dynamodb, 'a')).toEqual(order('a'));
});

test('a consumer goes on behind its checkpoint, so what it has not seen is offered again', async () => {
  const before = await open();
  for (const pk of ['a', 'b', 'c']) await put(before, order(pk));
  const [first] = before.stream(TableName).read(undefined, 1);
  before.stream(TableName).checkpoint('relay', first.dynamodb.SequenceNumber);

  for (let restart = 0; restart < 2; restart++) {
    const stream = (await open()).stream(TableName);
    expect(stream.position('relay')).toBe(first.dynamodb.SequenceNumber);
    expect(stream.position('other')).toBeUndefined();
    expect(stream.read(stream.position('relay'), 10).map(({ dynamodb }) => dynamodb.Keys.pk)).toEqual([{ S: 'b' }, { S: 'c' }]);
  }
});

test('a torn last line is dropped, and only that', async () => {
  const before = await open();
  await put(before, order('a'));
  await put(before, order('b', 'NEW', { text: { S: 'ü'.repeat(50) } }));
  truncateSync(log, readFileSync(log).length - 30);
  const after = await open();
  expect(await scan(after)).toEqual([order('a')]);
  await put(after, order('c'));
  expect(await scan(await open())).toEqual([order('a'), order('c')]);
});

test('a damaged line in the middle is not passed over', async () => {
  await put(await open(), order('a'));
  appendFileSync(log, '{"type":"comm\n{"type":"sequence","last":9}\n');
  expect(() => world(directory, clock)).toThrow(/damaged at line \d+/);
});

test('a transaction is kept whole or not at all', async () => {
  const before = await open();
  await before.execute('TransactWriteItems', { TransactItems: ['a', 'b', 'c'].map((pk) => ({ Put: { TableName, Item: order(pk) } })) });
  truncateSync(log, readFileSync(log).length - 1);
  expect(await scan(await open())).toEqual([]);
});

test('the log is written anew at start, without what was overwritten', async () => {
  const before = await open({ ...ORDERS, StreamSpecification: undefined });
  for (let n = 0; n < 50; n++) await put(before, order('a', `S${n}`));
  const written = readFileSync(log).length;
  await open({ ...ORDERS, StreamSpecification: undefined });
  expect(readFileSync(log).length).toBeLessThan(written / 5);
});

test('records older than 24 hours do not come back', async () => {
  await put(await open(), order('a'));
  await clock.advance(25 * 60 * 60 * 1000);
  const after = await open();
  expect(events(after)).toEqual([]);
  expect(await get(after, 'a')).toEqual(order('a'));
});

test('an item that expired meanwhile is removed after the restart', async () => {
  await put(await open(), order('a', 'NEW', { ttl: { N: String(clock.now() / 1000 + 60) } }));
  const later = new VirtualClock(clock.now() + 120_000);
  const { dynamodb } = world(directory, later);
  await dynamodb.execute('ListTables', {});
  await later.advance(0);
  await until(() => events(dynamodb).includes('REMOVE a'));
});

test('a dropped table stays dropped', async () => {
  const before = await open();
  await put(before, order('a'));
  await before.execute('DeleteTable', { TableName });
  expect(await scan(await open())).toEqual([]);
});

test('a new index of a redefined table covers the items kept', async () => {
  await put(await open(), order('a', 'NEW', { customer: { S: 'c1' } }));
  const after = await open({
    ...ORDERS,
    AttributeDefinitions: [{ AttributeName: 'pk', AttributeType: 'S' }, { AttributeName: 'customer', AttributeType: 'S' }],
    GlobalSecondaryIndexes: [{
      IndexName: 'by-customer', KeySchema: [{ AttributeName: 'customer', KeyType: 'HASH' }], Projection: { ProjectionType: 'KEYS_ONLY' },
    }],
  });
  expect(await scan(after, 'by-customer')).toEqual([{ pk: { S: 'a' }, customer: { S: 'c1' } }]);
  await expect(scan(after, 'by-status')).rejects.toThrow('does not have the specified index');
});

test('another key schema for kept items is refused', async () => {
  await put(await open(), order('a'));
  await expect(open({
    ...ORDERS, GlobalSecondaryIndexes: undefined, AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
    KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
  })).rejects.toThrow('another key schema');
});

test('closing finishes the writes under way', async () => {
  const before = await open();
  const writes = Promise.all(['a', 'b', 'c'].map((pk) => put(before, order(pk))));
  await new Promise(setImmediate);
  await before.close();
  await writes;
  expect(await scan(await open())).toHaveLength(3);
});

test('whatever is written: replaying the stream gives the table, and a restart gives both again', async () => {
  const write = fc.record({
    kind: fc.constantFrom('put', 'count', 'delete', 'transact'), pk: fc.constantFrom('a', 'b', 'c'), status: fc.constantFrom('NEW', 'PAID'),
  });
  await fc.assert(fc.asyncProperty(fc.array(write, { maxLength: 25 }), async (writes) => {
    writeFileSync(log, '');
    const before = await open();
    await Promise.all(writes.map(({ kind, pk, status }) => {
      if (kind === 'put') return put(before, order(pk, status));
      if (kind === 'delete') return remove(before, pk);
      if (kind === 'transact') {
        return before.execute('TransactWriteItems', { TransactItems: ['a', 'b'].map((each) => ({ Put: { TableName, Item: order(each, status) } })) });
      }
      return before.execute('UpdateItem', {
        TableName, Key: { pk: { S: pk } }, UpdateExpression: 'ADD hits :one', ExpressionAttributeValues: { ':one': { N: '1' } },
      });
    }));
    const records = before.stream(TableName).read(undefined, 1000);
    const replayed = new Map<string, object>();
    for (const { dynamodb: { Keys, OldImage, NewImage } } of records) {
      const key = JSON.stringify(Keys);
      expect(OldImage).toEqual(replayed.get(key));
      if (NewImage) replayed.set(key, NewImage);
      else replayed.delete(key);
    }
    const items = await scan(before);
    expect(items).toEqual([...replayed].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, item]) => item));
    const after = await open();
    expect(await scan(after)).toEqual(items);
    expect(after.stream(TableName).read(undefined, 1000)).toEqual(records);
    await Promise.all([before.close(), after.close()]);
  }), { numRuns: 25 });
});
