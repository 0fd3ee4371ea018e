/**
 * Reads parts of a JSON text without turning them into values, so a number
 * reaches a target with the digits its sender wrote. The text must be valid JSON.
 */

/** The text of each member of an object by name; the last of equal names wins, as in `JSON.parse`. */
export function memberTexts(text: string): Map<string, string> {
  const members = new Map<string, string>();
  let at = skipSpace(text, 0);
  if (text[at] !== '{') return members;
  for (at = skipSpace(text, at + 1); text[at] !== '}'; at = nextItem(text, at)) {
    const nameEnd = valueEnd(text, at);
    const name = JSON.parse(text.slice(at, nameEnd)) as string;
    const start = skipSpace(text, skipSpace(text, nameEnd) + 1);
    at = valueEnd(text, start);
    members.set(name, text.slice(start, at));
  }
  return members;
}

/** The text of each element of an array. */
export function elementTexts(text: string): string[] {
  const elements: string[] = [];
  let at = skipSpace(text, 0);
  if (text[at] !== '[') return elements;
  for (at = skipSpace(text, at + 1); text[at] !== ']'; at = nextItem(text, at)) {
    const start = at;
    at = valueEnd(text, start);
    elements.push(text.slice(start, at));
  }
  return elements;
}

/** Whether the text is one JSON value or several with only white space between. */
export function isJsonSequence(text: string): boolean {
  let at = skipSpace(text, 0);
  if (at === text.length) return false;
  while (at < text.length) {
    const end = valueEnd(text, at);
    if (end === at || !isJson(text.slice(at, end))) return false;
    at = skipSpace(text, end);
  }
  return true;
}

/** The same JSON without white space outside its strings. */
export function compactJson(text: string): string {
  return text.replace(/("(?:[^"\\]|\\.)*")|\s+/g, '$1');
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

function nextItem(text: string, at: number): number {
  const separator = skipSpace(text, at);
  return text[separator] === ',' ? skipSpace(text, separator + 1) : separator;
}

function skipSpace(text: string, at: number): number {
  while (' \t\n\r'.includes(text[at] ?? 'x')) at++;
  return at;
}

function valueEnd(text: string, start: number): number {
  if (text[start] === '"') return stringEnd(text, start);
  if (text[start] !== '{' && text[start] !== '[') return scalarEnd(text, start);
  let depth = 0;
  let at = start;
  while (at < text.length) {
    const char = text[at];
    if (char === '"') {
      at = stringEnd(text, at);
      continue;
    }
    if (char === '{' || char === '[') depth++;
    if (char === '}' || char === ']') depth--;
    at++;
    if (depth === 0) break;
  }
  return at;
}

function stringEnd(text: string, start: number): number {
  let at = start + 1;
  while (at < text.length && text[at] !== '"') at += text[at] === '\\' ? 2 : 1;
  return Math.min(at + 1, text.length);
}

function scalarEnd(text: string, start: number): number {
  let at = start;
  while (at < text.length && !' \t\n\r,]}"{['.includes(text[at])) at++;
  return at;
}
