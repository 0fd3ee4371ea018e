import { Resource } from '../kernel/resource';
import { described } from './alarm-text';
import { AlarmState } from './model';

const TOKEN = /\s*(?:(ALARM|OK|INSUFFICIENT_DATA)\s*\(\s*"?([^")]+?)"?\s*\)|(AND|OR|NOT|TRUE|FALSE)\b|([()]))/y;

/** Alarms on the states of other alarms; one may name another, so they are judged until nothing changes. */
export function judgeComposite(composites: readonly Resource[], known: readonly AlarmState[]): AlarmState[] {
  const states = new Map(known.map(({ name, state }) => [name, state]));
  for (let round = 0; round < composites.length; round += 1) {
    for (const { ref, properties } of composites) states.set(ref, stateOf(String(properties.AlarmRule), states));
  }
  return composites.map(({ ref, properties }) => ({
    name: ref, ...described(properties.AlarmDescription), state: states.get(ref)!, rule: String(properties.AlarmRule).replace(/arn:[^")\s]*:alarm:/g, ''),
  }));
}

function stateOf(rule: string, states: ReadonlyMap<string, AlarmState['state']>): AlarmState['state'] {
  try {
    return holds(rule, states) ? 'ALARM' : 'OK';
  } catch {
    return 'INSUFFICIENT_DATA';
  }
}

/** `ALARM("a") AND (OK(b) OR NOT ALARM(c))`; an alarm is named by its name or its ARN. */
export function holds(rule: string, states: ReadonlyMap<string, AlarmState['state']>): boolean {
  const tokens: (string | boolean)[] = [];
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < rule.trimEnd().length) {
    const found = TOKEN.exec(rule);
    if (!found) throw new Error(`The rule ${rule} is not understood here`);
    const [, state, name, word, bracket] = found;
    tokens.push(state ? states.get(name.split(':alarm:').at(-1)!) === state : word === 'TRUE' || word === 'FALSE' ? word === 'TRUE' : word ?? bracket);
  }
  let next = 0;
  const either = (): boolean => {
    let value = both();
    while (tokens[next] === 'OR') {
      next += 1;
      value = both() || value;
    }
    return value;
  };
  const both = (): boolean => {
    let value = one();
    while (tokens[next] === 'AND') {
      next += 1;
      value = one() && value;
    }
    return value;
  };
  const one = (): boolean => {
    const token = tokens[next++];
    if (token === 'NOT') return !one();
    if (typeof token === 'boolean') return token;
    if (token !== '(') throw new Error(`The rule ${rule} is not understood here`);
    const value = either();
    if (tokens[next++] !== ')') throw new Error(`The rule ${rule} lacks a bracket`);
    return value;
  };
  const value = either();
  if (next < tokens.length) throw new Error(`The rule ${rule} goes on after its end`);
  return value;
}
