import { StatesError, dataLimitExceeded } from './errors';
import { Json, MAX_PAYLOAD_BYTES, byteLength, toText } from './json';
import { Path, Scope, place } from './paths';

/** What InputPath or OutputPath lets through. */
export function throughPath(path: Path | null, scope: Scope): Json {
  if (path === null) return {};
  return path.isWholeInput ? scope.input : path.require(scope);
}

/** The state's input with the result where ResultPath says. */
export function withResult(path: Path | null, input: Json, result: Json): Json {
  return path === null ? input : place(path, input, result);
}

/** The JSON text of a payload, which must not be larger than the service passes on. */
export function payloadText(value: unknown, source: string): string {
  const text = toText(value);
  if (byteLength(text) > MAX_PAYLOAD_BYTES) throw dataLimitExceeded(source);
  return text;
}

/** What a Catch passes on; the cause is there even when it is empty. */
export function errorOutput(error: StatesError): Json {
  return { Error: error.name, Cause: error.cause ?? '' };
}
