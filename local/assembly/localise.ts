import { ACCOUNT, REGION } from '../kernel/identity';

/**
 * Templates of a stack with a fixed environment spell its account and region
 * out. The runner has one account and one region, so both are replaced
 * wherever they stand; names that contain them change everywhere alike.
 */
export function localise<T>(document: T, environment = ''): T {
  const [, account, region] = /^aws:\/\/([^/]+)\/(.+)$/.exec(environment) ?? [];
  const known = [[account, ACCOUNT], [region, REGION]].filter(([from, to]) => from && !from.startsWith('unknown-') && from !== to);
  return known.length === 0 ? document : replaceIn(document, known.map(([from, to]) => [whole(from), to])) as T;
}

type Replacement = readonly [RegExp, string];

/** Not inside a longer word or number; `eu-west-1a` is a zone of `eu-west-1`, `eu-west-12` is not. */
function whole(text: string): RegExp {
  return new RegExp(`(?<![A-Za-z0-9])${text}(?!\\d)`, 'g');
}

function replaceIn(value: unknown, replacements: readonly Replacement[]): unknown {
  const text = (from: string): string => replacements.reduce((result, [pattern, to]) => result.replace(pattern, to), from);
  if (typeof value === 'string') return text(value);
  if (Array.isArray(value)) return value.map((item) => replaceIn(item, replacements));
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).map(([key, item]) => ({ key: text(key), renamed: text(key) !== key, item }));
  // A mapping may hold both regions: the entry of the stack's own region wins.
  return Object.fromEntries([...entries.filter((entry) => !entry.renamed), ...entries.filter((entry) => entry.renamed)]
    .map(({ key, item }) => [key, replaceIn(item, replacements)]));
}
