import { parseFilter } from './path-filter';
import type { Path, Scope } from './paths';
import { Scanner } from './scanner';

/** One step of a JSONPath. */
export type Segment =
  | { readonly kind: 'property'; readonly name: string }
  | { readonly kind: 'index'; readonly index: number }
  | { readonly kind: 'indexes'; readonly indexes: readonly number[] }
  | { readonly kind: 'slice'; readonly from?: number; readonly to?: number }
  | { readonly kind: 'wildcard' }
  | { readonly kind: 'descend' }
  | { readonly kind: 'filter'; readonly test: (scope: Scope) => boolean };

/** Parses a nested path, e.g. inside a filter. */
export type ReadPath = (scanner: Scanner) => Path;

const NAME = /[^\s.[\]()'"*?,:@$=<>!&|~\\{}]+/y;
const INTEGER = /-?\d+/y;

/** Reads steps as long as there are any. */
export function parseSegments(scanner: Scanner, readPath: ReadPath): Segment[] {
  const segments: Segment[] = [];
  for (;;) {
    if (scanner.eat('..')) segments.push({ kind: 'descend' }, afterDescend(scanner, readPath));
    else if (scanner.eat('.')) segments.push(named(scanner));
    else if (scanner.eat('[')) segments.push(bracketed(scanner, readPath));
    else return segments;
  }
}

function named(scanner: Scanner): Segment {
  if (scanner.eat('*')) return { kind: 'wildcard' };
  const name = scanner.match(NAME);
  if (name === undefined) scanner.fail('expected a name');
  if (scanner.lookingAt('(')) scanner.fail('JSONPath functions are not supported');
  return { kind: 'property', name };
}

function afterDescend(scanner: Scanner, readPath: ReadPath): Segment {
  if (!scanner.eat('[')) return named(scanner);
  if (scanner.lookingAt('?')) scanner.fail('a filter directly after .. is not supported');
  return bracketed(scanner, readPath);
}

function bracketed(scanner: Scanner, readPath: ReadPath): Segment {
  scanner.match(/\s*/y);
  const segment = insideBrackets(scanner, readPath);
  scanner.match(/\s*/y);
  scanner.expect(']');
  return segment;
}

function insideBrackets(scanner: Scanner, readPath: ReadPath): Segment {
  if (scanner.eat('*')) return { kind: 'wildcard' };
  if (scanner.eat('?')) return { kind: 'filter', test: parseFilter(scanner, readPath) };
  const quoted = scanner.quoted();
  return quoted === undefined ? numbers(scanner) : { kind: 'property', name: quoted };
}

function numbers(scanner: Scanner): Segment {
  const first = integer(scanner);
  if (scanner.eatSpaced(':')) {
    const to = integer(scanner);
    if (scanner.lookingAt(':')) scanner.fail('a slice has no step');
    return { kind: 'slice', from: first, to };
  }
  if (first === undefined) scanner.fail('expected an index, a slice, a quoted name, * or a filter');
  const indexes = [first];
  while (scanner.eatSpaced(',')) {
    const next = integer(scanner);
    if (next === undefined) scanner.fail('expected an index');
    indexes.push(next);
  }
  return indexes.length > 1 ? { kind: 'indexes', indexes } : { kind: 'index', index: first };
}

function integer(scanner: Scanner): number | undefined {
  const text = scanner.match(INTEGER);
  return text === undefined ? undefined : Number(text);
}
