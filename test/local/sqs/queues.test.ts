import { createHash } from 'node:crypto';
import {
  ChangeMessageVisibilityCommand, CreateQueueCommand, DeleteMessageBatchCommand, DeleteMessageCommand, GetQueueAttributesCommand, GetQueueUrlCommand,
  ListMessageMoveTasksCommand, ListQueuesCommand, PurgeQueueCommand, ReceiveMessageCommand, SendMessageBatchCommand, SendMessageCommand, SQSClient,
  StartMessageMoveTaskCommand,
} from '@aws-sdk/client-sqs';
import fc from 'fast-check';
import { VirtualClock } from '../../../local/kernel/clock';
import { Journal } from '../../../local/kernel/journal';
import { Metrics } from '../../../local/kernel/metrics';
import { Queues } from '../../../local/sqs/queues';
import { sqsResources } from '../../../local/sqs/resources';
import { clientOptions, serve, Served } from '../../helpers/serve';

const arnOf = (name: string) => `arn:aws:sqs:us-east-1:000000000000:${name}`;
let clock: VirtualClock;
let journal: Journal;
let metrics: Metrics;
let queues: Queues;
let served: Served;
let sqs: SQSClient;

function newQueues(): Queues {
  return new Queues({ clock, journal, metrics, baseUrl: 'http://127.0.0.1:4566' });
}

beforeEach(async () => {
  clock = new VirtualClock();
  journal = new Journal(clock);
  metrics = new Metrics(clock);
  queues = newQueues();
  served = await serve(queues);
  sqs = new SQSClient({ ...clientOptions(served), useQueueUrlAsEndpoint: false });
});

afterEach(async () => {
  sqs.destroy();
  await served.close();
});

function create(name: string, settings: Parameters<Queues['createQueue']>[1] = {}): string {
  return queues.createQueue(name, settings).identity.url;
}

async function receive(QueueUrl: string, options: object = {}) {
  return (await sqs.send(new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10, MessageSystemAttributeNames: ['All'], ...options }))).Messages ?? [];
}

async function bodies(QueueUrl: string, options: object = {}): Promise<(string | undefined)[]> {
  return (await receive(QueueUrl, options)).map(({ Body }) => Body);
}

