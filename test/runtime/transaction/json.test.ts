import fc from 'fast-check';
import { isObject, MalformedJson, member, numberAt, parseJson, printJson, textAt } from '../../../runtime/transaction/json';

const parse = (text: string) => parseJson(Buffer.from(text));

function refusedBy(read: () => unknown): boolean {
  try {
    read();
    return false;
  } catch {
    return true;
  }
}

describe('reading JSON', () => {
  test('gives the same value as the built-in parser', () => {
    fc.assert(fc.property(fc.json({ maxDepth: 5 }), (text) => {
      expect(JSON.stringify(JSON.parse(printJson(parse(text))))).toBe(JSON.stringify(JSON.parse(text)));
    }));
  });

  test('refuses whatever the built-in parser refuses, and with its own error', () => {
    const damage = fc.tuple(fc.json({ maxDepth: 3 }), fc.nat(), fc.constantFrom('', ',', '"', '{', ']', '\\', '+', '.', '0', ' ', '\u0000', '\u00a0', 'e', '//'));
    fc.assert(fc.property(damage, ([text, at, piece]) => {
      const cut = at % (text.length + 1);
      const damaged = text.slice(0, cut) + piece + text.slice(cut + 1);
      fc.pre(refusedBy(() => JSON.parse(damaged)));
      expect(() => parse(damaged)).toThrow(MalformedJson);
    }), { numRuns: 1000 });
  });

  test.each(['1.10', '-0', '1E400', '12345678901234567890123456789.0100', '1e-7', '9007199254740993'])('keeps the number %s as written', (number) => {
    const value = parse(`{"n":${number},"list":[${number}]}`);
    expect(numberAt(value, 'n')).toBe(number);
    expect(printJson(value)).toBe(`{"n":${number},"list":[${number}]}`);
  });

  test.each(['NaN', 'Infinity', '-Infinity', '0x10', '01', '+1', '.5', '1.', '1e', '1_0'])('refuses the number %s', (number) => {
    expect(() => parse(`{"n":${number}}`)).toThrow(MalformedJson);
  });

  test.each([
    ['at the top', '{"amount":1,"amount":2}'],
    ['deep inside', '{"a":[{"b":{"c":1,"d":2,"c":3}}]}'],
    ['spelled with an escape', '{"amount":1,"\\u0061mount":2}'],
    ['where the number is only written differently', '{"amount":1,"amount":1.0}'],
    ['of the kind that reaches prototypes', '{"__proto__":1,"__proto__":2}'],
  ])('refuses a key that occurs twice, %s', (_, text) => {
    expect(() => parse(text)).toThrow(MalformedJson);
  });

  test.each(['{} {}', '{}x', '{},', '{}\u0000', '[]]', '1 2', 'null null', '{}//'])('refuses bytes after the value: %j', (text) => {
    expect(() => parse(text)).toThrow(MalformedJson);
  });

  test.each(['', ' ', '\n'])('refuses a body without a value: %j', (text) => {
    expect(() => parse(text)).toThrow(MalformedJson);
  });

  test.each([
    ['a stray byte', [0xff]],
    ['a truncated sequence', [0xe2, 0x82]],
    ['an overlong form', [0xc0, 0x80]],
    ['an encoded surrogate', [0xed, 0xa0, 0x80]],
    ['Latin-1', [0xe4]],
    ['beyond Unicode', [0xf4, 0x90, 0x80, 0x80]],
  ])('refuses text that is not UTF-8: %s', (_, bytes) => {
    expect(() => parseJson(Buffer.concat([Buffer.from('{"a":"'), Buffer.from(bytes), Buffer.from('"}')]))).toThrow(MalformedJson);
  });

  test('refuses a byte order mark and UTF-16', () => {
    expect(() => parse('\ufeff{}')).toThrow(MalformedJson);
    expect(() => parseJson(Buffer.from('{"a":1}', 'utf16le'))).toThrow(MalformedJson);
  });

  test('refuses nesting that would exhaust the stack', () => {
    expect(() => parse('['.repeat(200_000))).toThrow(MalformedJson);
  });

  test('does not quote the body in its complaint', () => {
    for (const text of ['{"card":"4111111111111111"', '4111111111111111x', '{"a":4111111111111111 4111}']) {
      expect(() => parse(text)).toThrow(/^[^4]*$/);
    }
  });
});

describe('prototype keys', () => {
  const value = parse('{"__proto__":{"admin":true},"constructor":{"prototype":{"admin":true}}}');

  test('are ordinary members', () => {
    expect(member(value, '__proto__', 'admin')).toBe(true);
    expect(Object.getPrototypeOf(value)).toBe(Object.prototype);
    expect(({} as Record<string, unknown>).admin).toBeUndefined();
  });

  test('lend nothing to the object that holds them', () => {
    expect(member(value, 'admin')).toBeUndefined();
    expect(printJson(value)).toBe('{"__proto__":{"admin":true},"constructor":{"prototype":{"admin":true}}}');
  });

  test('inherited members are not found', () => {
    expect(member(parse('{}'), 'constructor')).toBeUndefined();
    expect(member(parse('[1]'), 'length')).toBeUndefined();
    expect(member(parse('{"n":1}'), 'n', 'value')).toBeUndefined();
  });
});

describe('reading members', () => {
  test('text and numbers are never taken for each other', () => {
    const value = parse('{"text":"1","number":1,"nothing":null,"list":["1"]}');
    expect([textAt(value, 'text'), textAt(value, 'number'), textAt(value, 'nothing'), textAt(value, 'list', '0')]).toEqual(['1', undefined, undefined, undefined]);
    expect([numberAt(value, 'number'), numberAt(value, 'text'), numberAt(value, 'absent', 'deeper')]).toEqual(['1', undefined, undefined]);
  });

  test('only {…} is an object', () => {
    expect(['{}', '[]', '1', 'null', '"a"'].map((text) => isObject(parse(text)))).toEqual([true, false, false, false, false]);
  });

  test('an object that pretends to be a number stays an object', () => {
    const value = parse('{"amount":{"isLosslessNumber":true,"value":"1e400"}}');
    expect(numberAt(value, 'amount')).toBeUndefined();
    expect(isObject(member(value, 'amount'))).toBe(true);
  });
});

describe('a key that occurs twice in one object', () => {
  test.each([
    '{"a":1,"a":1}', '{"a":1,"b":2,"a":3}', '{"data":[],"data":{}}', '{"x":[{"a":1,"a":2}]}', '{"a":1,"\\u0061":2}', '{"a\\"b":1,"a\\"b":2}',
  ])('%s is refused', (text) => {
    expect(() => parse(text)).toThrow(MalformedJson);
  });

  test.each(['{"a":{"a":{"a":1}}}', '[{"a":1},{"a":2}]', '{"a":"{\\"a\\":1}","b":"a"}', '{"a":["a","a"],"b":"\\"a\\":"}'])('%s has none', (text) => {
    expect(printJson(parse(text))).toBe(text);
  });

  test('is not quoted at length', () => {
    const key = 'k'.repeat(10_000);
    expect(() => parse(`{"${key}":1,"${key}":2}`)).toThrow(/^.{1,100}$/);
  });
});
