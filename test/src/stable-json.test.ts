import * as fc from 'fast-check';
import { sortKeys } from '../../src/stable-json';

const shuffled = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(shuffled);
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(Object.entries(value).reverse().map(([key, inner]) => [key, shuffled(inner)]));
};

test('the order in which keys were given does not show', () => {
  fc.assert(fc.property(fc.jsonValue(), (value) => {
    expect(JSON.stringify(sortKeys(shuffled(value)))).toBe(JSON.stringify(sortKeys(value)));
  }));
});

test('values and the order of lists stay', () => {
  fc.assert(fc.property(fc.jsonValue(), (value) => {
    expect(JSON.parse(JSON.stringify(sortKeys(value)))).toEqual(JSON.parse(JSON.stringify(value)));
  }));
});

test('keys are sorted at every depth', () => {
  expect(JSON.stringify(sortKeys({ b: [{ z: 1, y: 2 }], a: { d: null, c: 'c' } }))).toBe('{"a":{"c":"c","d":null},"b":[{"y":2,"z":1}]}');
});
