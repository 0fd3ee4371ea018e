import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import {
  AttributeValue, ConditionalCheckFailedException, CreateTableCommand, DescribeTableCommand, DynamoDBClient, GetItemCommand, PutItemCommand,
  ScanCommand,
} from '@aws-sdk/client-dynamodb';

export const TABLE_NAME = 'transactions';

export interface TestTable {
  readonly client: DynamoDBClient;
  put(item: Readonly<Record<string, AttributeValue>>): Promise<void>;
  get(transactionId: string, eventId: string): Promise<Record<string, AttributeValue> | undefined>;
  all(): Promise<Record<string, AttributeValue>[]>;
}

/** A DynamoDB that judges expressions, with an empty transactions table, for the suite that calls it. */
export function dynaliteTable(): TestTable {
  let server: Server;
  let client: DynamoDBClient;

  beforeAll(async () => {
    server = jest.requireActual<(options: object) => Server>('dynalite')({ createTableMs: 0 });
    await new Promise<void>((resolve) => { server.listen(0, '127.0.0.1', resolve); });
    client = new DynamoDBClient({
      endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
      region: 'local',
      credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
      maxAttempts: 1,
    });
    returnOldItems(client);
    await client.send(new CreateTableCommand({
      TableName: TABLE_NAME,
      AttributeDefinitions: [{ AttributeName: 'transaction_id', AttributeType: 'S' }, { AttributeName: 'event_id', AttributeType: 'S' }],
      KeySchema: [{ AttributeName: 'transaction_id', KeyType: 'HASH' }, { AttributeName: 'event_id', KeyType: 'RANGE' }],
      BillingMode: 'PAY_PER_REQUEST',
    }));
    let status: string | undefined;
    do status = (await client.send(new DescribeTableCommand({ TableName: TABLE_NAME }))).Table?.TableStatus;
    while (status !== 'ACTIVE');
  });

  afterAll(async () => {
    client.destroy();
    await new Promise((resolve) => { server.close(resolve); });
  });

  return {
    get client() { return client; },
    async put(item) {
      await client.send(new PutItemCommand({ TableName: TABLE_NAME, Item: { ...item } }));
    },
    async get(transactionId, eventId) {
      const key = { transaction_id: { S: transactionId }, event_id: { S: eventId } };
      return (await client.send(new GetItemCommand({ TableName: TABLE_NAME, Key: key, ConsistentRead: true }))).Item;
    },
    async all() {
      return (await client.send(new ScanCommand({ TableName: TABLE_NAME, ConsistentRead: true }))).Items ?? [];
    },
  };
}

/** dynalite does not know `ReturnValuesOnConditionCheckFailure`; this fetches the row that refused. */
function returnOldItems(client: DynamoDBClient): void {
  client.middlewareStack.add((next) => async (args) => {
    const { ReturnValuesOnConditionCheckFailure: wanted, ...input } = args.input as unknown as Record<string, unknown>;
    try {
      return await next({ ...args, input: input as never });
    } catch (error) {
      if (!(error instanceof ConditionalCheckFailedException) || wanted !== 'ALL_OLD') throw error;
      const { transaction_id, event_id } = (input.Key ?? input.Item) as Record<string, AttributeValue>;
      const { Item } = await client.send(new GetItemCommand({ TableName: TABLE_NAME, Key: { transaction_id, event_id }, ConsistentRead: true }));
      throw new ConditionalCheckFailedException({ message: error.message, $metadata: error.$metadata, Item });
    }
  }, { step: 'initialize' });
}
