import fc from 'fast-check';
import { parseForm } from '../../../runtime/transaction/form';

const parse = (text: string | Buffer) => parseForm(Buffer.from(text as Buffer));

test('what the platform writes is read back', () => {
  const names = fc.string({ unit: 'grapheme', minLength: 1 });
  fc.assert(fc.property(fc.uniqueArray(fc.tuple(names, fc.string({ unit: 'grapheme' })), { minLength: 1, selector: ([name]) => name }), (pairs) => {
    expect(parse(new URLSearchParams(pairs).toString())).toEqual(new Map(pairs));
  }));
});

test('a plus is a space, an escaped plus is a plus, and later equals signs belong to the value', () => {
  expect(parse('a=1+2&b=1%2B2&c=x==&%64=%e2%82%ac&__proto__=1')).toEqual(new Map([['a', '1 2'], ['b', '1+2'], ['c', 'x=='], ['d', '€'], ['__proto__', '1']]));
});

test.each([
  '', '&', 'a', '=', '=1', 'a=1&', '&a=1', 'a=1&&b=2', 'a=1&a=1', 'a=1&%61=2', 'a=%', 'a=%4', 'a=%zz', 'a=%E9', 'a=%C0%AF', 'a=%ED%A0%80', 'a=1 2', 'a=1\n', 'a=é',
  Buffer.from([0x61, 0x3d, 0xe9]), Buffer.from([0x61, 0x3d, 0x00]),
])('%j is refused', (text) => {
  expect(parse(text)).toBeUndefined();
});
