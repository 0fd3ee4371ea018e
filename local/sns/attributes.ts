import { invalidParameter } from './query';

/** A message attribute; binary values are base64. */
export interface SnsAttribute {
  readonly DataType: string;
  readonly StringValue?: string;
  readonly BinaryValue?: string;
}

export type SnsAttributes = Readonly<Record<string, SnsAttribute>>;

const TYPES = ['String', 'String.Array', 'Number', 'Binary'];

export function checkAttributes(attributes: SnsAttributes): void {
  for (const [name, attribute] of Object.entries(attributes)) checkAttribute(name, attribute);
}

function checkAttribute(name: string, { DataType, StringValue, BinaryValue }: SnsAttribute): void {
  if (!TYPES.some((type) => DataType === type || DataType?.startsWith(`${type}.`))) {
    throw invalidParameter(`The message attribute '${name}' has an invalid message attribute type, the set of supported type prefixes is Binary, Number, and String.`);
  }
  const value = DataType.startsWith('Binary') ? BinaryValue : StringValue;
  if (!value) throw invalidParameter(`The message attribute '${name}' must contain non-empty message attribute value for message attribute type '${DataType}'.`);
  if (DataType.startsWith('Number') && !Number.isFinite(Number(value))) {
    throw invalidParameter(`Could not cast message attribute '${name}' value to number.`);
  }
  if (DataType === 'String.Array' && arrayOf(value) === undefined) {
    throw invalidParameter(`The message attribute '${name}' with type 'String.Array' must contain a JSON array.`);
  }
}

/** What AWS counts towards the size limit. */
export function sizeOfAttributes(attributes: SnsAttributes): number {
  return Object.entries(attributes).reduce((size, [name, { DataType, StringValue = '', BinaryValue = '' }]) => (
    size + Buffer.byteLength(name) + Buffer.byteLength(DataType) + Buffer.byteLength(StringValue) + Buffer.byteLength(BinaryValue, 'base64')
  ), 0);
}

/** The values a filter policy sees; binary attributes have none. */
export function filterableValues(attributes: SnsAttributes): Record<string, unknown> {
  const values = Object.entries(attributes).map(([name, { DataType, StringValue }]) => {
    if (DataType === 'String.Array') return [name, arrayOf(StringValue!)];
    return [name, DataType.startsWith('Number') ? Number(StringValue) : StringValue];
  });
  return Object.fromEntries(values.filter(([, value]) => value !== undefined));
}

/** How an envelope shows attributes. */
export function describeAttributes(attributes: SnsAttributes): Record<string, { Type: string; Value: string }> {
  return Object.fromEntries(Object.entries(attributes).map(([name, { DataType, StringValue, BinaryValue }]) => (
    [name, { Type: DataType, Value: (BinaryValue ?? StringValue)! }]
  )));
}

function arrayOf(text: string): unknown[] | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return Array.isArray(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
