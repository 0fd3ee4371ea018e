import type { SQSRecord } from 'aws-lambda';
import { VirtualClock } from '../../../local/kernel/clock';
import { Journal } from '../../../local/kernel/journal';
import { Metrics } from '../../../local/kernel/metrics';
import { QueueMappingOptions, QueueMappings, QueueSource } from '../../../local/lambda/mapping/queue-mappings';

class FakeQueue implements QueueSource {
  public readonly inFlight = new Map<string, SQSRecord>();
  private visible: SQSRecord[] = [];
  private waiting: (() => void)[] = [];

  public send(...bodies: string[]): void {
    for (const body of bodies) this.visible.push({ messageId: body, receiptHandle: `handle-${body}`, body } as SQSRecord);
    for (const wake of this.waiting.splice(0)) wake();
  }

  public async receive(limit: number, waitSeconds: number, signal: AbortSignal): Promise<SQSRecord[]> {
    if (this.visible.length === 0) {
      await new Promise<void>((resolve) => {
        this.waiting.push(resolve);
        clock.at(clock.now() + waitSeconds * 1000, resolve);
        signal.addEventListener('abort', () => resolve(), { once: true });
      });
    }
    if (signal.aborted) return [];
    const messages = this.visible.splice(0, limit);
    for (const message of messages) this.inFlight.set(message.receiptHandle, message);
    return messages;
  }

  public remove(receiptHandle: string): void {
    this.inFlight.delete(receiptHandle);
  }
}

const clock = new VirtualClock();
let journal: Journal;
let queue: FakeQueue;
let batches: string[][];
let answer: (bodies: string[]) => unknown;
let mappings: QueueMappings;

beforeEach(() => {
  journal = new Journal(clock);
  queue = new FakeQueue();
  batches = [];
  answer = () => null;
  mappings = new QueueMappings({
    clock,
    journal,
    metrics: new Metrics(clock),
    queueOf: () => queue,
    invoke: async (_, payload) => {
      const bodies = JSON.parse(payload).Records.map(({ body }: SQSRecord) => body);
      batches.push(bodies);
      const result = { statusCode: 200, executedVersion: '$LATEST' as const, requestId: 'r' };
      const value = await answer(bodies);
      return value instanceof Error ? { ...result, payload: '{}', functionError: 'Unhandled' as const } : { ...result, payload: JSON.stringify(value) };
    },
  });
});

afterEach(() => mappings.stop());

function map(options: Partial<QueueMappingOptions> = {}): void {
  mappings.create({ id: 'm', functionName: 'worker', eventSourceArn: 'arn:aws:sqs:us-east-1:000000000000:jobs', ...options });
}

test('messages are handed over in batches and removed when processed', async () => {
  map({ batchSize: 2, maximumConcurrency: 2 });
  queue.send('a', 'b', 'c');
  await clock.advance(0);
  expect(batches.flat().sort()).toEqual(['a', 'b', 'c']);
  expect(queue.inFlight.size).toBe(0);
  expect(mappings.pending()).toBe(0);
});

test('messages of a failed batch stay in flight', async () => {
  answer = () => new Error('no');
  map();
  queue.send('a');
  await clock.advance(0);
  expect([...queue.inFlight.keys()]).toEqual(['handle-a']);
  expect(mappings.pending()).toBe(0);
});

test('messages stay in flight when the function is out of reach', async () => {
  answer = () => { throw new Error('throttled'); };
  map();
  queue.send('a');
  await clock.advance(0);
  expect(queue.inFlight.size).toBe(1);
  expect(journal.entries().map(({ type }) => type)).toContain('BatchNotAccepted');
});

test('only messages that are not reported failed are removed', async () => {
  queue.send('a', 'b', 'c');
  answer = () => ({ batchItemFailures: [{ itemIdentifier: 'b' }] });
  map({ reportBatchItemFailures: true });
  await clock.advance(0);
  expect(batches).toEqual([['a', 'b', 'c']]);
  expect([...queue.inFlight.keys()]).toEqual(['handle-b']);
});

test('an unknown message reported failed fails the whole batch', async () => {
  queue.send('a', 'b');
  answer = () => ({ batchItemFailures: [{ itemIdentifier: 'x' }] });
  map({ reportBatchItemFailures: true });
  await clock.advance(0);
  expect(queue.inFlight.size).toBe(2);
});

test('what a filter does not let through is removed unseen', async () => {
  queue.send('{"tier":"high"}', '{"tier":"low"}', 'text');
  map({ filterPatterns: ['{"body":{"tier":["high"]}}'] });
  await clock.advance(0);
  expect(batches).toEqual([['{"tier":"high"}']]);
  expect(queue.inFlight.size).toBe(0);
});

test('a batching window collects messages', async () => {
  map({ batchSize: 100, maximumBatchingWindowInSeconds: 5, maximumConcurrency: 1 });
  queue.send('a');
  await clock.advance(3000);
  queue.send('b');
  expect(mappings.pending()).toBe(1);
  await clock.advance(3000);
  expect(batches).toEqual([['a', 'b']]);
});

test('nothing is received by a disabled or stopped mapping', async () => {
  map({ enabled: false });
  map();
  await clock.advance(0);
  mappings.stop();
  queue.send('a');
  await clock.advance(60_000);
  expect(batches).toEqual([]);
});

test('no more batches run at once than the mapping allows', async () => {
  const finish: (() => void)[] = [];
  answer = () => new Promise<void>((resolve) => finish.push(resolve));
  map({ batchSize: 1, maximumConcurrency: 2 });
  queue.send('a', 'b', 'c');
  await clock.advance(0);
  expect(batches).toEqual([['a'], ['b']]);
  finish[0]();
  await clock.advance(0);
  expect(batches[2]).toEqual(['c']);
});

test('large batches need a window', () => {
  expect(() => map({ batchSize: 11 })).toThrow('batching window');
});
