import * as fc from 'fast-check';
import { newEvent } from '../../../local/events/event';
import { compactJson, elementTexts, isJsonSequence, memberTexts } from '../../../local/events/json-text';
import { compileTargetInput, InputDefinition } from '../../../local/events/target-input';

const RULE = { name: 'sold', arn: 'arn:rule' };

function input(definition: InputDefinition, detail: string): string {
  const event = newEvent({ source: 'shop', detailType: 'Sold', time: 0, resources: ['r-0', 'r-1'], detail }, Date.UTC(2026, 0, 1));
  return compileTargetInput(definition)(event, RULE);
}

const template = (InputTemplate: string, detail: string, InputPathsMap: Record<string, string> = { v: '$.detail.v', d: '$.detail' }) =>
  input({ InputTransformer: { InputPathsMap, InputTemplate } }, detail);

test('without a definition the target gets the event', () => {
  expect(JSON.parse(input({}, '{"a":1}'))).toMatchObject({ 'detail-type': 'Sold', 'detail': { a: 1 } });
});

test('numbers reach a target as they were written', () => {
  const detail = '{"amount":100.00,"id":12345678901234567890,"tiny":1E-7}';
  expect(input({}, detail)).toContain(`"detail":${detail}`);
  expect(input({ InputPath: '$.detail' }, detail)).toBe(detail);
  expect(input({ InputPath: '$.detail.id' }, detail)).toBe('12345678901234567890');
  expect(template('{"amount":<v>,"text":"<v>"}', '{"v":100.00}')).toBe('{"amount":100.00,"text":"100.00"}');
});

test('Input is sent as it is', () => {
  expect(input({ Input: '{"fixed": true}' }, '{}')).toBe('{"fixed": true}');
  expect(() => compileTargetInput({ Input: 'no json' })).toThrow(/JSON/);
});

describe('InputPath', () => {
  test.each([
    ['$', /^\{"version"/],
    ['$.resources[1]', /^"r-1"$/],
    ['$.detail.items[*].id', /^\[1,2\.0\]$/],
    ['$.detail-type', /^"Sold"$/],
  ])('%s', (path, expected) => {
    expect(input({ InputPath: path }, '{"items":[{"id":1},{"id":2.0},{}]}')).toMatch(expected);
  });

  test('that finds nothing fails the delivery', () => {
    expect(() => input({ InputPath: '$.detail.absent' }, '{}')).toThrow(/nothing at/);
  });

  test('beyond the supported syntax is refused', () => {
    for (const path of ['detail', '$..id', '$.a[?(@.b)]', "$['a']", '$.']) expect(() => compileTargetInput({ InputPath: path })).toThrow(/JSONPath/);
  });
});

describe('templates', () => {
  test.each([
    ['an unquoted string comes out quoted', '{"id":<v>}', '{"v":"low-1"}', '{"id":"low-1"}'],
    ['a string inside quotes is text', '{"id":"id <v>!"}', '{"v":"low-1"}', '{"id":"id low-1!"}'],
    ['an object is inserted as JSON', '{"all":<d>}', '{"v":{"a":[1.50,null]}}', '{"all":{"v":{"a":[1.50,null]}}}'],
    ['an object inside quotes loses its quotes', '{"all":"<d>"}', '{"v": {"a": "b c"}}', '{"all":"{v:{a:b c}}"}'],
    ['a string template keeps its quotes', '"sold <v>"', '{"v":"one"}', '"sold one"'],
    ['several lines are several strings', '"a <v>"\n"b <v>"', '{"v":1}', '"a 1"\n"b 1"'],
    ['a missing value is empty', '{"a":<v>,"b":"[<v>]"}', '{}', '{"a":"","b":"[]"}'],
    ['booleans and null stay what they are', '{"a":<v>,"d":<d>}', '{"v":null,"w":true}', '{"a":null,"d":{"v":null,"w":true}}'],
    ['an escaped quote does not end a string', '{"a":"\\"<v>\\""}', '{"v":"x"}', '{"a":"\\"x\\""}'],
    ['other angle brackets are text', '{"a":"1 < 2 > 0 <v>"}', '{"v":"x"}', '{"a":"1 < 2 > 0 x"}'],
  ])('%s', (_, text, detail, expected) => {
    expect(template(text, detail)).toBe(expected);
  });

  test('know the predefined variables', () => {
    const text = '{"rule":<aws.events.rule-name>,"arn":"<aws.events.rule-arn>","at":<aws.events.event.ingestion-time>,"head":<aws.events.event>,"all":<aws.events.event.json>}';
    const filled = JSON.parse(template(text, '{"v":1}', {}));
    expect(filled).toMatchObject({ rule: 'sold', arn: 'arn:rule', at: '2026-01-01T00:00:00Z', all: { detail: { v: 1 } } });
    expect(filled.head).toMatchObject({ source: 'shop' });
    expect(filled.head).not.toHaveProperty('detail');
  });

  test('EventBridge does not escape: a quote in a quoted value fails the delivery', () => {
    expect(() => template('{"a":"<v>"}', '{"v":"say \\"hi\\""}')).toThrow(/no valid JSON/);
    expect(template('{"a":<v>}', '{"v":"say \\"hi\\""}')).toBe('{"a":"say \\"hi\\""}');
  });

  test('that cannot work are refused when they are defined', () => {
    const define = (InputTemplate: string, InputPathsMap = {}) => () => compileTargetInput({ InputTransformer: { InputTemplate, InputPathsMap } });
    expect(define('{"a":<unknown>}')).toThrow(/<unknown>/);
    expect(define('plain text')).toThrow(/not valid JSON/);
    expect(define('{"a":1}', { 'aws.x': '$.a' })).toThrow(/aws\.x/);
    expect(() => compileTargetInput({ Input: '1', InputPath: '$' })).toThrow(/Only one/);
  });
});

describe('JSON text', () => {
  test('is taken apart as JSON.parse reads it', () => {
    fc.assert(fc.property(fc.json(), fc.constantFrom(undefined, 1), (json, indent) => {
      const value: unknown = JSON.parse(json);
      const text = JSON.stringify(value, null, indent);
      const object = typeof value === 'object' && value !== null && !Array.isArray(value);
      if (object) expect([...memberTexts(text)].map(([name, part]) => [name, JSON.parse(part)])).toEqual(Object.entries(value));
      if (Array.isArray(value)) expect(elementTexts(text).map((part) => JSON.parse(part) as unknown)).toEqual(value);
      expect(isJsonSequence(`${text}\n${text}`)).toBe(true);
      expect(compactJson(text)).toBe(JSON.stringify(value));
    }));
  });

  test('is told from other text', () => {
    fc.assert(fc.property(fc.oneof(fc.string(), fc.json().map((json) => json.slice(1))), (text) => {
      let json = true;
      try {
        JSON.parse(text);
      } catch {
        json = false;
      }
      if (json) expect(isJsonSequence(text)).toBe(true);
      else isJsonSequence(text);
    }));
    expect([' ', '{"a":}', '[1,]', '"open', '{', 'text'].filter(isJsonSequence)).toEqual([]);
  });
});
