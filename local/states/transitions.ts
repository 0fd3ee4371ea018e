import { Flow, State } from './definition';
import { Fields } from './fields';

/** Every transition leads somewhere, every state can be reached, and the flow can end. */
export function checkTransitions(flow: Flow, fields: Fields): void {
  if (!flow.states.has(flow.startAt)) fields.fail('StartAt', `there is no state '${flow.startAt}'`);
  for (const state of flow.states.values()) {
    const missing = targets(state).find((target) => !flow.states.has(target));
    if (missing !== undefined) fields.fail(`States.${state.name}`, `leads to '${missing}', which is not a state here`);
  }
  const reached = reachable(flow);
  const unreached = [...flow.states.keys()].find((name) => !reached.has(name));
  if (unreached !== undefined) fields.fail(`States.${unreached}`, 'cannot be reached');
  if (![...flow.states.values()].some(isTerminal)) fields.fail('States', 'there is no terminal state');
}

function reachable(flow: Flow): Set<string> {
  const reached = new Set<string>();
  const waiting = [flow.startAt];
  for (let name = waiting.pop(); name !== undefined; name = waiting.pop()) {
    if (reached.has(name)) continue;
    reached.add(name);
    waiting.push(...targets(flow.states.get(name)!));
  }
  return reached;
}

function targets(state: State): string[] {
  const all = state.next === undefined ? [] : [state.next];
  if (state.type === 'Choice') all.push(...state.choices.map(({ next }) => next), ...(state.default === undefined ? [] : [state.default]));
  if ('catch' in state) all.push(...state.catch.map(({ next }) => next));
  return all;
}

function isTerminal(state: State): boolean {
  return state.type !== 'Choice' && state.next === undefined;
}
