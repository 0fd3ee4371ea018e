import { createHash } from 'node:crypto';
import database from 'dynalite/db';
import { Clock } from '../kernel/clock';
import { REGION } from '../kernel/identity';
import { AttributeValue, Change } from './items';

export type StreamViewType = 'KEYS_ONLY' | 'NEW_IMAGE' | 'OLD_IMAGE' | 'NEW_AND_OLD_IMAGES';

type Image = Readonly<Record<string, AttributeValue>>;

/** One record of a DynamoDB stream, exactly as a Lambda function receives it. */
export interface StreamRecord {
  readonly eventID: string;
  readonly eventName: 'INSERT' | 'MODIFY' | 'REMOVE';
  readonly eventVersion: '1.1';
  readonly eventSource: 'aws:dynamodb';
  readonly awsRegion: string;
  readonly eventSourceARN: string;
  readonly userIdentity?: { readonly type: 'Service'; readonly principalId: 'dynamodb.amazonaws.com' };
  readonly dynamodb: {
    readonly ApproximateCreationDateTime: number;
    readonly Keys: Image;
    readonly NewImage?: Image;
    readonly OldImage?: Image;
    readonly SequenceNumber: string;
    readonly SizeBytes: number;
    readonly StreamViewType: StreamViewType;
  };
}

/** A change with its place in the order of all changes. */
export interface SequencedChange extends Change {
  readonly sequence: number;
  /** Milliseconds since the epoch. */
  readonly at: number;
  /** Deleted by time to live. */
  readonly expired?: boolean;
}

export type RecordListener = (record: StreamRecord) => void;

const RETENTION = 24 * 60 * 60 * 1000;

/** The stream of one table: 24 hours of records, in commit order. */
export class TableStream {
  private readonly listeners = new Set<RecordListener>();
  private readonly positions = new Map<string, string>();
  private records: StreamRecord[] = [];

  public constructor(
    public readonly arn: string,
    public readonly viewType: StreamViewType,
    private readonly clock: Clock,
    private readonly hooks: {
      /** Keeps a consumer's position across restarts. */
      checkpointed(consumer: string, sequence: string): void;
      listenerFailed(error: unknown): void;
    },
  ) {}

  /** Up to `limit` records after `afterSequence`, or from the oldest that is still kept. */
  public read(afterSequence: string | undefined, limit: number): StreamRecord[] {
    this.dropExpired();
    const start = afterSequence === undefined ? 0 : this.indexAfter(afterSequence);
    return this.records.slice(start, start + limit);
  }

  /** Calls `listener` right after each commit until the returned function is called. */
  public onRecord(listener: RecordListener): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  /** The newest record's sequence number: where a consumer that starts at LATEST reads on. */
  public latest(): string | undefined {
    return this.records.at(-1)?.dynamodb.SequenceNumber;
  }

  /** Remembers that `consumer` is done with everything up to `sequence`. */
  public checkpoint(consumer: string, sequence: string): void {
    this.positions.set(consumer, sequence);
    this.hooks.checkpointed(consumer, sequence);
  }

  /** Where `consumer` reads on, also after a restart. */
  public position(consumer: string): string | undefined {
    return this.positions.get(consumer);
  }

  /** Takes back what an earlier run of the process left. */
  public restore(changes: readonly SequencedChange[], positions: ReadonlyMap<string, string>): void {
    this.records.push(...changes.map((change) => this.toRecord(change)));
    for (const [consumer, sequence] of positions) this.positions.set(consumer, sequence);
  }

  public publish(change: SequencedChange): void {
    this.dropExpired();
    const record = this.toRecord(change);
    this.records.push(record);
    for (const listener of this.listeners) {
      try {
        listener(record);
      } catch (error) {
        this.hooks.listenerFailed(error);
      }
    }
  }

  private dropExpired(): void {
    const horizon = streamHorizon(this.clock) / 1000;
    if (!(this.records[0]?.dynamodb.ApproximateCreationDateTime < horizon)) return;
    const kept = this.records.findIndex((record) => record.dynamodb.ApproximateCreationDateTime >= horizon);
    this.records = kept < 0 ? [] : this.records.slice(kept);
  }

  private indexAfter(sequence: string): number {
    let [low, high] = [0, this.records.length];
    while (low < high) {
      const middle = Math.floor((low + high) / 2);
      if (this.records[middle].dynamodb.SequenceNumber <= sequence) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  private toRecord(change: SequencedChange): StreamRecord {
    const { key, before, after } = change;
    const newImage = this.viewType.startsWith('NEW') ? after : undefined;
    const oldImage = this.viewType.includes('OLD') ? before : undefined;
    const SequenceNumber = sequenceNumber(change.sequence);
    return {
      eventID: createHash('md5').update(`${this.arn}/${SequenceNumber}`).digest('hex'),
      eventName: !before ? 'INSERT' : after ? 'MODIFY' : 'REMOVE',
      eventVersion: '1.1',
      eventSource: 'aws:dynamodb',
      awsRegion: REGION,
      dynamodb: {
        ApproximateCreationDateTime: Math.floor(change.at / 1000),
        Keys: key,
        ...(newImage && { NewImage: newImage }),
        ...(oldImage && { OldImage: oldImage }),
        SequenceNumber,
        SizeBytes: [key, newImage, oldImage].reduce((size, image) => size + (image ? database.itemSize(image) : 0), 0),
        StreamViewType: this.viewType,
      },
      ...(change.expired && { userIdentity: { type: 'Service', principalId: 'dynamodb.amazonaws.com' } as const }),
      eventSourceARN: this.arn,
    };
  }
}

/** Records older than this are gone. */
export function streamHorizon(clock: Clock): number {
  return clock.now() - RETENTION;
}

/** Of fixed width, so that sequence numbers compare as strings as well as as numbers. */
function sequenceNumber(sequence: number): string {
  return `1${String(sequence).padStart(20, '0')}`;
}
