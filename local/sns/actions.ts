import { ACCOUNT } from '../kernel/identity';
import { notSupported, ServiceError } from '../kernel/wire';
import { XmlObject } from '../s3/xml';
import { SnsAttributes } from './attributes';
import { LARGEST_MESSAGE, Publication, sizeOfPublication } from './publication';
import { invalidParameter, QueryAction, QueryInput, xmlMap } from './query';
import { Subscription } from './subscription';
import type { Topics } from './topics';

const MESSAGE_PARAMETERS = ['Message', 'Subject', 'MessageStructure', 'MessageAttributes', 'MessageGroupId'];
const MOST_ENTRIES = 10;
const PAGE = 100;

/** The actions of the SNS Query API. */
export function actions(topics: Topics, traceHeader: string | undefined): Readonly<Record<string, QueryAction>> {
  return {
    Publish: {
      parameters: ['TopicArn', 'TargetArn', 'PhoneNumber', ...MESSAGE_PARAMETERS],
      run: async (input) => {
        const { messageId } = topics.publish({ ...publication(input, traceHeader), topicArn: topicArnOf(input), phoneNumber: input.text('PhoneNumber') });
        return { MessageId: messageId };
      },
    },
    PublishBatch: { parameters: ['TopicArn', 'PublishBatchRequestEntries'], run: async (input) => publishBatch(topics, input, traceHeader) },
    Subscribe: {
      parameters: ['TopicArn', 'Protocol', 'Endpoint', 'Attributes', 'ReturnSubscriptionArn'],
      run: async (input) => {
        const request = { topicArn: input.required('TopicArn'), protocol: input.required('Protocol'), endpoint: input.required('Endpoint') };
        return { SubscriptionArn: topics.subscribe({ ...request, attributes: textMap(input, 'Attributes') }).arn };
      },
    },
    Unsubscribe: { parameters: ['SubscriptionArn'], run: async (input) => topics.unsubscribe(input.required('SubscriptionArn')) },
    ListTopics: {
      parameters: ['NextToken'],
      run: async (input) => {
        const { items, next } = paged(topics.all(), input.text('NextToken'));
        return { Topics: { member: items.map(({ arn }) => ({ TopicArn: arn })) }, NextToken: next };
      },
    },
    ListSubscriptionsByTopic: {
      parameters: ['TopicArn', 'NextToken'],
      run: async (input) => {
        const { items, next } = paged(topics.topic(input.required('TopicArn')).subscriptions, input.text('NextToken'));
        return { Subscriptions: { member: items.map(describeSubscription) }, NextToken: next };
      },
    },
    GetTopicAttributes: {
      parameters: ['TopicArn'],
      run: async (input) => {
        const { arn, displayName = '', subscriptions, signatureVersion } = topics.topic(input.required('TopicArn'));
        const counts = { SubscriptionsConfirmed: String(subscriptions.length), SubscriptionsPending: '0', SubscriptionsDeleted: '0' };
        return { Attributes: xmlMap({ TopicArn: arn, Owner: ACCOUNT, DisplayName: displayName, SignatureVersion: signatureVersion, ...counts }) };
      },
    },
    GetSubscriptionAttributes: {
      parameters: ['SubscriptionArn'],
      run: async (input) => {
        const subscription = topics.subscription(input.required('SubscriptionArn'));
        const scope = subscription.filter ? { FilterPolicyScope: 'MessageAttributes' } : {};
        const fixed = { ConfirmationWasAuthenticated: 'true', PendingConfirmation: 'false', RawMessageDelivery: 'false' };
        return { Attributes: xmlMap({ ...describeSubscription(subscription), ...fixed, ...scope, ...subscription.attributes }) };
      },
    },
    SetSubscriptionAttributes: {
      parameters: ['SubscriptionArn', 'AttributeName', 'AttributeValue'],
      run: async (input) => {
        topics.subscription(input.required('SubscriptionArn')).set({ [input.required('AttributeName')]: input.text('AttributeValue') ?? '' });
      },
    },
  };
}

