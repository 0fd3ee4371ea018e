// Sends signed webhooks at a fixed rate to the local runner, whether or not it keeps up, and measures from the
// moment each should have been sent: a system that stalls does not hide what it kept waiting.
//   npm run load -- [--rate 50] [--seconds 30] [--warmup 5] [--soak]        (--soak: ten minutes)
import { spawn, spawnSync } from 'node:child_process';
import { createHmac } from 'node:crypto';
import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { Agent, request } from 'node:http';
import { cpus } from 'node:os';
import { createHistogram } from 'node:perf_hooks';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { DeleteMessageBatchCommand, ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs';

const { values } = parseArgs({ options: { rate: { type: 'string' }, seconds: { type: 'string' }, warmup: { type: 'string' }, soak: { type: 'boolean' } } });
const rate = Number(values.rate ?? 50);
const seconds = Number(values.seconds ?? (values.soak ? 600 : 30));
const warmup = Number(values.warmup ?? 5);
if (!(rate > 0 && seconds > 0 && warmup >= 0)) throw new Error('--rate, --seconds and --warmup are numbers above 0');

const outdir = '.local/load.out';
rmSync(outdir, { recursive: true, force: true });
must(spawnSync(process.execPath, ['scripts/bundle.mjs'], { stdio: ['ignore', 'ignore', 'inherit'] }));
must(spawnSync(process.execPath, ['-r', 'ts-node/register', 'bench/load-app.ts'], {
  stdio: 'inherit', env: { ...process.env, CDK_OUTDIR: outdir, TS_NODE_TRANSPILE_ONLY: '1', TS_NODE_PROJECT: 'tsconfig.dev.json' },
}));
const runner = spawn(process.execPath, ['bin/cli.mjs', 'start', '--app', outdir, '--port', '0', '--json'], { stdio: ['ignore', 'pipe', 'inherit'] });
try {
  const { url, webhooks: [{ url: endpoint, secret_arn: secretArn }], resources } = await ready();
  const options = { endpoint: url, region: 'us-east-1', credentials: { accessKeyId: '000000000000', secretAccessKey: 'local' } };
  const secret = (await new SecretsManagerClient(options).send(new GetSecretValueCommand({ SecretId: secretArn }))).SecretString;
  const queueUrl = resources.find(({ path }) => path?.endsWith('/Judged/Resource')).physical_id;
  await run({ endpoint, secret, queueUrl, sqs: new SQSClient(options) });
} finally {
  runner.kill('SIGINT');
}

async function run({ endpoint, secret, queueUrl, sqs }) {
  await send({ endpoint, secret, count: rate * warmup, name: 'warm', record: () => undefined });
  const acknowledged = createHistogram();
  const outcomes = { accepted: 0, refused: 0, failed: 0 };
  const intended = new Map();
  const memory = [];
  const watch = setInterval(() => memory.push(residentMb(runner.pid)), 1000);
  const startedAt = Date.now();
  const verdicts = collect(sqs, queueUrl, intended, rate * seconds);
  await send({
    endpoint, secret, count: rate * seconds, name: 'load',
    plan: (id, at) => intended.set(id, at),
    record: (status, ms) => {
      outcomes[status === 200 ? 'accepted' : status >= 200 ? 'refused' : 'failed'] += 1;
      acknowledged.record(Math.max(1, Math.round(ms * 1000)));
    },
  });
  const sentFor = (Date.now() - startedAt) / 1000;
  const judged = await verdicts(outcomes.accepted);
  clearInterval(watch);
  print({ acknowledged, judged, outcomes, sentFor, memory });
  if (outcomes.accepted !== rate * seconds || judged.count !== outcomes.accepted) process.exitCode = 1;
}

/** Open loop: the next goes out when its time has come, answered or not. */
async function send({ endpoint, secret, count, name, plan, record }) {
  const agent = new Agent({ keepAlive: true, maxSockets: Infinity });
  const startedAt = performance.now();
  const epoch = Date.now();
  const pending = [];
  for (let index = 0; index < count; index += 1) {
    const due = (index * 1000) / rate;
    const early = due - (performance.now() - startedAt);
    if (early > 1) await sleep(early);
    const id = `${name}_${epoch}_${index}`;
    plan?.(`pi_${id}`, epoch + due);
    pending.push(post(agent, endpoint, secret, id).then((status) => record(status, performance.now() - startedAt - due)));
  }
  await Promise.all(pending);
  agent.destroy();
}

function post(agent, endpoint, secret, id) {
  const created = Math.floor(Date.now() / 1000);
  const object = { id: `pi_${id}`, object: 'payment_intent', amount: 1999, amount_received: 1999, currency: 'usd', customer: `cus_${id}`, metadata: {} };
  const body = JSON.stringify({ id: `evt_${id}`, object: 'event', created, type: 'payment_intent.succeeded', data: { object } });
  const signature = createHmac('sha256', secret).update(`${created}.${body}`).digest('hex');
  return new Promise((resolve) => {
    const headers = { 'content-type': 'application/json', 'stripe-signature': `t=${created},v1=${signature}` };
    const outgoing = request(endpoint, { method: 'POST', agent, headers }, (response) => {
      response.resume();
      response.on('end', () => resolve(response.statusCode));
    });
    outgoing.on('error', () => resolve(0));
    outgoing.end(body);
  });
}

/** Takes verdicts off the queue all the while; what is answered waits until there are so many, or none come any more. */
function collect(sqs, QueueUrl, intended) {
  const histogram = createHistogram();
  const seen = new Set();
  let wanted = Infinity;
  let lastAt = Date.now();
  const work = (async () => {
    while (seen.size < wanted && (wanted === Infinity || Date.now() - lastAt < 60_000)) {
      const { Messages = [] } = await sqs.send(new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10, WaitTimeSeconds: 1, MessageSystemAttributeNames: ['SentTimestamp'] }));
      for (const { Body, Attributes } of Messages) {
        const id = JSON.parse(Body).detail.transaction_id;
        const due = intended.get(id);
        if (due === undefined || seen.has(id)) continue;
        seen.add(id);
        lastAt = Date.now();
        histogram.record(Math.max(1, Math.round((Number(Attributes.SentTimestamp) - due) * 1000)));
      }
      if (Messages.length > 0) await sqs.send(new DeleteMessageBatchCommand({ QueueUrl, Entries: Messages.map(({ ReceiptHandle }, index) => ({ Id: String(index), ReceiptHandle })) }));
    }
    return { histogram, count: seen.size };
  })();
  return (count) => {
    wanted = count;
    lastAt = Date.now();
    return work;
  };
}

