import fc from 'fast-check';

const DEEP = 60;

/** JSON texts that have broken programs before. */
const VALUES: readonly string[] = [
  'null', 'true', 'false', '[]', '{}', '""', '" "', '0', '-0', '-1', '1e400', '-1e400', '1e-400', '1E5', '0.1', '1.10', '100.000000000000000000001', '9007199254740993',
  '123456789012345678901234567890123456789012345', '5e-324', '1.7976931348623157e308', '"1e5"', '"0x10"', '"١٢٣"', '"１２"', '"1,000.00"', '"NaN"', '"Infinity"',
  '"\\u0000"', '"\\ud800"', '"\\udc00\\ud800"', '"\\u202e"', '"\\ufeff"', '"\\"\\\\"', '"\\n\\r\\t"', '"\u{1f600}"', '"{{x}} ${x} <b> %s %n"', '"$.transaction"', '"4111111111111111"',
  '"=1+1"', '"../../etc/passwd"', '"__proto__"', '{"__proto__":{"polluted":1}}', '{"constructor":{"prototype":{"polluted":1}}}', '{"a":1,"a":2}', '{"":""}', '[null]', '[[]]',
  '"1970-01-01T00:00:00Z"', '"9999-12-31T23:59:59Z"', '"2026-02-30T00:00:00Z"', '"+275761-01-01T00:00:00Z"', '253402300800', '-62135596801', '"AAA"', '"usd"', '"ZZZ"',
  `"${'a'.repeat(600)}"`, `"${'é'.repeat(300)}"`, `"${'x'.repeat(20_000)}"`, `${'['.repeat(DEEP)}${']'.repeat(DEEP)}`, `${'{"a":'.repeat(DEEP)}1${'}'.repeat(DEEP)}`,
  `{${Array.from({ length: 500 }, (_, index) => `"k${index}":${index}`).join(',')}}`, 'undefined', 'NaN', '-', '01', '.5', '\'a\'', '/**/1', '',
];

/** A hostile text for a field of a body; not always JSON. */
export function hostileJson(): fc.Arbitrary<string> {
  return fc.oneof(
    { weight: 4, arbitrary: fc.constantFrom(...VALUES) },
    { weight: 1, arbitrary: fc.json({ maxDepth: 4 }) },
    { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 40 }).map((text) => JSON.stringify(text)) },
    { weight: 1, arbitrary: fc.bigInt({ min: -(10n ** 40n), max: 10n ** 40n }).map(String) },
  );
}

/** A value of a header, without what would end it. */
export function hostileText(): fc.Arbitrary<string> {
  return fc.oneof(
    fc.constantFrom('', ' ', 'gzip', 'br', 'text/plain', 'application/json; charset=utf-16', 'application/x-www-form-urlencoded', '100-continue', 'bytes=0-1', '=', ',,,', '; ;', 'Root=1-x', 'Root=;;;',
      't=1,v1=', 'v1,', 'sha256=', `${'a'.repeat(7_000)}`, 'Basic Og==', 'Bearer x', '\u00e9', '\t', '__proto__'),
    fc.string({ unit: 'binary', maxLength: 60 }).map((text) => text.replace(/[\r\n\0]/g, '')),
  );
}
