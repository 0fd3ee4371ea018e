import type { DynamoDBRecord } from 'aws-lambda';
import * as fc from 'fast-check';
import { VirtualClock } from '../../../local/kernel/clock';
import { Journal } from '../../../local/kernel/journal';
import { Metrics } from '../../../local/kernel/metrics';
import { FailureRecord } from '../../../local/lambda/mapping/failure-record';
import { StreamMappings } from '../../../local/lambda/mapping/stream-mappings';
import { SourceRecord, StreamMappingOptions, StreamSource } from '../../../local/lambda/mapping/stream-options';

const STREAM = 'arn:aws:dynamodb:us-east-1:000000000000:table/transactions/stream/2026-01-01T00:00:00.000';
const FUNCTION = 'arn:aws:lambda:us-east-1:000000000000:function:relay';

class FakeStream implements StreamSource {
  public readonly checkpoints: string[] = [];
  private readonly records: (SourceRecord & { eventID: string; eventName: string })[] = [];
  private readonly listeners = new Set<() => void>();

  public constructor(private readonly clock: VirtualClock) {}

  public add(...names: string[]): void {
    for (const name of names) {
      this.records.push({
        eventID: name,
        eventName: name.startsWith('-') ? 'REMOVE' : 'INSERT',
        dynamodb: {
          ApproximateCreationDateTime: Math.floor(this.clock.now() / 1000),
          Keys: { id: { S: name.replace(/\d/, '') } },
          SequenceNumber: String(this.records.length + 1).padStart(21, '0'),
        },
      });
    }
    this.listeners.forEach((listener) => listener());
  }

  public read(after: string | undefined, limit: number): readonly SourceRecord[] {
    return this.records.slice(Number(after ?? 0), Number(after ?? 0) + limit);
  }

  public onRecord(listener: () => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  public checkpoint(_consumer: string, sequence: string): void {
    this.checkpoints.push(String(Number(sequence)));
  }
}

/** What the function is given: names of records. What it answers: a value, or an error to throw. */
type Handler = (names: string[], records: DynamoDBRecord[]) => unknown;

class World {
  public readonly clock = new VirtualClock();
  public readonly journal = new Journal(this.clock);
  public readonly metrics = new Metrics(this.clock);
  public readonly stream = new FakeStream(this.clock);
  public readonly batches: string[][] = [];
  public readonly failures: { destination: string; record: FailureRecord }[] = [];
  public readonly mappings = new StreamMappings({
    ...this,
    streamOf: () => this.stream,
    putFailure: async (destination, record) => void this.failures.push({ destination, record }),
    invoke: async (name, payload) => {
      expect(name).toBe(FUNCTION);
      const records: DynamoDBRecord[] = JSON.parse(payload).Records;
      const names = records.map(({ eventID }) => eventID!);
      this.batches.push(names);
      const result = { statusCode: 200, executedVersion: '$LATEST' as const, requestId: `request-${this.batches.length}` };
      try {
        return { ...result, payload: JSON.stringify(await this.handler(names, records)) };
      } catch (error) {
        if ((error as Error).name === 'Throttled') throw error;
        return { ...result, payload: JSON.stringify({ errorMessage: String(error) }), functionError: 'Unhandled' as const };
      }
    },
  });

  public handler: Handler = () => null;

  public map(options: Partial<StreamMappingOptions> = {}): void {
    this.mappings.create({ id: 'mapping', functionName: FUNCTION, eventSourceArn: STREAM, startingPosition: 'TRIM_HORIZON', ...options });
  }

  /** Lets everything run that needs no time. */
  public async settle(): Promise<void> {
    await this.clock.advance(0);
    await this.clock.advance(0);
  }

