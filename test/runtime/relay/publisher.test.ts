import { EventBridgeClient, PutEventsCommand, PutEventsRequestEntry } from '@aws-sdk/client-eventbridge';
import { mockClient } from 'aws-sdk-client-mock';
import fc from 'fast-check';
import { eventBridgePublisher } from '../../../runtime/relay/publisher';

const eventBridge = mockClient(EventBridgeClient);
beforeEach(() => eventBridge.reset());

const pauses: number[] = [];
const publish = eventBridgePublisher(new EventBridgeClient({}), 'the-bus', { sleep: async (ms) => { pauses.push(ms); }, random: () => 0.5 });
beforeEach(() => { pauses.length = 0; });

const publication = (index: number, bytes = 20) => ({
  detailType: 'Transaction Created', detail: JSON.stringify({ index }).padEnd(bytes), time: new Date('2025-10-09T08:53:20Z'), trace: `Root=${index}`,
});
const publications = (count: number, bytes?: number) => Array.from({ length: count }, (_, index) => publication(index, bytes));

const calls = () => eventBridge.commandCalls(PutEventsCommand).map((call) => call.args[0].input.Entries!);
const indexOf = ({ Detail }: PutEventsRequestEntry) => (JSON.parse(Detail!) as { index: number }).index;
const sent = () => calls().map((entries) => entries.map(indexOf));

/** A bus that refuses an entry as often as `failures` says. */
function refusing(failures: Record<number, number>): void {
  const left = { ...failures };
  eventBridge.on(PutEventsCommand).callsFake(({ Entries }: { Entries: PutEventsRequestEntry[] }) => ({
    Entries: Entries.map((entry) => {
      const index = indexOf(entry);
      left[index] = (left[index] ?? 0) - 1;
      return left[index] >= 0 ? { ErrorCode: 'InternalFailure', ErrorMessage: 'try again' } : { EventId: `id-${index}` };
    }),
  }));
}

test('an entry carries bus, source, type, detail, time and trace', async () => {
  refusing({});
  expect(await publish([publication(0)])).toEqual(new Set());
  expect(calls()).toEqual([[{
    EventBusName: 'the-bus', Source: 'webhook.transaction', DetailType: 'Transaction Created', Detail: expect.stringContaining('"index":0'),
    Time: new Date('2025-10-09T08:53:20Z'), TraceHeader: 'Root=0',
  }]]);
});

test('nothing to say is no call', async () => {
  expect(await publish([])).toEqual(new Set());
  expect(calls()).toEqual([]);
});

describe('batches', () => {
  test('of ten, in order', async () => {
    refusing({});
    await publish(publications(25));
    expect(sent()).toEqual([[0, 1, 2, 3, 4, 5, 6, 7, 8, 9], [10, 11, 12, 13, 14, 15, 16, 17, 18, 19], [20, 21, 22, 23, 24]]);
  });

  test('never beyond the bytes of one call', async () => {
    refusing({});
    await publish(publications(10, 100 * 1024));
    expect(sent()).toEqual([[0, 1], [2, 3], [4, 5], [6, 7], [8, 9]]);
  });

  test('whatever the sizes, each entry is sent once, in order, within both limits', async () => {
    const bytes = fc.oneof(fc.integer({ min: 20, max: 2000 }), fc.integer({ min: 20, max: 200 * 1024 }));
    await fc.assert(fc.asyncProperty(fc.array(bytes, { maxLength: 40 }), async (sizes) => {
      eventBridge.reset();
      refusing({});
      await publish(sizes.map((size, index) => publication(index, size)));
      expect(sent().flat()).toEqual(sizes.map((_, index) => index));
      for (const entries of calls()) {
        expect(entries.length).toBeLessThanOrEqual(10);
        expect(entries.reduce((sum, { Detail }) => sum + Buffer.byteLength(Detail!), 0)).toBeLessThanOrEqual(256 * 1024);
      }
    }), { numRuns: 30 });
  });
});

describe('failures', () => {
  test('of some entries: only they are sent again', async () => {
    refusing({ 3: 1, 7: 2 });
    expect(await publish(publications(10))).toEqual(new Set());
    expect(sent()).toEqual([[0, 1, 2, 3, 4, 5, 6, 7, 8, 9], [3, 7], [7]]);
  });

  test('of one entry for good: it alone is reported', async () => {
    refusing({ 3: Infinity });
    expect(await publish(publications(5))).toEqual(new Set([3]));
    expect(sent().slice(1)).toEqual([[3], [3], [3]]);
  });

  test('of a whole call: the other calls still count', async () => {
    eventBridge.on(PutEventsCommand).callsFake(({ Entries }: { Entries: PutEventsRequestEntry[] }) => {
      if (Entries.some((entry) => indexOf(entry) === 12)) throw new Error('ThrottlingException');
      return { Entries: Entries.map(() => ({ EventId: 'id' })) };
    });
    expect(await publish(publications(20))).toEqual(new Set([10, 11, 12, 13, 14, 15, 16, 17, 18, 19]));
  });

  test('of a call that recovers: nothing is reported', async () => {
    eventBridge.on(PutEventsCommand).rejectsOnce(new Error('ECONNRESET')).resolves({ Entries: [{ EventId: 'a' }, { EventId: 'b' }] });
    expect(await publish(publications(2))).toEqual(new Set());
    expect(sent()).toEqual([[0, 1], [0, 1]]);
  });

  test('an answer without entries is no success', async () => {
    eventBridge.on(PutEventsCommand).resolves({});
    expect(await publish(publications(2))).toEqual(new Set([0, 1]));
  });

  test('are given time to pass, more each round', async () => {
    refusing({ 0: Infinity });
    await publish(publications(1));
    expect(pauses).toHaveLength(3);
    expect([...pauses].sort((a, b) => a - b)).toEqual(pauses);
    expect(pauses[0]).toBeGreaterThan(0);
  });
});
