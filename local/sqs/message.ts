import { createHash, randomUUID } from 'node:crypto';
import { ServiceError } from '../kernel/wire';

/** A message attribute in its wire form; binary values are base64. */
export interface MessageAttribute {
  readonly DataType: string;
  readonly StringValue?: string;
  readonly BinaryValue?: string;
}

export type MessageAttributes = Readonly<Record<string, MessageAttribute>>;

/** What a sender gives. */
export interface NewMessage {
  readonly body: string;
  readonly attributes?: MessageAttributes;
  /** X-Ray header that travels with the message. */
  readonly traceHeader?: string;
  /** Seconds; the queue's delay when left out. */
  readonly delay?: number;
  readonly groupId?: string;
  readonly deduplicationId?: string;
}

/** A message as its queue keeps it; times in milliseconds. */
export interface Message {
  readonly id: string;
  readonly body: string;
  readonly attributes: MessageAttributes;
  readonly traceHeader?: string;
  readonly groupId?: string;
  readonly deduplicationId?: string;
  /** FIFO queues only. */
  readonly sequenceNumber?: string;
  /** The queue that gave up on the message. */
  readonly deadLetterSourceArn?: string;
  readonly sentAt: number;
  visibleAt: number;
  receiveCount: number;
  firstReceivedAt?: number;
  /** The handle of the last receive; earlier ones are void. */
  receiptHandle?: string;
}

export function newReceiptHandle(message: Message): string {
  return Buffer.from(`${message.id}/${randomUUID()}`).toString('base64');
}

/** The message a handle belongs to. */
export function messageIdOf(receiptHandle: string): string {
  const [id, nonce] = Buffer.from(receiptHandle ?? '', 'base64').toString('utf8').split('/');
  if (id && nonce) return id;
  throw new ServiceError('ReceiptHandleIsInvalid', `The input receipt handle "${receiptHandle}" is not a valid receipt handle.`);
}

export function md5(text: string): string {
  return createHash('md5').update(text).digest('hex');
}

/** The digest of message attributes that clients compare: names in order, each part preceded by its length. */
export function md5OfAttributes(attributes: MessageAttributes): string | undefined {
  const names = Object.keys(attributes).sort();
  if (names.length === 0) return undefined;
  const hash = createHash('md5');
  for (const name of names) {
    const { DataType, StringValue, BinaryValue } = attributes[name];
    hash.update(withLength(Buffer.from(name))).update(withLength(Buffer.from(DataType)));
    const value = BinaryValue === undefined ? Buffer.from(StringValue!) : Buffer.from(BinaryValue, 'base64');
    hash.update(Buffer.from([BinaryValue === undefined ? 1 : 2])).update(withLength(value));
  }
  return hash.digest('hex');
}

function withLength(bytes: Buffer): Buffer {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(bytes.length);
  return Buffer.concat([length, bytes]);
}

/** What AWS counts towards the size limit. */
export function sizeOf({ body, attributes = {} }: Pick<NewMessage, 'body' | 'attributes'>): number {
  return Object.entries(attributes).reduce((size, [name, { DataType, StringValue = '', BinaryValue = '' }]) => (
    size + Buffer.byteLength(name) + Buffer.byteLength(DataType) + Buffer.byteLength(StringValue) + Buffer.byteLength(BinaryValue, 'base64')
  ), Buffer.byteLength(body));
}
