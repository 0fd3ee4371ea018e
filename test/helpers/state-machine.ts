import { IConstruct } from 'constructs';
import { render, Synthesized } from './template';

export interface State {
  readonly Type: string;
  readonly Next?: string;
  readonly Default?: string;
  readonly End?: boolean;
  readonly Retry?: { readonly ErrorEquals: string[]; readonly [field: string]: any }[];
  readonly Catch?: { readonly ErrorEquals: string[]; readonly Next: string; readonly ResultPath?: string | null }[];
  readonly Choices?: { readonly Next: string; readonly [operator: string]: unknown }[];
  readonly Branches?: Definition[];
  readonly ItemProcessor?: Definition;
  readonly [field: string]: any;
}

export interface Definition {
  readonly StartAt: string;
  readonly States: { readonly [name: string]: State };
  readonly TimeoutSeconds?: number;
}

/** The definition of a state machine, with references as `${LogicalId.Attribute}`. */
export function definitionOf(synthesized: Synthesized, stateMachine: IConstruct): Definition {
  return JSON.parse(render(synthesized.propertiesOf(stateMachine).DefinitionString));
}

/** The definition itself and every branch and item processor in it. */
export function scopesOf(definition: Definition): Definition[] {
  const inner = Object.values(definition.States).flatMap((state) => [...state.Branches ?? [], ...state.ItemProcessor ? [state.ItemProcessor] : []]);
  return [definition, ...inner.flatMap(scopesOf)];
}

/** All states at any depth by name. */
export function statesOf(definition: Definition): { [name: string]: State } {
  return Object.assign({}, ...scopesOf(definition).map(({ States }) => States));
}

export function tasksOf(definition: Definition): [string, State][] {
  return Object.entries(statesOf(definition)).filter(([, { Type }]) => Type === 'Task');
}

/** Where a state can lead. */
export function successorsOf(state: State): string[] {
  const choices = (state.Choices ?? []).map(({ Next }) => Next);
  const catches = (state.Catch ?? []).map(({ Next }) => Next);
  return [state.Next, state.Default, ...choices, ...catches].filter((name) => name !== undefined);
}

export function isEnd(state: State): boolean {
  return state.End === true || ['Succeed', 'Fail'].includes(state.Type);
}

/** Names reachable from `start` within one scope, itself included. */
export function reachableFrom(scope: Definition, start: string): Set<string> {
  const seen = new Set<string>();
  const visit = (name: string): void => {
    if (seen.has(name)) return;
    seen.add(name);
    successorsOf(scope.States[name]).forEach(visit);
  };
  visit(start);
  return seen;
}
