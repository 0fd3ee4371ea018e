// A warm request of the validator against the least a receiver does.
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { functionBundle, scriptBundle } from './lib/bundle.mjs';
import { alternate, each, median, ratio } from './lib/measure.mjs';
import { LAMBDA, nodeWorker } from './lib/processes.mjs';
import { validatorEnvironment } from './lib/webhooks.mjs';

const REQUESTS = 100;

export const title = 'Validator, warm request';

export async function run({ rounds = 30 }) {
  const sdk = await functionBundle('sdk-dynamodb', "export { DynamoDBClient, PutItemCommand } from '@aws-sdk/client-dynamodb';");
  const engine = await scriptBundle('engine', 'bench/lib/engine.ts', { external: 'none', tsconfig: 'local/tsconfig.json' });
  const standIn = nodeWorker('bench/lib/stand-in.mjs');
  const local = nodeWorker('bench/lib/local-dynamodb.mjs', { ENGINE_BUNDLE: engine });
  try {
    const [lean, kept] = [await standIn.next(), await local.next()];
    return [
      await against('a store that answers at once', lean.url, { sdk, secrets: lean.url, rounds, goal: 1.25 }),
      await against('the local DynamoDB', kept.url, { sdk, secrets: lean.url, rounds: Math.ceil(rounds / 2), goal: 1.25 }),
    ];
  } finally {
    standIn.stop();
    local.stop();
  }
}

async function against(store, url, { sdk, secrets, rounds, goal }) {
  const worker = (bundle) => nodeWorker('bench/workers/validator.mjs', {
    ...LAMBDA, ...validatorEnvironment(), AWS_ENDPOINT_URL_DYNAMODB: url, AWS_ENDPOINT_URL_SECRETS_MANAGER: secrets, BUNDLE: pathToFileURL(resolve(bundle)).href,
  });
  const workers = { validator: worker('assets/validator/index.mjs'), floor: worker(sdk) };
  try {
    for (const one of Object.values(workers)) await one.next();
    const ask = (variant) => () => workers[variant].ask({ requests: REQUESTS });
    const { validator, floor } = await alternate({ validator: ask('validator'), floor: ask('floor') }, { rounds, warmups: 10 });
    const cpu = ratio(each(validator, 'cpu'), each(floor, 'cpu'));
    return {
      name: `validator ÷ floor (HMAC, JSON.parse, one PutItem), ${store}`,
      ...ratio(each(validator, 'wall'), each(floor, 'wall')),
      goal, better: 'lower',
      ours: `${median(each(validator, 'wall')).toFixed(3)} ms`, peer: `${median(each(floor, 'wall')).toFixed(3)} ms`,
      cpu: cpu.median, note: `processor time ${median(each(validator, 'cpu')).toFixed(3)} against ${median(each(floor, 'cpu')).toFixed(3)} ms`,
    };
  } finally {
    for (const one of Object.values(workers)) one.stop();
  }
}