describe('sending and receiving', () => {
  test('the message arrives with its attributes, digests accepted by the client', async () => {
    const QueueUrl = create('q');
    const MessageAttributes = {
      tier: { DataType: 'String', StringValue: 'high' },
      amount: { DataType: 'Number.decimal', StringValue: '10.5' },
      raw: { DataType: 'Binary', BinaryValue: Buffer.from([0, 1, 255]) },
    };
    const AWSTraceHeader = { DataType: 'String', StringValue: 'Root=1-00000001-000000000000000000000001;Sampled=1' };
    const sent = await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: 'zahlung ü', MessageAttributes, MessageSystemAttributes: { AWSTraceHeader } }));
    const [message] = await receive(QueueUrl, { MessageAttributeNames: ['All'] });
    expect(message).toMatchObject({ MessageId: sent.MessageId, Body: 'zahlung ü', MD5OfMessageAttributes: sent.MD5OfMessageAttributes });
    expect(message.MessageAttributes).toMatchObject({ tier: MessageAttributes.tier, amount: MessageAttributes.amount });
    expect([...message.MessageAttributes!.raw.BinaryValue!]).toEqual([0, 1, 255]);
    expect(message.Attributes).toMatchObject({
      ApproximateReceiveCount: '1', SentTimestamp: String(clock.now()), ApproximateFirstReceiveTimestamp: String(clock.now()), AWSTraceHeader: AWSTraceHeader.StringValue,
    });
    expect(journal.entries().map(({ type, traceId }) => [type, traceId])).toEqual([
      ['MessageSent', '1-00000001-000000000000000000000001'], ['MessageReceived', '1-00000001-000000000000000000000001'],
    ]);
  });

  test('the digest of attributes covers lengths, names, types and values', async () => {
    const QueueUrl = create('q');
    const sent = await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: 'x', MessageAttributes: { a: { DataType: 'String', StringValue: 'b' } } }));
    const covered = '\0\0\0\x01a' + '\0\0\0\x06String' + '\x01' + '\0\0\0\x01b';
    expect(sent.MD5OfMessageAttributes).toBe(createHash('md5').update(covered).digest('hex'));
  });

  test('only the attributes asked for come along', async () => {
    const QueueUrl = create('q', { visibilityTimeout: 0 });
    const text = (StringValue: string) => ({ DataType: 'String', StringValue });
    await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: 'x', MessageAttributes: { 'order.id': text('1'), 'order.no': text('2'), 'other': text('3') } }));
    const [some] = await receive(QueueUrl, { MessageAttributeNames: ['order.*'], MessageSystemAttributeNames: ['SentTimestamp'] });
    expect(Object.keys(some.MessageAttributes!)).toEqual(['order.id', 'order.no']);
    expect(Object.keys(some.Attributes!)).toEqual(['SentTimestamp']);
    const [none] = await receive(QueueUrl, { MessageSystemAttributeNames: undefined });
    expect(none).not.toHaveProperty('MessageAttributes');
    expect(none).not.toHaveProperty('Attributes');
  });

  test('a batch sends what it can and reports the rest', async () => {
    const QueueUrl = create('q');
    const Entries = [{ Id: 'a', MessageBody: '1' }, { Id: 'b', MessageBody: 'bad \u0000' }, { Id: 'c', MessageBody: '3' }];
    const result = await sqs.send(new SendMessageBatchCommand({ QueueUrl, Entries }));
    expect(result.Successful!.map(({ Id }) => Id)).toEqual(['a', 'c']);
    expect(result.Failed).toMatchObject([{ Id: 'b', Code: 'InvalidMessageContents', SenderFault: true }]);
    const received = await receive(QueueUrl);
    const deleted = await sqs.send(new DeleteMessageBatchCommand({
      QueueUrl, Entries: [{ Id: '1', ReceiptHandle: received[0].ReceiptHandle }, { Id: '2', ReceiptHandle: 'nonsense' }],
    }));
    expect(deleted).toMatchObject({ Successful: [{ Id: '1' }], Failed: [{ Id: '2', Code: 'ReceiptHandleIsInvalid' }] });
    expect(queues.peek(arnOf('q')).map(({ body }) => body)).toEqual(['3']);
  });

  test('a body of exactly 1 MiB goes through, one byte more does not', async () => {
    const QueueUrl = create('q');
    const MIB = 1024 * 1024;
    await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: 'x'.repeat(MIB) }));
    await expect(sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: 'x'.repeat(MIB + 1) }))).rejects.toMatchObject({ name: 'InvalidParameterValue' });
    const Entries = [{ Id: 'a', MessageBody: 'x'.repeat(MIB) }, { Id: 'b', MessageBody: 'x' }];
    await expect(sqs.send(new SendMessageBatchCommand({ QueueUrl, Entries }))).rejects.toMatchObject({ name: 'BatchRequestTooLong' });
  });
});

describe('time', () => {
  test('a received message is hidden until its visibility timeout ends', async () => {
    const QueueUrl = create('q', { visibilityTimeout: 30 });
    await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: 'x' }));
    const [first] = await receive(QueueUrl);
    await clock.advance(29_999);
    expect(await receive(QueueUrl)).toEqual([]);
    await clock.advance(1);
    const [second] = await receive(QueueUrl);
    expect(second.Attributes!.ApproximateReceiveCount).toBe('2');
    await sqs.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle: first.ReceiptHandle }));
    expect(queues.peek(arnOf('q'))).toHaveLength(1);
    await sqs.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle: second.ReceiptHandle }));
    expect(queues.peek(arnOf('q'))).toEqual([]);
  });

  test('its visibility can be changed while it is in flight', async () => {
    const QueueUrl = create('q');
    await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: 'x' }));
    const [{ ReceiptHandle }] = await receive(QueueUrl);
    await sqs.send(new ChangeMessageVisibilityCommand({ QueueUrl, ReceiptHandle, VisibilityTimeout: 100 }));
    await clock.advance(99_000);
    expect(await receive(QueueUrl)).toEqual([]);
    await sqs.send(new ChangeMessageVisibilityCommand({ QueueUrl, ReceiptHandle, VisibilityTimeout: 0 }));
    await expect(sqs.send(new ChangeMessageVisibilityCommand({ QueueUrl, ReceiptHandle, VisibilityTimeout: 1 }))).rejects.toMatchObject({ name: 'MessageNotInflight' });
    expect(await receive(QueueUrl)).toHaveLength(1);
  });

  test('delays hold a message back, retention ends it', async () => {
    const QueueUrl = create('q', { delay: 10, retention: 60 });
    await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: 'queue delay' }));
    await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: 'none', DelaySeconds: 0 }));
    expect(await bodies(QueueUrl, { VisibilityTimeout: 0 })).toEqual(['none']);
    await clock.advance(10_000);
    expect(await bodies(QueueUrl, { VisibilityTimeout: 0 })).toEqual(['queue delay', 'none']);
    await clock.advance(50_000);
    expect(queues.peek(arnOf('q'))).toEqual([]);
    expect(journal.entries().filter(({ type }) => type === 'MessageExpired')).toHaveLength(2);
  });

  test('a long poll ends with the first message, with one that becomes visible, or empty', async () => {
    const queue = queues.createQueue('q', { receiveWait: 20 });
    const waiting = [queue.receive(), queue.receive()];
    queue.send({ body: 'first' });
    queue.send({ body: 'later', delay: 5 });
    expect(await waiting[0]).toMatchObject([{ body: 'first' }]);
    await clock.advance(5000);
    expect(await waiting[1]).toMatchObject([{ body: 'later' }]);
    const empty = queue.receive();
    await clock.advance(20_000);
    expect(await empty).toEqual([]);
    const aborting = new AbortController();
    const aborted = queue.receive({ signal: aborting.signal });
    aborting.abort();
    expect(await aborted).toEqual([]);
  });
});

