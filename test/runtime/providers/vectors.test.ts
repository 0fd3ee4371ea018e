import { adapterOf } from '../../../runtime/providers/registry';
import { Rejection } from '../../../runtime/providers/rejection';
import { printJson } from '../../../runtime/transaction/json';
import { credentials, requestWith } from '../../helpers/signed-webhooks';
import vectors from './vectors.json';

/** Signed by the providers' own libraries and judged by them at the time `now`. */
const valid = vectors.filter(({ expected }) => expected === 'valid');
const invalid = vectors.filter(({ expected }) => expected === 'invalid');

const requestOf = (vector: (typeof vectors)[number]) =>
  requestWith(Object.fromEntries(Object.entries(vector.headers).map(([name, value]) => [name, value ?? []])), vector.body, vector.now);

test('every vector has a verdict, and every provider has both kinds', () => {
  expect(valid.length + invalid.length).toBe(vectors.length);
  expect(new Set(valid.map(({ provider }) => provider))).toEqual(new Set(['stripe', 'standard-webhooks']));
  expect(new Set(invalid.map(({ provider }) => provider))).toEqual(new Set(['stripe', 'standard-webhooks']));
});

test.each(valid)('$id is accepted and mapped: $reason', (vector) => {
  const adapter = adapterOf(vector.provider);
  const request = requestOf(vector);
  expect(adapter.verify(request, credentials(vector.secret))).toEqual({ secretIndex: 0 });

  const [{ event }, ...others] = adapter.map(request, {});
  expect(others).toEqual([]);
  const { metadata, ...canonical } = vector.canonical!;
  expect(event).toMatchObject(canonical);
  expect(JSON.parse(printJson(event.metadata))).toEqual(metadata);
  expect(event.money_moved).toBe(true);
});

test.each(invalid)('$id is refused: $reason', (vector) => {
  expect(() => adapterOf(vector.provider).verify(requestOf(vector), credentials(vector.secret))).toThrow(Rejection);
});
