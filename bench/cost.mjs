// AWS calls and list price per million webhooks, counted from a recorded run on the local runner, against the older design.
import { billOf, callsOf, difference, FACTS_AS_OF, seedUnits, sumOf, total, UNIT_PRICES, unitsOf } from './lib/bill.mjs';
import { scriptBundle } from './lib/bundle.mjs';
import { nodeWorker } from './lib/processes.mjs';
import { synthesize } from './lib/typescript.mjs';

const TIERS = ['low', 'medium', 'high'];

export const title = 'AWS calls and cost';

export async function run({ webhooks = 40 }) {
  const bundle = await scriptBundle('recorded', 'bench/workers/recorded.mjs', { external: 'none', tsconfig: 'local/tsconfig.json' });
  const worker = nodeWorker(bundle, { WEBHOOKS: String(webhooks), APP: synthesize() });
  try {
    await worker.next();
    const recorded = await worker.ask({});
    const archive = difference(recorded.archiveOfTwo, recorded.archiveOfOne);
    return [...TIERS.map((tier) => compared(tier, recorded[tier], archive, webhooks)), callTable(recorded, archive, webhooks), priceTable(recorded, archive, webhooks)];
  } finally {
    worker.stop();
  }
}

function compared(tier, counts, archive, webhooks) {
  const ours = sumOf(priceOf(counts, archive, webhooks));
  const seed = sumOf(billOf(seedUnits(tier, bytesPerState(counts))));
  return { name: `list price of a million ${tier}-value webhooks ÷ the seed's design`, median: ours / seed, rounds: 1, better: 'lower', ours: `$${ours.toFixed(2)}`, peer: `$${seed.toFixed(2)}`, note: 'the tables below say of what' };
}

/** Everything of the webhook's own day, and its part in the archive run after it. */
function priceOf(counts, archive, webhooks) {
  const bill = billOf(unitsOf(counts, webhooks));
  const later = billOf(unitsOf(archive, webhooks));
  return Object.fromEntries(Object.keys(bill).map((unit) => [unit, bill[unit] + later[unit]]));
}

function bytesPerState(counts) {
  return total(counts, /^metric IncomingBytes \S*WorkflowLogGroup/) / total(counts, /^state workflow/);
}

function callTable(recorded, archive, webhooks) {
  const who = ['validator', 'relay', 'workflow', 'detector', 'archiver'];
  const text = (calls = {}) => Object.entries(calls).filter(([, value]) => value > 0).sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([what, value]) => `${what.split(':').at(-1)} ${round(value / webhooks)}`).join(', ') || 'none';
  const row = (name, counts) => {
    const calls = callsOf(counts);
    return [name, ...who.map((one) => text(calls[one])), round(who.reduce((sum, one) => sum + sumOf(calls[one] ?? {}), 0) / webhooks)];
  };
  return {
    table: {
      title: `AWS calls per webhook, recorded over ${webhooks} webhooks of each tier (credentials, fetched once in five minutes, not counted)`,
      head: ['', ...who, 'all'],
      rows: [...TIERS.map((tier) => row(tier, recorded[tier])), row('a day later', archive), ['seed, low and medium', 'PutItem 1, PutEvents 1, StartExecution 1', 'none', 'FraudDetection 1, SendNotification 1', 'UpdateItem 1', 'never scheduled', '6'],
        ['seed, high', 'PutItem 1, PutEvents 1, StartExecution 1', 'none', 'FraudDetection 2, SendNotification 2', 'UpdateItem 2', 'never scheduled', '9']],
    },
  };
}

function priceTable(recorded, archive, webhooks) {
  const columns = TIERS.flatMap((tier) => [priceOf(recorded[tier], archive, webhooks), billOf(seedUnits(tier, bytesPerState(recorded[tier])))]);
  const dollars = (value = 0) => value.toFixed(2);
  return {
    table: {
      title: `US dollars per million webhooks at list prices of us-east-1 (as of ${FACTS_AS_OF}; \`src/capacity/aws-facts.ts\` has prices and sources, \`bench/assumed.json\` what is assumed of durations)`,
      head: ['', ...TIERS.flatMap((tier) => [tier, `${tier}, seed`])],
      rows: [
        ...Object.keys(UNIT_PRICES).map((unit) => [unit, ...columns.map((column) => dollars(column[unit]))]),
        ['**all**', ...columns.map((column) => `**${dollars(sumOf(column))}**`)],
      ],
    },
  };
}

function round(value) {
  return String(Math.round(value * 100) / 100);
}
