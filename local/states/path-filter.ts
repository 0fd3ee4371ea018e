import { Json, equal } from './json';
import type { ReadPath } from './path-parser';
import type { Scope } from './paths';
import { Scanner } from './scanner';

type Test = (scope: Scope) => boolean;
type Operand = (scope: Scope) => Json | undefined;

const COMPARISONS: Readonly<Record<string, (a: Json | undefined, b: Json | undefined) => boolean>> = {
  '==': same,
  '!=': (a, b) => !same(a, b),
  '<=': (a, b) => ordered(a, b, (order) => order <= 0),
  '>=': (a, b) => ordered(a, b, (order) => order >= 0),
  '<': (a, b) => ordered(a, b, (order) => order < 0),
  '>': (a, b) => ordered(a, b, (order) => order > 0),
};

/** Reads `(…)` of a `[?(…)]`: comparisons, existence, `!`, `&&`, `||` and parentheses. */
export function parseFilter(scanner: Scanner, readPath: ReadPath): Test {
  if (!scanner.eatSpaced('(')) scanner.fail('a filter is written ?(…)');
  const test = either(scanner, readPath);
  if (!scanner.eatSpaced(')')) scanner.fail('expected )');
  return test;
}

function either(scanner: Scanner, readPath: ReadPath): Test {
  const tests = [both(scanner, readPath)];
  while (scanner.eatSpaced('||')) tests.push(both(scanner, readPath));
  return (scope) => tests.some((test) => test(scope));
}

function both(scanner: Scanner, readPath: ReadPath): Test {
  const tests = [single(scanner, readPath)];
  while (scanner.eatSpaced('&&')) tests.push(single(scanner, readPath));
  return (scope) => tests.every((test) => test(scope));
}

function single(scanner: Scanner, readPath: ReadPath): Test {
  scanner.match(/\s*/y);
  if (scanner.eat('!')) {
    const test = single(scanner, readPath);
    return (scope) => !test(scope);
  }
  return scanner.lookingAt('(') ? parseFilter(scanner, readPath) : comparison(scanner, readPath);
}

function comparison(scanner: Scanner, readPath: ReadPath): Test {
  const exists = scanner.lookingAt('@') || scanner.lookingAt('$');
  const left = operand(scanner, readPath);
  const operator = Object.keys(COMPARISONS).find((symbol) => scanner.eatSpaced(symbol));
  if (operator === undefined) {
    if (!exists) scanner.fail('expected ==, !=, <, <=, > or >=');
    return (scope) => left(scope) !== undefined;
  }
  const right = operand(scanner, readPath);
  return (scope) => COMPARISONS[operator](left(scope), right(scope));
}

function operand(scanner: Scanner, readPath: ReadPath): Operand {
  if (scanner.lookingAt('@') || scanner.lookingAt('$')) {
    const path = readPath(scanner);
    if (!path.definite) scanner.fail('a path in a filter must name one place');
    return (scope) => path.find(scope);
  }
  const quoted = scanner.quoted();
  if (quoted !== undefined) return () => quoted;
  const literal = scanner.match(/-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null/y);
  if (literal === undefined) scanner.fail('expected a path or a literal');
  const value = JSON.parse(literal) as Json;
  return () => value;
}

function same(a: Json | undefined, b: Json | undefined): boolean {
  return a === undefined || b === undefined ? a === b : equal(a, b);
}

function ordered(a: Json | undefined, b: Json | undefined, accept: (order: number) => boolean): boolean {
  if (typeof a === 'number' && typeof b === 'number') return accept(a - b);
  if (typeof a === 'string' && typeof b === 'string') return accept(a < b ? -1 : Number(a > b));
  return false;
}
