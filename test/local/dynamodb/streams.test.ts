import { StreamRecord } from '../../../local/dynamodb';
import { events, order, ORDERS, put, until, world, World } from './setup';

const DAY = 24 * 60 * 60 * 1000;
let here: World;
beforeEach(async () => {
  here = world();
  await here.dynamodb.defineTable(ORDERS, { timeToLiveAttribute: 'ttl' });
});

const TableName = 'orders';
const remove = (pk: string) => here.dynamodb.execute('DeleteItem', { TableName, Key: { pk: { S: pk } } });
const stream = () => here.dynamodb.stream(TableName);
const seconds = (ms: number) => ({ ttl: { N: String(Math.floor((here.clock.now() + ms) / 1000)) } });

describe('streams', () => {
  test('a record has the exact shape a Lambda function receives', async () => {
    await put(here.dynamodb, order('a'));
    await put(here.dynamodb, order('a', 'PAID'));
    const arn = 'arn:aws:dynamodb:us-east-1:000000000000:table/orders/stream/2000-01-01T00:00:00.000';
    expect(stream().read(undefined, 10)[1]).toEqual({
      eventID: expect.stringMatching(/^[0-9a-f]{32}$/),
      eventName: 'MODIFY',
      eventVersion: '1.1',
      eventSource: 'aws:dynamodb',
      awsRegion: 'us-east-1',
      eventSourceARN: arn,
      dynamodb: {
        ApproximateCreationDateTime: here.clock.now() / 1000,
        Keys: { pk: { S: 'a' } },
        NewImage: order('a', 'PAID'),
        OldImage: order('a'),
        SequenceNumber: '100000000000000000002',
        SizeBytes: 3 + 13 + 12,
        StreamViewType: 'NEW_AND_OLD_IMAGES',
      },
    });
    expect(here.dynamodb.streamByArn(arn)).toBe(stream());
  });

  test('insert, modify and remove appear in commit order; a write that changes nothing does not', async () => {
    await put(here.dynamodb, order('a', 'NEW', { tags: { SS: ['x', 'y'] } }));
    await put(here.dynamodb, { tags: { SS: ['y', 'x'] }, ...order('a') });
    await put(here.dynamodb, order('a', 'PAID'));
    await remove('a');
    await remove('a');
    expect(events(here.dynamodb)).toEqual(['INSERT a', 'MODIFY a', 'REMOVE a']);
  });

  test('concurrent updates of one item appear in the order they were applied', async () => {
    await Promise.all(Array.from({ length: 30 }, () => here.dynamodb.execute('UpdateItem', {
      TableName, Key: { pk: { S: 'n' } }, UpdateExpression: 'ADD hits :one', ExpressionAttributeValues: { ':one': { N: '1' } },
    })));
    const records = stream().read(undefined, 100);
    expect(records.map(({ dynamodb }) => dynamodb.NewImage?.hits)).toEqual(Array.from({ length: 30 }, (_, hits) => ({ N: String(hits + 1) })));
    expect(records.map(({ dynamodb }) => dynamodb.OldImage?.hits).slice(1))
      .toEqual(records.map(({ dynamodb }) => dynamodb.NewImage?.hits).slice(0, -1));
  });

  test.each([
    ['KEYS_ONLY', false, false], ['NEW_IMAGE', true, false], ['OLD_IMAGE', false, true], ['NEW_AND_OLD_IMAGES', true, true],
  ])('a view of %s carries just that', async (StreamViewType, withNew, withOld) => {
    await here.dynamodb.defineTable({ ...ORDERS, StreamSpecification: { StreamEnabled: true, StreamViewType } });
    await put(here.dynamodb, order('a'));
    await put(here.dynamodb, order('a', 'PAID'));
    const { dynamodb } = stream().read(undefined, 10).at(-1)!;
    expect([!!dynamodb.NewImage, !!dynamodb.OldImage, dynamodb.StreamViewType]).toEqual([withNew, withOld, StreamViewType]);
  });

  test('readers go on where they left off and are told of each record', async () => {
    const told: StreamRecord[] = [];
    const unsubscribe = stream().onRecord((record) => told.push(record));
    for (const pk of ['a', 'b', 'c']) await put(here.dynamodb, order(pk));
    unsubscribe();
    await put(here.dynamodb, order('d'));
    const [first] = stream().read(undefined, 1);
    expect(stream().read(first.dynamodb.SequenceNumber, 2)).toEqual(told.slice(1));
    expect(stream().read(stream().latest(), 10)).toEqual([]);
  });

  test('when a listener is told, the item is already there', async () => {
    const seen = new Promise<unknown>((resolve) => {
      stream().onRecord(() => resolve(here.dynamodb.execute('GetItem', { TableName, Key: { pk: { S: 'a' } } })));
    });
    await put(here.dynamodb, order('a'));
    expect(await seen).toEqual({ Item: order('a') });
  });

  test('a listener that throws does not fail the write', async () => {
    stream().onRecord(() => { throw new Error('broken listener'); });
    await put(here.dynamodb, order('a'));
    expect(here.journal.entries().at(-1)).toMatchObject({ type: 'StreamListenerFailed', data: { error: 'Error: broken listener' } });
  });

  test('records are kept for 24 hours', async () => {
    await put(here.dynamodb, order('a'));
    await here.clock.advance(DAY - 1000);
    expect(events(here.dynamodb)).toEqual(['INSERT a']);
    await put(here.dynamodb, order('b'));
    await here.clock.advance(2000);
    expect(events(here.dynamodb)).toEqual(['INSERT b']);
  });

  test('a table without a stream says so', async () => {
    await here.dynamodb.defineTable({ ...ORDERS, TableName: 'plain', StreamSpecification: undefined });
    expect(() => here.dynamodb.stream('plain')).toThrow('Table plain has no stream');
  });
});

