import { ConditionalCheckFailedException, DynamoDBClient, UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import { mockClient } from 'aws-sdk-client-mock';
import { analyze } from '../../../runtime/fraud-detector/score';
import { NoSuchTransaction, Verdicts, verdictStore } from '../../../runtime/fraud-detector/verdicts';
import { dynaliteTable, TABLE_NAME } from '../../helpers/dynalite-table';
import { imageWith } from '../rows';
import { CONFIG, detail, RISKY } from './setup';

const AT = '2025-10-09T08:53:21.000Z';
const LATER = '2025-10-09T08:53:29.000Z';
const risky = analyze(RISKY, CONFIG);
const harmless = analyze(detail(), CONFIG);

describe('the condition of every update', () => {
  const dynamodb = mockClient(DynamoDBClient);
  const verdicts = verdictStore(new DynamoDBClient({}), 'the-table');
  const updates = () => dynamodb.commandCalls(UpdateItemCommand).map((call) => call.args[0].input);

  beforeEach(() => { dynamodb.reset(); dynamodb.on(UpdateItemCommand).resolves({}); });
  afterAll(() => dynamodb.restore());

  test('demands that the row exists: no update can make one', async () => {
    await verdicts.record(RISKY.key, risky, AT);
    await verdicts.claimAlert(RISKY.key, 'execution-1');
    await verdicts.alertSent(RISKY.key, AT);
    await verdicts.releaseAlert(RISKY.key, 'execution-1');
    expect(updates()).toHaveLength(4);
    for (const { ConditionExpression, TableName, Key } of updates()) {
      expect(ConditionExpression).toMatch(/^attribute_exists\(transaction_id\)/);
      expect([TableName, Key]).toEqual(['the-table', { transaction_id: { S: 'stripe#pi_1' }, event_id: { S: 'evt_1' } }]);
    }
  });

  test('scores are written as exact decimals', async () => {
    await verdicts.record(RISKY.key, { ...risky, fraud_score: 0.855 }, AT);
    expect(updates()[0].ExpressionAttributeValues![':analysis'].M!.fraud_score).toEqual({ N: '0.855' });
  });

  test('a failure of the table is no verdict', async () => {
    const outage = new Error('ServiceUnavailable');
    dynamodb.on(UpdateItemCommand).rejects(outage);
    await expect(verdicts.record(RISKY.key, risky, AT)).rejects.toBe(outage);
    await expect(verdicts.claimAlert(RISKY.key, 'execution-1')).rejects.toBe(outage);
  });

  test('a refusal that shows no row means there is none', async () => {
    dynamodb.on(UpdateItemCommand).rejects(new ConditionalCheckFailedException({ message: 'refused', $metadata: {} }));
    await expect(verdicts.record(RISKY.key, risky, AT)).rejects.toThrow(NoSuchTransaction);
    await expect(verdicts.claimAlert(RISKY.key, 'execution-1')).rejects.toThrow(NoSuchTransaction);
  });
});

describe('against a table', () => {
  const table = dynaliteTable();
  let verdicts: Verdicts;
  let count = 0;

  beforeAll(() => { verdicts = verdictStore(table.client, TABLE_NAME); });

  /** Stores a new transaction and gives its key. */
  async function stored(more: object = {}) {
    const item = { ...imageWith({ transactionId: `pi_${count += 1}` }), ...more };
    await table.put(item);
    return { transaction_id: item.transaction_id.S!, event_id: item.event_id.S! };
  }
  const rowOf = async ({ transaction_id, event_id }: { transaction_id: string; event_id: string }) => (await table.get(transaction_id, event_id))!;

  test('a verdict is written beside the transaction, and its revision rises', async () => {
    const key = await stored();
    expect(await verdicts.record(key, risky, AT)).toBe(risky);
    expect(await rowOf(key)).toMatchObject({
      status: { S: 'analyzed' }, revision: { N: '1' }, amount: { N: '10.99' }, record: { S: 'transaction' },
      fraud_analysis: { M: { fraud_score: { N: '1' }, fraud_status: { S: 'high_risk' }, analyzed_at: { S: AT } } },
    });
  });

  test('it is written once: a second run is given the one that stands', async () => {
    const key = await stored();
    await verdicts.record(key, risky, AT);
    const second = await verdicts.record(key, harmless, LATER);
    expect(second).toEqual({ ...risky, analyzed_at: AT });
    expect((await rowOf(key)).revision.N).toBe('1');
  });

  test('a transaction that is not there is refused, and no row appears', async () => {
    const rows = (await table.all()).length;
    const key = { transaction_id: 'stripe#phantom', event_id: 'evt_1' };
    await expect(verdicts.record(key, risky, AT)).rejects.toThrow(NoSuchTransaction);
    await expect(verdicts.claimAlert(key, 'execution-1')).rejects.toThrow(NoSuchTransaction);
    await expect(verdicts.alertSent(key, AT)).rejects.toThrow(ConditionalCheckFailedException);
    await expect(verdicts.releaseAlert(key, 'execution-1')).rejects.toThrow(ConditionalCheckFailedException);
    expect(await table.all()).toHaveLength(rows);
  });

  test.each(['tombstone', 'conflict', 'event'])('a %s is not screened', async (record) => {
    const key = await stored({ record: { S: record } });
    await expect(verdicts.record(key, risky, AT)).rejects.toThrow(NoSuchTransaction);
    expect(await rowOf(key)).not.toHaveProperty('fraud_analysis');
  });

  test('the alert belongs to whoever claims it first; an answer that was lost does not cost it', async () => {
    const key = await stored();
    expect(await verdicts.claimAlert(key, 'one')).toBe('mine');
    expect(await verdicts.claimAlert(key, 'two')).toBe('uncertain');
    expect(await verdicts.claimAlert(key, 'one')).toBe('mine');
  });

  test.each(['alertSent', 'alertFolded'] as const)('once settled by %s it is so for everybody', async (settle) => {
    const key = await stored();
    await verdicts.claimAlert(key, 'one');
    await verdicts[settle](key, AT);
    expect([await verdicts.claimAlert(key, 'one'), await verdicts.claimAlert(key, 'two')]).toEqual(['settled', 'settled']);
  });

  test('only who claimed it can give it back', async () => {
    const key = await stored();
    await verdicts.claimAlert(key, 'one');
    await expect(verdicts.releaseAlert(key, 'two')).rejects.toThrow(ConditionalCheckFailedException);
    expect(await verdicts.claimAlert(key, 'two')).toBe('uncertain');
  });

  test('once given back it can be claimed again', async () => {
    const key = await stored();
    await verdicts.claimAlert(key, 'execution-1');
    await verdicts.releaseAlert(key, 'execution-1');
    expect(await verdicts.claimAlert(key, 'execution-2')).toBe('mine');
  });

  test('every change raises the revision, or the row would be buried as it was before', async () => {
    const key = await stored();
    const changes = [
      () => verdicts.record(key, risky, AT), () => verdicts.claimAlert(key, 'execution-1'), () => verdicts.releaseAlert(key, 'execution-1'),
      () => verdicts.claimAlert(key, 'execution-2'), () => verdicts.alertSent(key, AT), () => verdicts.alertFolded(key, AT),
    ];
    for (const [index, change] of changes.entries()) {
      await change();
      expect((await rowOf(key)).revision.N).toBe(String(index + 1));
    }
  });

  test('what was archived with its claim has nothing to give back', async () => {
    const key = await stored({ record: { S: 'tombstone' }, revision: undefined as never });
    await expect(verdicts.releaseAlert(key, 'execution-1')).resolves.toBeUndefined();
    expect(await rowOf(key)).not.toHaveProperty('revision');
  });

  test('of many that claim at the same moment one gets it', async () => {
    const key = await stored();
    const claims = await Promise.all(Array.from({ length: 10 }, (_, index) => verdicts.claimAlert(key, `execution-${index}`)));
    expect(claims.filter((claim) => claim === 'mine')).toHaveLength(1);
    expect(claims.filter((claim) => claim === 'uncertain')).toHaveLength(9);
  });
});
