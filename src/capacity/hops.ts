import { FIXED, Quota, QuotaName, QUOTAS } from './aws-facts';
import { Listener, Load, SystemShape } from './shape';
import { eventsPerShard, relayedShards, Work } from './work';

/** One place that every webhook, or some of them, has to pass. */
export interface Hop {
  readonly name: string;
  /** What it allows, in `unit`. */
  readonly quota: number;
  readonly unit: string;
  /** How much of that a thousand webhooks use per second. */
  readonly perThousand: number;
  /** Webhooks per second it carries. */
  readonly carries: number;
  /** Webhooks per second it has to carry: the peak, or the mean where it may fall behind. */
  readonly mustCarry: number;
  /** Whether a webhook that does not pass is refused, comes later, or only counts for less. */
  readonly beyond: 'refused' | 'delayed' | 'degraded';
  /** What to do about it. */
  readonly fix: string;
}

const DAY_S = 86_400;

/** Rows a second that one segment of the archive buries. */
const ROWS_PER_SEGMENT = 1000;

export function quotaOf(name: QuotaName, { quotas, region = '' }: Pick<Load, 'quotas' | 'region'>): number {
  const { byRegion, elsewhere }: Quota = QUOTAS[name];
  return quotas[name] ?? byRegion[region] ?? elsewhere;
}

/** Every hop, in the order of the road. */
export function hopsOf(load: Load, shape: SystemShape, work: Work): readonly Hop[] {
  const mean = Math.ceil(load.webhooksPerDay / DAY_S);
  const hop = (name: string, quota: number, unit: string, perThousand: number, beyond: Hop['beyond'], fix: string, mustCarry?: number): Hop => ({
    name, quota, unit, perThousand, beyond, fix,
    carries: perThousand === 0 ? Number.MAX_SAFE_INTEGER : Math.floor((quota * 1000) / perThousand),
    mustCarry: mustCarry ?? (beyond === 'refused' || !load.mayFallBehind ? load.peakPerSecond : mean),
  });
  const serviceHop = (name: string, quota: QuotaName, perThousand: number, beyond: Hop['beyond'], otherwise = '') =>
    hop(name, quotaOf(quota, load), QUOTAS[quota].unit, perThousand, beyond, `${raise(quota)}${otherwise}`);
  const lessScreening = ', or screen fewer tiers (fraudDetection.screenedTiers)';

  return [
    hop('API stage throttle', shape.stageRate, 'requests per second', 1000, 'refused', 'raise endpoint.throttlingRateLimit and throttlingBurstLimit'),
    serviceHop('API Gateway', 'apiGatewayRequestsPerSecond', 1000, 'refused'),
    ...lambdaHops(load, shape, work, hop),
    serviceHop('DynamoDB writes', 'tableWriteUnitsPerSecond', work.writeUnits, 'refused', lessScreening),
    serviceHop('DynamoDB reads', 'tableReadUnitsPerSecond', work.readUnits, 'delayed', ', or leave out the rules that read histories'),
    hop('Stream relay', relayedShards(quotaOf('tableWriteUnitsPerSecond', load), work) * eventsPerShard(), 'events per second', 1000, 'delayed',
      'use a second system: its stream has too few shards'),
    serviceHop('EventBridge PutEvents', 'putEventsPerSecond', 1000 + work.screened, 'delayed', lessScreening),
    serviceHop('EventBridge rules', 'ruleInvocationsPerSecond', work.routed + work.low, 'delayed', lessScreening),
    serviceHop('Batch log', 'logWritesPerSecond', work.low, 'delayed'),
    serviceHop('Step Functions', 'expressStartsPerSecond', work.routed, 'delayed', lessScreening),
    hop('Fuse counters', FIXED.partitionWriteUnits, 'write units per second of one partition key', shape.hasFuse ? work.screened : 0, 'degraded',
      'set fraudDetection.fuse.enabled to false: verdicts beyond that are not counted for the fuse'),
    serviceHop('SNS topic', 'topicPublishesPerSecond', work.notified + work.alerted, 'delayed'),
    ...listenerHops(load, shape, work, serviceHop),
    hop('Archive', shape.archiveSegments * ROWS_PER_SEGMENT, 'rows per second', 1000, 'delayed', 'raise archival.segments', mean),
  ];
}

function raise(quota: QuotaName): string {
  return `have the quota raised and set expectedLoad.quotas.${quota}`;
}

