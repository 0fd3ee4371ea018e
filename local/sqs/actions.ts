import { ACCOUNT } from '../kernel/identity';
import { Action, AwsRequest, AwsResponse, notSupported, serveJson, ServiceError } from '../kernel/wire';
import { runBatch } from './batch';
import { md5, md5OfAttributes, MessageAttributes, NewMessage, sizeOf } from './message';
import { MoveTask } from './move-tasks';
import { Queue } from './queue';
import { queueAttributes } from './queue-attributes';
import type { Queues } from './queues';
import { receivedMessage } from './received-message';
import { LONGEST_VISIBILITY, LONGEST_WAIT, MIB, within } from './settings';
import { invalid, missing } from './validation';

/** Error names differ between the JSON protocol and the older one, which clients may still look at. */
const QUERY_ERRORS: Readonly<Record<string, string>> = Object.fromEntries([
  ['QueueDoesNotExist', 'AWS.SimpleQueueService.NonExistentQueue'],
  ...[
    'BatchEntryIdsNotDistinct', 'BatchRequestTooLong', 'EmptyBatchRequest', 'InvalidBatchEntryId', 'MessageNotInflight',
    'TooManyEntriesInBatchRequest', 'UnsupportedOperation',
  ].map((code) => [code, `AWS.SimpleQueueService.${code}`]),
]);

/** Answers one request of the SQS JSON protocol. */
export async function serveSqs(queues: Queues, request: AwsRequest): Promise<AwsResponse> {
  const response = await serveJson('SQS', '1.0', 'com.amazonaws.sqs', actions(queues, request.headers['x-amzn-trace-id']), request);
  const code = response.headers?.['x-amzn-errortype'];
  if (code === undefined) return response;
  const fault = response.status < 500 ? 'Sender' : 'Receiver';
  return { ...response, headers: { ...response.headers, 'x-amzn-query-error': `${QUERY_ERRORS[code] ?? code};${fault}` } };
}

function actions(queues: Queues, traceHeader: string | undefined): Readonly<Record<string, Action>> {
  const queueOf = ({ QueueUrl }: { QueueUrl?: string }): Queue => {
    if (!QueueUrl) throw missing('QueueUrl');
    return queues.byUrl(QueueUrl);
  };
  return {
    SendMessage: async (input) => send(queueOf(input), newMessage(input, traceHeader)),
    SendMessageBatch: async (input) => sendBatch(queueOf(input), input.Entries, traceHeader),
    ReceiveMessage: async (input) => receive(queueOf(input), input),
    DeleteMessage: async (input) => queueOf(input).delete(input.ReceiptHandle),
    DeleteMessageBatch: async (input) => {
      const queue = queueOf(input);
      return runBatch(input.Entries as { Id: string; ReceiptHandle: string }[] | undefined, ({ ReceiptHandle }) => queue.delete(ReceiptHandle));
    },
    ChangeMessageVisibility: async (input) => changeVisibility(queueOf(input), input),
    GetQueueUrl: async ({ QueueName, QueueOwnerAWSAccountId = ACCOUNT }) => ({
      QueueUrl: owned(queues.byName(QueueName), QueueOwnerAWSAccountId).identity.url,
    }),
    GetQueueAttributes: async (input) => ({ Attributes: queueAttributes(queueOf(input), input.AttributeNames ?? []) }),
    ListQueues: async (input) => listQueues(queues, input),
    PurgeQueue: async (input) => queueOf(input).purge(),
    StartMessageMoveTask: async (input) => startMove(queues, input),
    CancelMessageMoveTask: async ({ TaskHandle }) => ({ ApproximateNumberOfMessagesMoved: queues.moveTasks.cancel(TaskHandle).moved }),
    ListMessageMoveTasks: async ({ SourceArn, MaxResults = 1 }) => ({
      Results: queues.moveTasks.of(queues.byArn(SourceArn)).slice(0, MaxResults).map(describeMove),
    }),
  };
}

interface SendInput {
  readonly MessageBody: string;
  readonly DelaySeconds?: number;
  readonly MessageAttributes?: MessageAttributes;
  readonly MessageSystemAttributes?: MessageAttributes;
  readonly MessageGroupId?: string;
  readonly MessageDeduplicationId?: string;
}

function newMessage(input: SendInput, traceHeader: string | undefined): NewMessage {
  const { AWSTraceHeader, ...unknown } = input.MessageSystemAttributes ?? {};
  const other = Object.keys(unknown)[0];
  if (other !== undefined) throw invalid(`Message system attribute name '${other}' is invalid.`);
  return {
    body: input.MessageBody,
    attributes: input.MessageAttributes,
    traceHeader: AWSTraceHeader?.StringValue ?? traceHeader,
    delay: input.DelaySeconds,
    groupId: input.MessageGroupId,
    deduplicationId: input.MessageDeduplicationId,
  };
}

