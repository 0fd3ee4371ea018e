// From counts of a recorded run to calls and list prices per webhook.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { scriptBundle } from './bundle.mjs';

const { FACTS_AS_OF, PRICES } = createRequire(import.meta.url)(await scriptBundle('aws-facts', 'src/capacity/aws-facts.ts'));
export { FACTS_AS_OF };
const ASSUMED = JSON.parse(readFileSync('bench/assumed.json', 'utf8'));
const dollars = ([usd, units]) => Number(usd) / units;
/** Dollars a unit, in the order of the table. What changes with time and not with webhooks is left out. */
export const UNIT_PRICES = {
  'API Gateway request': dollars(PRICES.apiRequests),
  'Lambda request': dollars(PRICES.lambdaRequests),
  'Lambda GB-second (arm64)': dollars(PRICES.lambdaGbSeconds),
  'DynamoDB write unit': dollars(PRICES.writeUnits),
  'DynamoDB read unit': dollars(PRICES.readUnits),
  'EventBridge custom event': dollars(PRICES.events),
  'Express workflow': dollars(PRICES.expressRequests),
  'Express workflow GB-second': dollars(PRICES.expressGbSeconds),
  'SNS publish': dollars(PRICES.publishes),
  'S3 PUT or LIST': dollars(PRICES.objectWrites),
  'S3 GET or HEAD': dollars(PRICES.objectReads),
  'CloudWatch Logs GB': dollars(PRICES.logGb),
  'X-Ray trace': dollars(PRICES.traces),
};
const DESIGN = JSON.parse(readFileSync('bench/peers/seed/design.json', 'utf8'));
const MEMORY_GB = { validator: 1, relay: 0.5, detector: 0.5, archiver: 0.5 };
const GROUPS = { Ingest: 'validator', Relay: 'relay', FraudDetector: 'detector', Archiver: 'archiver' };

/** Sum of the counts whose name matches. */
export function total(counts, pattern) {
  return Object.entries(counts).reduce((sum, [name, value]) => (pattern.test(name) ? sum + value : sum), 0);
}

/** Calls by who makes them: functions by their SDK, the workflow by its tasks. */
export function callsOf(counts) {
  const calls = {};
  const add = (who, what, value) => { (calls[who] ??= {})[what] = (calls[who][what] ?? 0) + value; };
  for (const [name, value] of Object.entries(counts)) {
    const [kind, who, what, state] = name.split(' ');
    // Credentials are fetched once in five minutes by each environment, however many webhooks there are.
    if (kind === 'call' && !what.startsWith('secretsmanager')) add(who, what, value);
    if (kind === 'state' && what === 'task') add(who, state, value);
  }
  return calls;
}

/** What `count` webhooks consumed, in priced units per webhook. */
export function unitsOf(counts, count) {
  const invocations = Object.fromEntries(Object.entries(GROUPS).map(([part, name]) => [
    name, total(counts, new RegExp(`^metric Invocations \\S*${part}\\S*Function`)),
  ]));
  const calls = callsOf(counts);
  const gbSeconds = Object.entries(invocations).reduce((sum, [name, times]) => {
    const ms = times * ASSUMED.ms_per_invocation_beside_calls + sumOf(calls[name] ?? {}) * ASSUMED.ms_per_aws_call;
    return sum + ms / 1000 * MEMORY_GB[name];
  }, 0);
  const executions = total(counts, /^execution workflow/);
  return each({
    'API Gateway request': invocations.validator,
    'Lambda request': sumOf(invocations),
    'Lambda GB-second (arm64)': gbSeconds,
    'DynamoDB write unit': total(counts, /^metric ConsumedWrite/),
    'DynamoDB read unit': total(counts, /^metric ConsumedRead/),
    'EventBridge custom event': counts.event ?? 0,
    'Express workflow': executions,
    'Express workflow GB-second': executions * ASSUMED.express_ms / 1000 * ASSUMED.express_gb,
    'SNS publish': counts.publish ?? 0,
    'S3 PUT or LIST': total(counts, /^call \w+ s3:(PutObject|GetList)/),
    'S3 GET or HEAD': total(counts, /^call \w+ s3:(GetObject|HeadObject)/),
    'CloudWatch Logs GB': total(counts, /^metric IncomingBytes/) / 1e9,
    'X-Ray trace': invocations.validator * ASSUMED.traces_per_webhook,
  }, (value) => value / count);
}

/** The same units of one webhook in the older design; a state of its workflow is taken to log what one of ours does. */
export function seedUnits(tier, bytesPerState) {
  const { executions, publishes_by_rules: byRules } = DESIGN.tiers[tier];
  const seconds = (calls) => (ASSUMED.ms_per_invocation_beside_calls + sumOf(calls) * ASSUMED.ms_per_aws_call) / 1000;
  return {
    'API Gateway request': 1,
    'Lambda request': 1 + executions,
    'Lambda GB-second (arm64)': seconds(DESIGN.calls.validator) * DESIGN.memory_gb.validator + executions * seconds(DESIGN.calls.detector) * DESIGN.memory_gb.detector,
    'DynamoDB write unit': 1 + executions,
    'EventBridge custom event': 1,
    'Express workflow': executions,
    'Express workflow GB-second': executions * ASSUMED.express_ms / 1000 * ASSUMED.express_gb,
    'SNS publish': executions + byRules,
    'CloudWatch Logs GB': ((1 + executions) * DESIGN.log_bytes_per_invocation + executions * DESIGN.states_per_execution * bytesPerState) / 1e9,
    'X-Ray trace': ASSUMED.traces_per_webhook,
  };
}

/** Dollars for a million webhooks, by unit. */
export function billOf(units) {
  return Object.fromEntries(Object.entries(units).map(([unit, value]) => [unit, value * UNIT_PRICES[unit] * 1e6]));
}

export function sumOf(values) {
  return Object.values(values).reduce((sum, value) => sum + value, 0);
}

/** What twice as many rows took more, which is what the rows took. */
export function difference(many, few) {
  return Object.fromEntries(Object.keys(many).map((name) => [name, Math.max(0, many[name] - (few[name] ?? 0))]));
}

function each(values, change) {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, change(value)]));
}
