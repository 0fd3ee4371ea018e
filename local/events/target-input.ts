import { ServiceError } from '../kernel/wire';
import { BusEvent, isoSeconds } from './event';
import { compileTemplate } from './input-template';
import { compileJsonPath } from './json-path';
import { isJsonSequence, memberTexts } from './json-text';

/** The part of a target's definition that says what it is sent. */
export interface InputDefinition {
  readonly Input?: string;
  readonly InputPath?: string;
  readonly InputTransformer?: { readonly InputPathsMap?: Readonly<Record<string, string>>; readonly InputTemplate: string };
}

export interface RuleIdentity {
  readonly name: string;
  readonly arn: string;
}

/** What one target is sent for an event. */
export type TargetInput = (event: BusEvent, rule: RuleIdentity) => string;

const PREDEFINED: Readonly<Record<string, (event: BusEvent, rule: RuleIdentity) => string>> = {
  'aws.events.rule-arn': (_, rule) => JSON.stringify(rule.arn),
  'aws.events.rule-name': (_, rule) => JSON.stringify(rule.name),
  'aws.events.event.ingestion-time': (event) => JSON.stringify(isoSeconds(event.ingestedAt)),
  'aws.events.event': (event) => withoutDetail(event.text),
  'aws.events.event.json': (event) => event.text,
};

/** At most a hundred variables, as in EventBridge. */
const MAX_VARIABLES = 100;

export function compileTargetInput(definition: InputDefinition): TargetInput {
  const { Input, InputPath, InputTransformer } = definition;
  if ([Input, InputPath, InputTransformer].filter((one) => one !== undefined).length > 1) {
    throw new ServiceError('ValidationException', 'Only one of Input, InputPath, or InputTransformer must be provided');
  }
  if (Input !== undefined) return constant(Input);
  if (InputPath !== undefined) return partOfEvent(InputPath);
  return InputTransformer ? transformed(InputTransformer) : (event) => event.text;
}

function constant(input: string): TargetInput {
  if (!isJsonSequence(input)) throw new ServiceError('ValidationException', 'JSON syntax error in Input');
  return () => input;
}

function partOfEvent(inputPath: string): TargetInput {
  const path = compileJsonPath(inputPath);
  return (event) => {
    const part = path(event.text);
    if (part === undefined) throw new ServiceError('InvalidTargetInput', `The event has nothing at ${inputPath}`);
    return part;
  };
}

function transformed({ InputPathsMap = {}, InputTemplate }: NonNullable<InputDefinition['InputTransformer']>): TargetInput {
  const entries = Object.entries(InputPathsMap);
  const reserved = entries.find(([name]) => /^aws\./i.test(name));
  if (reserved) throw new ServiceError('ValidationException', `InputPathsMap may not define ${reserved[0]}`);
  if (entries.length > MAX_VARIABLES) throw new ServiceError('ValidationException', `InputPathsMap has more than ${MAX_VARIABLES} entries`);
  const paths = new Map(entries.map(([name, path]) => [name, compileJsonPath(path)]));
  const template = compileTemplate(InputTemplate, (name) => paths.has(name) || Object.hasOwn(PREDEFINED, name));
  return (event, rule) => template((name) => {
    const path = paths.get(name);
    return path ? path(event.text) : PREDEFINED[name](event, rule);
  });
}

function withoutDetail(text: string): string {
  const members = [...memberTexts(text)].filter(([name]) => name !== 'detail');
  return `{${members.map(([name, value]) => `${JSON.stringify(name)}:${value}`).join(',')}}`;
}
