/**
 * JSON as the interpreter handles it. Numbers are IEEE 754 doubles, as the
 * language specification has them: every decimal of up to 15 significant
 * digits keeps its value (although `10.00` is written back as `10`); beyond
 * 2^53 digits are lost. Exact amounts therefore belong in strings. The text of
 * an execution's input is kept as it came.
 */
export type Json = null | boolean | number | string | Json[] | JsonObject;
export interface JsonObject { [key: string]: Json }

/** The largest input, parameters, result or output, in bytes of UTF-8. */
export const MAX_PAYLOAD_BYTES = 262_144;

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function byteLength(text: string): number {
  return Buffer.byteLength(text, 'utf8');
}

/** The JSON text of anything a task hands back; nothing at all counts as null. */
export function toText(value: unknown): string {
  return JSON.stringify(value ?? null) ?? 'null';
}

/** A copy of `object` with one more own key, whatever that key is called. */
export function withKey(object: JsonObject, key: string, value: Json): JsonObject {
  return { ...object, [key]: value };
}

export function equal(a: Json, b: Json): boolean {
  if (Array.isArray(a) && Array.isArray(b)) return a.length === b.length && a.every((item, i) => equal(item, b[i]));
  if (isObject(a) && isObject(b)) {
    const keys = Object.keys(a);
    return keys.length === Object.keys(b).length && keys.every((key) => Object.hasOwn(b, key) && equal(a[key], b[key]));
  }
  return a === b;
}
