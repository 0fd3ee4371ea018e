import { createHash, randomUUID } from 'node:crypto';
import { Json, JsonObject, equal, isObject, toText } from './json';
import type { Scope } from './paths';

/** One of the `States.*` functions; `run` throws an Error saying what is wrong with the arguments. */
export interface IntrinsicFunction {
  readonly arity: readonly [least: number, most: number];
  run(args: Json[], scope: Scope): Json;
}

const MAX_RANGE = 1000;
const MAX_ENCODED = 10_000;
const HASHES: Readonly<Record<string, string>> = { 'MD5': 'md5', 'SHA-1': 'sha1', 'SHA-256': 'sha256', 'SHA-384': 'sha384', 'SHA-512': 'sha512' };

export const intrinsicFunctions: Readonly<Record<string, IntrinsicFunction>> = {
  Format: { arity: [1, Infinity], run: ([template, ...values]) => format(string(template), values) },
  StringToJson: { arity: [1, 1], run: ([text]) => stringToJson(string(text)) },
  JsonToString: { arity: [1, 1], run: ([value]) => toText(value) },
  Array: { arity: [0, Infinity], run: (values) => values },
  ArrayPartition: { arity: [2, 2], run: ([items, size]) => partition(list(items), whole(size)) },
  ArrayContains: { arity: [2, 2], run: ([items, value]) => list(items).some((item) => equal(item, value)) },
  ArrayRange: { arity: [3, 3], run: ([from, to, by]) => range(whole(from), whole(to), whole(by)) },
  ArrayGetItem: { arity: [2, 2], run: ([items, index]) => itemAt(list(items), whole(index)) },
  ArrayLength: { arity: [1, 1], run: ([items]) => list(items).length },
  ArrayUnique: { arity: [1, 1], run: ([items]) => unique(list(items)) },
  Base64Encode: { arity: [1, 1], run: ([text]) => Buffer.from(limited(string(text)), 'utf8').toString('base64') },
  Base64Decode: { arity: [1, 1], run: ([text]) => decode(limited(string(text))) },
  Hash: { arity: [2, 2], run: ([data, algorithm]) => hash(data, string(algorithm)) },
  JsonMerge: { arity: [3, 3], run: ([first, second, deep]) => merge(object(first), object(second), deep) },
  MathRandom: { arity: [2, 3], run: ([from, to, seed], scope) => random(whole(from), whole(to), seed, scope) },
  MathAdd: { arity: [2, 2], run: ([a, b]) => add(whole(a), whole(b)) },
  StringSplit: { arity: [2, 2], run: ([text, delimiters]) => split(string(text), string(delimiters)) },
  UUID: { arity: [0, 0], run: () => randomUUID() },
};

function string(value: Json): string {
  if (typeof value !== 'string') throw new Error(`expected a string but got ${toText(value)}`);
  return value;
}

function list(value: Json): Json[] {
  if (!Array.isArray(value)) throw new Error(`expected an array but got ${toText(value)}`);
  return value;
}

function object(value: Json): JsonObject {
  if (!isObject(value)) throw new Error(`expected an object but got ${toText(value)}`);
  return value;
}

/** A number rounded half up to a 32-bit integer, as the service does it. */
function whole(value: Json): number {
  if (typeof value !== 'number') throw new Error(`expected a number but got ${toText(value)}`);
  const rounded = Math.round(value) + 0;
  if (rounded < -(2 ** 31) || rounded >= 2 ** 31) throw new Error(`${value} is outside the range of integers`);
  return rounded;
}

function limited(text: string): string {
  if (text.length > MAX_ENCODED) throw new Error(`the data is longer than ${MAX_ENCODED} characters`);
  return text;
}

function format(template: string, values: Json[]): string {
  let used = 0;
  const text = template.replace(/\\([\s\S])|\{\}|[{}]/g, (match, escaped: string | undefined) => {
    if (escaped !== undefined) return escaped;
    if (match !== '{}') throw new Error('a brace that is not a {} placeholder must be escaped');
    if (used === values.length) throw new Error('there are more placeholders than values');
    return asText(values[used++]);
  });
  if (used < values.length) throw new Error('there are more values than placeholders');
  return text;
}

/** How the service writes a value into text: objects come out as `{key=value}`, not as JSON. */
function asText(value: Json): string {
  if (Array.isArray(value)) return `[${value.map(asText).join(', ')}]`;
  if (isObject(value)) return `{${Object.entries(value).map(([key, member]) => `${key}=${asText(member)}`).join(', ')}}`;
  return String(value);
}

function stringToJson(text: string): Json {
  return text.trim() === '' ? null : JSON.parse(text) as Json;
}

function partition(items: Json[], size: number): Json[] {
  if (size < 1) throw new Error('the chunk size must be positive');
  return Array.from({ length: Math.ceil(items.length / size) }, (_, i) => items.slice(i * size, (i + 1) * size));
}

function range(from: number, to: number, by: number): Json[] {
  if (by === 0) throw new Error('the step must not be 0');
  const length = Math.max(0, Math.floor((to - from) / by) + 1);
  if (length > MAX_RANGE) throw new Error(`the range has more than ${MAX_RANGE} items`);
  return Array.from({ length }, (_, i) => from + i * by);
}

function itemAt(items: Json[], index: number): Json {
  if (index < 0 || index >= items.length) throw new Error(`index ${index} is out of bounds for an array of ${items.length}`);
  return items[index];
}

function unique(items: Json[]): Json[] {
  return items.filter((value, i) => items.findIndex((other) => equal(value, other)) === i);
}

function decode(text: string): string {
  if (!/^[A-Za-z0-9+/]*={0,2}$/.test(text)) throw new Error('the data is not base64');
  return Buffer.from(text, 'base64').toString('utf8');
}

function hash(data: Json, algorithm: string): string {
  if (!Object.hasOwn(HASHES, algorithm)) throw new Error(`${algorithm} is not one of ${Object.keys(HASHES).join(', ')}`);
  return createHash(HASHES[algorithm]).update(limited(typeof data === 'string' ? data : toText(data))).digest('hex');
}

function merge(first: JsonObject, second: JsonObject, deep: Json): Json {
  if (deep !== false) throw new Error('only the shallow merge (false) is supported');
  return { ...first, ...second };
}

function add(a: number, b: number): number {
  return whole(a + b);
}

function random(from: number, to: number, seed: Json | undefined, scope: Scope): number {
  if (from >= to) throw new Error('the start must be less than the end');
  const chance = seed === undefined ? scope.random() : fraction(whole(seed));
  return from + Math.floor(chance * (to - from));
}

/** Always the same number in [0, 1) for the same seed. */
function fraction(seed: number): number {
  return createHash('sha256').update(String(seed)).digest().readUInt32BE() / 2 ** 32;
}

/** Any of the delimiter characters ends a piece; empty pieces are dropped. */
function split(text: string, delimiters: string): Json[] {
  const pieces = [''];
  for (const character of text) {
    if (delimiters.includes(character)) pieces.push('');
    else pieces[pieces.length - 1] += character;
  }
  return pieces.filter((piece) => piece !== '');
}