describe('dead letters', () => {
  beforeEach(() => {
    create('dead');
    create('q', { visibilityTimeout: 1, redrive: { deadLetterTargetArn: arnOf('dead'), maxReceiveCount: 2 } });
  });

  async function exhaust(): Promise<void> {
    for (let i = 0; i < 3; i++) {
      await queues.receive(arnOf('q'), { maxMessages: 10 });
      await clock.advance(1000);
    }
  }

  test('a message received too often moves to the dead-letter queue', async () => {
    const { id } = queues.send(arnOf('q'), { body: 'poison' });
    await exhaust();
    expect(queues.peek(arnOf('q'))).toEqual([]);
    const [dead] = await receive(queues.byName('dead').identity.url);
    expect(dead).toMatchObject({ MessageId: id, Body: 'poison', Attributes: { DeadLetterQueueSourceArn: arnOf('q') } });
    expect(metrics.get('AWS/SQS', 'ApproximateNumberOfMessagesVisible', { QueueName: 'dead' }).map(({ value }) => value)).toEqual([0, 1, 0]);
  });

  test('a redrive sends dead letters back, at the rate asked for', async () => {
    for (const body of ['1', '2', '3']) queues.send(arnOf('q'), { body });
    await exhaust();
    await sqs.send(new StartMessageMoveTaskCommand({ SourceArn: arnOf('dead'), MaxNumberOfMessagesPerSecond: 2 }));
    const status = async () => (await sqs.send(new ListMessageMoveTasksCommand({ SourceArn: arnOf('dead') }))).Results![0];
    expect(await status()).toMatchObject({ Status: 'RUNNING', ApproximateNumberOfMessagesMoved: 2, ApproximateNumberOfMessagesToMove: 3 });
    await clock.advance(1000);
    expect(await status()).toMatchObject({ Status: 'COMPLETED', ApproximateNumberOfMessagesMoved: 3 });
    expect(await bodies(queues.byName('q').identity.url)).toEqual(['1', '2', '3']);
  });

  test('only a dead-letter queue can be redriven', async () => {
    await expect(sqs.send(new StartMessageMoveTaskCommand({ SourceArn: arnOf('q') }))).rejects.toMatchObject({ name: 'InvalidParameterValue' });
  });
});

