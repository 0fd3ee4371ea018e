import { createHash } from 'node:crypto';
import { recordFilter } from './filter';
import { functionNameOf } from './services';
import { StreamDelivery, StreamDeliveryServices } from './stream-delivery';
import { StreamLane } from './stream-lane';
import { assertStreamMapping, SourceRecord, StreamEntry, StreamMappingOptions, StreamSource } from './stream-options';

export interface StreamMappingsOptions extends StreamDeliveryServices {
  /** The stream of an event source ARN. */
  readonly streamOf: (eventSourceArn: string) => StreamSource;
}

const READ_LIMIT = 1000;

/** Event source mappings from DynamoDB streams to functions. */
export class StreamMappings {
  private readonly mappings: StreamMapping[] = [];

  public constructor(private readonly options: StreamMappingsOptions) {}

  /** Starts reading at once, unless the mapping is disabled. */
  public create(mapping: StreamMappingOptions): void {
    assertStreamMapping(mapping);
    this.mappings.push(new StreamMapping(mapping, this.options.streamOf(mapping.eventSourceArn), this.options));
  }

  public list(): StreamMappingOptions[] {
    return this.mappings.map(({ options }) => options);
  }

  /** Records not yet delivered or given up, those waiting for a retry included. */
  public pending(): number {
    return this.mappings.reduce((sum, mapping) => sum + mapping.pending, 0);
  }

  public stop(): void {
    for (const mapping of this.mappings) mapping.stop();
  }
}

/** Reads one stream, filters it and spreads it over its lanes. */
class StreamMapping {
  private readonly stopping = new AbortController();
  private readonly passes: (record: unknown) => boolean;
  private readonly lanes: readonly StreamLane[];
  /** In stream order, so that the first tells how far everything is done. */
  private readonly open = new Set<StreamEntry>();
  private readonly unsubscribe?: () => void;
  private lastRead?: string;
  private checkpointed?: string;

  public constructor(
    public readonly options: StreamMappingOptions,
    private readonly source: StreamSource,
    private readonly services: StreamDeliveryServices,
  ) {
    this.passes = recordFilter(options.filterPatterns ?? []);
    const delivery = new StreamDelivery(options, services, this.stopping.signal, (entries) => this.finish(entries));
    this.lanes = Array.from({ length: options.parallelizationFactor ?? 1 }, () => new StreamLane({
      clock: services.clock,
      batchSize: options.batchSize ?? 100,
      windowMs: (options.maximumBatchingWindowInSeconds ?? 0) * 1000,
      stopping: this.stopping.signal,
      deliver: (entries) => delivery.deliver(entries),
      failed: (error) => this.record('MappingFailed', { reason: String(error) }),
    }));
    if (options.enabled === false) return;
    this.lastRead = source.position?.(options.id) ?? (options.startingPosition === 'LATEST' ? lastSequence(source) : undefined);
    this.unsubscribe = source.onRecord(() => this.readAll());
    this.readAll();
  }

  public get pending(): number {
    return this.open.size;
  }

  public stop(): void {
    this.unsubscribe?.();
    this.stopping.abort(new Error('The event source mapping is stopping'));
  }

  private readAll(): void {
    for (let records = this.read(); records.length > 0; records = this.read()) {
      for (const record of records) this.accept(record);
    }
    this.checkpoint();
  }

  private read(): readonly SourceRecord[] {
    return this.source.read(this.lastRead, READ_LIMIT);
  }

  private accept(record: SourceRecord): void {
    const previous = this.lastRead;
    const sequence = record.dynamodb.SequenceNumber;
    this.lastRead = sequence;
    const full = { ...record, eventSourceARN: record.eventSourceARN ?? this.options.eventSourceArn };
    if (!this.passes(full)) return this.record('RecordFiltered', { sequence });
    const json = JSON.stringify(full);
    const arrivedAt = record.dynamodb.ApproximateCreationDateTime * 1000;
    const lane = laneOf(record, this.lanes.length);
    const entry = { sequence, previous, arrivedAt, lane, json, bytes: Buffer.byteLength(json) };
    this.open.add(entry);
    this.lanes[lane].push(entry);
  }

  private finish(entries: readonly StreamEntry[]): void {
    for (const entry of entries) this.open.delete(entry);
    this.checkpoint();
  }

  private checkpoint(): void {
    const [oldest] = this.open;
    const sequence = oldest ? oldest.previous : this.lastRead;
    if (sequence === undefined || sequence === this.checkpointed) return;
    this.checkpointed = sequence;
    this.source.checkpoint?.(this.options.id, sequence);
  }

  private record(type: string, data: Record<string, unknown>): void {
    this.services.journal.record('stream-mapping', type, { mappingId: this.options.id, functionName: functionNameOf(this.options.functionName), ...data });
  }
}

function lastSequence(source: StreamSource): string | undefined {
  let last: string | undefined;
  for (let records = source.read(last, READ_LIMIT); records.length > 0; records = source.read(last, READ_LIMIT)) {
    last = records[records.length - 1].dynamodb.SequenceNumber;
  }
  return last;
}

/** Records of one item always share a lane. */
function laneOf(record: SourceRecord, lanes: number): number {
  if (lanes === 1) return 0;
  const keys = Object.entries(record.dynamodb.Keys).sort(([a], [b]) => (a < b ? -1 : 1));
  return createHash('md5').update(JSON.stringify(keys)).digest().readUInt32BE() % lanes;
}