function print({ acknowledged, judged, outcomes, sentFor, memory }) {
  const ms = (histogram, percentile) => (histogram.count === 0 ? '-' : (histogram.percentile(percentile) / 1000).toFixed(1));
  const row = (name, histogram) => `| ${name} | ${[50, 90, 99, 99.9].map((percentile) => ms(histogram, percentile)).join(' | ')} | ${(histogram.max / 1000).toFixed(1)} |`;
  const third = Math.floor(memory.length / 3);
  const mean = (list, of) => (list.reduce((sum, one) => sum + of(one), 0) / Math.max(1, list.length)).toFixed(0);
  const [early, late] = [memory.slice(third, 2 * third), memory.slice(2 * third)];
  const perHandler = ({ handlers, processes }) => handlers / Math.max(1, processes);
  console.log([
    `${cpus()[0].model.trim()}, ${cpus().length} cores; Node.js ${process.version}; ${rate} webhooks a second for ${seconds} s after ${warmup} s of warm-up`,
    '',
    `${outcomes.accepted} accepted, ${outcomes.refused} refused, ${outcomes.failed} failed, ${judged.count} verdicts; ${(outcomes.accepted / sentFor).toFixed(1)} a second`,
    '',
    '| ms from the intended time of sending | p50 | p90 | p99 | p99.9 | max |',
    '| --- | --: | --: | --: | --: | --: |',
    row('to the acknowledgement', acknowledged),
    row('to the verdict', judged.histogram),
    '',
    '| memory, MB | second third | last third |',
    '| --- | --: | --: |',
    `| per handler process | ${mean(early, perHandler)} | ${mean(late, perHandler)} |`,
    `| local runner, which holds the tables, the logs and the journal | ${mean(early, ({ own }) => own)} | ${mean(late, ({ own }) => own)} |`,
  ].join('\n'));
}

/** What the runner and the handlers it started keep resident. */
function residentMb(pid) {
  const read = (file) => {
    try {
      return readFileSync(file, 'utf8');
    } catch {
      return '';
    }
  };
  const mb = (one) => Number(/^VmRSS:\s+(\d+) kB/m.exec(read(`/proc/${one}/status`))?.[1] ?? 0) / 1024;
  const pids = process.platform === 'linux' ? readdirSync('/proc').filter((name) => /^\d+$/.test(name)) : [];
  const children = pids.filter((one) => new RegExp(`^PPid:\\s+${pid}$`, 'm').test(read(`/proc/${one}/status`)));
  return { own: mb(pid), handlers: children.reduce((sum, one) => sum + mb(one), 0), processes: children.length };
}

async function ready() {
  for await (const line of createInterface({ input: runner.stdout })) {
    const message = JSON.parse(line);
    if (message.event === 'ready') return message;
  }
  throw new Error('The local runner did not start');
}

function must({ status }) {
  if (status !== 0) process.exit(status ?? 1);
}
