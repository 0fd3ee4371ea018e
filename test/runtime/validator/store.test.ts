import { createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { ConditionalCheckFailedException, DynamoDBClient, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { mockClient } from 'aws-sdk-client-mock';
import { sizeOf } from '../../../runtime/aws/attributes';
import { PROMPT_CLIENT_OPTIONS } from '../../../runtime/aws/clients';
import { itemOf, transactionStore } from '../../../runtime/aws/store';
import { dynaliteTable, TABLE_NAME } from '../../helpers/dynalite-table';
import { captureOutput } from '../../helpers/output';
import { flatTransaction, signedStandard } from '../../helpers/signed-webhooks';
import { rowWith } from '../rows';
import { validator } from './setup';

captureOutput();

describe('one call decides', () => {
  const dynamodb = mockClient(DynamoDBClient);
  const store = transactionStore(new DynamoDBClient({}), 'the-table');
  const puts = () => dynamodb.commandCalls(PutItemCommand).map((call) => call.args[0].input);
  const refusal = (fingerprint?: string) => new ConditionalCheckFailedException({
    message: 'The conditional request failed', $metadata: {}, Item: fingerprint === undefined ? undefined : { fingerprint: { S: fingerprint } },
  });

  beforeEach(() => dynamodb.reset());
  afterAll(() => dynamodb.restore());

  test('a new row costs one conditional put that would bring the old row back', async () => {
    dynamodb.on(PutItemCommand).resolves({});
    expect(await store(rowWith())).toBe('stored');
    expect(dynamodb.calls()).toHaveLength(1);
    expect(puts()).toMatchObject([{
      TableName: 'the-table', ConditionExpression: 'attribute_not_exists(transaction_id)', ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
    }]);
  });

  test('so does a duplicate', async () => {
    dynamodb.on(PutItemCommand).rejects(refusal('f'.repeat(64)));
    expect(await store(rowWith({ fingerprint: 'f'.repeat(64) }))).toBe('duplicate');
    expect(dynamodb.calls()).toHaveLength(1);
  });

  test('a conflict is put beside the row it conflicts with, never over it', async () => {
    dynamodb.on(PutItemCommand).rejectsOnce(refusal('another')).resolves({});
    expect(await store(rowWith())).toBe('conflict');
    expect(puts()[1].Item).toMatchObject({ record: { S: 'conflict' }, conflicts_with: { M: { transaction_id: { S: 'stripe#pi_1' }, event_id: { S: 'evt_1' } } } });
    expect(puts()[1].ConditionExpression).toBe('attribute_not_exists(transaction_id)');
  });

  test.each([['an outage', new Error('ServiceUnavailable')], ['a refusal that shows no row', refusal()]])('%s is no outcome', async (_, error) => {
    dynamodb.on(PutItemCommand).rejects(error);
    await expect(store(rowWith())).rejects.toBe(error);
  });

  test('money is stored as an exact number, with its text beside it', async () => {
    dynamodb.on(PutItemCommand).resolves({});
    await store(rowWith({ amount: '90071992547409.930' }));
    expect(puts()[0].Item).toMatchObject({ amount: { N: '90071992547409.930' }, amount_text: { S: '90071992547409.930' } });
  });

  test('what has no amount has no number', async () => {
    dynamodb.on(PutItemCommand).resolves({});
    await store(rowWith({ amount: null }));
    expect(puts()[0].Item).not.toHaveProperty('amount');
    expect(puts()[0].Item).toMatchObject({ amount_text: { NULL: true } });
  });
});

describe('against a table', () => {
  const table = dynaliteTable();
  const store = (row: ReturnType<typeof rowWith>) => transactionStore(table.client, TABLE_NAME)(row);

  test('first, retry, conflict, and both of them again', async () => {
    const [first, other] = [rowWith({ fingerprint: 'a'.repeat(64) }), rowWith({ fingerprint: 'b'.repeat(64), amount: '20.00' })];
    const outcomes = [];
    for (const row of [first, first, other, other, first]) outcomes.push(await store(row));
    expect(outcomes).toEqual(['stored', 'duplicate', 'conflict', 'conflict', 'duplicate']);

    const rows = await table.all();
    expect(rows.map(({ record, amount_text }) => [record.S, amount_text.S]).sort()).toEqual([['conflict', '20.00'], ['transaction', '10.99']]);
  });

  test('a retry that meets the tombstone of its archived row is a duplicate, and brings nothing back', async () => {
    const row = rowWith({ transactionId: 'pi_archived' });
    await table.put({
      transaction_id: { S: row.transaction_id }, event_id: { S: row.event_id }, record: { S: 'tombstone' }, fingerprint: { S: row.fingerprint }, expires_at: { N: '1' },
    });
    expect(await store(row)).toBe('duplicate');
    expect((await table.get(row.transaction_id, row.event_id))!.record.S).toBe('tombstone');
  });

  describe('when the answer of the first write is lost', () => {
    /** In front of the table, forgetting the first answers to writes. */
    async function forgetful(lost: number, use: (client: DynamoDBClient) => Promise<void>): Promise<void> {
      const { hostname, port } = await table.client.config.endpoint!();
      const server = createServer((asked, answer) => {
        asked.pipe(request({ hostname, port, method: asked.method, path: asked.url, headers: asked.headers }, (answered) => {
          const isWrite = asked.headers['x-amz-target'] === 'DynamoDB_20120810.PutItem';
          if (isWrite && lost > 0) lost -= 1;
          else answered.pipe(answer.writeHead(answered.statusCode!, answered.headers));
        }));
      });
      await new Promise<void>((resolve) => { server.listen(0, '127.0.0.1', resolve); });
      const client = new DynamoDBClient({
        ...PROMPT_CLIENT_OPTIONS,
        requestHandler: { ...PROMPT_CLIENT_OPTIONS.requestHandler, requestTimeout: 100 },
        endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
        region: 'local',
        credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
      });
      await use(client);
      client.destroy();
      server.closeAllConnections();
      await new Promise((resolve) => { server.close(resolve); });
    }

    test('the second meets its own row: a duplicate, no conflict and no failure', async () => {
      const row = rowWith({ transactionId: 'pi_lost' });
      await forgetful(1, async (client) => {
        // dynalite refuses without showing the row that refused; asked once more, the table's own client shows it.
        await expect(transactionStore(client, TABLE_NAME)(row)).rejects.toThrow(ConditionalCheckFailedException);
      });
      expect(await store(row)).toBe('duplicate');
      expect(await table.get('stripe#pi_lost', 'evt_1')).toMatchObject({ record: { S: 'transaction' } });
    });

    test('nobody waits for it without end', async () => {
      await forgetful(3, async (client) => {
        await expect(transactionStore(client, TABLE_NAME)(rowWith({ transactionId: 'pi_gone' }))).rejects.toThrow(expect.objectContaining({ name: 'TimeoutError' }));
      });
    });
  });

  describe('of a body at the largest limit there is', () => {
    const limit = 190 * 1024;
    const { post } = validator({ store, maxBodyBytes: limit });
    /** A transaction of that many bytes, whose metadata has `unit` again and again. */
    const filled = (id: string, unit: string) => {
      const frame = flatTransaction({ transaction_id: id, metadata: { list: [0] } });
      const count = Math.floor((limit - frame.length) / (Buffer.byteLength(unit) + 1));
      return frame.replace('[0]', () => `[${Array.from({ length: count }, () => unit).join()}]`);
    };

    test.each([['text', '"äöü, 🎉"'], ['numbers', '12345678']])('ordinary %s are stored', async (id, unit) => {
      expect(await post('partners', signedStandard(filled(id, unit), { id }))).toMatchObject({ statusCode: 200, body: { transaction_id: id } });
      expect(await table.get(`partners#${id}`, id)).toBeDefined();
    });

    test.each(['1', '[]', '{}'])('what takes more room in a row than DynamoDB has is refused as too large, not asked for again and again: %s', async (unit) => {
      const answer = await post('partners', signedStandard(filled('txn_large', unit)));
      expect(answer).toMatchObject({ statusCode: 413, body: { error: expect.stringContaining('399360 can be kept') } });
    });
  });

  test('a row may take what DynamoDB holds, less what screening adds', async () => {
    const empty = sizeOf({ M: itemOf(rowWith({ transactionId: 'pi_full', metadata: { pad: '' } })) });
    const filling = (bytes: number) => rowWith({ transactionId: 'pi_full', metadata: { pad: 'x'.repeat(bytes - empty) } });
    expect(await store(filling(390 * 1024))).toBe('stored');
    expect(() => itemOf(filling(390 * 1024 + 1))).toThrow(expect.objectContaining({ reason: 'body_too_large' }));
  });

  test('text that was cut in the middle of a character is stored in a form that UTF-8 has', async () => {
    expect(await store(rowWith({ transactionId: 'pi_cut', metadata: { note: 'thanks \ud83d', list: ['\udc4d', '👍'] } }))).toBe('stored');
    expect((await table.get('stripe#pi_cut', 'evt_1'))!.metadata.M).toMatchObject({ note: { S: 'thanks \ufffd' }, list: { L: [{ S: '\ufffd' }, { S: '👍' }] } });
  });

  test('of two deliveries at the same moment one is stored', async () => {
    const row = rowWith({ transactionId: 'pi_raced' });
    const outcomes = await Promise.all(Array.from({ length: 10 }, () => store(row)));
    expect(outcomes.filter((outcome) => outcome === 'stored')).toHaveLength(1);
    expect(outcomes.filter((outcome) => outcome === 'duplicate')).toHaveLength(9);
  });
});
