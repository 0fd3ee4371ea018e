import { md5, md5OfAttributes, Message, MessageAttributes } from './message';

/** Which of a message's attributes a receiver asks for. */
export interface AttributeSelection {
  readonly system: readonly string[];
  readonly user: readonly string[];
}

/** A message as ReceiveMessage gives it. */
export function receivedMessage(message: Message, { system, user }: AttributeSelection): object {
  const attributes = selectUser(message.attributes, user);
  const some = Object.keys(attributes).length > 0;
  return {
    MessageId: message.id,
    ReceiptHandle: message.receiptHandle,
    Body: message.body,
    MD5OfBody: md5(message.body),
    Attributes: nonEmpty(selectSystem(message, system)),
    MessageAttributes: some ? attributes : undefined,
    MD5OfMessageAttributes: some ? md5OfAttributes(attributes) : undefined,
  };
}

/** The attributes SQS itself gives a message; text, as on the wire. */
export function systemAttributes(message: Message): Record<string, string> {
  const all: Record<string, string | undefined> = {
    SenderId: 'AIDALOCALLOCALLOCAL00',
    SentTimestamp: String(message.sentAt),
    ApproximateReceiveCount: String(message.receiveCount),
    ApproximateFirstReceiveTimestamp: message.firstReceivedAt?.toString(),
    AWSTraceHeader: message.traceHeader,
    MessageGroupId: message.groupId,
    MessageDeduplicationId: message.deduplicationId,
    SequenceNumber: message.sequenceNumber,
    DeadLetterQueueSourceArn: message.deadLetterSourceArn,
  };
  return Object.fromEntries(Object.entries(all).filter((entry): entry is [string, string] => entry[1] !== undefined));
}

function selectSystem(message: Message, names: readonly string[]): Record<string, string> {
  const all = names.includes('All');
  return Object.fromEntries(Object.entries(systemAttributes(message)).filter(([name]) => all || names.includes(name)));
}

/** Names may be exact, `All`, `.*`, or a prefix such as `order.*`. */
function selectUser(attributes: MessageAttributes, names: readonly string[]): MessageAttributes {
  const wanted = (name: string) => names.some((asked) => (
    asked === 'All' || asked === name || (asked.endsWith('.*') && name.startsWith(asked.slice(0, -2)))
  ));
  return Object.fromEntries(Object.entries(attributes).filter(([name]) => wanted(name)));
}

function nonEmpty<T extends object>(value: T): T | undefined {
  return Object.keys(value).length > 0 ? value : undefined;
}
