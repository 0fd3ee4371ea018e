/** How a listing is cut: which keys, rolled up at what, how many. */
export interface Cut<T> {
  readonly prefix: string;
  readonly delimiter?: string;
  readonly limit: number;
  /** False for entries an earlier page already gave. */
  readonly isNext: (entry: T) => boolean;
}

export interface Page<T> {
  readonly entries: T[];
  readonly commonPrefixes: string[];
  readonly truncated: boolean;
  /** The last thing on the page, where the next one goes on. */
  readonly last?: { readonly entry: T } | { readonly commonPrefix: string };
}

/** Cuts one page out of entries that are sorted by key. */
export function page<T extends { readonly key: string }>(sorted: readonly T[], { prefix, delimiter, limit, isNext }: Cut<T>): Page<T> {
  const entries: T[] = [];
  const commonPrefixes: string[] = [];
  let last: Page<T>['last'];
  for (const entry of sorted) {
    if (!entry.key.startsWith(prefix) || !isNext(entry)) continue;
    const commonPrefix = commonPrefixOf(entry.key, prefix, delimiter);
    if (commonPrefix !== undefined && commonPrefix === commonPrefixes[commonPrefixes.length - 1]) continue;
    if (entries.length + commonPrefixes.length === limit) return { entries, commonPrefixes, truncated: limit > 0, last };
    if (commonPrefix === undefined) {
      entries.push(entry);
      last = { entry };
    } else {
      commonPrefixes.push(commonPrefix);
      last = { commonPrefix };
    }
  }
  return { entries, commonPrefixes, truncated: false, last };
}

function commonPrefixOf(key: string, prefix: string, delimiter: string | undefined): string | undefined {
  if (!delimiter) return undefined;
  const end = key.indexOf(delimiter, prefix.length);
  return end < 0 ? undefined : key.slice(0, end + delimiter.length);
}
