/** A leaf of an event. */
export type Scalar = string | number | boolean | null;

/** Whether one value of a field satisfies one alternative of a pattern. */
export type ValueTest = (value: Scalar) => boolean;

/** What a pattern asks of one field. */
export interface FieldTest {
  /** Dotted path. */
  readonly path: string;
  readonly expected: readonly unknown[];
  /** Whether the field may be missing. */
  readonly absent: boolean;
  readonly accepts: ValueTest;
}

/** Tests that must all hold, in path order; a pattern holds when any of its branches does. */
export type Branch = readonly FieldTest[];
