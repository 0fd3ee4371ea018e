import { DefinitionProblem, runtimeFailure } from './errors';
import { Json, JsonObject, isObject } from './json';
import { Scope, parseReferencePath } from './paths';
import { parseTimestamp } from './timestamps';

/** A condition of a Choice state. */
export type Condition = (scope: Scope) => boolean;

type Comparison = (value: Json, operand: Json) => boolean;

interface Operator {
  readonly compare: Comparison;
  /** Whether a literal operand makes sense. */
  readonly accepts: (operand: Json) => boolean;
}

type Comparable = string | number | bigint;

const ORDERS: Readonly<Record<string, (a: Comparable, b: Comparable) => boolean>> = {
  Equals: (a, b) => a === b,
  LessThan: (a, b) => a < b,
  LessThanEquals: (a, b) => a <= b,
  GreaterThan: (a, b) => a > b,
  GreaterThanEquals: (a, b) => a >= b,
};

const KINDS: Readonly<Record<string, (value: Json) => Comparable | undefined>> = {
  String: (value) => (typeof value === 'string' ? value : undefined),
  Numeric: (value) => (typeof value === 'number' ? value : undefined),
  Timestamp: (value) => (typeof value === 'string' ? parseTimestamp(value) : undefined),
};

const TESTS: Readonly<Record<string, (value: Json) => boolean>> = {
  IsNull: (value) => value === null,
  IsString: (value) => typeof value === 'string',
  IsNumeric: (value) => typeof value === 'number',
  IsBoolean: (value) => typeof value === 'boolean',
  IsTimestamp: (value) => KINDS.Timestamp(value) !== undefined,
};

const OPERATORS = operators();

/** The fields a rule may have besides Next and Comment. */
export const RULE_FIELDS: readonly string[] = ['Variable', 'And', 'Or', 'Not', 'IsPresent', ...OPERATORS.keys()];

/** Compiles one rule, checking that it has exactly one operator. */
export function compileCondition(rule: JsonObject): Condition {
  const names = Object.keys(rule).filter((name) => name !== 'Variable');
  const unknown = Object.keys(rule).find((name) => !RULE_FIELDS.includes(name));
  if (unknown !== undefined) throw new DefinitionProblem(`'${unknown}' is not a comparison operator`);
  if (names.length !== 1) throw new DefinitionProblem(`a rule needs exactly one operator, not ${names.length === 0 ? 'none' : names.join(', ')}`);
  const [name] = names;
  if (name === 'And' || name === 'Or') return combination(name, rule[name]);
  if (name === 'Not') return negation(rule.Not);
  return comparison(name, rule[name], rule.Variable);
}

function combination(name: 'And' | 'Or', rules: Json): Condition {
  if (!Array.isArray(rules) || rules.length === 0) throw new DefinitionProblem(`'${name}' must be a non-empty array`);
  const conditions = rules.map(nested);
  return name === 'And'
    ? (scope) => conditions.every((condition) => condition(scope))
    : (scope) => conditions.some((condition) => condition(scope));
}

function negation(rule: Json): Condition {
  const condition = nested(rule);
  return (scope) => !condition(scope);
}

function nested(rule: Json): Condition {
  if (!isObject(rule)) throw new DefinitionProblem('a nested rule must be an object');
  const { Comment: _comment, ...rest } = rule;
  return compileCondition(rest);
}

function comparison(name: string, operand: Json, variable: Json | undefined): Condition {
  if (typeof variable !== 'string') throw new DefinitionProblem(`'${name}' needs a Variable`);
  const path = parseReferencePath(variable);
  if (name === 'IsPresent') {
    if (typeof operand !== 'boolean') throw new DefinitionProblem("'IsPresent' must be true or false");
    return (scope) => (path.find(scope) !== undefined) === operand;
  }
  const operator = OPERATORS.get(name)!;
  const read = operandOf(name, operand, operator);
  return (scope) => operator.compare(found(path.find(scope), variable), read(scope));
}

function operandOf(name: string, operand: Json, operator: Operator): (scope: Scope) => Json {
  if (!operator.accepts(operand)) throw new DefinitionProblem(`'${name}' cannot compare with ${JSON.stringify(operand)}`);
  if (!name.endsWith('Path')) return () => operand;
  const text = operand as string;
  const path = parseReferencePath(text);
  return (scope) => found(path.find(scope), text);
}

function found(value: Json | undefined, path: string): Json {
  if (value === undefined) throw runtimeFailure(`Invalid path '${path}': The choice state's condition path references an invalid value.`);
  return value;
}

function operators(): Map<string, Operator> {
  const all = new Map<string, Operator>();
  const both = (name: string, operator: Operator): void => {
    all.set(name, operator);
    all.set(`${name}Path`, { compare: operator.compare, accepts: (operand) => typeof operand === 'string' });
  };
  for (const [kind, read] of Object.entries(KINDS)) {
    for (const [order, holds] of Object.entries(ORDERS)) both(`${kind}${order}`, ordering(read, holds));
  }
  both('BooleanEquals', { compare: (a, b) => typeof a === 'boolean' && a === b, accepts: (operand) => typeof operand === 'boolean' });
  all.set('StringMatches', { compare: stringMatches, accepts: (operand) => typeof operand === 'string' });
  for (const [name, test] of Object.entries(TESTS)) {
    all.set(name, { compare: (value, expected) => test(value) === expected, accepts: (operand) => typeof operand === 'boolean' });
  }
  return all;
}

/** Values of another type than the operator's compare as false. */
function ordering(read: (value: Json) => Comparable | undefined, holds: (a: Comparable, b: Comparable) => boolean): Operator {
  return {
    compare: (value, operand) => {
      const [a, b] = [read(value), read(operand)];
      return a !== undefined && b !== undefined && holds(a, b);
    },
    accepts: (operand) => read(operand) !== undefined,
  };
}

/** `*` stands for any text; `\*` and `\\` for themselves. */
function stringMatches(value: Json, pattern: Json): boolean {
  if (typeof value !== 'string') return false;
  const pieces = betweenStars(pattern as string);
  if (pieces.length === 1) return value === pieces[0];
  const last = pieces[pieces.length - 1];
  let at = pieces[0].length;
  if (!value.startsWith(pieces[0])) return false;
  for (const piece of pieces.slice(1, -1)) {
    const start = value.indexOf(piece, at);
    if (start === -1) return false;
    at = start + piece.length;
  }
  return value.length - last.length >= at && value.endsWith(last);
}

function betweenStars(pattern: string): string[] {
  const pieces = [''];
  for (const [token] of pattern.matchAll(/\\[*\\]|[\s\S]/g)) {
    if (token === '*') pieces.push('');
    else pieces[pieces.length - 1] += token.length === 2 ? token[1] : token;
  }
  return pieces;
}
