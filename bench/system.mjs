// The whole local system against a bare HTTP server that writes to the same store.
import { Agent, request } from 'node:http';
import { pathToFileURL } from 'node:url';
import { functionBundle } from './lib/bundle.mjs';
import { alternate, each, median, ratio } from './lib/measure.mjs';
import { nodeWorker } from './lib/processes.mjs';
import { call, secretOf, settled, startRunner } from './lib/runner.mjs';
import { synthesize } from './lib/typescript.mjs';
import { bodyOf, signatureHeaders } from './lib/webhooks.mjs';

const WEBHOOKS = 120;
const AT_ONCE = 8;
const AMOUNTS = [1_999, 245_050, 1_500_000];

export const title = 'Whole local system';

export async function run({ rounds = 8 }) {
  const sdk = await functionBundle('sdk-dynamodb', "export { DynamoDBClient, PutItemCommand } from '@aws-sdk/client-dynamodb';");
  const runner = await startRunner(synthesize());
  let bare;
  try {
    await call(runner.url, 'dynamodb', 'DynamoDB_20120810.CreateTable', {
      TableName: 'bare', BillingMode: 'PAY_PER_REQUEST',
      AttributeDefinitions: [{ AttributeName: 'transaction_id', AttributeType: 'S' }, { AttributeName: 'event_id', AttributeType: 'S' }],
      KeySchema: [{ AttributeName: 'transaction_id', KeyType: 'HASH' }, { AttributeName: 'event_id', KeyType: 'RANGE' }],
    });
    bare = nodeWorker('bench/peers/bare-server.mjs', { AWS_ENDPOINT_URL: runner.url, TABLE_NAME: 'bare', BUNDLE: pathToFileURL(sdk).href });
    const { url } = await bare.next();
    const secret = await secretOf(runner);
    const measured = await alternate({
      system: () => load(`${runner.url}/webhook`, secret, () => settled(runner)),
      bare: () => load(url, secret, async () => undefined),
    }, { rounds, warmups: 2 });
    return [
      compared('local system ÷ bare server, acknowledgements a second', measured, 'acknowledged'),
      compared('local system ÷ bare server, until every webhook is published, screened and alerted', measured, 'settled'),
    ];
  } finally {
    bare?.stop();
    runner.stop();
  }
}

function compared(name, { system, bare }, key) {
  const perSecond = (measurements) => `${Math.round(WEBHOOKS * 1000 / median(each(measurements, key)))}/s`;
  return {
    name, ...ratio(each(bare, key), each(system, key)), goal: 0.5, better: 'higher', ours: perSecond(system), peer: perSecond(bare),
    note: `${WEBHOOKS} webhooks a round, ${AT_ONCE} at once, one of each tier in turn; sender, server, store and handlers share the processors`,
  };
}

let sent = 0;

/** Sends webhooks, some at once; the time until all were answered, and until all is at rest. */
async function load(url, secret, rest) {
  const agent = new Agent({ keepAlive: true, maxSockets: AT_ONCE });
  const signed = Array.from({ length: WEBHOOKS }, () => {
    sent += 1;
    const body = bodyOf(`txn_${sent}`, AMOUNTS[sent % AMOUNTS.length]);
    return { body, headers: signatureHeaders(`msg_${sent}`, body, secret) };
  });
  const waiting = signed.values();
  const startedAt = performance.now();
  await Promise.all(Array.from({ length: AT_ONCE }, async () => {
    for (const { headers, body } of waiting) await post(url, agent, headers, body);
  }));
  const acknowledged = performance.now() - startedAt;
  await rest();
  agent.destroy();
  return { acknowledged, settled: performance.now() - startedAt };
}

function post(url, agent, headers, body) {
  return new Promise((resolve, reject) => {
    request(url, { method: 'POST', agent, headers: { ...headers, 'content-length': Buffer.byteLength(body) } }, (response) => {
      response.resume().on('end', () => (response.statusCode === 200 ? resolve() : reject(new Error(`Answered ${response.statusCode}`))));
    }).on('error', reject).end(body);
  });
}
