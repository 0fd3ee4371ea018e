import { Scalar, ValueTest } from './field-test';
import { InvalidPattern } from './invalid-pattern';

/** EventBridge compares numbers only within these bounds. */
const LIMIT = 5e9;

const COMPARISONS: Readonly<Record<string, (value: number, bound: number) => boolean>> = {
  '=': (value, bound) => value === bound,
  '<': (value, bound) => value < bound,
  '<=': (value, bound) => value <= bound,
  '>': (value, bound) => value > bound,
  '>=': (value, bound) => value >= bound,
};

/** Refuses a number EventBridge cannot compare. */
export function comparable(value: number): number {
  if (Math.abs(value) > LIMIT) throw new InvalidPattern('Value must be between -5.0E9 and 5.0E9, inclusive');
  return value;
}

/** A number given as it is, e.g. an account id, may lie outside the bounds: it is then compared as text. */
export function sameNumberTest(expected: number): ValueTest {
  return (value) => value === expected;
}

/** `['>', 0]`, `['=', 5]` or a range such as `['>', 0, '<=', 5]`. */
export function numericTest(operand: unknown): ValueTest {
  if (!Array.isArray(operand)) throw new InvalidPattern('Value of numeric must be an array.');
  const [operator, bound, ...upper] = operand;
  const first = comparison(operator, bound);
  if (upper.length === 0) return onNumber(first);
  if (operator !== '>' && operator !== '>=') throw new InvalidPattern('Too many elements in numeric expression');
  if (upper[0] !== '<' && upper[0] !== '<=') throw new InvalidPattern(`Bad numeric range operator: ${String(upper[0])}`);
  if (upper.length > 2) throw new InvalidPattern('Too many terms in numeric range expression');
  const second = comparison(upper[0], upper[1]);
  if (bound >= upper[1]) throw new InvalidPattern('Bottom must be less than top');
  return onNumber((value) => first(value) && second(value));
}

function comparison(operator: unknown, bound: unknown): (value: number) => boolean {
  if (typeof operator !== 'string') throw new InvalidPattern(`Invalid member in numeric match: ${String(operator)}`);
  if (!Object.hasOwn(COMPARISONS, operator)) throw new InvalidPattern(`Unrecognized numeric range operator: ${operator}`);
  if (typeof bound !== 'number') throw new InvalidPattern(`Value of ${operator} must be numeric`);
  comparable(bound);
  return (value) => COMPARISONS[operator](value, bound);
}

function onNumber(test: (value: number) => boolean): ValueTest {
  return (value: Scalar) => typeof value === 'number' && Math.abs(value) <= LIMIT && test(value);
}
