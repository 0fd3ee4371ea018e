import { SQSRecord } from 'aws-lambda';
import { REGION } from '../kernel/identity';
import { QueueSource } from '../lambda/mapping/queue-mappings';
import { md5, Message } from '../sqs/message';
import { Queues } from '../sqs/queues';
import { systemAttributes } from '../sqs/received-message';

/** A queue as Lambda's pollers see it. */
export function queueSource(queues: Queues, queueArn: string): QueueSource {
  return {
    receive: async (limit, wait, signal) => {
      const messages = await queues.receive(queueArn, { maxMessages: limit, wait, signal });
      return messages.map((message) => recordOf(message, queueArn));
    },
    remove: (receiptHandle) => queues.delete(queueArn, receiptHandle),
  };
}

function recordOf(message: Message, queueArn: string): SQSRecord {
  return {
    messageId: message.id,
    receiptHandle: message.receiptHandle!,
    body: message.body,
    attributes: systemAttributes(message) as unknown as SQSRecord['attributes'],
    messageAttributes: Object.fromEntries(Object.entries(message.attributes).map(([name, { DataType, StringValue, BinaryValue }]) => [
      name, { dataType: DataType, stringValue: StringValue, binaryValue: BinaryValue, stringListValues: [], binaryListValues: [] },
    ])),
    md5OfBody: md5(message.body),
    eventSource: 'aws:sqs',
    eventSourceARN: queueArn,
    awsRegion: REGION,
  };
}
