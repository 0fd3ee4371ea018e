import { PriceName } from './aws-facts';
import { heardBy } from './hops';
import { costOf, MicroDollars } from './money';
import { Load, SystemShape } from './shape';
import { shardsAt, TOMBSTONE_BYTES, Work } from './work';

/** What one component costs for a million webhooks. */
export interface CostLine {
  readonly component: string;
  readonly micro: MicroDollars;
  /** The setting that decides it. */
  readonly decidedBy: string;
}

export const MILLION = 1_000_000;
const GB = 1_000_000_000;
const MONTH_DAYS = 30;

/** GB-seconds are counted in milliseconds and MB. */
export function lambdaCost(calls: number, ms: number, memoryMb: number): MicroDollars {
  return costOf('lambdaRequests', BigInt(calls)) + costOf('lambdaGbSeconds', BigInt(calls) * BigInt(ms) * BigInt(memoryMb), 1_024_000n);
}

/** So many a million, given per thousand webhooks. */
const perMillion = (perThousand: number) => perThousand * 1000;
const stored = (price: PriceName, bytes: number, days: number) =>
  costOf(price, BigInt(MILLION) * BigInt(bytes) * BigInt(days), BigInt(GB * MONTH_DAYS));
export const logged = (bytes: number) => costOf('logGb', BigInt(MILLION) * BigInt(bytes), BigInt(GB));

/** A million webhooks, by component; storage for as long as each of them is kept. */
export function costLines(load: Load, shape: SystemShape, work: Work): readonly CostLine[] {
  const { days, validator, relay, fraudDetector } = shape;
  const { access, validator: validatorLog, relay: relayLog, detector, batch, workflow } = work.logBytes;
  const line = (component: string, decidedBy: string, ...costs: MicroDollars[]): CostLine =>
    ({ component, decidedBy, micro: costs.reduce((sum, cost) => sum + cost, 0n) });
  const bytes = work.rowBytes;
  return [
    line('API Gateway', 'one request per webhook', costOf('apiRequests', BigInt(MILLION))),
    line('Validator', 'functions.validator.memorySize', lambdaCost(MILLION, work.validatorMs, validator.memoryMb)),
    line('DynamoDB writes', 'fraudDetection.screenedTiers and rules', costOf('writeUnits', BigInt(perMillion(work.writeUnits + work.archiveWriteUnits)))),
    line('DynamoDB reads', 'rules that read histories', costOf('readUnits', BigInt(perMillion(work.readUnits)))),
    line('DynamoDB storage', 'retention.archiveAfter and dedupe', stored('tableGbMonths', bytes, days.inTable), stored('tableGbMonths', TOMBSTONE_BYTES, days.dedupe),
      stored('recoveryGbMonths', bytes, days.inTable), stored('recoveryGbMonths', TOMBSTONE_BYTES, days.dedupe)),
    line('Relay', 'functions.relay.memorySize', relayCost(load, work, relay.memoryMb)),
    line('EventBridge', 'fraudDetection.screenedTiers', costOf('events', BigInt(MILLION + perMillion(work.screened)))),
    line('EventBridge archive', 'retention.events', costOf('eventArchiveGb', BigInt(MILLION) * BigInt(archivedBytes(work)), BigInt(GB)),
      stored('eventArchiveGbMonths', archivedBytes(work), days.events)),
    line('Step Functions', 'fraudDetection.screenedTiers', costOf('expressRequests', BigInt(perMillion(work.routed))),
      costOf('expressGbSeconds', BigInt(perMillion(work.routed)) * BigInt(roundedUp(work.detectorMs + 150, 100)), 16_000n)),
    line('Fraud detector', 'functions.fraudDetector.memorySize', lambdaCost(perMillion(work.screened), work.detectorMs, fraudDetector.memoryMb)),
    line('Alerts', 'alertSubscribers and their filters', costOf('publishes', BigInt(perMillion(work.notified + work.alerted))), ...deliveries(load, shape, work)),
    line('Logs of the workflow', 'workflowLogging', logged(workflow)),
    line('Other logs', 'one line or two per step', logged(access + validatorLog + relayLog), logged(Math.ceil((work.screened * detector + work.low * batch) / 1000))),
    line('X-Ray', 'tracing', shape.tracing ? costOf('traces', BigInt(MILLION / 20)) : 0n),
    line('S3 archive', 'retention.infrequentAccessAfter, glacierAfter and expireAfter', ...archiveStorage(shape, work)),
  ];
}

/** What is paid by the month, even when nothing is sent. */
export function monthlyLines({ counts, providers }: SystemShape): readonly CostLine[] {
  return [
    { component: 'Alarms', decidedBy: 'alarms', micro: costOf('alarmMonths', BigInt(counts.alarms)) },
    { component: 'Dashboard', decidedBy: 'dashboard', micro: costOf('dashboardMonths', BigInt(counts.dashboards)) },
    { component: 'Secrets', decidedBy: 'providers', micro: costOf('secretMonths', BigInt(counts.secrets)) },
    // Those of the system, and accepted, duplicate, conflicting and rejected webhooks of each endpoint.
    { component: 'Metrics', decidedBy: 'providers', micro: costOf('metricMonths', BigInt(12 + 4 * providers.length)) },
  ];
}

export function totalOf(lines: readonly CostLine[]): MicroDollars {
  return lines.reduce((sum, { micro }) => sum + micro, 0n);
}

/** Batches fill up with the load: Lambda looks at each shard four times a second. */
function relayCost(load: Load, work: Work, memoryMb: number): MicroDollars {
  const perSecond = load.webhooksPerDay / 86_400;
  const batch = Math.min(100, Math.max(1, Math.floor(perSecond / (4 * shardsAt(perSecond, work)))));
  return lambdaCost(Math.ceil(MILLION / batch), 5 + 15 * Math.ceil(batch / 10), memoryMb);
}

/** Per webhook: its event, and the one that tells of the verdict. */
function archivedBytes({ eventBytes, screened }: Work): number {
  return eventBytes + Math.ceil((eventBytes * screened) / 1000);
}

/** NDJSON of rows gets about four times smaller. */
function archiveStorage({ days }: SystemShape, { rowBytes }: Work): MicroDollars[] {
  const zipped = Math.ceil(rowBytes / 4);
  return [
    stored('standardGbMonths', zipped, days.standard), stored('infrequentGbMonths', zipped, days.infrequent), stored('glacierGbMonths', zipped, days.glacier),
  ];
}

const DELIVERY: Readonly<Record<string, PriceName>> = {
  'email': 'emails',
  'email-json': 'emails',
  'sms': 'smsMessages',
  'http': 'httpDeliveries',
  'https': 'httpDeliveries',
  'firehose': 'firehoseDeliveries',
};

function deliveries(load: Load, { listeners }: SystemShape, work: Work): MicroDollars[] {
  return listeners.filter(({ protocol }) => protocol in DELIVERY)
    .map((listener) => costOf(DELIVERY[listener.protocol], BigInt(perMillion(heardBy(listener, load, work)))));
}

function roundedUp(value: number, step: number): number {
  return Math.ceil(value / step) * step;
}
