import { malformed } from './rejection';

/** An element: either children or text; the text is null where it is marked nil. */
export interface XmlElement {
  readonly name: string;
  readonly children: readonly XmlElement[];
  readonly text: string | null;
}

const MAX_CHARACTERS = 1_048_576;
const MAX_DEPTH = 32;

const DECLARATION = /^<\?xml version="1\.0"(?: encoding="UTF-8")?\?>/;
const ATTRIBUTE = / (nil|type)=(?:"([^"<&]*)"|'([^'<&]*)')/g;
/** One tag: the name it closes, or the name it opens, its attributes and whether it closes at once. */
const TAG = /<(?:\/([A-Za-z_][\w.-]*)|([A-Za-z_][\w.-]*)((?: (?:nil|type)=(?:"[^"<&]*"|'[^'<&]*'))*) ?(\/?))>/y;
const REFERENCE = /&(?:(amp|lt|gt|quot|apos)|#(\d{1,7})|#x([0-9a-fA-F]{1,6}));/g;
const PREDEFINED: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: '\'' };
/** What XML 1.0 calls a character. */
const CHARACTERS = /^[\t\n\r\u{20}-\u{D7FF}\u{E000}-\u{FFFD}\u{10000}-\u{10FFFF}]*$/u;

interface OpenElement {
  readonly name: string;
  readonly nil: boolean;
  readonly children: XmlElement[];
  text: string;
}

/**
 * Reads the XML Braintree writes and no more: elements, the attributes nil and type, text and
 * character references. No document types, entities, CDATA, comments, processing instructions or
 * namespaces, so nothing can be fetched, expanded or hidden.
 */
export function parseXml(text: string): XmlElement {
  if (text.length > MAX_CHARACTERS) throw malformed(`the XML has more than ${MAX_CHARACTERS} characters`);
  const document = opened('', '');
  const stack = [document];
  let at = DECLARATION.exec(text)?.[0].length ?? 0;
  while (at < text.length) {
    const parent = stack[stack.length - 1];
    const next = text.indexOf('<', at);
    const end = next < 0 ? text.length : next;
    parent.text += unescape(text.slice(at, end));
    if (next < 0) break;
    TAG.lastIndex = next;
    const tag = TAG.exec(text);
    if (!tag) throw malformed('the XML has a tag that is not well-formed or not supported');
    at = TAG.lastIndex;
    const [, closes, opens, attributes, closed] = tag;
    if (opens !== undefined) stack.push(opened(opens, attributes));
    else if (stack.length === 1 || parent.name !== closes) throw malformed('the XML has a closing tag that fits no opening one');
    if (stack.length > MAX_DEPTH + 1) throw malformed(`the XML is nested more than ${MAX_DEPTH} levels deep`);
    if (closes !== undefined || closed) {
      const done = finished(stack.pop()!);
      stack[stack.length - 1].children.push(done);
    }
  }
  if (stack.length > 1 || document.children.length !== 1) throw malformed('the XML is not one complete element');
  return finished(document).children[0];
}

function opened(name: string, attributes: string): OpenElement {
  const pairs = [...attributes.matchAll(ATTRIBUTE)].map(([, key, double, single]) => [key, double ?? single] as const);
  const values = new Map(pairs);
  if (values.size < pairs.length) throw malformed('the XML has an attribute twice');
  return { name, nil: values.get('nil') === 'true', children: [], text: '' };
}

function finished({ name, nil, children, text }: OpenElement): XmlElement {
  const blank = /^[\t\n\r ]*$/.test(text);
  if (!blank && (children.length > 0 || name === '')) throw malformed('the XML mixes text and elements');
  return { name, children, text: nil ? null : children.length > 0 ? '' : text };
}

function unescape(text: string): string {
  const plain = text.replace(REFERENCE, (_, name?: string, decimal?: string, hex?: string) => {
    if (name !== undefined) return PREDEFINED[name];
    const code = decimal !== undefined ? Number(decimal) : parseInt(hex!, 16);
    return code <= 0x10ffff ? String.fromCodePoint(code) : '\0';
  });
  if (/&/.test(text.replace(REFERENCE, '')) || !CHARACTERS.test(plain)) throw malformed('the XML has a character or reference that is not allowed');
  return plain;
}

/** The element at `path`; undefined when a step is missing or there are several. */
export function elementAt(element: XmlElement | undefined, ...path: string[]): XmlElement | undefined {
  return path.reduce<XmlElement | undefined>((at, name) => {
    const found = at?.children.filter((child) => child.name === name) ?? [];
    return found.length === 1 ? found[0] : undefined;
  }, element);
}

/** The text at `path`; undefined when it is missing, nil, empty or holds elements. */
export function xmlTextAt(element: XmlElement | undefined, ...path: string[]): string | undefined {
  return elementAt(element, ...path)?.text || undefined;
}
