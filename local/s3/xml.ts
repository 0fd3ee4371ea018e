import { ServiceError } from '../kernel/wire';

export type XmlValue = string | number | boolean | undefined | XmlObject | readonly XmlValue[];
export interface XmlObject {
  readonly [name: string]: XmlValue;
}

/** Writes elements from plain data: lists repeat their element, undefined leaves it out. */
export function toXml(name: string, value: XmlValue, namespace?: string): string {
  return `<?xml version="1.0" encoding="UTF-8"?>\n${element(name, value, namespace ? ` xmlns="${namespace}"` : '')}`;
}

function element(name: string, value: XmlValue, attributes = ''): string {
  if (value === undefined) return '';
  if (Array.isArray(value)) return value.map((item) => element(name, item, attributes)).join('');
  const content = typeof value === 'object'
    ? Object.entries(value).map(([child, inner]) => element(child, inner)).join('')
    : escapeXml(String(value));
  return `<${name}${attributes}>${content}</${name}>`;
}

function escapeXml(text: string): string {
  return text.replace(/[&<>"\r]/g, (character) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' })[character] ?? '&#13;');
}

/** An element as it was read; text of elements that have children is dropped. */
export class XmlNode {
  public readonly children: XmlNode[] = [];
  public text = '';

  public constructor(public readonly name: string) {}

  public all(name: string): XmlNode[] {
    return this.children.filter((child) => child.name === name);
  }

  public value(name: string): string | undefined {
    return this.all(name)[0]?.text;
  }
}

const TOKEN = /<\?[^>]*\?>|<!--[\s\S]*?-->|<(\/?)([\w:.-]+)[^>]*?(\/?)>|([^<]+)/gy;

/** Reads the request bodies S3 takes: elements and text, attributes ignored. */
export function parseXml(source: string): XmlNode {
  const document = new XmlNode('');
  const open = [document];
  TOKEN.lastIndex = 0;
  for (let position = 0; position < source.length; position = TOKEN.lastIndex) {
    const token = TOKEN.exec(source);
    if (!token) throw malformedXml();
    const [, closing, name, empty, text] = token;
    if (text !== undefined) open[open.length - 1].text += unescapeXml(text);
    if (name === undefined) continue;
    if (closing) {
      if (open.length < 2 || open.pop()!.name !== name) throw malformedXml();
    } else {
      const node = new XmlNode(name);
      open[open.length - 1].children.push(node);
      if (!empty) open.push(node);
    }
  }
  if (open.length !== 1 || document.children.length !== 1) throw malformedXml();
  return document.children[0];
}

const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

function unescapeXml(text: string): string {
  return text.replace(/&(?:#x([0-9a-f]+)|#(\d+)|(\w+));/gi, (_, hex, decimal, name) => {
    if (hex) return String.fromCodePoint(parseInt(hex, 16));
    if (decimal) return String.fromCodePoint(Number(decimal));
    if (ENTITIES[name] === undefined) throw malformedXml();
    return ENTITIES[name];
  });
}

export function malformedXml(): ServiceError {
  const message = 'The XML you provided was not well-formed or did not validate against our published schema';
  return new ServiceError('MalformedXML', message);
}