  public types(): string[] {
    return this.journal.entries().map(({ type }) => type);
  }
}

let world: World;
beforeEach(() => {
  world = new World();
});
afterEach(() => world.mappings.stop());

const failing = (...bad: string[]): Handler => (names) => {
  if (names.some((name) => bad.includes(name))) throw new Error('bad record');
  return null;
};
const sequence = (records: DynamoDBRecord[], name: string) => records.find(({ eventID }) => eventID === name)!.dynamodb!.SequenceNumber;

describe('batches', () => {
  test('hold what was written together, up to the batch size, in order', async () => {
    world.map({ batchSize: 2 });
    world.stream.add('a', 'b', 'c');
    await world.settle();
    world.stream.add('d');
    await world.settle();
    expect(world.batches).toEqual([['a', 'b'], ['c'], ['d']]);
    expect(world.mappings.pending()).toBe(0);
    expect(world.stream.checkpoints.at(-1)).toBe('4');
  });

  test('name their stream, whatever the source says', async () => {
    const seen: unknown[] = [];
    world.handler = (_, records) => void seen.push(...records.map(({ eventSourceARN }) => eventSourceARN));
    world.map();
    world.stream.add('a');
    await world.settle();
    expect(seen).toEqual([STREAM]);
  });

  test('start at the oldest record or at the latest', async () => {
    world.stream.add('old');
    world.map({ startingPosition: 'LATEST' });
    world.stream.add('new');
    await world.settle();
    world.map();
    await world.settle();
    expect(world.batches).toEqual([['new'], ['old', 'new']]);
  });

  test('go on where they were before a restart', async () => {
    world.stream.add('done', 'open');
    Object.assign(world.stream, { position: (consumer: string) => (consumer === 'mapping' ? '000000000000000000001' : undefined) });
    world.map({ startingPosition: 'LATEST' });
    await world.settle();
    expect(world.batches).toEqual([['open']]);
  });

  test('wait for the batching window, or until they are full', async () => {
    world.map({ batchSize: 3, maximumBatchingWindowInSeconds: 10 });
    world.stream.add('a');
    await world.clock.advance(9_999);
    expect(world.batches).toEqual([]);
    world.stream.add('b');
    await world.clock.advance(1);
    expect(world.batches).toEqual([['a', 'b']]);
    world.stream.add('c', 'd', 'e');
    await world.settle();
    expect(world.batches[1]).toEqual(['c', 'd', 'e']);
  });

  test('stay within what one invocation may carry', async () => {
    world.map({ batchSize: 1000 });
    world.stream.add(...Array.from({ length: 20 }, (_, i) => `${i}`.padEnd(400_000, 'x')));
    await world.settle();
    expect(world.batches.map((names) => names.length)).toEqual([7, 7, 6]);
  });

  test('hold only what a filter lets through', async () => {
    world.map({ filterPatterns: ['{"eventName":["INSERT"],"dynamodb":{"Keys":{"id":{"S":[{"prefix":"a"}]}}}}', '{"eventName":["REMOVE"]}'] });
    world.stream.add('apple', 'pear', '-pear');
    await world.settle();
    expect(world.batches).toEqual([['apple', '-pear']]);
    expect(world.types()).toContain('RecordFiltered');
    expect(world.stream.checkpoints.at(-1)).toBe('3');
  });

  test('are not made while the mapping is disabled', async () => {
    world.map({ enabled: false });
    world.stream.add('a');
    await world.settle();
    expect(world.batches).toEqual([]);
  });

  test('tell the age of their last record', async () => {
    world.stream.add('a');
    await world.clock.advance(5000);
    world.map();
    await world.settle();
    expect(world.metrics.get('AWS/Lambda', 'IteratorAge', { FunctionName: 'relay' })).toMatchObject([{ value: 5000 }]);
  });

  test('run side by side in lanes, records of one item in order', async () => {
    const finish: (() => void)[] = [];
    world.handler = () => new Promise<void>((resolve) => finish.push(resolve));
    world.map({ parallelizationFactor: 10, batchSize: 1 });
    world.stream.add('a1', 'b1', 'a2');
    await world.settle();
    expect(world.batches).toEqual([['a1'], ['b1']]);
    finish[1]();
    await world.settle();
    expect(world.stream.checkpoints).toEqual([]);
    finish[0]();
    await world.settle();
    expect(world.batches[2]).toEqual(['a2']);
    expect(world.stream.checkpoints).toEqual(['2']);
    finish[2]();
    await world.settle();
    expect(world.stream.checkpoints).toEqual(['2', '3']);
  });
});

describe('a batch that fails', () => {
  test('is retried with growing waits, and blocks what follows', async () => {
    let failures = 2;
    world.handler = () => {
      if (failures-- > 0) throw new Error('not yet');
    };
    world.map({ batchSize: 1 });
    world.stream.add('a', 'b');
    await world.clock.advance(999);
    expect(world.batches).toEqual([['a']]);
    await world.clock.advance(1);
    await world.clock.advance(1999);
    expect(world.batches).toEqual([['a'], ['a']]);
    expect(world.mappings.pending()).toBe(2);
    await world.clock.advance(1);
    expect(world.batches).toEqual([['a'], ['a'], ['a'], ['b']]);
    expect(world.mappings.pending()).toBe(0);
  });

  test('is given up after its retries, all of it', async () => {
    world.handler = failing('b');
    world.map({ maximumRetryAttempts: 2 });
    world.stream.add('a', 'b', 'c');
    await world.clock.advance(60_000);
    expect(world.batches).toEqual([['a', 'b', 'c'], ['a', 'b', 'c'], ['a', 'b', 'c']]);
    expect(world.types()).toContain('RecordsDiscarded');
    expect(world.mappings.pending()).toBe(0);
  });

  test('is split until the bad record is alone, without using up retries', async () => {
    world.handler = failing('c');
    world.map({ maximumRetryAttempts: 1, bisectBatchOnFunctionError: true, onFailure: 'arn:aws:sqs:us-east-1:000000000000:failed' });
    world.stream.add('a', 'b', 'c', 'd', 'e');
    await world.clock.advance(60_000);
    expect(world.batches).toEqual([['a', 'b', 'c', 'd', 'e'], ['a', 'b', 'c'], ['a', 'b'], ['c'], ['c'], ['d', 'e']]);
    expect(world.failures).toHaveLength(1);
    expect(JSON.parse(world.failures[0].record.body).DDBStreamBatchInfo.batchSize).toBe(1);
  });

  test('does not use up retries while the function is throttled', async () => {
    let throttles = 5;
    world.handler = () => {
      if (throttles-- > 0) throw Object.assign(new Error('Rate Exceeded.'), { name: 'Throttled' });
    };
    world.map({ maximumRetryAttempts: 0, bisectBatchOnFunctionError: true });
    world.stream.add('a', 'b');
    await world.clock.advance(60_000);
    expect(world.batches).toHaveLength(6);
    expect(world.types()).toContain('BatchSucceeded');
  });

  test('is given up when its records are too old, never before', async () => {
    world.handler = failing('a');
    world.map({ maximumRecordAgeInSeconds: 60 });
    world.stream.add('a');
    await world.clock.advance(60_000);
    expect(world.types()).not.toContain('RecordsDiscarded');
    await world.clock.advance(60_000);
    expect(world.journal.entries().find(({ type }) => type === 'RecordsDiscarded')!.data).toMatchObject({ condition: 'RecordAgeExceeded' });
    expect(world.mappings.pending()).toBe(0);
  });

  test('is lost to the stream after a day', async () => {
    world.handler = failing('a');
    world.map();
    world.stream.add('a');
    await world.clock.advance(86_400_000 + 60_000);
    expect(world.mappings.pending()).toBe(0);
  });
});

describe('reported item failures', () => {
  const report = (...identifiers: unknown[]) => ({ batchItemFailures: identifiers.map((itemIdentifier) => ({ itemIdentifier })) });

  test('resume at the lowest sequence number', async () => {
    world.handler = (_, records) => (world.batches.length === 1 ? report(sequence(records, 'd'), sequence(records, 'b')) : null);
    world.map({ reportBatchItemFailures: true });
    world.stream.add('a', 'b', 'c', 'd');
    await world.settle();
    expect(world.stream.checkpoints).toEqual(['1']);
    await world.clock.advance(1000);
    expect(world.batches).toEqual([['a', 'b', 'c', 'd'], ['b', 'c', 'd']]);
  });

  test('count as retries, and what is left is given up as one', async () => {
    world.handler = (names, records) => report(sequence(records, names.includes('b') ? 'b' : names[0]));
    world.map({ reportBatchItemFailures: true, maximumRetryAttempts: 1 });
    world.stream.add('a', 'b', 'c');
    await world.clock.advance(60_000);
    expect(world.batches).toEqual([['a', 'b', 'c'], ['b', 'c']]);
    expect(world.mappings.pending()).toBe(0);
  });

  test('split a bisected batch where they say, without using up retries', async () => {
    world.handler = (names, records) => (names.includes('a') ? report(sequence(records, 'c')) : null);
    world.map({ reportBatchItemFailures: true, bisectBatchOnFunctionError: true, maximumRetryAttempts: 0 });
    world.stream.add('a', 'b', 'c', 'd');
    await world.clock.advance(60_000);
    expect(world.batches).toEqual([['a', 'b', 'c', 'd'], ['c', 'd']]);
    expect(world.types()).not.toContain('RecordsDiscarded');
  });

  test.each([[null], [{}], [{ batchItemFailures: null }], [{ batchItemFailures: [] }], [undefined]])('%j is a success', async (answer) => {
    world.handler = () => answer ?? null;
    world.map({ reportBatchItemFailures: true, maximumRetryAttempts: 0 });
    world.stream.add('a');
    await world.settle();
    expect(world.types()).toContain('BatchSucceeded');
  });

  test.each([
    [report('')], [report(null)], [report('unknown')], [{ batchItemFailures: [{ id: '1' }] }], [{ batchItemFailures: 'a' }], ['text'], [[1]],
  ])('%j fails the whole batch', async (answer) => {
    world.handler = () => answer;
    world.map({ reportBatchItemFailures: true, maximumRetryAttempts: 0 });
    world.stream.add('a', 'b');
    await world.settle();
    expect(world.journal.entries().find(({ type }) => type === 'RecordsDiscarded')!.data.sequences).toHaveLength(2);
  });

  test('are ignored unless the mapping asks for them', async () => {
    world.handler = (_, records) => report(sequence(records, 'a'));
    world.map({ maximumRetryAttempts: 0 });
    world.stream.add('a');
    await world.settle();
    expect(world.types()).toContain('BatchSucceeded');
  });
});

describe('the failure destination', () => {
  async function giveUp(onFailure: string): Promise<FailureRecord> {
    world.handler = failing('b');
    world.map({ maximumRetryAttempts: 1, onFailure });
    world.stream.add('a', 'b');
    await world.clock.advance(60_000);
    expect(world.failures.map(({ destination }) => destination)).toEqual([onFailure]);
    return world.failures[0].record;
  }

  test('in S3 receives the whole event under a dated key', async () => {
    const { key, body } = await giveUp('arn:aws:s3:::audit');
    expect(key).toMatch(
      /^aws\/lambda\/mapping\/shardId-00000000000000000000-00000001\/2026\/01\/01\/2026-01-01T00\.00\.01-[0-9a-f-]{36}$/);
    const record = JSON.parse(body);
    expect(record).toMatchObject({
      requestContext: { requestId: 'request-2', functionArn: FUNCTION, condition: 'RetryAttemptsExhausted', approximateInvokeCount: 2 },
      responseContext: { statusCode: 200, executedVersion: '$LATEST', functionError: 'Unhandled' },
      version: '1.0',
      timestamp: '2026-01-01T00:00:01.000Z',
      DDBStreamBatchInfo: {
        startSequenceNumber: '000000000000000000001',
        endSequenceNumber: '000000000000000000002',
        batchSize: 2,
        streamArn: STREAM,
        approximateArrivalOfFirstRecord: '2026-01-01T00:00:00.000Z',
      },
    });
    expect(JSON.parse(record.payload).Records.map(({ eventID }: DynamoDBRecord) => eventID)).toEqual(['a', 'b']);
  });

  test('elsewhere receives metadata only', async () => {
    const { key, body } = await giveUp('arn:aws:sns:us-east-1:000000000000:failed');
    expect(key).toBeUndefined();
    expect(JSON.parse(body)).not.toHaveProperty('payload');
  });

  test('that cannot be reached does not block the stream', async () => {
    world.handler = failing('a');
    world.failures.push = () => { throw new Error('no such bucket'); };
    world.map({ maximumRetryAttempts: 0, batchSize: 1, onFailure: 'arn:aws:s3:::gone' });
    world.stream.add('a', 'b');
    await world.settle();
    expect(world.batches).toEqual([['a'], ['b']]);
    expect(world.types()).toContain('DestinationFailed');
    expect(world.metrics.get('AWS/Lambda', 'DestinationDeliveryFailures', { FunctionName: 'relay' })).toHaveLength(1);
  });
});

test.each<[string, Partial<StreamMappingOptions>]>([
  ['batchSize', { batchSize: 10_001 }],
  ['maximumRetryAttempts', { maximumRetryAttempts: -2 }],
  ['maximumRecordAgeInSeconds', { maximumRecordAgeInSeconds: 59 }],
  ['parallelizationFactor', { parallelizationFactor: 11 }],
  ['AT_TIMESTAMP', { startingPosition: 'AT_TIMESTAMP' as 'LATEST' }],
  ['filter', { filterPatterns: ['{"eventName":"INSERT"}'] }],
])('a wrong %s is refused', (name, options) => {
  expect(() => world.map(options)).toThrow(name);
});

test('whatever fails, each record is delivered in order or given up, and none is lost', async () => {
  await fc.assert(fc.asyncProperty(
    fc.array(fc.boolean(), { minLength: 1, maxLength: 30 }),
    fc.integer({ min: 1, max: 10 }),
    fc.boolean(),
    fc.boolean(),
    fc.integer({ min: 0, max: 3 }),
    async (bad, batchSize, bisectBatchOnFunctionError, reportBatchItemFailures, maximumRetryAttempts) => {
      const trial = new World();
      const isBad = (name: string) => bad[Number(name)];
      trial.handler = (names, records) => {
        const first = names.find(isBad);
        if (first === undefined) return null;
        if (!reportBatchItemFailures) throw new Error('bad record');
        return { batchItemFailures: [{ itemIdentifier: sequence(records, first) }] };
      };
      trial.map({ batchSize, bisectBatchOnFunctionError, reportBatchItemFailures, maximumRetryAttempts, onFailure: 'arn:aws:s3:::audit' });
      const names = bad.map((_, i) => String(i));
      trial.stream.add(...names);
      await trial.clock.advance(3_600_000);
      trial.mappings.stop();
      const givenUp = trial.failures.flatMap(({ record }) => JSON.parse(JSON.parse(record.body).payload).Records)
        .map(({ eventID }: DynamoDBRecord) => eventID);
      const seen = trial.batches.flat();
      expect(trial.mappings.pending()).toBe(0);
      expect(trial.stream.checkpoints.at(-1)).toBe(String(names.length));
      expect(new Set(seen)).toEqual(new Set(names));
      for (const name of names.filter(isBad)) expect(givenUp).toContain(name);
      if (bisectBatchOnFunctionError && !reportBatchItemFailures) expect(givenUp).toEqual(names.filter(isBad));
      expect([...new Set(seen)]).toEqual(names);
    },
  ), { numRuns: 60 });
});
