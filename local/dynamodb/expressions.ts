import { notSupported } from '../kernel/wire';
import { Members } from './dynalite-types';

const EQUALITY = ['=', '<>', 'in', 'EQ', 'NE', 'IN'];
const CONTAINMENT = ['contains', 'CONTAINS', 'NOT_CONTAINS'];

/** dynalite compares maps and lists by identity, so such conditions would always be false: they are refused instead. */
export function refuseUnsupportedComparisons(data: Members): void {
  for (const parsed of [data._condition, data._filter]) visit(parsed?.expression);
  for (const conditions of [data.Expected, data.QueryFilter, data.ScanFilter]) {
    for (const condition of Object.values<Members>(conditions ?? {})) {
      check(condition.ComparisonOperator ?? 'EQ', condition.AttributeValueList ?? [condition.Value ?? {}]);
    }
  }
}

/**
 * All paths of an update mean positions in the item as it was, but dynalite
 * applies them one after the other: elements leave a list last, the rearmost first.
 */
export function orderListRemovals(data: Members): void {
  const sections: Members[] = data._updates?.sections ?? [];
  const position = ({ type, path }: Members) => (type === 'remove' && typeof path.at(-1) === 'number' ? path.at(-1) : Infinity);
  sections.sort((one, other) => (position(one) === position(other) ? 0 : position(other) - position(one)));
}

function visit(expression?: Members): void {
  if (!Array.isArray(expression?.args)) return;
  check(expression.type === 'function' ? expression.name : expression.type, expression.args);
  for (const argument of expression.args) visit(argument);
}

function check(operator: string, operands: Members[]): void {
  const types = operands.filter((operand) => !Array.isArray(operand) && !('type' in operand)).flatMap((operand) => Object.keys(operand));
  const refused = (allowed: (type: string) => boolean) => types.find((type) => !allowed(type));
  const unequal = EQUALITY.includes(operator) && refused((type) => type !== 'M' && type !== 'L');
  const uncontained = CONTAINMENT.includes(operator) && refused((type) => ['S', 'N', 'B'].includes(type));
  if (unequal || uncontained) throw notSupported('DynamoDB', `comparing with a value of type ${unequal || uncontained} by ${operator}`);
}
