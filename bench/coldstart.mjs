// A cold start of each bundle against importing the one SDK client it cannot do without; and what the bundles weigh.
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { gzipSync } from 'node:zlib';
import { functionBundle } from './lib/bundle.mjs';
import { alternate, each, median, ratio } from './lib/measure.mjs';
import { LAMBDA, Worker } from './lib/processes.mjs';
import { validatorEnvironment } from './lib/webhooks.mjs';

const CLIENTS = {
  'validator': ['dynamodb', 'DynamoDBClient'],
  'relay': ['eventbridge', 'EventBridgeClient'],
  'fraud-detector': ['dynamodb', 'DynamoDBClient'],
  'archiver': ['s3', 'S3Client'],
};

/** What the handlers read when they are loaded. */
const ENVIRONMENT = {
  ...LAMBDA, ...validatorEnvironment(), EVENT_BUS_NAME: 'bus', ALERT_TOPIC_ARN: 'arn:aws:sns:us-east-1:000000000000:alerts', AUDIT_BUCKET_NAME: 'audit',
  DEDUPE_DAYS: '35', ARCHIVE_AFTER_HOURS: '24', ARCHIVE_UNFINISHED_AFTER_HOURS: '360', WORKFLOW_TIERS: '{"screened":[],"notified":[]}', FRAUD_DETECTION: '{"rules":[],"mediumRiskAbove":400,"highRiskAbove":700}',
};

export const title = 'Cold start';

export async function run({ rounds = 20 }) {
  const results = [];
  for (const [name, [service, client]] of Object.entries(CLIENTS)) {
    const floor = await functionBundle(`client-${service}`, `import { ${client} } from '@aws-sdk/client-${service}'; export const client = new ${client}({ maxAttempts: 3 });`);
    const dir = join('assets', name);
    const measured = await alternate({ ours: () => load(join(dir, 'index.mjs')), floor: () => load(floor) }, { rounds, warmups: 2 });
    const cpu = ratio(each(measured.ours, 'cpu'), each(measured.floor, 'cpu'));
    results.push({
      name: `load ${name} ÷ load ${client}`, ...ratio(each(measured.ours, 'wall'), each(measured.floor, 'wall')), goal: 1.3, better: 'lower',
      ours: `${median(each(measured.ours, 'wall')).toFixed(1)} ms`, peer: `${median(each(measured.floor, 'wall')).toFixed(1)} ms`,
      cpu: cpu.median,
      note: `processor time ${median(each(measured.ours, 'cpu')).toFixed(1)} against ${median(each(measured.floor, 'cpu')).toFixed(1)} ms; `
        + `bundle ${sizeOf(dir)}, floor ${sizeOf(join(floor, '..'))}; the start of Node itself is in neither`,
    });
  }
  return results;
}

/** Imports a module in a new process, from the moment Node is up. */
async function load(module) {
  const worker = new Worker(process.execPath, ['bench/workers/load.mjs'], { ...ENVIRONMENT, MODULE: pathToFileURL(resolve(module)).href });
  try {
    return await worker.next();
  } finally {
    worker.stop();
  }
}

function sizeOf(dir) {
  const files = readdirSync(dir).filter((file) => file.endsWith('.mjs')).map((file) => join(dir, file));
  const kib = (bytes) => `${Math.round(bytes / 1024)} KiB`;
  const bytes = files.reduce((sum, file) => sum + statSync(file).size, 0);
  return `${kib(bytes)} (${kib(files.reduce((sum, file) => sum + gzipSync(readFileSync(file)).length, 0))} gzip)`;
}
