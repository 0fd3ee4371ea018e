import { EvaluationFailure } from './errors';
import { IntrinsicFunction, intrinsicFunctions } from './intrinsics';
import { Json } from './json';
import { Scope, readPath } from './paths';
import { Scanner } from './scanner';

type Evaluate = (scope: Scope) => Json;

/** Parses a call such as `States.Format('{} of {}', $.part, States.ArrayLength($.parts))`. */
export function parseIntrinsic(text: string): Evaluate {
  const scanner = new Scanner(text);
  const evaluate = call(scanner);
  scanner.match(/\s*/y);
  if (!scanner.done) scanner.fail('unexpected text');
  return evaluate;
}

function call(scanner: Scanner): Evaluate {
  const start = scanner.position;
  const name = scanner.match(/States\.\w+/y)?.slice('States.'.length) ?? '';
  if (!Object.hasOwn(intrinsicFunctions, name)) scanner.fail(`States.${name} is not an intrinsic function`);
  const implementation = intrinsicFunctions[name];
  const args = callArguments(scanner, name);
  const [least, most] = implementation.arity;
  if (args.length < least || args.length > most) scanner.fail(`States.${name} takes ${least === most ? least : `${least} to ${most}`} arguments`);
  const text = scanner.text.slice(start, scanner.position);
  return (scope) => apply(implementation, text, args, scope);
}

function apply(implementation: IntrinsicFunction, text: string, args: readonly Evaluate[], scope: Scope): Json {
  const values = args.map((arg) => arg(scope));
  try {
    return implementation.run(values, scope);
  } catch (error) {
    throw new EvaluationFailure('States.IntrinsicFailure', `The function '${text}' had the following error: ${(error as Error).message}`);
  }
}

function callArguments(scanner: Scanner, name: string): Evaluate[] {
  const args: Evaluate[] = [];
  if (!scanner.eatSpaced('(')) scanner.fail('expected (');
  if (scanner.eat(')')) return args;
  do {
    const template = name === 'Format' && args.length === 0;
    args.push(argument(scanner, template));
  } while (scanner.eatSpaced(','));
  if (!scanner.eat(')')) scanner.fail('expected , or )');
  return args;
}

function argument(scanner: Scanner, template: boolean): Evaluate {
  if (scanner.lookingAt('$')) {
    const path = readPath(scanner);
    return (scope) => path.require(scope);
  }
  if (scanner.lookingAt('States.')) return call(scanner);
  const value = literal(scanner, template);
  return () => value;
}

/** The template of States.Format keeps its escapes: there `\{` is not a placeholder. */
function literal(scanner: Scanner, template: boolean): Json {
  const quoted = scanner.match(/'(?:[^'\\]|\\['{}\\])*'/y)?.slice(1, -1);
  if (quoted !== undefined) return template ? quoted : quoted.replace(/\\(.)/g, '$1');
  const plain = scanner.match(/-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?|true\b|false\b|null\b/y);
  if (plain === undefined) scanner.fail("expected a path, a function, a number, null, true, false or a string in ' with only \\' \\{ \\} \\\\ escaped");
  return JSON.parse(plain) as Json;
}
