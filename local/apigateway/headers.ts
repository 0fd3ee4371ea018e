type Headers = Readonly<Record<string, string | string[]>>;

/** One map of response headers; of the same name in any case, the last one counts. */
export function mergeHeaders(...maps: readonly Headers[]): Record<string, string | string[]> {
  const merged = new Map<string, [string, string | string[]]>();
  for (const [name, value] of maps.flatMap((map) => Object.entries(map))) merged.set(name.toLowerCase(), [name, value]);
  return Object.fromEntries(merged.values());
}