type MakeHop = (name: string, quota: number, unit: string, perThousand: number, beyond: Hop['beyond'], fix: string) => Hop;

/** Functions with reserved concurrency have a hop each, the others share what is left of the account's. */
function lambdaHops(load: Load, { validator, relay, fraudDetector }: SystemShape, work: Work, hop: MakeHop): readonly Hop[] {
  const functions = [
    { name: 'Validator', prop: 'validator', shape: validator, ms: work.validatorMs, calls: 1000, beyond: 'refused' },
    { name: 'Relay function', prop: 'relay', shape: relay, ms: work.relayMs, calls: 1000, beyond: 'delayed' },
    { name: 'Fraud detector', prop: 'fraudDetector', shape: fraudDetector, ms: work.detectorMs, calls: work.screened, beyond: 'delayed' },
  ] as const;
  const unit = QUOTAS.lambdaConcurrentExecutions.unit;
  const reserved = functions.filter(({ shape }) => shape.reserved !== undefined);
  const shared = functions.filter(({ shape }) => shape.reserved === undefined);
  const left = quotaOf('lambdaConcurrentExecutions', load) - reserved.reduce((sum, { shape }) => sum + shape.reserved!, 0);
  const together = shared.reduce((sum, { calls, ms }) => sum + environments(calls, ms), 0);
  const fastest = Math.max(0, ...shared.map(({ calls }) => environments(calls, 1000 / FIXED.requestsPerEnvironment)));
  return [
    ...reserved.map(({ name, prop, shape, calls, ms, beyond }) =>
      hop(name, shape.reserved!, unit, environments(calls, Math.max(ms, 1000 / FIXED.requestsPerEnvironment)), beyond,
        `raise functions.${prop}.reservedConcurrentExecutions`)),
    hop('AWS Lambda', Math.max(0, left), unit, Math.max(together, fastest), 'refused', raise('lambdaConcurrentExecutions')),
  ];
}

/** Environments that a number of calls per second keeps busy. */
function environments(calls: number, ms: number): number {
  return Math.ceil((calls * ms) / 1000);
}

const PEOPLE: Readonly<Record<string, QuotaName>> = { 'email': 'emailsPerSecond', 'email-json': 'emailsPerSecond', 'sms': 'smsPerSecond' };

function listenerHops(
  load: Load, { listeners }: SystemShape, work: Work, hop: (name: string, quota: QuotaName, perThousand: number, beyond: Hop['beyond'], otherwise: string) => Hop,
): readonly Hop[] {
  const busiest = new Map<QuotaName, number>();
  for (const listener of listeners) {
    const quota = PEOPLE[listener.protocol];
    if (!quota) continue;
    const heard = heardBy(listener, load, work);
    // SMS of all numbers share one quota, emails have one per subscription.
    busiest.set(quota, quota === 'smsPerSecond' ? (busiest.get(quota) ?? 0) + heard : Math.max(busiest.get(quota) ?? 0, heard));
  }
  return [...busiest].map(([quota, perThousand]) =>
    hop(quota === 'smsPerSecond' ? 'SMS' : 'Email', quota, perThousand, 'refused', ', or give the subscriber a filter, or subscribe a queue instead'));
}

/** Alerts of a thousand webhooks that one subscriber gets. */
export function heardBy({ tiers, riskBands }: Listener, { tierPercent }: Pick<Load, 'tierPercent'>, { notified, alerted }: Pick<Work, 'notified' | 'alerted'>): number {
  const wanted = (tier: keyof typeof tierPercent) => (!tiers || tiers.includes(tier) ? 10 * tierPercent[tier] : 0);
  const all = wanted('low') + wanted('medium') + wanted('high');
  const alerts = !riskBands || riskBands.includes('high_risk') ? Math.ceil((alerted * all) / 1000) : 0;
  const told = riskBands ? 0 : Math.min(notified, wanted('medium') + wanted('high'));
  return told + alerts;
}

/** What carries the least of what it has to. */
export function narrowestOf(hops: readonly Hop[]): Hop {
  // Compared crosswise: a quotient would be rounded.
  return hops.reduce((narrowest, hop) => (hop.carries * narrowest.mustCarry < narrowest.carries * hop.mustCarry ? hop : narrowest));
}

export const isTooNarrow = (hop: Hop): boolean => hop.carries < hop.mustCarry;
