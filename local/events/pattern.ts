import { compileBranches } from './pattern/compile';
import { Branch, FieldTest } from './pattern/field-test';
import { fieldsOf } from './pattern/fields';
import { branchMatches } from './pattern/search';

export { InvalidPattern } from './pattern/invalid-pattern';

/** How one field of a pattern fared against an event. */
export interface FieldVerdict {
  /** Dotted path of the field. */
  readonly path: string;
  /** The alternatives the pattern lists for it. */
  readonly expected: readonly unknown[];
  /** The event's values there, every array element counted. */
  readonly actual: readonly unknown[];
  /** Whether some value satisfies some alternative, this field taken alone. */
  readonly matched: boolean;
}

/** A pattern made ready to judge many events. */
export interface CompiledPattern {
  matches(event: unknown): boolean;
  /**
   * One verdict per leaf, every `$or` branch included. An event whose leaves all
   * match can still fail: its values may come from different elements of an array.
   */
  explain(event: unknown): FieldVerdict[];
}

/** Throws `InvalidPattern` for what EventBridge refuses. */
export function compilePattern(pattern: unknown): CompiledPattern {
  const branches = compileBranches(pattern);
  return {
    matches: (event) => {
      const fields = fieldsOf(event);
      return branches.some((branch) => branchMatches(branch, fields));
    },
    explain: (event) => explainBranches(branches, event),
  };
}

export function matches(pattern: unknown, event: unknown): boolean {
  return compilePattern(pattern).matches(event);
}

export function explain(pattern: unknown, event: unknown): FieldVerdict[] {
  return compilePattern(pattern).explain(event);
}

function explainBranches(branches: readonly Branch[], event: unknown): FieldVerdict[] {
  const fields = fieldsOf(event);
  const tests = new Set<FieldTest>(branches.flatMap((branch) => [...branch]));
  return [...tests].map((test) => {
    const actual = (fields.get(test.path) ?? []).map((field) => field.value);
    const matched = actual.length === 0 ? test.absent : actual.some((value) => test.accepts(value));
    return { path: test.path, expected: test.expected, actual, matched };
  });
}
