// The validator and the archiver against handlers in Python of the older design, which makes three calls per webhook.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { SCRATCH } from './lib/bundle.mjs';
import { alternate, each, median, ratio } from './lib/measure.mjs';
import { LAMBDA, nodeWorker, Worker } from './lib/processes.mjs';
import { bodyOf, validatorEnvironment } from './lib/webhooks.mjs';

const REQUESTS = 60;
const ROWS = 2_000;
/** Milliseconds a call waits for its answer: on loopback it costs nothing, in a region a few. */
const DELAYS = [0, 5];
const REQUIREMENTS = 'bench/peers/seed/requirements.txt';

export const title = 'Against the seed in Python';

export async function run({ rounds = 20 }) {
  const { python, problem } = environment();
  if (!python) return [skipped('validator', problem), skipped('archiver', problem)];
  const standIn = nodeWorker('bench/lib/stand-in.mjs');
  try {
    const { url } = await standIn.next();
    return [
      ...await validators(python, url, standIn, rounds),
      await archivers(python, url, standIn, Math.ceil(rounds / 3)),
    ];
  } finally {
    standIn.stop();
  }
}

async function validators(python, url, standIn, rounds) {
  const ours = nodeWorker('bench/workers/validator.mjs', {
    ...LAMBDA, ...validatorEnvironment(), AWS_ENDPOINT_URL: url, BUNDLE: pathToFileURL(resolve('assets/validator/index.mjs')).href,
  });
  const seed = peer(python, 'validator', url);
  try {
    await ours.next();
    const versions = await seed.next();
    let sent = 0;
    const results = [];
    for (const delay of DELAYS) {
      await standIn.ask({ delay });
      const { validator, peer: other } = await alternate({
        validator: () => ours.ask({ requests: REQUESTS }),
        peer: () => seed.ask({ requests: REQUESTS, bodies: Array.from({ length: REQUESTS }, () => bodyOf(`txn_${(sent += 1)}`)) }),
      }, { rounds, warmups: 8 });
      const note = `${versionsOf(versions)}; the seed verifies no signature and makes 3 calls, ours 1`;
      results.push(compared(`seed validator ÷ validator, per webhook, ${delay === 0 ? 'calls answered at once' : `calls answered after ${delay} ms`}`, other, validator, note));
    }
    return results;
  } finally {
    await standIn.ask({ delay: 0 });
    ours.stop();
    seed.stop();
  }
}

async function archivers(python, url, standIn, rounds) {
  await standIn.ask({ rows: ROWS });
  const ours = nodeWorker('bench/workers/archiver.mjs', archiverEnvironment(url));
  const seed = peer(python, 'archiver', url);
  try {
    await ours.next();
    const versions = await seed.next();
    const { archiver, peer: other } = await alternate({
      archiver: () => ours.ask({ rows: ROWS }),
      peer: () => seed.ask({ requests: 1 }),
    }, { rounds, warmups: 1 });
    return compared('seed archiver ÷ archiver, per row', other, archiver, `${versionsOf(versions)}; the seed deletes 25 rows a call whatever happened to them since, ours puts a tombstone in place of each unchanged row, a call a row`);
  } finally {
    ours.stop();
    seed.stop();
  }
}

function compared(name, theirs, ours, note) {
  const cpu = ratio(each(theirs, 'cpu'), each(ours, 'cpu'));
  return {
    name, ...ratio(each(theirs, 'wall'), each(ours, 'wall')), goal: 3, better: 'higher',
    ours: `${median(each(ours, 'wall')).toFixed(3)} ms`, peer: `${median(each(theirs, 'wall')).toFixed(3)} ms`,
    cpu: cpu.median, note: `processor time ${median(each(ours, 'cpu')).toFixed(3)} against ${median(each(theirs, 'cpu')).toFixed(3)} ms; ${note}`,
  };
}

export function archiverEnvironment(url, bundle = 'assets/archiver/index.mjs') {
  return {
    ...LAMBDA, AWS_ENDPOINT_URL: url, TABLE_NAME: 'transactions', AUDIT_BUCKET_NAME: 'audit', ARCHIVE_AFTER_HOURS: '24', DEDUPE_DAYS: '35', SYSTEM_NAME: 'bench',
    ARCHIVE_UNFINISHED_AFTER_HOURS: '360', WORKFLOW_TIERS: '{"screened":["low","medium","high"],"notified":["medium","high"]}',
    BUNDLE: pathToFileURL(resolve(bundle)).href,
  };
}

function peer(python, name, url) {
  return new Worker(python, ['bench/peers/seed/serve.py', name], {
    ...LAMBDA, AWS_ENDPOINT_URL: url, TABLE_NAME: 'transactions', BUCKET_NAME: 'audit', EVENT_BUS_NAME: 'payment-events',
    STATE_MACHINE_ARN: 'arn:aws:states:us-east-1:000000000000:stateMachine:transaction-workflow', PYTHONWARNINGS: 'ignore', PYTHONDONTWRITEBYTECODE: '1',
  });
}

/** A virtual environment with boto3, made once. */
function environment() {
  const home = join(SCRATCH, 'python');
  const python = join(home, 'bin/python');
  const works = () => existsSync(python) && spawnSync(python, ['-c', 'import boto3, aws_xray_sdk']).status === 0;
  if (works()) return { python };
  for (const [command, args] of [['python3', ['-m', 'venv', home]], [join(home, 'bin/pip'), ['install', '--quiet', '-r', REQUIREMENTS]]]) {
    const { status, error, stderr } = spawnSync(command, args, { encoding: 'utf8' });
    if (status !== 0) return { problem: `${command} ${args.join(' ')} failed: ${(error?.message ?? stderr).trim().split('\n').at(-1)}` };
  }
  return works() ? { python } : { problem: 'boto3 cannot be imported' };
}

function skipped(what, problem) {
  console.error(`\n!!! SKIPPED: the Python ${what} was not measured: ${problem}\n!!! Install Python 3 with venv and give pip its package index.\n`);
  return { name: `seed ${what} ÷ ${what}`, skipped: problem, goal: 3, better: 'higher' };
}

function versionsOf({ python, boto3 }) {
  return `Python ${python}, boto3 ${boto3}`;
}
