import { ServiceError } from '../kernel/wire';
import { compileState } from './compile-state';
import { Compiler, MachineRules } from './compiler';
import { Flow, Machine, State } from './definition';
import { Fields } from './fields';
import { JsonObject, isObject } from './json';
import { checkQueryLanguage } from './state-fields';
import { checkTransitions } from './transitions';

/** Checks a whole definition at once and compiles it; nothing in it is ignored. */
export function compileMachine(definition: string, rules: MachineRules): Machine {
  const fields = new Fields(`machine ${rules.name}`, parse(definition, rules.name));
  const names = new Set<string>();
  const compiler: Compiler = {
    rules,
    flow: (inner, more = []) => compileFlow(inner, more, names, compiler),
  };
  const version = fields.oneOf('Version', ['1.0']);
  const flow = compiler.flow(fields, ['TimeoutSeconds', 'QueryLanguage', ...(version ? ['Version'] : [])]);
  return { ...flow, timeoutSeconds: fields.integer('TimeoutSeconds', 1) };
}

function parse(definition: string, machine: string): JsonObject {
  try {
    const parsed: unknown = JSON.parse(definition);
    if (isObject(parsed)) return parsed;
  } catch { /* said below */ }
  throw new ServiceError('InvalidDefinition', `Invalid State Machine Definition: machine ${machine}: the definition must be a valid JSON object`);
}

function compileFlow(fields: Fields, more: readonly string[], names: Set<string>, compiler: Compiler): Flow {
  checkQueryLanguage(fields);
  fields.only(['StartAt', 'States', ...more]);
  const startAt = fields.string('StartAt');
  const states = new Map<string, State>();
  for (const [name, raw] of Object.entries(fields.object('States'))) {
    if (!isObject(raw)) fields.fail(`States.${name}`, 'must be an object');
    if (name.length > 80) fields.fail(`States.${name}`, 'a state name has at most 80 characters');
    if (names.has(name)) fields.fail(`States.${name}`, 'a state name must be unique in the whole machine');
    names.add(name);
    states.set(name, compileState(name, fields.at(`state ${name}`, raw), compiler));
  }
  const flow = { startAt, states };
  checkTransitions(flow, fields);
  return flow;
}
