import { notSupported } from '../kernel/wire';

/**
 * The term patterns of FilterLogEvents: every term must occur, none written with a minus may.
 * JSON, space-delimited, regular-expression and `?optional` patterns are refused.
 */
export function lineFilter(pattern: string): (message: string) => boolean {
  const terms = pattern.trim().match(/-?"(?:[^"\\]|\\.)*"|\S+/g) ?? [];
  if (/^[{[]/.test(pattern.trim()) || terms.some((term) => /^[?%]/.test(term))) {
    throw notSupported('logs', `the filter pattern ${pattern}: only terms are`);
  }
  const required = terms.filter((term) => !term.startsWith('-')).map(unquote);
  const excluded = terms.filter((term) => term.startsWith('-')).map((term) => unquote(term.slice(1)));
  return (message) => required.every((term) => message.includes(term)) && !excluded.some((term) => message.includes(term));
}

function unquote(term: string): string {
  return term.startsWith('"') ? term.slice(1, -1).replace(/\\(.)/g, '$1') : term;
}
