import { ServiceError } from '../../kernel/wire';

/** What a mapping reads of a record; a function receives all of it. */
export interface SourceRecord {
  readonly eventSourceARN?: string;
  readonly dynamodb: {
    readonly SequenceNumber: string;
    /** Seconds since the epoch. */
    readonly ApproximateCreationDateTime: number;
    readonly Keys: object;
  };
}

/** A table's stream, oldest record first, as one shard. */
export interface StreamSource {
  /** Up to `limit` records after a sequence number, or from the oldest kept. */
  read(after: string | undefined, limit: number): readonly SourceRecord[];
  /** Calls `listener` when there is something new to read, until the returned function is called. */
  onRecord(listener: () => void): () => void;
  /** Told how far a consumer has got: everything up to and including `sequence` is done. */
  checkpoint?(consumer: string, sequence: string): void;
  /** Where a consumer had got to before a restart. */
  position?(consumer: string): string | undefined;
}

/** A DynamoDB stream mapped to a function; names and meanings are those of `CreateEventSourceMapping`. */
export interface StreamMappingOptions {
  readonly id: string;
  readonly functionName: string;
  readonly eventSourceArn: string;
  readonly startingPosition: 'TRIM_HORIZON' | 'LATEST';
  readonly enabled?: boolean;
  readonly batchSize?: number;
  readonly maximumBatchingWindowInSeconds?: number;
  readonly filterPatterns?: readonly string[];
  readonly bisectBatchOnFunctionError?: boolean;
  /** -1, the default: until the record expires. */
  readonly maximumRetryAttempts?: number;
  /** -1, the default: until the record expires. */
  readonly maximumRecordAgeInSeconds?: number;
  readonly reportBatchItemFailures?: boolean;
  /** Batches at once; records of one item stay in order. */
  readonly parallelizationFactor?: number;
  /** ARN of a queue, a topic or a bucket. */
  readonly onFailure?: string;
}

/** A record that waits for its function or is on its way. */
export interface StreamEntry {
  readonly sequence: string;
  /** The sequence number read just before, where a checkpoint stands while this one is not done. */
  readonly previous?: string;
  readonly arrivedAt: number;
  readonly lane: number;
  readonly json: string;
  readonly bytes: number;
}

const RANGES: readonly [keyof StreamMappingOptions, number, number][] = [
  ['batchSize', 1, 10_000],
  ['maximumBatchingWindowInSeconds', 0, 300],
  ['maximumRetryAttempts', -1, 10_000],
  ['maximumRecordAgeInSeconds', -1, 604_800],
  ['parallelizationFactor', 1, 10],
];

/** Refuses what Lambda refuses when a mapping is created. */
export function assertStreamMapping(options: StreamMappingOptions): void {
  for (const [name, least, most] of RANGES) {
    const value = options[name] as number | undefined;
    if (value !== undefined && !(value >= least && value <= most)) throw invalid(`${name} of ${value} is not between ${least} and ${most}`);
  }
  const { startingPosition, maximumRecordAgeInSeconds: age = -1 } = options;
  if (!['TRIM_HORIZON', 'LATEST'].includes(startingPosition)) throw invalid(`a DynamoDB stream cannot start at ${startingPosition}`);
  if (age !== -1 && age < 60) throw invalid(`maximumRecordAgeInSeconds of ${age} is neither -1 nor at least 60`);
}

function invalid(message: string): ServiceError {
  return new ServiceError('InvalidParameterValueException', `Event source mapping: ${message}`);
}
