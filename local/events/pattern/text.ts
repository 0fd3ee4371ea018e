import { InvalidPattern } from './invalid-pattern';

export type TextTest = (text: string) => boolean;

export const equals = (other: string): TextTest => (text) => text === other;
export const startsWith = (prefix: string): TextTest => (text) => text.startsWith(prefix);
export const endsWith = (suffix: string): TextTest => (text) => text.endsWith(suffix);
export const equalsIgnoringCase = (other: string): TextTest => regularExpression(`^${anyCase(other)}$`);
export const startsWithIgnoringCase = (prefix: string): TextTest => regularExpression(`^${anyCase(prefix)}`);
export const endsWithIgnoringCase = (suffix: string): TextTest => regularExpression(`${anyCase(suffix)}$`);

/** `*` stands for any text, `\*` and `\\` for themselves. */
export function wildcard(pattern: string): TextTest {
  const [first, ...rest] = literals(pattern);
  const last = rest.pop();
  if (last === undefined) return (text) => text === first;
  return (text) => {
    if (!text.startsWith(first)) return false;
    let from = first.length;
    for (const literal of rest) {
      const found = text.indexOf(literal, from);
      if (found < 0) return false;
      from = found + literal.length;
    }
    return text.length - last.length >= from && text.endsWith(last);
  };
}

/** The literal texts between the wildcards. */
function literals(pattern: string): string[] {
  const parts = [''];
  for (let i = 0; i < pattern.length; i++) {
    let char = pattern[i];
    if (char === '*') {
      if (pattern[i + 1] === '*') throw new InvalidPattern(`Consecutive wildcard characters at pos ${i}`);
      parts.push('');
      continue;
    }
    if (char === '\\') {
      char = pattern[++i];
      if (char !== '*' && char !== '\\') throw new InvalidPattern(`Invalid escape character at pos ${i - 1}`);
    }
    parts[parts.length - 1] += char;
  }
  return parts;
}

/** Each character in either case. The rule engine does not fold further, and folds one code unit at a time. */
function anyCase(text: string): string {
  return text.split('').map((char) => {
    const forms = [...new Set([char.toLowerCase(), char.toUpperCase()])].map((form) => form.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&'));
    return `(?:${forms.join('|')})`;
  }).join('');
}

function regularExpression(source: string): TextTest {
  const expression = new RegExp(source);
  return (text) => expression.test(text);
}
