import { ServiceError } from '../kernel/wire';
import { MessageAttribute, NewMessage, sizeOf } from './message';
import { LONGEST_DELAY, QueueSettings, within } from './settings';

/** Everything XML 1.0 cannot carry, which SQS refuses to this day. */
// eslint-disable-next-line no-control-regex
const FORBIDDEN = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/;
const MOST_ATTRIBUTES = 10;

/** Refuses a message the queue would not take. */
export function checkMessage(message: NewMessage, settings: QueueSettings): void {
  const { body, attributes = {}, delay } = message;
  if (typeof body !== 'string' || body === '') throw missing('MessageBody');
  if (FORBIDDEN.test(body)) throw new ServiceError('InvalidMessageContents', 'The message contains characters outside the allowed set.');
  if (Object.keys(attributes).length > MOST_ATTRIBUTES) {
    throw invalid(`Number of message attributes [${Object.keys(attributes).length}] exceeds the allowed maximum [${MOST_ATTRIBUTES}].`);
  }
  for (const [name, attribute] of Object.entries(attributes)) checkAttribute(name, attribute);
  if (sizeOf(message) > settings.maximumMessageSize) {
    throw invalid(`One or more parameters are invalid. Reason: Message must be shorter than ${settings.maximumMessageSize} bytes.`);
  }
  if (delay !== undefined) within('DelaySeconds', delay, 0, LONGEST_DELAY);
  checkQueueType(message, settings);
}

function checkQueueType({ groupId, deduplicationId, delay }: NewMessage, { fifo }: QueueSettings): void {
  if (!fifo) {
    if (deduplicationId !== undefined) throw invalid('The request includes a parameter that is not valid for this queue type: MessageDeduplicationId');
    return;
  }
  if (groupId === undefined) throw missing('MessageGroupId');
  if (delay !== undefined && delay !== 0) {
    throw invalid(`Value ${delay} for parameter DelaySeconds is invalid. Reason: The request include parameter that is not valid for this queue type.`);
  }
  if (deduplicationId === undefined && !fifo.contentBasedDeduplication) {
    throw invalid('The queue should either have ContentBasedDeduplication enabled or MessageDeduplicationId provided explicitly');
  }
}

function checkAttribute(name: string, attribute: MessageAttribute): void {
  const type = attribute.DataType?.split('.')[0];
  const value = type === 'Binary' ? attribute.BinaryValue : attribute.StringValue;
  if (type !== 'String' && type !== 'Number' && type !== 'Binary') throw invalid(`The type of message (user) attribute '${name}' is invalid.`);
  if (!value) throw invalid(`The message (user) attribute '${name}' must contain a non-empty value of type '${type}'.`);
  if (type === 'Number' && !Number.isFinite(Number(value))) throw invalid(`Can't cast the value of message (user) attribute '${name}' to a number.`);
}

export function invalid(message: string): ServiceError {
  return new ServiceError('InvalidParameterValue', message);
}

export function missing(parameter: string): ServiceError {
  return new ServiceError('MissingParameter', `The request must contain the parameter ${parameter}.`);
}
