import {
  CreateTopicCommand, GetSubscriptionAttributesCommand, GetTopicAttributesCommand, ListSubscriptionsByTopicCommand, ListTopicsCommand,
  PublishBatchCommand, PublishCommand, SetSubscriptionAttributesCommand, SNSClient, SubscribeCommand, UnsubscribeCommand,
} from '@aws-sdk/client-sns';
import { VirtualClock } from '../../../local/kernel/clock';
import { Journal } from '../../../local/kernel/journal';
import { Metrics } from '../../../local/kernel/metrics';
import { Invocation, Targets } from '../../../local/kernel/targets';
import { ServiceError } from '../../../local/kernel/wire';
import { snsResources } from '../../../local/sns/resources';
import { Topics } from '../../../local/sns/topics';
import { Queues } from '../../../local/sqs/queues';
import { clientOptions, serve, Served } from '../../helpers/serve';

const TopicArn = 'arn:aws:sns:us-east-1:000000000000:alerts';
const QUEUE = 'arn:aws:sqs:us-east-1:000000000000:q';
const DEAD = 'arn:aws:sqs:us-east-1:000000000000:dead';
const FUNCTION = 'arn:aws:lambda:us-east-1:000000000000:function:f';

let clock: VirtualClock;
let journal: Journal;
let metrics: Metrics;
let queues: Queues;
let targets: Targets;
let topics: Topics;
let invocations: Invocation[];
let lambdaFails: (() => Error) | undefined;
let served: Served;
let sns: SNSClient;

beforeEach(async () => {
  clock = new VirtualClock();
  journal = new Journal(clock);
  metrics = new Metrics(clock);
  targets = new Targets();
  queues = new Queues({ clock, journal, metrics, baseUrl: 'http://127.0.0.1' });
  queues.createQueue('q');
  queues.createQueue('dead');
  targets.register('sqs', (arn, invocation) => queues.deliver(arn, invocation));
  invocations = [];
  lambdaFails = undefined;
  targets.register('lambda', async (_arn, invocation) => {
    if (lambdaFails) throw lambdaFails();
    invocations.push(invocation);
  });
  topics = new Topics({ clock, journal, metrics, targets });
  topics.createTopic('alerts');
  served = await serve(topics);
  sns = new SNSClient(clientOptions(served));
});

afterEach(async () => {
  sns.destroy();
  await served.close();
});

async function subscribe(Protocol: string, Endpoint: string, Attributes?: Record<string, string>): Promise<string> {
  return (await sns.send(new SubscribeCommand({ TopicArn, Protocol, Endpoint, Attributes }))).SubscriptionArn!;
}

async function publish(input: object): Promise<string> {
  const { MessageId } = await sns.send(new PublishCommand({ TopicArn, Message: 'hello', ...input }));
  await settled();
  return MessageId!;
}

async function settled(): Promise<void> {
  await new Promise(setImmediate);
  expect(topics.pending()).toBe(0);
}

function inQueue(arn = QUEUE) {
  return queues.peek(arn).map(({ body, attributes }) => ({ body, attributes }));
}

const values = (metric: string) => metrics.get('AWS/SNS', metric, { TopicName: 'alerts' }).map(({ value }) => value);
const text = (StringValue: string) => ({ DataType: 'String', StringValue });

