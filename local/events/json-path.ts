import { ServiceError } from '../kernel/wire';
import { elementTexts, memberTexts } from './json-text';

/** Finds the JSON text a path leads to; `undefined` when the event has nothing there. */
export type JsonPath = (text: string) => string | undefined;

type Step = (text: string) => string[];

const ALL: Step = (text) => [...elementTexts(text), ...memberTexts(text).values()];

/**
 * The JSONPath EventBridge supports: dotted names, array indices and wildcards.
 * A path with a wildcard gives an array of what it finds.
 */
export function compileJsonPath(path: string): JsonPath {
  if (!/^\$(\.(\*|[^.[\]*\s]+)|\[(\*|\d+)\])*$/.test(path)) {
    throw new ServiceError('ValidationException', `JSONPath ${path} is not supported: use dotted names, array indices and wildcards`);
  }
  const parts = [...path.matchAll(/\.(?<name>[^.[\]]+)|\[(?<index>[^\]]+)\]/g)];
  const steps = parts.map(({ groups }) => step(groups?.name, groups?.index));
  const many = steps.includes(ALL);
  return (text) => {
    const found = steps.reduce<string[]>((texts, next) => texts.flatMap(next), [text]);
    if (many) return found.length > 0 ? `[${found.join(',')}]` : undefined;
    return found[0];
  };
}

function step(name: string | undefined, index: string | undefined): Step {
  if (name === '*' || index === '*') return ALL;
  if (name === undefined) return (text) => elementTexts(text).slice(Number(index), Number(index) + 1);
  return (text) => {
    const member = memberTexts(text).get(name);
    return member === undefined ? [] : [member];
  };
}
