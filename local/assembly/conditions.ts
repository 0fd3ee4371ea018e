import { evaluate, intrinsicOf, References } from './intrinsics';

/** The truth of a condition expression. */
export function evaluateCondition(expression: unknown, references: References): boolean {
  const [name, argument] = conditionOf(expression, references);
  const list = (): unknown[] => Array.isArray(argument) ? argument : references.fail(`${name} needs a list`);
  const truths = (): boolean[] => list().map((part) => evaluateCondition(part, references));
  switch (name) {
    case 'Condition': return references.condition(String(argument));
    case 'Fn::And': return truths().every(Boolean);
    case 'Fn::Or': return truths().some(Boolean);
    case 'Fn::Not': return !truths()[0];
    case 'Fn::Equals': {
      const [left, right] = list().map((side) => comparable(evaluate(side, references)));
      return left === right;
    }
    default: return references.fail(`the local runner does not support ${name} in a condition`);
  }
}

function conditionOf(expression: unknown, references: References): [string, unknown] {
  if (typeof expression !== 'object' || expression === null) return references.fail(`${JSON.stringify(expression)} is no condition`);
  const entries = Object.entries(expression);
  return entries.length === 1 && entries[0][0] === 'Condition'
    ? entries[0]
    : intrinsicOf(expression) ?? references.fail(`${JSON.stringify(expression)} is no condition`);
}

/** CloudFormation compares text: `true` equals `"true"`. */
function comparable(value: unknown): string {
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}