describe('deliveries', () => {
  test('a queue gets the envelope', async () => {
    await subscribe('sqs', QUEUE);
    const MessageId = await publish({ Subject: 'High risk', Message: 'zu hoch & <böse>', MessageAttributes: { risk: text('high') } });
    expect(JSON.parse(inQueue()[0].body)).toMatchObject({
      Type: 'Notification',
      MessageId,
      TopicArn,
      Subject: 'High risk',
      Message: 'zu hoch & <böse>',
      Timestamp: '2026-01-01T00:00:00.000Z',
      SignatureVersion: '1',
      MessageAttributes: { risk: { Type: 'String', Value: 'high' } },
    });
    expect(inQueue()[0].attributes).toEqual({});
  });

  test('or, raw, the message and its attributes themselves', async () => {
    await subscribe('sqs', QUEUE, { RawMessageDelivery: 'true' });
    const tags = { DataType: 'String.Array', StringValue: '["a"]' };
    await publish({ Message: '{"a":1}', MessageAttributes: { risk: text('high'), tags, raw: { DataType: 'Binary', BinaryValue: Buffer.from([1]) } } });
    expect(inQueue()).toEqual([{ body: '{"a":1}', attributes: { risk: text('high'), tags, raw: { DataType: 'Binary', BinaryValue: 'AQ==' } } }]);
  });

  test('a function is invoked with the event of the topic', async () => {
    const EventSubscriptionArn = await subscribe('lambda', FUNCTION);
    await publish({ MessageAttributes: { risk: text('high') } });
    expect(invocations[0].sourceArn).toBe(TopicArn);
    expect(JSON.parse(invocations[0].payload).Records).toMatchObject([{
      EventSource: 'aws:sns',
      EventVersion: '1.0',
      EventSubscriptionArn,
      Sns: { Type: 'Notification', Message: 'hello', Subject: null, MessageAttributes: { risk: { Type: 'String', Value: 'high' } } },
    }]);
  });

  test('people and outside servers get mail that stays here', async () => {
    topics.createTopic('named', { displayName: 'Payments' });
    const topicArn = TopicArn.replace('alerts', 'named');
    const endpoints = { 'email': 'ops@example.com', 'email-json': 'bot@example.com', 'sms': '+4915112345678', 'https': 'https://example.com/hook' };
    for (const [protocol, endpoint] of Object.entries(endpoints)) topics.subscribe({ topicArn, protocol, endpoint });
    topics.publish({ topicArn, message: 'Fraud suspected', subject: 'Alert' });
    await settled();
    const mails = topics.mailbox();
    expect(mails.map(({ protocol, endpoint, subject }) => [protocol, endpoint, subject])).toEqual([
      ['email', 'ops@example.com', 'Alert'], ['email-json', 'bot@example.com', 'Alert'], ['sms', '+4915112345678', undefined],
      ['https', 'https://example.com/hook', undefined],
    ]);
    expect([mails[0].body, mails[2].body]).toEqual(['Fraud suspected', 'Payments> Fraud suspected']);
    for (const { body } of [mails[1], mails[3]]) expect(JSON.parse(body)).toMatchObject({ Message: 'Fraud suspected', Subject: 'Alert' });
  });

  test('MessageStructure json gives each protocol its own body', async () => {
    await subscribe('sqs', QUEUE, { RawMessageDelivery: 'true' });
    await subscribe('email', 'ops@example.com');
    await subscribe('sms', '+4915112345678');
    await publish({ MessageStructure: 'json', Message: JSON.stringify({ default: 'plain', email: 'Dear team', sms: 'short', ignored: 1 }) });
    expect(topics.mailbox().map(({ body }) => body)).toEqual(['Dear team', 'short']);
    expect(inQueue()[0].body).toBe('plain');
  });

  test('a text message can go straight to a phone number', async () => {
    const MessageId = await publish({ TopicArn: undefined, PhoneNumber: '+4915112345678' });
    expect(topics.mailbox()).toEqual([
      { protocol: 'sms', endpoint: '+4915112345678', body: 'hello', messageId: MessageId, at: '2026-01-01T00:00:00.000Z' },
    ]);
    await expect(publish({ TopicArn: undefined, PhoneNumber: '0151' })).rejects.toMatchObject({ name: 'InvalidParameterException' });
    await expect(publish({ TopicArn: undefined, PhoneNumber: '+4915112345678', Message: 'x'.repeat(1601) })).rejects.toThrow('too long');
  });

  test('a batch is published one by one', async () => {
    await subscribe('sqs', QUEUE, { RawMessageDelivery: 'true' });
    const PublishBatchRequestEntries = [{ Id: 'a', Message: '1', MessageAttributes: { n: text('1') } }, { Id: 'b', Message: '2', Subject: 'a\nb' }, { Id: 'c', Message: '3' }];
    const result = await sns.send(new PublishBatchCommand({ TopicArn, PublishBatchRequestEntries }));
    await settled();
    expect(result.Successful!.map(({ Id }) => Id)).toEqual(['a', 'c']);
    expect(result.Failed).toMatchObject([{ Id: 'b', Code: 'InvalidParameter', SenderFault: true }]);
    expect(inQueue().map(({ body }) => body)).toEqual(['1', '3']);
    const twice = sns.send(new PublishBatchCommand({ TopicArn, PublishBatchRequestEntries: [{ Id: 'a', Message: '1' }, { Id: 'a', Message: '2' }] }));
    await expect(twice).rejects.toMatchObject({ name: 'BatchEntryIdsNotDistinctException' });
  });

  test('journal and metrics follow each message by its trace', async () => {
    const traceHeader = 'Root=1-00000001-000000000000000000000001;Sampled=1';
    await subscribe('sqs', QUEUE);
    await topics.deliver(TopicArn, { payload: '12345', traceHeader });
    await settled();
    const ours = journal.entries().filter(({ service }) => service === 'sns');
    expect(ours.map(({ type, traceId }) => [type, traceId])).toEqual([
      ['MessagePublished', '1-00000001-000000000000000000000001'], ['NotificationDelivered', '1-00000001-000000000000000000000001'],
    ]);
    expect(queues.peek(QUEUE)[0].traceHeader).toBe(traceHeader);
    expect([values('NumberOfMessagesPublished'), values('PublishSize'), values('NumberOfNotificationsDelivered')]).toEqual([[1], [5], [1]]);
  });
});

