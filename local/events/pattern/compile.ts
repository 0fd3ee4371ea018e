import { Branch, FieldTest, Scalar } from './field-test';
import { InvalidPattern } from './invalid-pattern';
import { valueTest } from './values';

/** EventBridge refuses patterns whose `$or` combine to more branches. */
const MAX_BRANCHES = 1000;

/** Names that may not be fields inside `$or`, so that a matcher put in the wrong place is noticed. */
const RESERVED_IN_OR = new Set([
  'exactly', 'equals-ignore-case', 'prefix', 'suffix', 'anything-but', 'exists', 'wildcard', 'numeric', 'cidr',
  '=', '<', '<=', '>', '>=', 'regex', 'not-wildcard', 'not-equals-ignore-case',
  'date-after', 'date-on-or-after', 'date-before', 'date-on-or-before', 'in-date-range',
  'ip-address-in-range', 'ip-address-not-in-range',
]);

/** The branch under construction: a later test of the same path replaces the earlier one. */
type Tests = ReadonlyMap<string, FieldTest>;

export function compileBranches(pattern: unknown): Branch[] {
  if (!isObject(pattern)) throw new InvalidPattern('Filter is not an object');
  return addObject([new Map()], '', pattern, false).map(inPathOrder);
}

function addObject(branches: readonly Tests[], path: string, object: object, insideOr: boolean): readonly Tests[] {
  const entries = Object.entries(object);
  if (entries.length === 0) throw new InvalidPattern('Empty objects are not allowed');
  return entries.reduce((soFar, [key, value]) => {
    if (key === '$or') return addAlternatives(soFar, path, value);
    if (insideOr && RESERVED_IN_OR.has(key)) throw new InvalidPattern(`${key} is a reserved field name which cannot be used inside $or.`);
    return addMember(soFar, path === '' ? key : `${path}.${key}`, key, value, insideOr);
  }, branches);
}

function addMember(branches: readonly Tests[], path: string, key: string, value: unknown, insideOr: boolean): readonly Tests[] {
  if (isObject(value)) return addObject(branches, path, value, insideOr);
  if (!Array.isArray(value)) throw new InvalidPattern(`"${key}" must be an object or an array`);
  const test = fieldTest(path, value);
  return branches.map((branch) => new Map(branch).set(path, test));
}

function addAlternatives(branches: readonly Tests[], path: string, alternatives: unknown): readonly Tests[] {
  if (!Array.isArray(alternatives)) throw new InvalidPattern('It must be an Array followed with $or.');
  if (!alternatives.every(isObject)) throw new InvalidPattern('Only JSON object is allowed in array of $or relationship.');
  if (alternatives.length < 2) throw new InvalidPattern('There must have at least 2 Objects in $or relationship.');
  const combined = alternatives.flatMap((alternative) => addObject(branches, path, alternative, true));
  if (combined.length > MAX_BRANCHES) throw new InvalidPattern(`$or makes more than ${MAX_BRANCHES} combinations`);
  return combined;
}

function fieldTest(path: string, expected: readonly unknown[]): FieldTest {
  if (expected.length === 0) throw new InvalidPattern('Empty arrays are not allowed');
  const absent = expected.some((one) => isObject(one) && 'exists' in one && one.exists === false);
  const tests = expected.map(valueTest);
  return { path, expected, absent, accepts: (value: Scalar) => tests.some((test) => test(value)) };
}

function inPathOrder(tests: Tests): Branch {
  return [...tests.values()].sort((a, b) => (a.path < b.path ? -1 : 1));
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
