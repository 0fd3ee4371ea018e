// The validator's bundle, or its floor, a request at a time, as Lambda hands them over. Each in a process of its own:
// what one loads, e.g. hooks of a tracer, must not slow the other.
import { createHmac, timingSafeEqual } from 'node:crypto';
import { serveOrders, timed } from '../lib/processes.mjs';
import { bodyOf, proxyEvent, SECRET, traceHeader } from '../lib/webhooks.mjs';

const { handler, DynamoDBClient, PutItemCommand } = await import(process.env.BUNDLE);
const handle = handler ?? floor;
const client = handler ? undefined : new DynamoDBClient({ maxAttempts: 3 });
const key = Buffer.from(SECRET, 'base64');
let sent = 0;

/** The least a receiver does: HMAC, JSON.parse, one PutItem. */
async function floor(event) {
  const body = Buffer.from(event.body, 'base64');
  const id = event.headers['webhook-id'];
  const expected = createHmac('sha256', key).update(`${id}.${event.headers['webhook-timestamp']}.`).update(body).digest();
  if (!timingSafeEqual(expected, Buffer.from(event.headers['webhook-signature'].slice(3), 'base64'))) return { statusCode: 401 };
  const text = body.toString('utf8');
  const { transaction_id, amount, currency } = JSON.parse(text);
  await client.send(new PutItemCommand({
    TableName: process.env.TABLE_NAME,
    Item: { transaction_id: { S: transaction_id }, event_id: { S: id }, amount: { N: String(amount) }, currency: { S: currency }, payload: { S: text } },
    ConditionExpression: 'attribute_not_exists(transaction_id)',
  }));
  return { statusCode: 200 };
}

await serveOrders(async ({ requests }) => {
  const events = Array.from({ length: requests }, () => {
    sent += 1;
    const id = `${process.pid}_${sent}`;
    return { event: proxyEvent(`msg_${id}`, bodyOf(`txn_${id}`)), trace: traceHeader(sent) };
  });
  const { wall, cpu } = await timed(async () => {
    for (const { event, trace } of events) {
      process.env._X_AMZN_TRACE_ID = trace;
      const { statusCode } = await handle(event);
      if (statusCode !== 200) throw new Error(`Answered ${statusCode}`);
    }
  });
  return { wall: wall / requests, cpu: cpu / requests };
});
