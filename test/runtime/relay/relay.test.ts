import type { AttributeValue as StreamValue, DynamoDBRecord } from 'aws-lambda';
import type { Publication } from '../../../runtime/relay/detail';
import { relay, RelayDependencies } from '../../../runtime/relay/relay';
import { captureOutput } from '../../helpers/output';
import { imageWith } from '../rows';

const output = captureOutput();
const RECEIVED = Date.parse('2025-10-09T08:53:20.000Z');

const record = (sequence: string, image: object | undefined): DynamoDBRecord => ({
  eventName: 'INSERT',
  dynamodb: { SequenceNumber: sequence, NewImage: image as Record<string, StreamValue> | undefined },
});
const transaction = (id: string) => imageWith({ transactionId: id });

/** A publisher that fails at the given places of its first list. */
function publisher(...failing: number[]) {
  const sent: string[] = [];
  const deps: RelayDependencies = {
    published: new Set(),
    now: () => RECEIVED + 250,
    publish: async (publications: readonly Publication[]) => {
      sent.push(...publications.map(({ detail }) => (JSON.parse(detail) as { transaction_id: string }).transaction_id));
      return new Set(failing.splice(0));
    },
  };
  return { sent, deps };
}

const metric = (name: string) => output.metrics.filter((datum) => datum.name === name).map(({ value }) => value);

test('rows are published in the order of the stream, and nothing is reported', async () => {
  const { sent, deps } = publisher();
  expect(await relay([record('1', transaction('a')), record('2', transaction('b'))], deps)).toEqual({ batchItemFailures: [] });
  expect(sent).toEqual(['a', 'b']);
  expect(metric('EventsPublished')).toEqual([2]);
  expect(metric('StoreToPublishLatency')).toEqual([250]);
  expect(metric('EventsFailed')).toEqual([]);
});

test('only what could not be published is reported', async () => {
  const { deps } = publisher(1);
  const answer = await relay(['a', 'b', 'c'].map((id, index) => record(`s${index}`, transaction(id))), deps);
  expect(answer).toEqual({ batchItemFailures: [{ itemIdentifier: 's1' }] });
  expect(metric('EventsFailed')).toEqual([1]);
  expect(metric('EventsPublished')).toEqual([2]);
});

test('the sequence number is the right one behind rows that say nothing', async () => {
  const { deps } = publisher(0);
  const tombstone = { ...transaction('t'), record: { S: 'tombstone' } };
  expect(await relay([record('s0', tombstone), record('s1', transaction('a')), record('s2', transaction('b'))], deps)).toEqual({ batchItemFailures: [{ itemIdentifier: 's1' }] });
});

test('a retry that brings successes again does not publish them again', async () => {
  const { sent, deps } = publisher(0);
  const batch = ['a', 'b', 'c'].map((id, index) => record(`s${index}`, transaction(id)));
  expect(await relay(batch, deps)).toEqual({ batchItemFailures: [{ itemIdentifier: 's0' }] });
  expect(await relay(batch, deps)).toEqual({ batchItemFailures: [] });
  expect(sent).toEqual(['a', 'b', 'c', 'a']);
  expect(metric('EventsPublished')).toEqual([2, 1]);
});

test.each([
  ['a row without an amount that can be read', { ...transaction('x'), amount_text: { S: 'NaN' } }],
  ['a row without a time that can be read', { ...transaction('x'), received_at: { S: 'yesterday' } }],
  ['a row without its members', { record: { S: 'transaction' } }],
  ['a record without an image', undefined],
])('%s fails alone', async (_, image) => {
  const { sent, deps } = publisher();
  const answer = await relay([record('1', transaction('a')), record('2', image), record('3', transaction('b'))], deps);
  expect(answer).toEqual({ batchItemFailures: [{ itemIdentifier: '2' }] });
  expect(sent).toEqual(['a', 'b']);
});

test('a batch of nothing but tombstones publishes nothing and fails nothing', async () => {
  const { sent, deps } = publisher();
  expect(await relay([record('1', { ...transaction('t'), record: { S: 'tombstone' } })], deps)).toEqual({ batchItemFailures: [] });
  expect(sent).toEqual([]);
  expect(output.metrics).toEqual([]);
});

test('a failure is logged by sequence number, never with the row', async () => {
  const { deps } = publisher(0);
  await relay([record('s7', imageWith({ metadata: { card: '4111111111111111' } }))], deps);
  expect(output.logs).toEqual([expect.objectContaining({ level: 'ERROR', sequence_numbers: ['s7'] })]);
  expect(output.text).not.toContain('4111111111111111');
});
