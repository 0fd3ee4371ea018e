// The archiver against `scan | gzip | put`, over a store that has its pages ready; and its memory from few rows to many.
import { pathToFileURL } from 'node:url';
import { functionBundle } from './lib/bundle.mjs';
import { alternate, each, median, ratio } from './lib/measure.mjs';
import { nodeWorker } from './lib/processes.mjs';
import { archiverEnvironment } from './seed.mjs';

const ROWS = 4_000;
const SDK = `
  export { DynamoDBClient, PutItemCommand, ScanCommand } from '@aws-sdk/client-dynamodb';
  export { PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
`;

export const title = 'Archive';

export async function run({ rounds = 6, rows = 40_000 }) {
  const sdk = await functionBundle('sdk-archive', SDK);
  const standIn = nodeWorker('bench/lib/stand-in.mjs');
  try {
    const { url } = await standIn.next();
    return [...await throughput(standIn, url, sdk, rounds), await memory(standIn, url, rows)];
  } finally {
    standIn.stop();
  }
}

async function throughput(standIn, url, sdk, rounds) {
  await standIn.ask({ rows: ROWS });
  const ours = nodeWorker('bench/workers/archiver.mjs', archiverEnvironment(url));
  const floor = nodeWorker('bench/workers/archiver.mjs', { ...archiverEnvironment(url), BUNDLE: pathToFileURL(sdk).href });
  try {
    await ours.next();
    await floor.next();
    const measured = await alternate({
      ours: () => ours.ask({ rows: ROWS }),
      bare: () => floor.ask({ rows: ROWS, bury: false }),
      burying: () => floor.ask({ rows: ROWS, bury: true }),
    }, { rounds, warmups: 2 });
    return [
      compared('archive ÷ floor (scan, gzip, put), rows a second', measured.bare, measured.ours, { goal: 0.6 }),
      compared('archive ÷ floor that also replaces each row by a tombstone', measured.burying, measured.ours, { goal: 0.6 }),
    ];
  } finally {
    ours.stop();
    floor.stop();
  }
}

/** Throughput is the inverse of the time a row takes. */
function compared(name, floor, ours, { goal }) {
  const perSecond = (measurements) => `${Math.round(1000 / median(each(measurements, 'wall')))} rows/s`;
  const cpu = ratio(each(floor, 'cpu'), each(ours, 'cpu'));
  return {
    name, ...ratio(each(floor, 'wall'), each(ours, 'wall')), goal, better: 'higher', ours: perSecond(ours), peer: perSecond(floor),
    cpu: cpu.median,
    note: `processor time ${(1000 * median(each(ours, 'cpu'))).toFixed(0)} against ${(1000 * median(each(floor, 'cpu'))).toFixed(0)} µs a row; ${ROWS} rows a round`,
  };
}

/** Peak memory of a process that archives `rows`, against one that archives 10 thousand. */
async function memory(standIn, url, rows) {
  const [few, many] = [await peak(standIn, url, 10_000), await peak(standIn, url, rows)];
  return {
    name: `peak memory, ${rows} rows ÷ 10000 rows`, median: many.peak_mb / few.peak_mb, rounds: 1, goal: 1.25, better: 'lower',
    ours: `${many.peak_mb.toFixed(0)} MB`, peer: `${few.peak_mb.toFixed(0)} MB`,
    note: `heap limited to 300 MB, for a function of 512 MB; ${rows} rows in ${(many.wall * rows / 1000).toFixed(0)} s; more with --rows`,
  };
}

async function peak(standIn, url, rows) {
  await standIn.ask({ rows });
  const worker = nodeWorker('bench/workers/archiver.mjs', { ...archiverEnvironment(url), NODE_OPTIONS: '--max-old-space-size=300' });
  try {
    await worker.next();
    return await worker.ask({ rows });
  } finally {
    worker.stop();
  }
}
