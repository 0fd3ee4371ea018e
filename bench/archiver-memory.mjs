// Peak memory of the deployed archiver bundle over many rows, on a table and a bucket that answer at once:
//   node bench/archiver-memory.mjs [rows…]        (5000 50000 200000 by default; "npx projen bundle" once before)
// bench/archive.mjs has the whole system do it, which takes a while; this asks for the function alone.
import { fork } from 'node:child_process';
import { createServer } from 'node:http';
import { gunzipSync } from 'node:zlib';

const PAGE_ROWS = 580;
const RECEIVED_AT = '2025-10-09T10:00:00.000Z';
const PAYLOAD = JSON.stringify({ note: 'x'.repeat(1500) });
/** What AWS Lambda leaves of 512 MB for the heap, as on the local runner. */
const HEAP_MB = 435;

if (process.argv[2] === 'archiver') await archive();
else for (const rows of process.argv.length > 2 ? process.argv.slice(2).map(Number) : [5_000, 50_000, 200_000]) await measure(rows);

/** In a process of its own: one segment, asked again until it is done. */
async function archive() {
  const { handler } = await import('../assets/archiver/index.mjs');
  let request = { now: '2025-10-12T02:00:00.000Z', run: 'run-1', segment: 0, total_segments: 1, archived: 0 };
  for (let done = false; !done; { done } = request) request = await handler(request, { getRemainingTimeInMillis: () => 240_000 });
  process.send({ archived: request.archived, peak: process.resourceUsage().maxRSS / 1024 }, () => process.exit());
}

async function measure(rows) {
  const world = { rows, buried: new Set(), archived: new Set(), objects: 0, doubled: 0, lost: 0 };
  const server = createServer((request, response) => {
    const chunks = [];
    request.on('data', (chunk) => chunks.push(chunk));
    request.on('end', () => {
      const target = request.headers['x-amz-target']?.split('.').pop();
      const body = Buffer.concat(chunks);
      const answer = target ? table(world, target, JSON.parse(body)) : bucket(world, body);
      response.writeHead(200, target ? { 'content-type': 'application/x-amz-json-1.0' } : {}).end(answer);
    });
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const startedAt = Date.now();
  const report = await new Promise((resolve, reject) => {
    const endpoint = `http://127.0.0.1:${server.address().port}`;
    fork(import.meta.filename ?? new URL(import.meta.url).pathname, ['archiver'], {
      execArgv: [`--max-old-space-size=${HEAP_MB}`],
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
      env: {
        PATH: process.env.PATH, NODE_NO_WARNINGS: '1', AWS_REGION: 'us-east-1', AWS_ACCESS_KEY_ID: 'local', AWS_SECRET_ACCESS_KEY: 'local',
        AWS_ENDPOINT_URL: endpoint, AWS_LAMBDA_FUNCTION_NAME: 'archiver', SYSTEM_NAME: 'bench',
        TABLE_NAME: 'transactions', AUDIT_BUCKET_NAME: 'audit', ARCHIVE_AFTER_HOURS: '24', DEDUPE_DAYS: '35',
      },
    }).on('message', resolve).on('error', reject).on('exit', (code) => reject(new Error(`The archiver ended with ${code}`)));
  });
  server.closeAllConnections();
  server.close();
  const { archived, buried, objects, doubled, lost } = world;
  console.log(JSON.stringify({
    rows, archived: archived.size, buried: buried.size, objects, doubled, lost, peak_mb: Math.round(report.peak), seconds: Math.round((Date.now() - startedAt) / 1000),
  }));
  if (archived.size !== rows || buried.size !== rows || report.archived !== rows || doubled + lost > 0) process.exitCode = 1;
}

/** Pages of a megabyte, a tombstone for each row that is in an object, and no objection to anything else. */
function table(world, action, input) {
  if (action === 'Scan') {
    const start = Number(input.ExclusiveStartKey?.event_id.S ?? -1) + 1;
    const end = Math.min(start + PAGE_ROWS, world.rows);
    const Items = Array.from({ length: end - start }, (_, index) => itemOf(start + index));
    return JSON.stringify({ Items, Count: Items.length, ...(end < world.rows && { LastEvaluatedKey: { transaction_id: { S: 'bench' }, event_id: { S: String(end - 1) } } }) });
  }
  if (action === 'PutItem' && input.Item.record.S === 'tombstone') {
    const id = input.Item.event_id.S;
    if (world.buried.has(id)) world.doubled += 1;
    if (!world.archived.has(id)) world.lost += 1;
    world.buried.add(id);
  }
  if (action === 'Query') return '{"Items":[]}';
  return JSON.stringify(action === 'UpdateItem' ? { Attributes: { ...input.Key, objects: { L: [] } } } : {});
}

function bucket(world, body) {
  world.objects += 1;
  for (const line of gunzipSync(body).toString().split('\n').filter(Boolean)) {
    const { event_id: id } = JSON.parse(line);
    if (world.archived.has(id)) world.doubled += 1;
    world.archived.add(id);
  }
  return '';
}

function itemOf(index) {
  return {
    transaction_id: { S: 'bench' }, event_id: { S: String(index) }, record: { S: 'transaction' }, revision: { N: '0' }, status: { S: 'analyzed' },
    received_at: { S: RECEIVED_AT }, fingerprint: { S: String(index).padStart(64, '0') }, amount: { N: '12.50' }, payload: { S: PAYLOAD },
  };
}
