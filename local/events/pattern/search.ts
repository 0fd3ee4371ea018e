import { Branch } from './field-test';
import { Fields, Position } from './fields';

/**
 * Looks for one value per test such that no two come from different elements of
 * the same array, the way the rule engine walks fields in path order.
 */
export function branchMatches(branch: Branch, fields: Fields, index = 0, taken: Position = new Map()): boolean {
  if (index === branch.length) return true;
  const test = branch[index];
  const reachable = (fields.get(test.path) ?? []).filter((field) => agree(taken, field.position));
  if (test.absent && reachable.length === 0 && branchMatches(branch, fields, index + 1, taken)) return true;
  const tried = new Set<string>();
  return reachable.some((field) => {
    if (!test.accepts(field.value)) return false;
    const next = field.position.size === 0 ? taken : new Map([...taken, ...field.position]);
    // Values at the same place lead to the same search: without this, long arrays would multiply.
    const key = [...next].sort(([a], [b]) => a - b).join(';');
    if (tried.has(key)) return false;
    tried.add(key);
    return branchMatches(branch, fields, index + 1, next);
  });
}

function agree(taken: Position, position: Position): boolean {
  for (const [array, index] of position) {
    if (taken.has(array) && taken.get(array) !== index) return false;
  }
  return true;
}
