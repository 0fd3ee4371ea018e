// A loopback HTTP server that answers the AWS calls of the measured code at once, and counts them.
// Run as a worker it says its URL; the order {"calls":true} asks what was called since the last time,
// {"rows":n} gives the table n rows, {"delay":ms} makes every answer that late, as a network would.
import { createServer } from 'node:http';
import { serveOrders } from './processes.mjs';
import { pageOf } from './rows.mjs';
import { SECRET } from './webhooks.mjs';

const calls = new Map();
let rows = 0;
let delay = 0;

const ANSWERS = {
  GetSecretValue: ({ VersionStage }) => (VersionStage === 'AWSPREVIOUS' ? undefined : { SecretString: SECRET }),
  PutEvents: ({ Entries }) => ({ FailedEntryCount: 0, Entries: Entries.map((_, index) => ({ EventId: `event-${index}` })) }),
  StartExecution: () => ({ executionArn: 'arn:aws:states:us-east-1:000000000000:express:bench:1', startDate: 1_700_000_000 }),
  UpdateItem: ({ Key }) => ({ Attributes: { ...Key, objects: { L: [] } } }),
  Query: () => ({ Items: [], Count: 0, ScannedCount: 0 }),
  BatchWriteItem: () => ({ UnprocessedItems: {} }),
};

const server = createServer({ keepAliveTimeout: 0 }, (request, response) => {
  const chunks = [];
  request.on('data', (chunk) => chunks.push(chunk)).on('end', () => (delay > 0 ? setTimeout(answer, delay, request, response, chunks) : answer(request, response, chunks)));
});
server.listen(0, '127.0.0.1', () => {
  void serveOrders((order) => {
    if (order.rows !== undefined) rows = order.rows;
    if (order.delay !== undefined) ({ delay } = order);
    const report = { calls: Object.fromEntries(calls) };
    if (order.calls) calls.clear();
    return report;
  }, { url: `http://127.0.0.1:${server.address().port}` });
});

function answer({ headers, method, url }, response, chunks) {
  const action = headers['x-amz-target']?.split('.').pop() ?? `S3 ${method}`;
  calls.set(action, (calls.get(action) ?? 0) + 1);
  if (action.startsWith('S3')) {
    return response.writeHead(200, { etag: '"d41d8cd98f00b204e9800998ecf8427e"' }).end(url.includes('list-type') ? '<ListBucketResult/>' : '');
  }
  if (action === 'Scan') return send(response, pageOf(JSON.parse(Buffer.concat(chunks)), rows));
  const make = ANSWERS[action];
  const body = make ? make(JSON.parse(Buffer.concat(chunks))) : {};
  if (body === undefined) return response.writeHead(400, { 'content-type': 'application/x-amz-json-1.1' }).end('{"__type":"ResourceNotFoundException"}');
  return send(response, make ? JSON.stringify(body) : '{}');
}

function send(response, body) {
  response.writeHead(200, { 'content-type': 'application/x-amz-json-1.0', 'content-length': Buffer.byteLength(body) }).end(body);
}