describe('filter policies', () => {
  const passed = () => inQueue().map(({ body }) => body);

  test('on attributes see text, numbers and lists as such', async () => {
    await subscribe('sqs', QUEUE, {
      RawMessageDelivery: 'true', FilterPolicy: JSON.stringify({ risk: ['high'], amount: [{ numeric: ['>=', 1000] }], tags: ['fraud'] }),
    });
    const attributes = (amount: string, tags: string) => ({
      MessageAttributes: { risk: text('high'), amount: { DataType: 'Number', StringValue: amount }, tags: { DataType: 'String.Array', StringValue: tags } },
    });
    await publish({ Message: 'yes', ...attributes('1000', '["x", "fraud"]') });
    await publish({ Message: 'too little', ...attributes('999.99', '["fraud"]') });
    await publish({ Message: 'no tag', ...attributes('1000', '["x"]') });
    await publish({ Message: 'nothing' });
    expect(passed()).toEqual(['yes']);
    expect(values('NumberOfNotificationsFilteredOut')).toEqual([1, 1, 1]);
    expect(values('NumberOfNotificationsFilteredOut-NoMessageAttributes')).toEqual([1]);
    expect(journal.entries().filter(({ type }) => type === 'NotificationFilteredOut')).toHaveLength(3);
  });

  test('on the body see its fields, at any depth', async () => {
    await subscribe('sqs', QUEUE, { RawMessageDelivery: 'true', FilterPolicyScope: 'MessageBody', FilterPolicy: JSON.stringify({ detail: { risk: ['high'] } }) });
    for (const Message of ['{"detail":{"risk":"high"}}', '{"detail":{"risk":"low"}}', 'no json']) await publish({ Message });
    expect(passed()).toEqual(['{"detail":{"risk":"high"}}']);
    expect(values('NumberOfNotificationsFilteredOut-InvalidMessageBody')).toEqual([1]);
  });

  test('can be changed and removed', async () => {
    const SubscriptionArn = await subscribe('sqs', QUEUE, { RawMessageDelivery: 'true', FilterPolicy: '{"risk":["high"]}' });
    const set = (AttributeName: string, AttributeValue: string) =>
      sns.send(new SetSubscriptionAttributesCommand({ SubscriptionArn, AttributeName, AttributeValue }));
    await publish({ Message: 'held back' });
    await set('FilterPolicy', '{}');
    await publish({ Message: 'let through' });
    expect(passed()).toEqual(['let through']);
    await expect(set('FilterPolicy', '{"risk":{"deep":["x"]}}')).rejects.toMatchObject({ name: 'InvalidParameterException' });
    await expect(set('FilterPolicy', '{"risk":[{"no-such":1}]}')).rejects.toMatchObject({ name: 'InvalidParameterException' });
    await expect(set('DeliveryPolicy', '{}')).rejects.toMatchObject({ name: 'NotSupportedLocally' });
  });
});

