import { evaluateCondition } from './conditions';
import { substitute } from './substitution';

/** Stands for `AWS::NoValue` until the member that holds it is dropped. */
export const NO_VALUE = Symbol('AWS::NoValue');

/** What intrinsic functions look up in their stack, and how they fail. */
export interface References {
  ref(name: string): unknown;
  attribute(logicalId: string, attribute: string): unknown;
  condition(name: string): boolean;
  mapped(map: string, first: string, second: string): unknown;
  imported(exportName: string): unknown;
  stackOutput(stack: string, output: string): unknown;
  fail(message: string): never;
}

/** Replaces every intrinsic function inside `value` by what it stands for. */
export function evaluate(value: unknown, references: References): unknown {
  if (Array.isArray(value)) return value.map((item) => evaluate(item, references)).filter((item) => item !== NO_VALUE);
  if (typeof value !== 'object' || value === null) return value;
  const intrinsic = intrinsicOf(value);
  if (intrinsic) return callIntrinsic(intrinsic[0], intrinsic[1], references);
  return Object.fromEntries(Object.entries(value)
    .map(([key, item]) => [key, evaluate(item, references)] as const)
    .filter(([, item]) => item !== NO_VALUE));
}

/** The function and argument when `value` is `{ Ref }` or `{ Fn::… }`. */
export function intrinsicOf(value: object): [string, unknown] | undefined {
  const entries = Object.entries(value);
  return entries.length === 1 && (entries[0][0] === 'Ref' || entries[0][0].startsWith('Fn::')) ? entries[0] : undefined;
}

type Intrinsic = (argument: unknown, references: References) => unknown;

const CONDITIONS = ['Fn::And', 'Fn::Or', 'Fn::Not', 'Fn::Equals'];

function callIntrinsic(name: string, argument: unknown, references: References): unknown {
  if (CONDITIONS.includes(name)) return evaluateCondition({ [name]: argument }, references);
  if (!Object.hasOwn(INTRINSICS, name)) return references.fail(`the local runner does not support ${name}`);
  return INTRINSICS[name](argument, references);
}

const INTRINSICS: Readonly<Record<string, Intrinsic>> = {
  'Ref': (name, references) => references.ref(text(name, 'Ref', references)),
  'Fn::GetAtt': getAttribute,
  'Fn::Join': join,
  'Fn::Sub': (argument, references) => substitute(argument, references),
  'Fn::Select': select,
  'Fn::Split': split,
  'Fn::If': choose,
  'Fn::FindInMap': findInMap,
  'Fn::Base64': (argument, references) => Buffer.from(evaluateText(argument, 'Fn::Base64', references), 'utf8').toString('base64'),
  'Fn::ImportValue': (argument, references) => references.imported(evaluateText(argument, 'Fn::ImportValue', references)),
  'Fn::GetStackOutput': getStackOutput,
  'Fn::ToJsonString': (argument, references) => JSON.stringify(evaluate(argument, references)),
  'Fn::Length': (argument, references) => evaluateList(argument, 'Fn::Length', references).length,
  // One region, so the argument does not matter.
  'Fn::GetAZs': (_, references) => ['a', 'b', 'c'].map((zone) => `${String(references.ref('AWS::Region'))}${zone}`),
};

function getAttribute(argument: unknown, references: References): unknown {
  const [logicalId, ...path] = typeof argument === 'string' ? argument.split('.') : argumentsOf(argument, 2, 'Fn::GetAtt', references);
  const attribute = path.map((part) => evaluateText(part, 'Fn::GetAtt', references)).join('.');
  return references.attribute(text(logicalId, 'Fn::GetAtt', references), attribute);
}

function join(argument: unknown, references: References): string {
  const [delimiter, list] = argumentsOf(argument, 2, 'Fn::Join', references);
  const parts = evaluateList(list, 'Fn::Join', references).map((part) => text(part, 'Fn::Join', references));
  return parts.join(text(delimiter, 'Fn::Join', references));
}

function select(argument: unknown, references: References): unknown {
  const [index, list] = argumentsOf(argument, 2, 'Fn::Select', references);
  const items = evaluateList(list, 'Fn::Select', references);
  const position = Number(evaluateText(index, 'Fn::Select', references));
  if (!Number.isInteger(position) || !(position in items)) references.fail(`Fn::Select: no item ${position} in a list of ${items.length}`);
  return items[position];
}

function split(argument: unknown, references: References): string[] {
  const [delimiter, source] = argumentsOf(argument, 2, 'Fn::Split', references);
  return evaluateText(source, 'Fn::Split', references).split(text(delimiter, 'Fn::Split', references));
}

function choose(argument: unknown, references: References): unknown {
  const [condition, yes, no] = argumentsOf(argument, 3, 'Fn::If', references);
  return evaluate(references.condition(text(condition, 'Fn::If', references)) ? yes : no, references);
}

function findInMap(argument: unknown, references: References): unknown {
  const [map, first, second, options] = argumentsOf(argument, 3, 'Fn::FindInMap', references);
  const keys = [map, first, second].map((key) => evaluateText(key, 'Fn::FindInMap', references));
  const found = references.mapped(keys[0], keys[1], keys[2]);
  if (found !== undefined) return found;
  if (typeof options === 'object' && options !== null && 'DefaultValue' in options) return evaluate(options.DefaultValue, references);
  return references.fail(`Fn::FindInMap: nothing at ${keys.join(' → ')}`);
}

function getStackOutput(argument: unknown, references: References): unknown {
  const { StackName: stack, OutputName: output } = argument as Record<string, unknown>;
  return references.stackOutput(evaluateText(stack, 'Fn::GetStackOutput', references), evaluateText(output, 'Fn::GetStackOutput', references));
}

function argumentsOf(argument: unknown, count: number, name: string, references: References): unknown[] {
  if (!Array.isArray(argument) || argument.length < count) return references.fail(`${name} takes ${count} arguments`);
  return argument;
}

function evaluateList(value: unknown, name: string, references: References): unknown[] {
  const list = evaluate(value, references);
  return Array.isArray(list) ? list : references.fail(`${name} needs a list, got ${JSON.stringify(list)}`);
}

export function evaluateText(value: unknown, name: string, references: References): string {
  return text(evaluate(value, references), name, references);
}

function text(value: unknown, name: string, references: References): string {
  if (typeof value === 'string') return value;
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  return references.fail(`${name} needs text, got ${value === NO_VALUE ? 'AWS::NoValue' : JSON.stringify(value)}`);
}
