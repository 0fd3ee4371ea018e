import { isLosslessNumber, LosslessNumber, parse, stringify } from 'lossless-json';

export { LosslessNumber, isLosslessNumber };

/** A parsed JSON value; numbers keep their source text. */
export type Json = null | boolean | string | LosslessNumber | readonly Json[] | JsonObject;
export interface JsonObject { readonly [key: string]: Json | undefined }

export class MalformedJson extends Error {
  public constructor(message: string) {
    super(message);
    this.name = 'MalformedJson';
  }
}

export class TooDeep extends Error {
  public constructor(levels: number) {
    super(`JSON is nested more than ${levels} levels deep`);
    this.name = 'TooDeep';
  }
}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Reads one JSON value strictly: valid UTF-8, no duplicate keys, nothing after it, numbers as written. */
export function parseJson(bytes: Uint8Array): Json {
  let text: string;
  let value: Json;
  try {
    text = utf8.decode(bytes);
  } catch {
    throw new MalformedJson('the body is not valid UTF-8');
  }
  try {
    value = parse(text, undefined, { onDuplicateKey: ({ newValue }) => newValue }) as Json;
  } catch {
    // The parser's own message would quote the body.
    throw new MalformedJson('the body is not valid JSON');
  }
  refuseDuplicateKeys(text);
  return value;
}

/** Two readers may choose differently between two values of one key. The text is known to be valid JSON. */
function refuseDuplicateKeys(text: string): void {
  const keysOfOpen: Set<string>[] = [];
  const token = /"(?:[^"\\]|\\.)*"(\s*:)?|[{}]/gs;
  for (const [found, isKey] of text.matchAll(token)) {
    if (found === '{') {keysOfOpen.push(new Set());} else if (found === '}') {keysOfOpen.pop();} else if (isKey) {
      const key = JSON.parse(found.slice(0, found.length - isKey.length)) as string;
      const keys = keysOfOpen.at(-1)!;
      if (keys.has(key)) throw new MalformedJson(`the key ${JSON.stringify(key.slice(0, 50))} occurs twice`);
      keys.add(key);
    }
  }
}

/** Prints a JSON value; numbers come out as they were read. */
export function printJson(value: unknown): string {
  return stringify(value)!;
}

export function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !isLosslessNumber(value);
}

/** The member at `path`, or undefined when any step is missing. */
export function member(value: Json | undefined, ...path: string[]): Json | undefined {
  return path.reduce<Json | undefined>((at, key) => (isObject(at) && Object.hasOwn(at, key) ? at[key] : undefined), value);
}

export function textAt(value: Json | undefined, ...path: string[]): string | undefined {
  const found = member(value, ...path);
  return typeof found === 'string' ? found : undefined;
}

/** Source text of the number at `path`. */
export function numberAt(value: Json | undefined, ...path: string[]): string | undefined {
  const found = member(value, ...path);
  return isLosslessNumber(found) ? found.value : undefined;
}