describe('failures', () => {
  test('a receiver that is not there is given up at once; the dead-letter queue gets the message', async () => {
    await subscribe('sqs', `${QUEUE}-gone`, { RawMessageDelivery: 'true', RedrivePolicy: JSON.stringify({ deadLetterTargetArn: DEAD }) });
    await publish({ MessageAttributes: { risk: text('high') } });
    expect(inQueue(DEAD)).toEqual([{ body: 'hello', attributes: { risk: text('high') } }]);
    expect([values('NumberOfNotificationsFailed'), values('NumberOfNotificationsRedrivenToDlq'), values('NumberOfNotificationsDelivered')]).toEqual([[1], [1], []]);
  });

  test('a receiver in trouble is tried again with growing pauses', async () => {
    await subscribe('lambda', FUNCTION);
    lambdaFails = () => new ServiceError('ServiceException', 'try later', 500);
    topics.publish({ topicArn: TopicArn, message: 'patience' });
    await clock.advance(10_000);
    expect(topics.pending()).toBe(1);
    lambdaFails = undefined;
    await clock.advance(20_000);
    expect(topics.pending()).toBe(0);
    expect(JSON.parse(invocations[0].payload).Records[0].Sns.Message).toBe('patience');
    expect(values('NumberOfNotificationsFailed')).toEqual([]);
  });

  test.each([
    ['an empty message', { Message: '' }],
    ['a subject that is too long', { Subject: 'x'.repeat(100) }],
    ['a subject with a line break', { Subject: 'a\nb' }],
    ['a subject outside ASCII', { Subject: 'Zahlungsprüfung' }],
    ['an empty subject', { Subject: '' }],
    ['more than 256 KiB', { Message: 'x'.repeat(256 * 1024 + 1) }],
    ['a json message without default', { MessageStructure: 'json', Message: '{"email":"x"}' }],
    ['a json message that is none', { MessageStructure: 'json', Message: 'x' }],
    ['an attribute that is no number', { MessageAttributes: { n: { DataType: 'Number', StringValue: 'x' } } }],
  ])('refuses %s', async (_, input) => {
    await expect(publish(input)).rejects.toMatchObject({ name: 'InvalidParameterException' });
  });

  test('takes what is just within the limits', async () => {
    await expect(publish({ Subject: 'x'.repeat(99), Message: 'x'.repeat(256 * 1024) })).resolves.toBeDefined();
  });

  test('names what does not exist or is not supported', async () => {
    await expect(publish({ TopicArn: `${TopicArn}-none` })).rejects.toMatchObject({ name: 'NotFoundException' });
    await expect(sns.send(new CreateTopicCommand({ Name: 'x' }))).rejects.toMatchObject({ name: 'NotSupportedLocally', message: expect.stringContaining('CreateTopic') });
    await expect(publish({ MessageDeduplicationId: 'x' })).rejects.toThrow('MessageDeduplicationId');
    await expect(subscribe('email', 'nobody')).rejects.toMatchObject({ name: 'InvalidParameterException' });
    await expect(subscribe('sqs', `${QUEUE}.fifo`)).rejects.toThrow('FIFO');
    await expect(subscribe('email', 'a@b.c', { RawMessageDelivery: 'true' })).rejects.toThrow('raw message delivery');
  });
});

