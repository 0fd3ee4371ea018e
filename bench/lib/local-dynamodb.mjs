// The local DynamoDB engine of the runner, alone in a process, with an empty table.
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import { serveOrders } from './processes.mjs';

const { DynamoDb, RunnerClock, Journal, Metrics } = createRequire(import.meta.url)(process.env.ENGINE_BUNDLE);
const clock = new RunnerClock();
const dynamodb = new DynamoDb({ clock, journal: new Journal(clock), metrics: new Metrics(clock) });
await dynamodb.defineTable({
  TableName: 'transactions',
  AttributeDefinitions: [{ AttributeName: 'transaction_id', AttributeType: 'S' }, { AttributeName: 'event_id', AttributeType: 'S' }],
  KeySchema: [{ AttributeName: 'transaction_id', KeyType: 'HASH' }, { AttributeName: 'event_id', KeyType: 'RANGE' }],
  BillingMode: 'PAY_PER_REQUEST',
});

const server = createServer({ keepAliveTimeout: 0 }, async (request, response) => {
  const chunks = [];
  for await (const chunk of request) chunks.push(chunk);
  const answer = await dynamodb.handle({ method: request.method, path: request.url, query: new URLSearchParams(), headers: request.headers, body: Buffer.concat(chunks) });
  response.writeHead(answer.status, answer.headers).end(answer.body);
});
server.listen(0, '127.0.0.1', () => void serveOrders(() => ({}), { url: `http://127.0.0.1:${server.address().port}` }));
