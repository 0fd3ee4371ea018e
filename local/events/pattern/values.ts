import { anythingBut } from './anything-but';
import { cidrTest, sameAddressTest } from './cidr';
import { ValueTest } from './field-test';
import { InvalidPattern } from './invalid-pattern';
import { numericTest, sameNumberTest } from './numbers';
import { endsWith, endsWithIgnoringCase, equals, equalsIgnoringCase, startsWith, startsWithIgnoringCase, TextTest, wildcard } from './text';

/** Matchers that take one operand, by the name a pattern calls them. */
const MATCHERS: Readonly<Record<string, (operand: unknown) => ValueTest>> = {
  'exactly': (operand) => onText(equals(string('exactly', operand))),
  'prefix': (operand) => caseOption('prefix', operand, startsWith, startsWithIgnoringCase),
  'suffix': (operand) => caseOption('suffix', operand, endsWith, endsWithIgnoringCase),
  'equals-ignore-case': (operand) => onText(equalsIgnoringCase(string('equals-ignore-case', operand))),
  'wildcard': (operand) => onText(wildcard(string('wildcard', operand))),
  'anything-but': anythingBut,
  'numeric': numericTest,
  'cidr': (operand) => cidrTest(string('cidr', operand)),
  'exists': exists,
};

/** The test for one alternative in the list a pattern gives for a field. */
export function valueTest(alternative: unknown): ValueTest {
  if (Array.isArray(alternative)) throw new InvalidPattern('Match value must be String, number, true, false, or null');
  if (typeof alternative === 'number') return sameNumberTest(alternative);
  if (typeof alternative === 'string') return sameAddressTest(alternative) ?? ((value) => value === alternative);
  if (typeof alternative !== 'object' || alternative === null) return (value) => value === alternative;
  return matcher(alternative);
}

function matcher(expression: object): ValueTest {
  const [name, ...others] = Object.keys(expression);
  if (name === undefined) throw new InvalidPattern('Match expression name not found');
  if (!Object.hasOwn(MATCHERS, name)) throw new InvalidPattern(`Unrecognized match type ${name}`);
  if (others.length > 0) throw new InvalidPattern('Only one key allowed in match expression');
  return MATCHERS[name]((expression as Record<string, unknown>)[name]);
}

function caseOption(name: string, operand: unknown, exact: (text: string) => TextTest, ignoring: (text: string) => TextTest): ValueTest {
  if (typeof operand !== 'object' || operand === null) return onText(exact(string(name, operand)));
  const [option, ...others] = Object.keys(operand);
  if (option !== 'equals-ignore-case') throw new InvalidPattern(`Unsupported ${name} pattern: ${option}`);
  if (others.length > 0) throw new InvalidPattern('Only one key allowed in match expression');
  return onText(ignoring(string(option, (operand as Record<string, unknown>)[option])));
}

/** `false` accepts no value: the field's absence is judged where the field is looked up. */
function exists(operand: unknown): ValueTest {
  if (typeof operand !== 'boolean') throw new InvalidPattern('exists match pattern must be either true or false.');
  return () => operand;
}

function onText(test: TextTest): ValueTest {
  return (value) => typeof value === 'string' && test(value);
}

function string(name: string, operand: unknown): string {
  if (typeof operand !== 'string') throw new InvalidPattern(`${name} match pattern must be a string`);
  return operand;
}
