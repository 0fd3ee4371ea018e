import { checkAttributes, SnsAttributes, sizeOfAttributes } from './attributes';
import { invalidParameter } from './query';

/** What a publisher gives; exactly one of topic and phone number. */
export interface Publication {
  readonly topicArn?: string;
  /** E.164, for a text message without a topic. */
  readonly phoneNumber?: string;
  readonly message: string;
  readonly subject?: string;
  /** `json`: the message holds one body per protocol. */
  readonly structure?: string;
  readonly attributes?: SnsAttributes;
  /** Goes along to SQS subscribers. */
  readonly groupId?: string;
  readonly traceHeader?: string;
}

export const LARGEST_MESSAGE = 256 * 1024;
export const LONGEST_SMS = 1600;
const PHONE_NUMBER = /^\+[1-9]\d{1,14}$/;
/** Printable ASCII, not starting with a space, shorter than 100 characters. */
const SUBJECT = /^[!-~][ -~]{0,98}$/;

/** Refuses what SNS refuses to publish. */
export function checkPublication(publication: Publication): void {
  const { message, subject, structure, attributes = {}, phoneNumber } = publication;
  if (!message) throw invalidParameter('Empty message');
  if (subject !== undefined && !SUBJECT.test(subject)) throw invalidParameter('Subject');
  checkAttributes(attributes);
  if (sizeOfPublication(publication) > LARGEST_MESSAGE) throw invalidParameter('Message too long');
  if (structure !== undefined) {
    if (structure !== 'json') throw invalidParameter('MessageStructure');
    bodies(message);
  }
  if (phoneNumber === undefined) return;
  if (!isPhoneNumber(phoneNumber)) throw invalidParameter(`PhoneNumber Reason: ${phoneNumber} is not valid to publish to`);
  if (bodyFor(publication, 'sms').length > LONGEST_SMS) throw invalidParameter('Message too long');
}

export function sizeOfPublication({ message, attributes = {} }: Publication): number {
  return Buffer.byteLength(message ?? '') + sizeOfAttributes(attributes);
}

/** The body that subscribers of one protocol get. */
export function bodyFor({ message, structure }: Publication, protocol: string): string {
  if (structure !== 'json') return message;
  const all = bodies(message);
  return all[protocol] ?? all.default;
}

export function isPhoneNumber(text: string): boolean {
  return PHONE_NUMBER.test(text);
}

/** Keys whose values are not text are left out, as AWS does. */
function bodies(message: string): Record<string, string> {
  const parsed = parseObject(message);
  if (!parsed) throw invalidParameter('Message Structure - JSON message body failed to parse');
  const texts = Object.fromEntries(Object.entries(parsed).filter((entry): entry is [string, string] => typeof entry[1] === 'string'));
  if (texts.default === undefined) throw invalidParameter('Message Structure - No default entry in JSON message body');
  return texts;
}

export function parseObject(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? value as Record<string, unknown> : undefined;
  } catch {
    return undefined;
  }
}
