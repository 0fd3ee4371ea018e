import { Message, ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { mockClient } from 'aws-sdk-client-mock';
import { redriveQueue } from '../../../local/commands/redrive/redrive';
import { Outcome } from '../../../local/commands/redrive/report';

const sqs = mockClient(SQSClient);
beforeEach(() => sqs.reset());
afterAll(() => sqs.restore());

/** A letter whose failure lasts: each time it is brought back, there is another one. */
test('a letter that comes back while it is brought back stays for the next time, and is told of', async () => {
  const started: string[] = [];
  const body = JSON.stringify({ stage: 'archive', error: { Error: 'SegmentBusy' }, input: { now: '2025-10-12T02:00:00Z' } });
  const letter = (id: number, sentAt: number): Message => ({ MessageId: `m${id}`, ReceiptHandle: `r${id}`, Body: body, Attributes: { SentTimestamp: String(sentAt) } });
  sqs.on(ReceiveMessageCommand)
    .resolvesOnce({ Messages: [letter(1, Date.now() - 60_000)] })
    .callsFakeOnce(() => ({ Messages: [letter(2, Date.now() + 5)] }))
    .resolves({});
  const outcomes: Outcome[] = [];
  const states = { send: async ({ input }: { input: { input: string } }) => { started.push(input.input); } };
  await redriveQueue('archive', 'https://queue', {
    sqs: new SQSClient({}), clients: { states } as never, workflowOf: () => 'arn:workflow', claims: () => { throw new Error('not asked'); },
    releaseClaims: false, dryRun: false, report: { add: (outcome) => outcomes.push(outcome) },
  });
  expect(started).toEqual(['{"now":"2025-10-12T02:00:00Z"}']);
  expect(outcomes).toMatchObject([{ outcome: 'redriven' }, { outcome: 'kept', reason: expect.stringContaining('run again') }]);
  const handlesOf = (name: string) => sqs.calls().filter(({ args: [command] }) => command.constructor.name === name).map(({ args: [command] }) => (command.input as { ReceiptHandle: string }).ReceiptHandle);
  expect([handlesOf('DeleteMessageCommand'), handlesOf('ChangeMessageVisibilityCommand')]).toEqual([['r1'], ['r2']]);
});