describe('subscriptions', () => {
  test('are listed, described, and end', async () => {
    const SubscriptionArn = await subscribe('sqs', QUEUE, { FilterPolicy: '{"risk":["high"]}' });
    expect(await subscribe('sqs', QUEUE)).toBe(SubscriptionArn);
    expect((await sns.send(new ListTopicsCommand({}))).Topics).toEqual([{ TopicArn }]);
    const listed = await sns.send(new ListSubscriptionsByTopicCommand({ TopicArn }));
    expect(listed.Subscriptions).toEqual([{ SubscriptionArn, Owner: '000000000000', Protocol: 'sqs', Endpoint: QUEUE, TopicArn }]);
    expect((await sns.send(new GetTopicAttributesCommand({ TopicArn }))).Attributes).toMatchObject({ SubscriptionsConfirmed: '1' });
    const { Attributes } = await sns.send(new GetSubscriptionAttributesCommand({ SubscriptionArn }));
    expect(Attributes).toMatchObject({ FilterPolicy: '{"risk":["high"]}', FilterPolicyScope: 'MessageAttributes', RawMessageDelivery: 'false' });
    await sns.send(new UnsubscribeCommand({ SubscriptionArn }));
    expect(topics.topic(TopicArn).subscriptions).toEqual([]);
  });

  test('made at run time, and the mail, outlive a restart', async () => {
    await subscribe('email', 'ops@example.com');
    topics.subscribe({ topicArn: TopicArn, protocol: 'sqs', endpoint: QUEUE }, true);
    await publish({});
    const state = JSON.parse(JSON.stringify(topics.snapshot()));
    const next = new Topics({ clock, journal, metrics, targets });
    next.restore(state);
    next.createTopic('alerts');
    expect(next.mailbox()).toEqual(topics.mailbox());
    expect(next.topic(TopicArn).subscriptions.map(({ endpoint }) => endpoint)).toEqual(['ops@example.com']);
    expect(next.snapshot()).toEqual(topics.snapshot());
  });
});

describe('template', () => {
  const load = async (type: string, ref: string, properties: object) => {
    await snsResources(topics)[type]({ logicalId: 'R', type, ref, attributes: {}, properties, metadata: {} });
  };

  test('declares topics and subscriptions', async () => {
    const ref = TopicArn.replace('alerts', 'declared');
    await load('AWS::SNS::Topic', ref, { DisplayName: 'D', Subscription: [{ Protocol: 'email', Endpoint: 'a@b.c' }], KmsMasterKeyId: 'k' });
    await load('AWS::SNS::Subscription', `${ref}:1`, {
      TopicArn: ref, Protocol: 'sqs', Endpoint: QUEUE, RawMessageDelivery: true, FilterPolicy: { risk: ['high'] }, RedrivePolicy: { deadLetterTargetArn: DEAD },
    });
    expect(topics.topic(ref)).toMatchObject({ displayName: 'D' });
    expect(topics.subscription(`${ref}:1`)).toMatchObject({ protocol: 'sqs', raw: true, deadLetterArn: DEAD, declared: true });
    expect(topics.topic(ref).subscriptions).toHaveLength(2);
  });

  test('refuses what would be ignored', async () => {
    await expect(load('AWS::SNS::Topic', 'arn:x:t.fifo', { FifoTopic: true })).rejects.toThrow('FIFO');
    await expect(load('AWS::SNS::Topic', 'arn:x:t', { DeliveryStatusLogging: [] })).rejects.toThrow('DeliveryStatusLogging');
    await expect(load('AWS::SNS::Subscription', 'x', { DeliveryPolicy: {} })).rejects.toThrow('DeliveryPolicy');
  });
});
