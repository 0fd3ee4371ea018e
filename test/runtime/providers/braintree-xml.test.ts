import fc from 'fast-check';
import { elementAt, parseXml, XmlElement, xmlTextAt } from '../../../runtime/providers/braintree-xml';
import { Rejection } from '../../../runtime/providers/rejection';

const { tree } = fc.letrec<{ tree: XmlElement; leaf: XmlElement; branch: XmlElement }>((tie) => {
  const name = fc.stringMatching(/^[A-Za-z_][A-Za-z0-9_.-]{0,8}$/);
  const character = fc.oneof(fc.constantFrom(...'&<>"\'\n\t ]]>'), fc.string({ unit: 'grapheme', minLength: 1, maxLength: 1 }));
  const text = fc.array(character, { maxLength: 8 }).map((characters) => characters.join('')).filter((value) => /^[\t\n\r -\uD7FF\u{10000}-\u{10FFFF}]*$/u.test(value));
  return {
    leaf: fc.record({ name, children: fc.constant([]), text: fc.option(text) }),
    branch: fc.record({ name, children: fc.array(tie('tree'), { minLength: 1, maxLength: 4 }), text: fc.constant('') }),
    tree: fc.oneof({ depthSize: 'small', withCrossShrink: true }, tie('leaf'), tie('branch')),
  };
});

const ESCAPES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', '\'': '&apos;', '\t': '&#9;', '\n': '&#xA;' };

function print({ name, children, text }: XmlElement): string {
  if (text === null) return name.length % 2 === 0 ? `<${name} nil="true"/>` : `<${name} type='date' nil='true'></${name}>`;
  const content = children.length > 0 ? `\n  ${children.map(print).join('\n  ')}\n` : text.replace(/[&<>"'\t\n]/g, (character) => ESCAPES[character]);
  return `<${name}${children.length > 0 ? ' type="array"' : ''}>${content}</${name}>`;
}

test('what is written is read back', () => {
  fc.assert(fc.property(tree, (element) => {
    expect(parseXml(print(element))).toEqual(element);
    expect(parseXml(`<?xml version="1.0" encoding="UTF-8"?>\n${print(element)}\n`)).toEqual(element);
  }));
});

test('anything else is refused as malformed, never otherwise', () => {
  const soup = fc.array(fc.constantFrom('<', '>', '/', '</', '/>', '<a>', '</a>', '<a/>', '<b>', '</b>', ' nil="true"', ' type="x"', '&', '&amp;', ';', '&#0;', '<!', '<?', ' ', 'x'));
  fc.assert(fc.property(fc.oneof(fc.string({ unit: 'binary' }), soup.map((parts) => parts.join(''))), (text) => {
    try {
      parseXml(text);
    } catch (error) {
      expect(error).toBeInstanceOf(Rejection);
    }
  }), { numRuns: 2000 });
});

test('a document cut short is refused', () => {
  fc.assert(fc.property(tree, fc.double({ min: 0, max: 0.999, noNaN: true }), (element, part) => {
    const text = print(element);
    expect(() => parseXml(text.slice(0, Math.floor(text.length * part)))).toThrow(Rejection);
  }));
});

test.each([
  '', ' ', 'text', '<a>', '</a>', '<a></b>', '<a/><b/>', '<a/>x', 'x<a/>', '<a><b></a></b>', '< a/>', '<a', '<a/', '<1/>', '<a:b/>',
  '<!DOCTYPE a><a/>', '<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><a>&b;</a>', '<a><![CDATA[x]]></a>', '<a><!-- x --></a>', '<a><?php x?></a>',
  ' <?xml version="1.0"?><a/>', '<?xml version="1.1"?><a/>', '<?xml version="1.0" encoding="UTF-16"?><a/>', '<?xml version="1.0"?><?xml version="1.0"?><a/>',
  '<a x="1"/>', '<a nil=\'true"/>', '<a nil=true/>', '<a nil/>', '<a nil="true" nil="true"/>', '<a type="&lt;"/>', '<a xmlns="x"/>', '<a  nil="true"/>', '<a></a >',
  '<a>&b;</a>', '<a>&amp</a>', '<a>& </a>', '<a>&#0;</a>', '<a>&#x0;</a>', '<a>&#xD800;</a>', '<a>&#x110000;</a>', '<a>&#9999999;</a>', '<a>&#12345678;</a>', '<a>&#x;</a>',
  '<a>&a&amp;mp;</a>', '<a>\u0000</a>', '<a>\u0008</a>', '<a>\uFFFE</a>', '<a>\uD800</a>', '<a>text<b/></a>', '<a><b/>text</a>', '\uFEFF<a/>',
])('%j is refused', (text) => {
  expect(() => parseXml(text)).toThrow(Rejection);
});

test('references are read once', () => {
  expect(parseXml('<a>&amp;lt;&#38;gt;&#x1F389;&quot;</a>').text).toBe('&lt;&gt;🎉"');
});

test('depth and size are bounded, and neither time nor stack depend on what is in it', () => {
  const nested = (levels: number) => '<a>'.repeat(levels) + '</a>'.repeat(levels);
  expect(parseXml(nested(32)).name).toBe('a');
  for (const levels of [33, 100_000]) expect(() => parseXml(nested(levels))).toThrow(/32 levels/);
  expect(() => parseXml(`<a>${' '.repeat(1_048_576)}</a>`)).toThrow(/characters/);
  for (const part of ['<a', ' nil="true"', '&amp;', '<a/>', '&', ' ', '<a nil="']) {
    const started = performance.now();
    try {
      parseXml(`<a>${part.repeat(Math.floor(1_000_000 / part.length))}</a>`);
    } catch (error) {
      expect(error).toBeInstanceOf(Rejection);
    }
    expect(performance.now() - started).toBeLessThan(2000);
  }
});

test('elements and texts are found only where there is one', () => {
  const root = parseXml('<r><a><b>1</b></a><c>2</c><c>3</c><d nil="true">4</d><e></e><__proto__>5</__proto__></r>');
  expect(xmlTextAt(root, 'a', 'b')).toBe('1');
  expect(xmlTextAt(root, '__proto__')).toBe('5');
  expect(elementAt(root, 'd')?.text).toBeNull();
  for (const path of [['c'], ['d'], ['e'], ['a'], ['x'], ['a', 'x'], ['constructor'], ['x', 'y']]) expect(xmlTextAt(root, ...path)).toBeUndefined();
  expect(elementAt(undefined, 'a')).toBeUndefined();
});
