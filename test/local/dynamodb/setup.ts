import { CreateTableCommandInput, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDb } from '../../../local/dynamodb';
import { VirtualClock } from '../../../local/kernel/clock';
import { Journal } from '../../../local/kernel/journal';
import { Metrics } from '../../../local/kernel/metrics';
import { clientOptions, serve as serveService } from '../../helpers/serve';

export interface World {
  readonly clock: VirtualClock;
  readonly journal: Journal;
  readonly metrics: Metrics;
  readonly dynamodb: DynamoDb;
}

export function world(directory?: string, clock = new VirtualClock()): World {
  const journal = new Journal(clock);
  const metrics = new Metrics(clock);
  return { clock, journal, metrics, dynamodb: new DynamoDb({ clock, journal, metrics, directory }) };
}

export const ORDERS = {
  TableName: 'orders',
  AttributeDefinitions: [{ AttributeName: 'pk', AttributeType: 'S' }, { AttributeName: 'status', AttributeType: 'S' }],
  KeySchema: [{ AttributeName: 'pk', KeyType: 'HASH' }],
  GlobalSecondaryIndexes: [{
    IndexName: 'by-status',
    KeySchema: [{ AttributeName: 'status', KeyType: 'HASH' }],
    Projection: { ProjectionType: 'ALL' },
  }],
  BillingMode: 'PAY_PER_REQUEST',
  StreamSpecification: { StreamEnabled: true, StreamViewType: 'NEW_AND_OLD_IMAGES' },
} satisfies CreateTableCommandInput;

export const order = (pk: string, status = 'NEW', more: object = {}) => ({ pk: { S: pk }, status: { S: status }, ...more });

export const put = (dynamodb: DynamoDb, Item: object, more: object = {}) => dynamodb.execute('PutItem', { TableName: 'orders', Item, ...more });

export async function get(dynamodb: DynamoDb, pk: string): Promise<object | undefined> {
  return (await dynamodb.execute('GetItem', { TableName: 'orders', Key: { pk: { S: pk } }, ConsistentRead: true })).Item;
}

export const events = (dynamodb: DynamoDb) => dynamodb.stream('orders').read(undefined, 1000)
  .map((record) => `${record.eventName} ${(record.dynamodb.Keys.pk as { S: string }).S}`);

/** Lets pending work run until `condition` holds. */
export async function until(condition: () => unknown): Promise<void> {
  for (let turn = 0; turn < 10_000; turn++) {
    if (await condition()) return;
    await new Promise(setImmediate);
  }
  throw new Error('The condition never came true');
}

export async function serve(dynamodb: DynamoDb): Promise<{ client: DynamoDBClient; url: string; close(): Promise<void> }> {
  const served = await serveService(dynamodb);
  const client = new DynamoDBClient(clientOptions(served));
  return {
    client,
    url: served.url,
    close: () => {
      client.destroy();
      return served.close();
    },
  };
}