describe('time to live', () => {
  test('an item disappears soon after its time, as a delete by the service', async () => {
    await put(here.dynamodb, order('a', 'NEW', seconds(3_600_000)));
    await put(here.dynamodb, order('forever'));
    await here.clock.advance(3_599_000);
    expect(events(here.dynamodb)).toEqual(['INSERT a', 'INSERT forever']);
    await here.clock.advance(2_000);
    await until(() => events(here.dynamodb).length === 3);
    const record = stream().read(undefined, 10).at(-1)!;
    expect(record).toMatchObject({ eventName: 'REMOVE', userIdentity: { type: 'Service', principalId: 'dynamodb.amazonaws.com' } });
    expect(record.dynamodb.OldImage).toMatchObject({ pk: { S: 'a' } });
    expect(here.journal.entries().at(-1)).toMatchObject({ type: 'ItemDeleted', data: { expired: true } });
    expect(await here.dynamodb.execute('Scan', { TableName, IndexName: 'by-status' })).toMatchObject({ Count: 1 });
  });

  test('an item whose time was put off stays until then', async () => {
    await put(here.dynamodb, order('a', 'NEW', seconds(10_000)));
    await put(here.dynamodb, order('a', 'NEW', seconds(60_000)));
    await here.clock.advance(30_000);
    expect(events(here.dynamodb)).toEqual(['INSERT a', 'MODIFY a']);
    await here.clock.advance(32_000);
    await until(() => events(here.dynamodb).includes('REMOVE a'));
  });

  test('items expire in the order of their times', async () => {
    const delays = [50, 20, 40, 10, 30, 60];
    for (const delay of delays) await put(here.dynamodb, order(`in${delay}`, 'NEW', seconds(delay * 1000)));
    await here.clock.advance(70_000);
    await until(() => events(here.dynamodb).length === 2 * delays.length);
    expect(events(here.dynamodb).slice(delays.length)).toEqual([10, 20, 30, 40, 50, 60].map((delay) => `REMOVE in${delay}`));
  });

  test('values that are no number, or years old, are left alone', async () => {
    await put(here.dynamodb, order('text', 'NEW', { ttl: { S: '1' } }));
    await put(here.dynamodb, order('ancient', 'NEW', { ttl: { N: '1' } }));
    await here.clock.advance(DAY / 2);
    expect(events(here.dynamodb)).toEqual(['INSERT text', 'INSERT ancient']);
  });

  test('switching it on covers the items already there', async () => {
    await here.dynamodb.execute('CreateTable', { ...ORDERS, TableName: 'late' });
    await here.dynamodb.execute('PutItem', { TableName: 'late', Item: order('a', 'NEW', seconds(1000)) });
    await here.dynamodb.execute('UpdateTimeToLive', { TableName: 'late', TimeToLiveSpecification: { Enabled: true, AttributeName: 'ttl' } });
    await here.clock.advance(5000);
    await until(() => here.dynamodb.stream('late').read(undefined, 9).length === 2);
  });
});
