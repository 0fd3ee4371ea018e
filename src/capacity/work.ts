import { FIXED } from './aws-facts';
import { Load, SystemShape, FunctionShape } from './shape';

/**
 * What one webhook makes the system do, counted in the code and measured on the local runner
 * (`bench/log-volume.ts`). Counts are per thousand webhooks, so that all of them are whole numbers.
 */
export interface Work {
  /** Share of webhooks that are screened, told of, start a workflow, are of low value, or raise an alert. */
  readonly screened: number;
  readonly notified: number;
  readonly routed: number;
  readonly low: number;
  readonly alerted: number;
  /** At once, and a day later when the row is archived. */
  readonly writeUnits: number;
  readonly archiveWriteUnits: number;
  readonly readUnits: number;
  readonly validatorMs: number;
  readonly relayMs: number;
  readonly detectorMs: number;
  readonly rowBytes: number;
  readonly eventBytes: number;
  readonly logBytes: LogBytes;
}

/** Bytes per webhook of each kind. */
export interface LogBytes {
  readonly access: number;
  readonly validator: number;
  readonly relay: number;
  readonly detector: number;
  readonly batch: number;
  readonly workflow: number;
}

/** Attributes of a row beside the body, and the analysis in it. */
const ROW_BYTES = 700;
const ANALYSIS_BYTES = 1400;
export const TOMBSTONE_BYTES = 350;
const HISTORY_BYTES = 260;
const WRITE_UNIT = 1024;
const READ_UNIT = 4096;
/** Entries of a customer's history that are read, in the mean. */
const HISTORY_ENTRIES = 10;
/** Part of a body that travels as metadata. */
const METADATA_SHARE = 8;
const EVENT_BYTES = 650;

/** Milliseconds waiting for AWS, and milliseconds of computing with the memory the function has by default. */
const VALIDATOR = { io: 8, cpu: 12, memory: 1024 };
const DETECTOR = { io: 30, cpu: 20, memory: 512 };
const RELAY_BATCH = { fixed: 5, perCall: 15, events: 100, eventsPerCall: 10 };

export function workOf(load: Load, shape: SystemShape): Work {
  const share = (tiers: readonly string[]) => tiers.reduce((sum, tier) => sum + 10 * load.tierPercent[tier as 'low'], 0);
  const [screened, notified, low] = [share(shape.screenedTiers), share(shape.notifiedTiers), share(['low'])];
  const alerted = Math.ceil((screened * load.highRiskPercent) / 100);
  const metadata = Math.ceil(load.bodyBytes / METADATA_SHARE);
  const rowBytes = load.bodyBytes + metadata + ROW_BYTES;
  return {
    screened, notified, low, alerted,
    routed: share([...new Set([...shape.screenedTiers, ...shape.notifiedTiers])]),
    ...units(rowBytes, { screened, notified, alerted }, shape),
    validatorMs: milliseconds(VALIDATOR, shape.validator),
    // A batch of one is the dearest; it is what a quiet shard brings.
    relayMs: RELAY_BATCH.fixed + RELAY_BATCH.perCall,
    detectorMs: milliseconds(DETECTOR, shape.fraudDetector),
    rowBytes,
    eventBytes: EVENT_BYTES + metadata,
    logBytes: {
      access: 310, validator: 980, relay: 640, detector: 1300, batch: EVENT_BYTES + metadata + 26,
      workflow: workflowLogBytes(shape, metadata, notified, screened),
    },
  };
}

function units(rowBytes: number, { screened, notified, alerted }: Pick<Work, 'screened' | 'notified' | 'alerted'>, shape: SystemShape) {
  const row = Math.ceil(rowBytes / WRITE_UNIT);
  const judged = Math.ceil((rowBytes + ANALYSIS_BYTES) / WRITE_UNIT);
  return {
    writeUnits: 1000 * row
      + screened * (judged + (shape.readsHistory ? 1 : 0) + (shape.hasFuse ? 1 : 0))
      + notified * judged
      // Claimed before it is sent, and settled after.
      + alerted * 2 * judged,
    // A tombstone in the place of the row counts as much as the row.
    archiveWriteUnits: screened * judged + (1000 - screened) * row,
    // Consistent reads of a customer's history, and the scan of the archive: half a unit per page.
    readUnits: (shape.readsHistory ? screened * Math.ceil((HISTORY_ENTRIES * HISTORY_BYTES) / READ_UNIT) : 0)
      + Math.ceil((1000 * (rowBytes + ANALYSIS_BYTES)) / (2 * READ_UNIT)),
  };
}

function milliseconds(task: { io: number; cpu: number; memory: number }, { memoryMb }: FunctionShape): number {
  return task.io + Math.ceil((task.cpu * task.memory) / memoryMb);
}

/** Measured: with all data every state repeats its input and its output. Without, only names and times are left. */
function workflowLogBytes({ workflowLogs }: SystemShape, metadata: number, notified: number, screened: number): number {
  const per = {
    ALL: { screen: 31_000 + 12 * metadata, notify: 10_000 + 4 * metadata },
    EVENTS: { screen: 8200, notify: 3800 },
    ERRORS: { screen: 0, notify: 0 },
  }[workflowLogs];
  return Math.ceil((screened * per.screen + notified * per.notify) / 1000);
}

/** Shards of the table's stream at a rate: one per partition, and a partition for every thousand write units. */
export function shardsAt(webhooksPerSecond: number, { writeUnits }: Work): number {
  return Math.max(FIXED.newTablePartitions, Math.ceil((webhooksPerSecond * writeUnits) / 1000 / FIXED.partitionWriteUnits));
}

/**
 * Shards the relay can count on. Where a shard is full of writes before it is full of events, the relay keeps up with
 * as many as the table may have; else it has to make do with those of a new table.
 */
export function relayedShards(tableWriteUnits: number, { writeUnits }: Work): number {
  const isKeptUp = eventsPerShard() * writeUnits >= 1000 * FIXED.partitionWriteUnits;
  return isKeptUp ? Math.max(FIXED.newTablePartitions, Math.floor(tableWriteUnits / FIXED.partitionWriteUnits)) : FIXED.newTablePartitions;
}

/** Events a second that the relay publishes of one shard, one batch after the other. */
export function eventsPerShard(): number {
  const batchMs = RELAY_BATCH.fixed + RELAY_BATCH.perCall * (RELAY_BATCH.events / RELAY_BATCH.eventsPerCall);
  return Math.floor((1000 * RELAY_BATCH.events) / batchMs);
}
