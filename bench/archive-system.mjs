// Archives many rows on the local runner with the deployed handler bundle, and reports its peak memory:
//   node bench/archive-system.mjs [rows]        (200000 by default; "npm start" once before, or "npx projen bundle")
import { spawn, spawnSync } from 'node:child_process';
import { createInterface } from 'node:readline';
import { BatchWriteItemCommand, DynamoDBClient, ScanCommand } from '@aws-sdk/client-dynamodb';
import { DescribeExecutionCommand, SFNClient, StartExecutionCommand } from '@aws-sdk/client-sfn';

const rows = Number(process.argv[2] ?? 200_000);
const receivedAt = Date.now() - 60_000;
const day = new Date(receivedAt).toISOString().slice(0, 10);

const runner = spawn(process.execPath, ['scripts/start.mjs', '--port', '0', '--json'], { stdio: ['ignore', 'pipe', 'inherit'] });
try {
  const { url, resources } = await ready();
  const physical = (path) => resources.find((resource) => resource.path?.endsWith(path)).physical_id;
  const options = { endpoint: url, region: 'us-east-1', credentials: { accessKeyId: '000000000000', secretAccessKey: 'local' } };
  const dynamodb = new DynamoDBClient(options);
  const TableName = physical('/Storage/Table/Resource');

  await timed(`${rows} rows stored`, () => store(dynamodb, TableName));
  await timed('archived', async () => {
    await archive(new SFNClient(options), physical('/Archive/StateMachine/Resource'), new Date(receivedAt + 25 * 3_600_000).toISOString());
  });

  const left = await count(dynamodb, TableName, '#record = :transaction', { ':transaction': { S: 'transaction' } });
  const buried = await count(dynamodb, TableName, '#record = :tombstone', { ':tombstone': { S: 'tombstone' } });
  const verify = spawnSync(process.execPath, ['bin/cli.mjs', 'archive', 'verify', '--endpoint', url, '--day', day, '--json'], { encoding: 'utf8', maxBuffer: 2 ** 28 });
  const { ok, days: [archived] } = JSON.parse(verify.stdout);
  const memory = await peakMemory(url, physical('/Archive/Archiver/LogGroup/Resource'));
  console.log(JSON.stringify({ rows, archived: archived.rows, objects: archived.objects, tombstones: buried, left, verified: ok, invocations: memory.length, peak_mb: Math.max(...memory) }));
  if (!ok || archived.rows !== rows || buried !== rows || left !== 0) process.exitCode = 1;
} finally {
  runner.kill('SIGINT');
}

async function ready() {
  for await (const line of createInterface({ input: runner.stdout })) {
    const message = JSON.parse(line);
    if (message.event === 'ready') return message;
  }
  throw new Error('The runner did not start');
}

/** As the schedule would start it, and waited for however long it takes. */
async function archive(client, stateMachineArn, now) {
  const { executionArn } = await client.send(new StartExecutionCommand({ stateMachineArn, input: JSON.stringify({ now }) }));
  for (;;) {
    const { status, error, cause } = await client.send(new DescribeExecutionCommand({ executionArn }));
    if (status === 'SUCCEEDED') return;
    if (status !== 'RUNNING') throw new Error(`${status}: ${error} ${cause}`);
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
}

/** Rows that the relay does not see: it publishes what is inserted as a transaction, not what becomes one. */
async function store(client, table) {
  for (const record of ['parked', 'transaction']) {
    for (let start = 0; start < rows; start += 200) {
      const indices = Array.from({ length: Math.min(200, rows - start) }, (_, index) => start + index);
      const batches = Array.from({ length: Math.ceil(indices.length / 25) }, (_, index) => indices.slice(index * 25, index * 25 + 25));
      await Promise.all(batches.map((batch) => client.send(new BatchWriteItemCommand({
        RequestItems: { [table]: batch.map((index) => ({ PutRequest: { Item: itemOf(index, record) } })) },
      }))));
    }
  }
}

function itemOf(index, record) {
  const payload = JSON.stringify({ id: `evt_${index}`, note: 'x'.repeat(1500) });
  return {
    transaction_id: { S: `bench#txn_${index}` }, event_id: { S: `evt_${index}` }, record: { S: record }, revision: { N: '0' }, status: { S: 'analyzed' },
    received_at: { S: new Date(receivedAt).toISOString() }, fingerprint: { S: String(index).padStart(64, '0') }, amount: { N: '12.50' }, payload: { S: payload },
  };
}

async function count(client, table, filter, values) {
  let total = 0;
  let start;
  do {
    const page = await client.send(new ScanCommand({
      TableName: table, Select: 'COUNT', FilterExpression: filter, ExpressionAttributeNames: { '#record': 'record' }, ExpressionAttributeValues: values, ExclusiveStartKey: start,
    }));
    total += page.Count;
    start = page.LastEvaluatedKey;
  } while (start);
  return total;
}

/** "Max Memory Used" of each invocation, in MB. */
async function peakMemory(url, group) {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'authorization': 'AWS4-HMAC-SHA256 Credential=local/20250101/us-east-1/logs/aws4_request', 'x-amz-target': 'Logs_20140328.FilterLogEvents', 'content-type': 'application/x-amz-json-1.1' },
    body: JSON.stringify({ logGroupName: group, limit: 10_000 }),
  });
  const { events } = await response.json();
  return events.flatMap(({ message }) => /Max Memory Used: (\d+) MB|"maxMemoryUsedMB":\s*(\d+)/.exec(message)?.slice(1).filter(Boolean).map(Number) ?? []);
}

async function timed(what, work) {
  const startedAt = Date.now();
  await work();
  console.log(`${what} in ${((Date.now() - startedAt) / 1000).toFixed(1)} s`);
}