function send(queue: Queue, message: NewMessage): object {
  const { id, sequenceNumber } = queue.send(message);
  return {
    MessageId: id,
    SequenceNumber: sequenceNumber,
    MD5OfMessageBody: md5(message.body),
    MD5OfMessageAttributes: md5OfAttributes(message.attributes ?? {}),
  };
}

function sendBatch(queue: Queue, entries: (SendInput & { Id: string })[] | undefined, traceHeader: string | undefined): object {
  const messages = new Map((entries ?? []).map((entry) => [entry, newMessage(entry, traceHeader)]));
  const size = [...messages.values()].reduce((sum, message) => sum + sizeOf(message), 0);
  if (size > MIB) throw new ServiceError('BatchRequestTooLong', `Batch requests cannot be longer than ${MIB} bytes. You have sent ${size} bytes.`);
  return runBatch(entries, (entry) => send(queue, messages.get(entry)!));
}

interface ReceiveInput {
  readonly MaxNumberOfMessages?: number;
  readonly WaitTimeSeconds?: number;
  readonly VisibilityTimeout?: number;
  readonly AttributeNames?: string[];
  readonly MessageSystemAttributeNames?: string[];
  readonly MessageAttributeNames?: string[];
  readonly ReceiveRequestAttemptId?: string;
}

async function receive(queue: Queue, input: ReceiveInput): Promise<object> {
  const { MaxNumberOfMessages: maxMessages = 1, WaitTimeSeconds: wait, VisibilityTimeout: visibilityTimeout } = input;
  if (input.ReceiveRequestAttemptId !== undefined) throw notSupported('SQS', 'ReceiveRequestAttemptId');
  within('MaxNumberOfMessages', maxMessages, 1, 10);
  if (wait !== undefined) within('WaitTimeSeconds', wait, 0, LONGEST_WAIT);
  if (visibilityTimeout !== undefined) within('VisibilityTimeout', visibilityTimeout, 0, LONGEST_VISIBILITY);
  const messages = await queue.receive({ maxMessages, wait, visibilityTimeout });
  const system = [...(input.AttributeNames ?? []), ...(input.MessageSystemAttributeNames ?? [])];
  const selection = { system, user: input.MessageAttributeNames ?? [] };
  return { Messages: messages.length > 0 ? messages.map((message) => receivedMessage(message, selection)) : undefined };
}

function changeVisibility(queue: Queue, { ReceiptHandle, VisibilityTimeout }: { ReceiptHandle: string; VisibilityTimeout?: number }): void {
  if (VisibilityTimeout === undefined) throw missing('VisibilityTimeout');
  within('VisibilityTimeout', VisibilityTimeout, 0, LONGEST_VISIBILITY);
  queue.changeVisibility(ReceiptHandle, VisibilityTimeout);
}

function owned(queue: Queue, account: string): Queue {
  if (account !== ACCOUNT) throw new ServiceError('QueueDoesNotExist', 'The specified queue does not exist.');
  return queue;
}

function listQueues(queues: Queues, input: { QueueNamePrefix?: string; MaxResults?: number; NextToken?: string }): object {
  const { QueueNamePrefix = '', MaxResults, NextToken = '' } = input;
  const names = queues.all().map(({ identity }) => identity.name).sort().filter((name) => name.startsWith(QueueNamePrefix) && name > NextToken);
  const listed = names.slice(0, MaxResults);
  return { QueueUrls: listed.map((name) => queues.byName(name).identity.url), NextToken: listed.length < names.length ? listed.at(-1) : undefined };
}

function startMove(queues: Queues, input: { SourceArn: string; DestinationArn?: string; MaxNumberOfMessagesPerSecond?: number }): object {
  const { SourceArn, DestinationArn, MaxNumberOfMessagesPerSecond: perSecond } = input;
  const source = queues.byArn(SourceArn);
  if (!queues.all().some(({ settings }) => settings.redrive?.deadLetterTargetArn === SourceArn)) {
    throw invalid('Source queue must be configured as a Dead Letter Queue.');
  }
  if (perSecond !== undefined) within('MaxNumberOfMessagesPerSecond', perSecond, 1, 500);
  return { TaskHandle: queues.moveTasks.start(source, DestinationArn, perSecond).handle };
}

function describeMove(task: MoveTask): object {
  return {
    TaskHandle: task.status === 'RUNNING' ? task.handle : undefined,
    Status: task.status,
    SourceArn: task.sourceArn,
    DestinationArn: task.destinationArn,
    MaxNumberOfMessagesPerSecond: task.perSecond,
    ApproximateNumberOfMessagesMoved: task.moved,
    ApproximateNumberOfMessagesToMove: task.toMove,
    FailureReason: task.failure,
    StartedTimestamp: task.startedAt,
  };
}
