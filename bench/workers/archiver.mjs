// The archiver's bundle, or a floor: every row of the table, in one invocation after the other. Rows come from the stand-in.
import { gzipSync } from 'node:zlib';
import { serveOrders, timed } from '../lib/processes.mjs';
import { traceHeader } from '../lib/webhooks.mjs';

const { handler, DynamoDBClient, PutItemCommand, PutObjectCommand, S3Client, ScanCommand } = await import(process.env.BUNDLE);
const [dynamodb, s3] = handler ? [] : [new DynamoDBClient({ maxAttempts: 3 }), new S3Client({ maxAttempts: 3 })];
const TableName = process.env.TABLE_NAME;
const BURIALS_AT_ONCE = 32;
let runs = 0;

async function archiver() {
  let progress = { now: '2025-01-03T12:00:00Z', run: `run-${runs}`, segment: 0, total_segments: 1, archived: 0 };
  do progress = await handler(progress, { getRemainingTimeInMillis: () => 300_000 });
  while (!progress.done);
  return progress.archived;
}

/** scan | gzip | put; with `bury`, a write per row as well, as an archive needs that leaves no row behind and loses none. */
async function floor(bury) {
  let start;
  let archived = 0;
  do {
    const { Items, LastEvaluatedKey } = await dynamodb.send(new ScanCommand({ TableName, ExclusiveStartKey: start }));
    const Body = gzipSync(Items.map((item) => `${JSON.stringify(item)}\n`).join(''));
    await s3.send(new PutObjectCommand({ Bucket: process.env.AUDIT_BUCKET_NAME, Key: `run-${runs}/${archived}`, Body }));
    for (let at = 0; bury && at < Items.length; at += BURIALS_AT_ONCE) await Promise.all(Items.slice(at, at + BURIALS_AT_ONCE).map(replace));
    archived += Items.length;
    start = LastEvaluatedKey;
  } while (start);
  return archived;
}

function replace({ transaction_id, event_id }) {
  return dynamodb.send(new PutItemCommand({ TableName, Item: { transaction_id, event_id, record: { S: 'tombstone' } } }));
}

await serveOrders(async ({ rows, bury }) => {
  process.env._X_AMZN_TRACE_ID = traceHeader((runs += 1));
  let archived;
  let heap = 0;
  const watch = setInterval(() => { heap = Math.max(heap, process.memoryUsage().rss); }, 20);
  const { wall, cpu } = await timed(async () => { archived = await (handler ? archiver() : floor(bury)); });
  clearInterval(watch);
  if (archived !== rows) throw new Error(`Archived ${archived} of ${rows} rows`);
  return { wall: wall / rows, cpu: cpu / rows, done: archived, peak_mb: Math.max(heap, process.memoryUsage().rss) / 2 ** 20 };
});