describe('FIFO', () => {
  const fifo = { contentBasedDeduplication: false, deduplicationScope: 'queue' } as const;
  let QueueUrl: string;

  beforeEach(() => {
    QueueUrl = create('q.fifo', { fifo, visibilityTimeout: 10 });
  });

  const send = (body: string, MessageGroupId: string | undefined, MessageDeduplicationId: string | undefined = body) => (
    sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: body, MessageGroupId, MessageDeduplicationId }))
  );

  test('a group is received in order, and not while one of its messages is held', async () => {
    for (const [body, group] of [['a1', 'a'], ['b1', 'b'], ['a2', 'a'], ['b2', 'b']]) await send(body, group);
    const [a1] = await receive(QueueUrl, { MaxNumberOfMessages: 1 });
    expect(a1).toMatchObject({ Body: 'a1', Attributes: { MessageGroupId: 'a', MessageDeduplicationId: 'a1', SequenceNumber: '00000000000000000001' } });
    expect(await bodies(QueueUrl)).toEqual(['b1', 'b2']);
    await sqs.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle: a1.ReceiptHandle }));
    expect(await bodies(QueueUrl)).toEqual(['a2']);
    await clock.advance(10_000);
    expect(await bodies(QueueUrl)).toEqual(['b1', 'a2', 'b2']);
  });

  test('a duplicate within five minutes is accepted and dropped', async () => {
    const first = await send('1', 'g', 'same');
    const [{ ReceiptHandle }] = await receive(QueueUrl);
    await sqs.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle }));
    expect(await send('2', 'g', 'same')).toMatchObject({ MessageId: first.MessageId, SequenceNumber: first.SequenceNumber });
    expect(queues.peek(arnOf('q.fifo'))).toEqual([]);
    await clock.advance(300_000);
    await send('3', 'g', 'same');
    expect(await bodies(QueueUrl)).toEqual(['3']);
  });

  test('content can stand for the deduplication id; the scope can be the group', async () => {
    const queue = queues.createQueue('c.fifo', { fifo: { contentBasedDeduplication: true, deduplicationScope: 'messageGroup' } });
    for (const groupId of ['a', 'a', 'b']) queue.send({ body: 'same', groupId });
    expect(queue.peek().map(({ groupId }) => groupId)).toEqual(['a', 'b']);
  });

  test('whatever receivers do, each group is delivered in order and nothing is lost', async () => {
    const step = fc.record({ max: fc.integer({ min: 1, max: 4 }), finish: fc.boolean(), pause: fc.constantFrom(0, 4_000, 11_000) });
    let run = 0;
    await fc.assert(fc.asyncProperty(fc.array(fc.constantFrom('a', 'b', 'c'), { maxLength: 12 }), fc.array(step, { maxLength: 15 }), async (groups, steps) => {
      const queue = queues.createQueue(`p${++run}.fifo`, { fifo, visibilityTimeout: 10 });
      groups.forEach((groupId, n) => queue.send({ body: String(n), groupId, deduplicationId: String(n) }));
      const done: Record<string, number[]> = { a: [], b: [], c: [] };
      for (const { max, finish, pause } of steps) {
        for (const { body, groupId, receiptHandle } of await queue.receive({ maxMessages: max })) {
          if (!finish) continue;
          done[groupId!].push(Number(body));
          queue.delete(receiptHandle!);
        }
        if (pause > 0) await clock.advance(pause);
      }
      const expected = (group: string) => groups.flatMap((other, n) => (other === group ? n : []));
      for (const group of ['a', 'b', 'c']) expect(done[group]).toEqual(expected(group).slice(0, done[group].length));
      expect(queue.peek()).toHaveLength(groups.length - Object.values(done).flat().length);
    }), { numRuns: 50 });
  });

  test('refuses what FIFO queues refuse', async () => {
    await expect(send('x', undefined)).rejects.toMatchObject({ name: 'MissingParameter' });
    const bare = sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: 'x', MessageGroupId: 'g' }));
    await expect(bare).rejects.toMatchObject({ name: 'InvalidParameterValue' });
    const standard = sqs.send(new SendMessageCommand({ QueueUrl: create('s'), MessageBody: 'x', MessageDeduplicationId: 'd' }));
    await expect(standard).rejects.toMatchObject({ name: 'InvalidParameterValue' });
  });
});

