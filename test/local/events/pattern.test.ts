import * as fc from 'fast-check';
import { compilePattern, explain, InvalidPattern, matches } from '../../../local/events/pattern';
import recorded from './event-pattern-vectors.json';
import verdicts from './event-ruler-verdicts.json';

interface Vector {
  readonly pattern: unknown;
  readonly event: unknown;
  readonly expect: string;
}

function verdict(pattern: unknown, event: unknown): string {
  try {
    return matches(pattern, event) ? 'match' : 'no match';
  } catch (error) {
    if (error instanceof InvalidPattern) return 'refused';
    throw error;
  }
}

const disagreements = (vectors: readonly Vector[]) => vectors.filter((vector) => verdict(vector.pattern, vector.event) !== vector.expect);

describe('verdicts recorded from the AWS rule engine', () => {
  test('the fixture holds every kind of verdict', () => {
    const count = (kind: string) => verdicts.filter((vector) => vector.expect === kind).length;
    expect([count('match'), count('no match'), count('refused')].every((n) => n >= 100)).toBe(true);
  });

  test('all of them are reproduced', () => {
    expect(disagreements(verdicts as Vector[])).toEqual([]);
    expect(disagreements(recorded as Vector[])).toEqual([]);
  });
});

describe('numbers', () => {
  test('compare by value and never with numeric text', () => {
    expect(matches({ a: [300] }, { a: 300.0 })).toBe(true);
    expect(matches({ a: [{ numeric: ['>', 1, '<=', 5] }] }, { a: 5 })).toBe(true);
    expect(matches({ a: [{ numeric: ['=', 5] }] }, { a: '5' })).toBe(false);
  });

  test('lie within the bounds the service documents', () => {
    expect(matches({ a: [{ numeric: ['<=', 5e9] }] }, { a: 5e9 })).toBe(true);
    expect(matches({ a: [{ numeric: ['>', 0] }] }, { a: 5e9 + 1 })).toBe(false);
    expect(matches({ a: [123456789012] }, { a: 123456789012 })).toBe(true);
    expect(() => compilePattern({ a: [{ numeric: ['>', 5e9 + 1] }] })).toThrow(InvalidPattern);
    expect(() => compilePattern({ a: [{ 'anything-but': -5e9 - 1 }] })).toThrow(InvalidPattern);
  });
});

describe('arrays', () => {
  const pattern = { items: { id: ['x'], price: [{ numeric: ['>', 10] }] } };

  test('values must come from the same element', () => {
    expect(matches(pattern, { items: [{ id: 'x', price: 11 }, { id: 'y', price: 1 }] })).toBe(true);
    expect(matches(pattern, { items: [{ id: 'x', price: 1 }, { id: 'y', price: 11 }] })).toBe(false);
  });

  test('long ones are judged in reasonable time', () => {
    const items = Array.from({ length: 2000 }, (_, index) => ({ id: 'x', price: index % 2 }));
    const paths = { a: [1], b: [1], c: [1], d: [1], e: [1], z: ['absent'] };
    const long = Object.fromEntries(Object.keys(paths).map((key) => [key, Array<number>(300).fill(1)]));
    expect(matches(pattern, { items })).toBe(false);
    expect(matches(paths, { ...long, z: 'present' })).toBe(false);
  });
});

test('a field is absent when it has no leaf', () => {
  expect(matches({ a: [{ exists: false }] }, { a: { b: 1 } })).toBe(true);
  expect(matches({ a: [{ exists: false }] }, { a: [] })).toBe(true);
  expect(matches({ a: [{ exists: false }] }, { a: null })).toBe(false);
  expect(matches({ a: [{ 'anything-but': 'x' }] }, {})).toBe(false);
});

test('addresses match in any spelling', () => {
  expect(matches({ ip: [{ cidr: '2001:db8::/32' }] }, { ip: '2001:DB8:0:0::7' })).toBe(true);
  expect(matches({ ip: [{ cidr: '10.0.0.0/24' }] }, { ip: '10.0.1.0' })).toBe(false);
  expect(matches({ ip: [{ cidr: '0.0.0.0/0' }] }, { ip: '255.255.255.255' })).toBe(true);
  expect(matches({ ip: ['::1'] }, { ip: '0:0:0:0:0:0:0:1' })).toBe(true);
});

test('what is no pattern is refused', () => {
  for (const pattern of [undefined, null, [], 'text', {}, { a: 'text' }, { a: { $or: [{ b: [1] }] } }, { $or: [{ b: [1] }, {}] }]) {
    expect(() => compilePattern(pattern)).toThrow(InvalidPattern);
  }
});

test('too many combinations are refused', () => {
  const eleven = Array.from({ length: 11 }, (_, index) => ({ a: [index] }));
  expect(() => compilePattern({ x: { $or: eleven }, y: { $or: eleven }, z: { $or: eleven } })).toThrow(/combinations/);
});

test('wildcards agree with a plain definition', () => {
  const letters = fc.string({ unit: fc.constantFrom('a', 'b'), maxLength: 8 });
  fc.assert(fc.property(fc.array(letters.filter((text) => text !== ''), { minLength: 1, maxLength: 4 }), letters, (parts, text) => {
    const expected = new RegExp(`^${parts.join('.*')}$`).test(text);
    expect(matches({ a: [{ wildcard: parts.join('*') }] }, { a: text })).toBe(expected);
  }));
});

describe('explain', () => {
  test('gives one verdict per leaf', () => {
    expect(explain({ source: ['shop'], detail: { tier: ['high'], note: [{ exists: false }] } }, { source: 'shop', detail: { tier: 'low' } })).toEqual([
      { path: 'detail.note', expected: [{ exists: false }], actual: [], matched: true },
      { path: 'detail.tier', expected: ['high'], actual: ['low'], matched: false },
      { path: 'source', expected: ['shop'], actual: ['shop'], matched: true },
    ]);
  });

  test('names every branch of $or', () => {
    expect(explain({ $or: [{ a: [1] }, { b: [2] }] }, { b: [2, 3] }).map(({ path, actual, matched }) => [path, actual, matched])).toEqual([
      ['a', [], false],
      ['b', [2, 3], true],
    ]);
  });

  test('finds no fault in an event that matches', () => {
    const plain = (verdicts as Vector[]).filter(({ pattern, expect: kind }) => kind === 'match' && !/\$or|exists/.test(JSON.stringify(pattern)));
    expect(plain.length).toBeGreaterThan(100);
    expect(plain.filter(({ pattern, event }) => !explain(pattern, event).every((leaf) => leaf.matched))).toEqual([]);
  });
});
