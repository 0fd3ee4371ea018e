import { Fields } from './fields';
import { Path, parseReferencePath } from './paths';

export const EVERYWHERE: readonly string[] = ['Type', 'QueryLanguage'];
export const PATHS: readonly string[] = ['InputPath', 'OutputPath'];

/** What every state that can be left has. */
export interface CommonFields {
  readonly name: string;
  readonly next?: string;
  readonly inputPath: Path | null;
  readonly outputPath: Path | null;
}

/** Only the default query language is run. */
export function checkQueryLanguage(fields: Fields): void {
  if (fields.oneOf('QueryLanguage', ['JSONPath', 'JSONata']) === 'JSONata') fields.refuse('QueryLanguage', 'JSONata');
}

/** Reads the fields all states with one way out share, and refuses those that are neither these nor `own`. */
export function common(name: string, fields: Fields, own: readonly string[]): CommonFields {
  fields.only([...EVERYWHERE, ...PATHS, 'Next', 'End', ...own]);
  const end = fields.optional('End', 'boolean') ?? false;
  const next = fields.optional('Next', 'string');
  if (end === (next !== undefined)) fields.fail('Next', 'a state needs either Next or "End": true');
  return { name, next, ...paths(fields) };
}

export function paths(fields: Fields): Pick<CommonFields, 'inputPath' | 'outputPath'> {
  return { inputPath: fields.pathOrNull('InputPath'), outputPath: fields.pathOrNull('OutputPath') };
}

/** A result can only be placed into the state's input. */
export function resultPath(fields: Fields): Path | null {
  const path = fields.pathOrNull('ResultPath', parseReferencePath);
  return path?.isContext ? fields.fail('ResultPath', 'cannot write to the context object') : path;
}
