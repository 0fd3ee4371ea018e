import { ServiceError } from '../kernel/wire';
import { compactJson, isJsonSequence } from './json-text';

/** A placeholder of a template, or the text between two of them. */
type Part = { readonly text: string } | { readonly variable: string; readonly insideString: boolean };

/** The JSON text of a variable; `undefined` when the event has no such value. */
export type Variables = (name: string) => string | undefined;

/** Fills one input template. */
export type InputTemplate = (variables: Variables) => string;

/** `known` names the variables a template may use; another placeholder is refused. */
export function compileTemplate(template: string, known: (name: string) => boolean): InputTemplate {
  const parts = splitTemplate(template);
  for (const part of parts) {
    if ('variable' in part && !known(part.variable)) throw invalid(`the placeholder <${part.variable}> is not in InputPathsMap`);
  }
  if (!isJsonSequence(fill(parts, () => 'null'))) throw invalid('it is not valid JSON');
  return (variables) => {
    const filled = fill(parts, variables);
    if (!isJsonSequence(filled)) throw new ServiceError('InvalidTargetInput', `The input template gave no valid JSON: ${filled}`);
    return filled;
  };
}

function splitTemplate(template: string): Part[] {
  const parts: Part[] = [];
  let insideString = false;
  // Escapes and quotes move the state, so every character belongs to exactly one token.
  for (const [token, variable] of template.matchAll(/<([\w.-]+)>|\\[^]|[^]/g)) {
    if (variable !== undefined) {
      parts.push({ variable, insideString });
      continue;
    }
    if (token === '"') insideString = !insideString;
    parts.push({ text: token });
  }
  return parts;
}

function fill(parts: readonly Part[], variables: Variables): string {
  return parts.map((part) => {
    if ('text' in part) return part.text;
    const value = variables(part.variable);
    return part.insideString ? asText(value) : value ?? '""';
  }).join('');
}

/** EventBridge does not escape a string put into quotes, and drops the quotes of anything else. */
function asText(value: string | undefined): string {
  if (value === undefined) return '';
  return value.startsWith('"') ? JSON.parse(value) as string : compactJson(value).replaceAll('"', '');
}

function invalid(reason: string): ServiceError {
  return new ServiceError('ValidationException', `Invalid InputTemplate: ${reason}`);
}
