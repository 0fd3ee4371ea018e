import { ValueTest } from './field-test';
import { InvalidPattern } from './invalid-pattern';
import { comparable } from './numbers';
import { endsWith, equalsIgnoringCase, startsWith, TextTest, wildcard } from './text';

const NEGATED: Readonly<Record<string, (text: string) => TextTest>> = {
  'equals-ignore-case': equalsIgnoringCase,
  'prefix': startsWith,
  'suffix': endsWith,
  wildcard,
};

/** The field must exist; values of another type than the operands' are always something else. */
export function anythingBut(operand: unknown): ValueTest {
  if (typeof operand === 'object' && operand !== null && !Array.isArray(operand)) return negated(operand);
  const excluded = Array.isArray(operand) ? operand : [operand];
  const numbers = excluded.filter((one) => typeof one === 'number');
  const strings = excluded.filter((one) => typeof one === 'string');
  if (numbers.length + strings.length < excluded.length) {
    throw new InvalidPattern('Inside anything but list, start|null|boolean is not supported.');
  }
  if ((numbers.length > 0) === (strings.length > 0)) {
    throw new InvalidPattern('Inside anything but list, either all values are number or string, mixed type is not supported');
  }
  numbers.forEach(comparable);
  return (value) => !excluded.includes(value);
}

function negated(expression: object): ValueTest {
  const [[name, operand] = ['', undefined], ...others] = Object.entries(expression);
  if (!Object.hasOwn(NEGATED, name)) throw new InvalidPattern(`Unsupported anything-but pattern: ${name}`);
  if (others.length > 0) throw new InvalidPattern('Only one key allowed in match expression');
  const tests = (Array.isArray(operand) ? operand : [operand]).map((text: unknown) => NEGATED[name](negatedText(name, text)));
  return (value) => typeof value !== 'string' || !tests.some((test) => test(value));
}

function negatedText(name: string, text: unknown): string {
  if (typeof text !== 'string') throw new InvalidPattern(`${name} match pattern must be a string`);
  if (text === '' && (name === 'prefix' || name === 'suffix')) throw new InvalidPattern('Null prefix/suffix not allowed');
  return text;
}
