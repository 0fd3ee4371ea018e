import { toUSVString } from 'node:util';
import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { isLosslessNumber, LosslessNumber, TooDeep } from '../transaction/json';

export type Attributes = Record<string, AttributeValue>;

/** DynamoDB refuses more than 32 levels; this leaves room for the row around them. */
const MAX_DEPTH = 25;

/** JSON to an attribute. Numbers DynamoDB could not hold exactly become text, and text becomes what has a form in UTF-8. */
export function toAttribute(value: unknown, depth = 0): AttributeValue {
  if (depth > MAX_DEPTH) throw new TooDeep(MAX_DEPTH);
  if (value === null || value === undefined) return { NULL: true };
  if (typeof value === 'string') return { S: toUSVString(value) };
  if (typeof value === 'boolean') return { BOOL: value };
  if (typeof value === 'number') return { N: String(value) };
  if (isLosslessNumber(value)) return /^-?\d{1,38}(\.\d{1,20})?$/.test(value.value) && value.value.length <= 38 ? { N: value.value } : { S: value.value };
  if (Array.isArray(value)) return { L: value.map((element) => toAttribute(element, depth + 1)) };
  return { M: toAttributes(value as Record<string, unknown>, depth + 1) };
}

/** Members that are undefined are left out. */
export function toAttributes(object: Readonly<Record<string, unknown>>, depth = 0): Attributes {
  const present = Object.entries(object).filter(([, value]) => value !== undefined);
  return Object.fromEntries(present.map(([key, value]) => [key, toAttribute(value, depth)]));
}

/** An attribute as JSON; numbers keep their digits. */
export function fromAttribute(value: AttributeValue): unknown {
  if (value.S !== undefined) return value.S;
  if (value.N !== undefined) return new LosslessNumber(value.N);
  if (value.BOOL !== undefined) return value.BOOL;
  if (value.L !== undefined) return value.L.map(fromAttribute);
  if (value.M !== undefined) return fromAttributes(value.M);
  if (value.B !== undefined) return Buffer.from(value.B).toString('base64');
  if (value.SS !== undefined) return value.SS;
  return null;
}

export function fromAttributes(attributes: Readonly<Attributes>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(attributes).map(([key, value]) => [key, fromAttribute(value)]));
}

/** Bytes an attribute takes in a row, counted as DynamoDB counts them; of a number a byte too many at most. */
export function sizeOf(value: AttributeValue): number {
  if (value.S !== undefined) return Buffer.byteLength(value.S);
  if (value.N !== undefined) return 2 + Math.floor(value.N.length / 2);
  if (value.L !== undefined) return value.L.reduce((sum, element) => sum + 1 + sizeOf(element), 3);
  if (value.M !== undefined) return Object.entries(value.M).reduce((sum, [key, member]) => sum + 1 + Buffer.byteLength(key) + sizeOf(member), 3);
  return 1;
}
