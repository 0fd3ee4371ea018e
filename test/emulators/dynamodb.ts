// Every kind of request the handlers make of DynamoDB, sent to the local runner's DynamoDB and to another one:
// the answers must be the same. Usage: dynamodb.ts <endpoint of the other one>
import { isDeepStrictEqual } from 'node:util';
import { CreateTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { tableOpenDays } from '../../runtime/archiver/days';
import { tableIntents } from '../../runtime/archiver/intents';
import { tableRows } from '../../runtime/archiver/rows';
import { transactionStore } from '../../runtime/aws/store';
import { tableFolds } from '../../runtime/fraud-detector/folds';
import { verdictStore } from '../../runtime/fraud-detector/verdicts';
import { Row, rowOf } from '../../runtime/transaction/row';
import { serve, world } from '../local/dynamodb/setup';

const TABLE = 'transactions';
const NOW = Date.parse('2025-10-11T00:00:00.000Z');

interface Exchange {
  readonly command: string;
  readonly input: object;
  readonly answer: unknown;
}

/** A row as the validator makes it. */
function rowWith({ id = 'pi_1', amount = '10.99' as string | null, metadata = {} as Row['event']['metadata'] }): Row {
  const event = {
    transaction_id: id, event_id: 'evt_1', event_type: 'payment_intent.succeeded', amount, currency: amount === null ? null : 'USD', provider: 'stripe',
    customer_id: 'cus_1', occurred_at: '2025-10-09T08:53:00.000Z', metadata, money_moved: true, needs_fetch: false,
  };
  return rowOf({ event }, { endpoint: 'stripe', receivedAt: event.occurred_at, body: Buffer.from('{}') }, { medium: { default: '1000' }, high: { default: '10000' } });
}

/** Everything that goes through the client from now on, without what differs by nature. */
function recorded(client: DynamoDBClient): Exchange[] {
  const exchanges: Exchange[] = [];
  client.middlewareStack.add((next, context) => async (args) => {
    const command = context.commandName!;
    const input = args.input as object;
    try {
      const result = await next(args);
      const { $metadata: _, ConsumedCapacity: __, ...output } = result.output as unknown as Record<string, unknown>;
      exchanges.push({ command, input, answer: output });
      return result;
    } catch (error) {
      const { name, Item } = error as { name: string; Item?: unknown };
      exchanges.push({ command, input, answer: { name, Item } });
      throw error;
    }
  }, { step: 'initialize', priority: 'low' });
  return exchanges;
}

/** Runs on although the step is refused: a refusal is an answer as well. */
async function attempt(step: Promise<unknown>): Promise<void> {
  await step.catch((error: Error) => {
    if (!/^(SegmentBusy|NoSuchTransaction|ConditionalCheckFailedException)$/.test(error.name)) throw error;
  });
}

const ANALYSIS = { fraud_score: 0.75, fraud_status: 'high_risk' as const, risk_factors: ['high_amount'], rules: [] };

async function storeAndScreen(client: DynamoDBClient): Promise<void> {
  const store = transactionStore(client, TABLE);
  const verdicts = verdictStore(client, TABLE);
  const rows = [
    rowWith({ amount: '0.10' }), rowWith({ id: 'pi_2', amount: '123456789012345.123456' }), rowWith({ id: 'pi_3', amount: null }),
    rowWith({ id: 'pi_4', metadata: { note: 'ünï', nested: [{ n: '1.50' }, null, true] } }),
  ];
  for (const row of rows) await store(row);
  await store(rows[0]);
  await store({ ...rows[1], fingerprint: 'f'.repeat(64) });
  const key = { transaction_id: rows[0].transaction_id, event_id: rows[0].event_id };
  const nobody = { transaction_id: 'stripe#nobody', event_id: 'evt_0' };
  for (const target of [key, key, nobody]) {
    await attempt(verdicts.metadataOf(target));
    await attempt(verdicts.record(target, ANALYSIS, '2025-10-09T09:00:00.000Z'));
    for (const owner of ['run-1', 'run-1', 'run-2']) await attempt(verdicts.claimAlert(target, owner));
  }
  await verdicts.releaseAlert(key, 'run-1');
  await verdicts.claimAlert(key, 'run-2');
  await verdicts.alertSent(key, '2025-10-09T09:00:01.000Z');
  await attempt(verdicts.alertSent(nobody, '2025-10-09T09:00:01.000Z'));
  await verdicts.claimAlert(key, 'run-3');
}

async function fold(client: DynamoDBClient): Promise<void> {
  const folds = tableFolds(client, TABLE, 900);
  const alert = (id: string, at: string) => ({
    transaction: { endpoint: 'stripe', customer_id: 'cus_1', key: { transaction_id: id, event_id: 'evt' } }, analysis: ANALYSIS, at,
  }) as unknown as Parameters<typeof folds.open>[0];
  const first = alert('a', '2025-10-09T09:00:00.000Z');
  await folds.open(first);
  await folds.open(alert('b', '2025-10-09T09:01:00.000Z'));
  await folds.open(alert('c', '2025-10-09T09:02:00.000Z'));
  await folds.reopen(alert('b', '2025-10-09T09:03:00.000Z'), 0);
  await folds.reopen(first, 0);
  await folds.open(alert('d', '2025-10-09T10:00:00.000Z'));
}

async function archive(client: DynamoDBClient): Promise<void> {
  const intents = tableIntents(client, TABLE);
  const days = tableOpenDays(client, TABLE);
  const [mine, other] = [{ run: 'run-1', token: 't1' }, { run: 'run-2', token: 't2' }];
  const intent = await intents.take('0/1', mine, NOW);
  await attempt(intents.take('0/1', other, NOW + 1));
  await intents.declare({ ...intent, objects: ['transactions/a', 'transactions/b'] }, mine, NOW + 2);
  await attempt(intents.declare(intent, other, NOW + 3));
  await intents.take('0/1', other, NOW + 3_600_000);
  await intents.finish(intent, mine);
  await intents.abandoned(NOW + 9_000_000);
  await intents.forget(intent, NOW);
  await intents.finish(intent, other);
  await days.open('2025-10-09', 'a');
  await days.open('2025-10-09', 'b');
  await days.close({ day: '2025-10-09', token: 'a' });
  await days.list();
  await days.close({ day: '2025-10-09', token: 'b' });
  await days.list();
  const rows = tableRows(client, TABLE, { screened: [], notified: [] });
  const page = await rows.scan({ segment: 0, total_segments: 1 }, '2025-10-10T00:00:00.000Z');
  const inOrder = [...page.rows].sort((a, b) => (a.key.transaction_id < b.key.transaction_id ? -1 : 1));
  for (const row of inOrder) {
    await rows.bury({ ...row, revision: String(Number(row.revision) + 1) }, 'transactions/x', '2025-10-11T00:00:00.000Z', 1_800_000_000);
    await rows.bury(row, 'transactions/x', '2025-10-11T00:00:00.000Z', 1_800_000_000);
    await rows.bury(row, 'transactions/x', '2025-10-11T00:00:00.000Z', 1_800_000_000);
  }
  await attempt(transactionStore(client, TABLE)(rowWith({ amount: '0.10' })));
  await rows.scan({ segment: 0, total_segments: 1 }, '2025-10-10T00:00:00.000Z');
}

async function answersOf(client: DynamoDBClient): Promise<Exchange[]> {
  await client.send(new CreateTableCommand({
    TableName: TABLE,
    AttributeDefinitions: [{ AttributeName: 'transaction_id', AttributeType: 'S' }, { AttributeName: 'event_id', AttributeType: 'S' }],
    KeySchema: [{ AttributeName: 'transaction_id', KeyType: 'HASH' }, { AttributeName: 'event_id', KeyType: 'RANGE' }],
    BillingMode: 'PAY_PER_REQUEST',
  }));
  const exchanges = recorded(client);
  for (const part of [storeAndScreen, fold, archive]) await part(client);
  return exchanges;
}

/**
 * Without absent members. Scans come in an order of the hash, which is nobody's business;
 * moto keeps zeros at the end of a fraction, which DynamoDB trims.
 */
function comparable({ command, answer }: Exchange): unknown {
  const plain = JSON.parse(JSON.stringify(answer), (key, value: unknown) => (key === 'N' ? trimmed(value as string) : value)) as { Items?: object[] };
  if (command === 'ScanCommand') plain.Items?.sort((a, b) => (JSON.stringify(sorted(a)) < JSON.stringify(sorted(b)) ? -1 : 1));
  return plain;
}

function trimmed(number: string): string {
  return number.includes('.') ? number.replace(/\.?0+$/, '') : number;
}

function sorted(item: object): object {
  return Object.fromEntries(Object.entries(item).sort(([a], [b]) => (a < b ? -1 : 1)));
}

async function main([endpoint]: string[]): Promise<void> {
  if (!endpoint) throw new Error('Usage: dynamodb.ts <endpoint of the other DynamoDB>');
  const local = await serve(world().dynamodb);
  const other = new DynamoDBClient({ endpoint, region: 'us-east-1', credentials: { accessKeyId: 'test', secretAccessKey: 'test' }, maxAttempts: 1 });
  const [ours, theirs] = [await answersOf(local.client), await answersOf(other)];
  await local.close();
  const differing = ours.flatMap((exchange, index) => {
    const opposite = theirs[index];
    if (opposite && isDeepStrictEqual(exchange.input, opposite.input) && isDeepStrictEqual(comparable(exchange), comparable(opposite))) return [];
    return [`${index + 1}. ${exchange.command} ${JSON.stringify(exchange.input)}\n   ours: ${JSON.stringify(exchange.answer)}\n   theirs: ${JSON.stringify(opposite?.answer)}`];
  });
  if (differing.length > 0 || ours.length !== theirs.length) throw new Error(`${differing.length} of ${ours.length} answers differ\n${differing.slice(0, 5).join('\n')}`);
  const refused = ours.filter(({ answer }) => (answer as { name?: string }).name === 'ConditionalCheckFailedException').length;
  console.log(`${ours.length} answers, ${refused} of them refusals`);
}

void main(process.argv.slice(2)).catch((error: Error) => {
  console.error(error.stack);
  process.exitCode = 1;
});
