/**
 * The identifiers a function reported in `batchItemFailures`, of those it was given; nothing reported is a success.
 * `invalid` is what AWS cannot read or does not know, and takes as a failure of the whole batch.
 */
export function reportedFailures(payload: string, given: readonly string[]): ReadonlySet<string> | 'invalid' {
  const response = parse(payload);
  if (response === null) return new Set();
  if (typeof response !== 'object' || Array.isArray(response)) return 'invalid';
  const failures = (response as { batchItemFailures?: unknown }).batchItemFailures ?? [];
  if (!Array.isArray(failures)) return 'invalid';
  const identifiers = failures.map((failure: { itemIdentifier?: unknown } | null) => failure?.itemIdentifier);
  const known = new Set<unknown>(given);
  return identifiers.every((identifier) => known.has(identifier)) ? new Set(identifiers as string[]) : 'invalid';
}

function parse(payload: string): unknown {
  try {
    return JSON.parse(payload) as unknown;
  } catch {
    return payload;
  }
}
