// The least that receives webhooks: an HTTP server that writes every body to the store, and does nothing else with it.
import { createServer } from 'node:http';
import { serveOrders } from '../lib/processes.mjs';

const { DynamoDBClient, PutItemCommand } = await import(process.env.BUNDLE);
const client = new DynamoDBClient({ maxAttempts: 3 });

const server = createServer({ keepAliveTimeout: 0 }, async (request, response) => {
  const chunks = [];
  for await (const chunk of request) chunks.push(chunk);
  const payload = Buffer.concat(chunks).toString('utf8');
  await client.send(new PutItemCommand({
    TableName: process.env.TABLE_NAME,
    Item: { transaction_id: { S: JSON.parse(payload).transaction_id }, event_id: { S: request.headers['webhook-id'] }, payload: { S: payload } },
  }));
  response.writeHead(200, { 'content-type': 'application/json' }).end('{"message":"stored"}');
});
server.listen(0, '127.0.0.1', () => void serveOrders(() => ({}), { url: `http://127.0.0.1:${server.address().port}` }));