describe('queues', () => {
  test('are found, described, listed and purged', async () => {
    const QueueUrl = create('payments', { visibilityTimeout: 60 });
    create('other');
    expect(QueueUrl).toBe('http://127.0.0.1:4566/000000000000/payments');
    expect((await sqs.send(new GetQueueUrlCommand({ QueueName: 'payments' }))).QueueUrl).toBe(QueueUrl);
    expect((await sqs.send(new ListQueuesCommand({ QueueNamePrefix: 'pay' }))).QueueUrls).toEqual([QueueUrl]);
    await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: 'x' }));
    await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: 'x', DelaySeconds: 5 }));
    const { Attributes } = await sqs.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['All'] }));
    expect(Attributes).toMatchObject({
      QueueArn: arnOf('payments'), VisibilityTimeout: '60', MaximumMessageSize: '1048576', ApproximateNumberOfMessages: '1', ApproximateNumberOfMessagesDelayed: '1',
    });
    await sqs.send(new PurgeQueueCommand({ QueueUrl }));
    expect(queues.peek(arnOf('payments'))).toEqual([]);
  });

  test('that do not exist are named so in both protocols', async () => {
    const missing = sqs.send(new GetQueueUrlCommand({ QueueName: 'none' }));
    await expect(missing).rejects.toMatchObject({ name: 'QueueDoesNotExist', Code: 'AWS.SimpleQueueService.NonExistentQueue' });
  });

  test('are not created by clients: that is refused by name', async () => {
    await expect(sqs.send(new CreateQueueCommand({ QueueName: 'q' }))).rejects.toMatchObject({
      name: 'NotSupportedLocally', message: expect.stringContaining('CreateQueue'),
    });
  });

  test('measure their traffic', async () => {
    const queue = queues.createQueue('q');
    queue.send({ body: '12345' });
    const [{ receiptHandle }] = await queue.receive();
    queue.delete(receiptHandle!);
    await queue.receive();
    const values = (name: string) => metrics.get('AWS/SQS', name, { QueueName: 'q' }).map(({ value }) => value);
    expect(values('NumberOfMessagesSent')).toEqual([1]);
    expect(values('SentMessageSize')).toEqual([5]);
    expect(values('NumberOfMessagesReceived')).toEqual([1]);
    expect(values('NumberOfMessagesDeleted')).toEqual([1]);
    expect(values('NumberOfEmptyReceives')).toEqual([1]);
    expect(values('ApproximateNumberOfMessagesVisible')).toEqual([0, 1, 0]);
    expect(values('ApproximateNumberOfMessagesNotVisible')).toEqual([0, 1, 0]);
  });

  test('take deliveries of other services', async () => {
    queues.createQueue('q.fifo', { fifo: { contentBasedDeduplication: true, deduplicationScope: 'queue' } });
    const MessageAttributes = JSON.stringify({ a: { DataType: 'String', StringValue: 'b' } });
    await queues.deliver(arnOf('q.fifo'), { payload: 'event', traceHeader: 'Root=1-2-3', parameters: { MessageGroupId: 'g', MessageAttributes } });
    expect(queues.peek(arnOf('q.fifo'))).toMatchObject([{ body: 'event', groupId: 'g', traceHeader: 'Root=1-2-3', attributes: { a: { StringValue: 'b' } } }]);
    await expect(queues.deliver(arnOf('none'), { payload: 'x' })).rejects.toMatchObject({ code: 'QueueDoesNotExist' });
  });

  test('keep their messages over a restart', async () => {
    create('early');
    create('late');
    queues.send(arnOf('early'), { body: '1' });
    queues.send(arnOf('late'), { body: '2' });
    await queues.receive(arnOf('late'));
    const state = JSON.parse(JSON.stringify(queues.snapshot()));

    const next = newQueues();
    next.createQueue('early');
    next.restore(state);
    next.createQueue('late');
    expect(next.snapshot()).toEqual(queues.snapshot());
    expect(await next.receive(arnOf('late'))).toEqual([]);
    await clock.advance(30_000);
    expect(await next.receive(arnOf('late'))).toMatchObject([{ body: '2', receiveCount: 2 }]);
  });
});

describe('template', () => {
  const resource = (name: string, properties: object) => ({
    logicalId: 'Queue', type: 'AWS::SQS::Queue', ref: `http://x/${name}`, attributes: { Arn: arnOf(name) }, properties, metadata: {},
  });

  test('properties become settings', async () => {
    await sqsResources(queues)['AWS::SQS::Queue'](resource('dead.fifo', {
      FifoQueue: true, ContentBasedDeduplication: true, MessageRetentionPeriod: '1209600', KmsMasterKeyId: 'alias/aws/sqs',
      RedrivePolicy: { deadLetterTargetArn: arnOf('more.fifo'), maxReceiveCount: 3 },
    }));
    expect(queues.byName('dead.fifo').settings).toEqual({
      visibilityTimeout: 30,
      delay: 0,
      maximumMessageSize: 1048576,
      retention: 1209600,
      receiveWait: 0,
      redrive: { deadLetterTargetArn: arnOf('more.fifo'), maxReceiveCount: 3 },
      fifo: { contentBasedDeduplication: true, deduplicationScope: 'queue' },
    });
  });

  test('what would be ignored or is out of range is refused', () => {
    const load = sqsResources(queues)['AWS::SQS::Queue'];
    expect(() => load(resource('q', { SomethingNew: 1 }))).toThrow('SomethingNew');
    expect(() => load(resource('q', { VisibilityTimeout: 43201 }))).toThrow('VisibilityTimeout');
    expect(() => load(resource('q', { FifoQueue: true }))).toThrow('.fifo');
  });
});
