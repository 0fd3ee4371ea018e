import { DefinitionProblem, runtimeFailure } from './errors';
import { parseIntrinsic } from './intrinsic-parser';
import { Json, isObject, toText } from './json';
import { Scope, parsePath } from './paths';

/** Turns what an expression sees into a value. */
export type Template = (scope: Scope) => Json;

/** Compiles a payload template: every field ending in `.$` is filled from a path or an intrinsic function. */
export function compileTemplate(value: Json): Template {
  if (Array.isArray(value)) {
    const items = value.map(compileTemplate);
    return (scope) => items.map((item) => item(scope));
  }
  if (!isObject(value)) return () => value;
  const fields = Object.entries(value).map(([key, member]) => compileField(key, member));
  const names = fields.map(([name]) => name);
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (twice !== undefined) throw new DefinitionProblem(`'${twice}' is given twice, with and without .$`);
  return (scope) => Object.fromEntries(fields.map(([name, template]) => [name, template(scope)]));
}

function compileField(key: string, member: Json): [string, Template] {
  if (!key.endsWith('.$')) return [key, compileTemplate(member)];
  if (typeof member !== 'string') throw new DefinitionProblem(`the value for the field '${key}' must be a path or an intrinsic function call`);
  return [key.slice(0, -2), compileExpression(key, member)];
}

/** Compiles a path or an intrinsic function call. */
export function compileExpression(field: string, text: string): Template {
  if (text.startsWith('States.')) return parseIntrinsic(text);
  if (!text.startsWith('$')) {
    throw new DefinitionProblem(`the value for the field '${field}' must be a valid JSONPath or a valid intrinsic function call, not '${text}'`);
  }
  const path = parsePath(text);
  return (scope) => {
    const value = path.find(scope);
    if (value !== undefined) return value;
    throw runtimeFailure(`The JSONPath '${text}' specified for the field '${field}' could not be found in the input '${toText(scope.input)}'`);
  };
}