function publication(input: QueryInput, traceHeader: string | undefined): Publication {
  return {
    message: input.text('Message') ?? '',
    subject: input.text('Subject'),
    structure: input.text('MessageStructure'),
    attributes: messageAttributes(input),
    groupId: input.text('MessageGroupId'),
    traceHeader,
  };
}

/** `TargetArn` may stand for a topic; the mobile endpoints it may also name do not exist here. */
function topicArnOf(input: QueryInput): string | undefined {
  const target = input.text('TargetArn');
  if (target?.includes(':endpoint/')) throw notSupported('SNS', 'mobile platform endpoints');
  return input.text('TopicArn') ?? target;
}

function messageAttributes(input: QueryInput): SnsAttributes {
  return Object.fromEntries(input.items('MessageAttributes', 'entry').map((entry) => {
    const value = entry.child('Value');
    const attribute = { DataType: value.required('DataType'), StringValue: value.text('StringValue'), BinaryValue: value.text('BinaryValue') };
    return [entry.required('Name'), attribute];
  }));
}

function textMap(input: QueryInput, name: string): Record<string, string> {
  return Object.fromEntries(input.items(name, 'entry').map((entry) => [entry.required('key'), entry.text('value') ?? '']));
}

function publishBatch(topics: Topics, input: QueryInput, traceHeader: string | undefined): XmlObject {
  const topicArn = topics.topic(input.required('TopicArn')).arn;
  const entries = input.items('PublishBatchRequestEntries', 'member').map((entry) => {
    const id = entry.only('PublishBatch', ['Id', ...MESSAGE_PARAMETERS]).required('Id');
    return { id, publication: { ...publication(entry, traceHeader), topicArn } };
  });
  checkBatch(entries);
  const successful: XmlObject[] = [];
  const failed: XmlObject[] = [];
  for (const entry of entries) {
    try {
      successful.push({ Id: entry.id, MessageId: topics.publish(entry.publication).messageId });
    } catch (error) {
      if (!(error instanceof ServiceError)) throw error;
      failed.push({ Id: entry.id, Code: error.code, Message: error.message, SenderFault: true });
    }
  }
  return { Successful: { member: successful }, Failed: { member: failed } };
}

function checkBatch(entries: readonly { readonly id: string; readonly publication: Publication }[]): void {
  if (entries.length === 0) throw new ServiceError('EmptyBatchRequest', "The batch request doesn't contain any entries.");
  if (entries.length > MOST_ENTRIES) throw new ServiceError('TooManyEntriesInBatchRequest', 'The batch request contains more entries than permissible.');
  if (entries.some(({ id }) => !/^[\w-]{1,80}$/.test(id))) throw new ServiceError('InvalidBatchEntryId', "The Id of a batch entry in a batch request doesn't abide by the specification.");
  if (new Set(entries.map(({ id }) => id)).size < entries.length) {
    throw new ServiceError('BatchEntryIdsNotDistinct', 'Two or more batch entries in the request have the same Id.');
  }
  if (entries.reduce((size, entry) => size + sizeOfPublication(entry.publication), 0) > LARGEST_MESSAGE) {
    throw new ServiceError('BatchRequestTooLong', 'The length of all the batch messages put together is more than the limit.');
  }
}

function describeSubscription({ arn, topicArn, protocol, endpoint }: Subscription): Record<string, string> {
  return { SubscriptionArn: arn, Owner: ACCOUNT, Protocol: protocol, Endpoint: endpoint, TopicArn: topicArn };
}

function paged<T>(all: readonly T[], token = '0'): { items: T[]; next?: string } {
  const start = Number(token);
  if (!Number.isInteger(start)) throw invalidParameter('NextToken');
  return { items: all.slice(start, start + PAGE), next: start + PAGE < all.length ? String(start + PAGE) : undefined };
}
