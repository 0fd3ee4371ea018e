import { ChangeMessageVisibilityCommand, DeleteMessageCommand, Message, ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs';

/** Longer than a letter takes; what is left over becomes visible at the end. */
const HIDDEN_SECONDS = 300;

/** What became of a message: done with, or left in the queue. */
export type Disposal = 'delete' | 'keep';

/**
 * Shows every message of a queue once, and says whether it came while this runs: such
 * a one has to stay for the next time, or a failure that lasts would keep it going for ever.
 */
export async function eachMessage(
  client: SQSClient, queueUrl: string, handle: (message: Message, isNew: boolean) => Promise<Disposal>,
): Promise<void> {
  const startedAt = Date.now();
  const kept: Message[] = [];
  try {
    for (let messages = await receive(client, queueUrl); messages.length > 0; messages = await receive(client, queueUrl)) {
      for (const message of messages) {
        kept.push(message);
        if (await handle(message, Number(message.Attributes?.SentTimestamp) > startedAt) === 'keep') continue;
        await client.send(new DeleteMessageCommand({ QueueUrl: queueUrl, ReceiptHandle: message.ReceiptHandle }));
        kept.pop();
      }
    }
  } finally {
    for (const { ReceiptHandle } of kept) {
      await client.send(new ChangeMessageVisibilityCommand({ QueueUrl: queueUrl, ReceiptHandle, VisibilityTimeout: 0 }));
    }
  }
}

async function receive(client: SQSClient, queueUrl: string): Promise<readonly Message[]> {
  const { Messages = [] } = await client.send(new ReceiveMessageCommand({
    QueueUrl: queueUrl,
    MaxNumberOfMessages: 10,
    // A long poll asks every server of SQS, so that nothing received means nothing there.
    WaitTimeSeconds: 1,
    VisibilityTimeout: HIDDEN_SECONDS,
    MessageAttributeNames: ['All'],
    MessageSystemAttributeNames: ['SentTimestamp'],
  }));
  return Messages;
}
