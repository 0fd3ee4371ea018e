import { MultiValues } from './model';
import { RestApis } from './rest-apis';

/** The stage and the path below it that a local URL path means. */
export interface Location {
  readonly apiId: string;
  readonly stage: string;
  readonly path: string;
}

/** The local URL of a stage: `<base>/_api/<api id>/<stage>`. */
export function urlFor(apiId: string, stage: string, base: string): string {
  return `${base}/_api/${apiId}/${stage}`;
}

/**
 * Finds the stage a URL path belongs to. With only one API the path may also
 * start with its stage, or, when it has a single one, leave the stage out.
 */
export function locate(apis: RestApis, path: string): Location | undefined {
  const canonical = /^\/_api\/([^/]+)\/([^/]+)(\/.*)?$/.exec(path);
  if (canonical) return { apiId: canonical[1], stage: canonical[2], path: canonical[3] ?? '/' };
  const [only, ...others] = apis.list();
  if (!only || others.length > 0) return undefined;
  const [, first, below] = /^\/([^/]*)(\/.*)?$/.exec(path) ?? [];
  if (only.stages.has(first)) return { apiId: only.id, stage: first, path: below ?? '/' };
  const [stage, ...more] = only.stages.keys();
  return stage && more.length === 0 ? { apiId: only.id, stage, path } : undefined;
}

/** Header values by name, from Node's `rawHeaders`: names keep the sender's case. */
export function headersOf(rawHeaders: readonly string[]): MultiValues {
  const headers = new Map<string, { name: string; values: string[] }>();
  for (let i = 0; i < rawHeaders.length; i += 2) {
    const [name, value] = [rawHeaders[i], rawHeaders[i + 1]];
    const known = headers.get(name.toLowerCase());
    if (known) known.values.push(value);
    else headers.set(name.toLowerCase(), { name, values: [value] });
  }
  return Object.fromEntries([...headers.values()].map(({ name, values }) => [name, values]));
}
