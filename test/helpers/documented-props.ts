import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const SRC = join(__dirname, '..', '..', 'src');

export interface DocumentedProp {
  /** e.g. `RetentionProps.logs`. */
  readonly name: string;
  /** Text of its `@default`. */
  readonly default?: string;
}

/** Every optional member of an interface that the package exports, with its documented default. */
export function documentedProps(): DocumentedProp[] {
  const index = readFileSync(join(SRC, 'index.ts'), 'utf8');
  return [...index.matchAll(/^export (?:type )?(\*|\{[^}]*\}) from '(.*)';$/gm)].flatMap(([, names, file]) => {
    const isExported = (name: string) => names === '*' || new RegExp(`\\b${name}\\b`).test(names);
    const source = readFileSync(join(SRC, `${file}.ts`), 'utf8');
    return [...source.matchAll(/^export interface (\w+)[^{]*\{\n(.*?)^\}/gms)]
      .filter(([, name]) => isExported(name))
      .flatMap(([, name, body]) => membersOf(name, body));
  });
}

function membersOf(name: string, body: string): DocumentedProp[] {
  return [...body.matchAll(/\/\*\*((?:(?!\*\/).)*)\*\/\s+readonly (\w+)\?:/gs)].map(([, comment, member]) => ({
    name: `${name}.${member}`,
    default: /@default (.*)/.exec(comment)?.[1],
  }));
}
