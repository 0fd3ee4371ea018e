import { Flow } from './definition';
import type { Fields } from './fields';

/** What a definition is checked against. */
export interface MachineRules {
  readonly name: string;
  readonly type: 'EXPRESS' | 'STANDARD';
  hasTask(resource: string): boolean;
}

/** Compiles states and, for Parallel and Map, the flows inside them. */
export interface Compiler {
  readonly rules: MachineRules;
  flow(fields: Fields, more?: readonly string[]): Flow;
}
