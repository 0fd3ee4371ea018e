/** Nanoseconds since the epoch of an RFC 3339 time such as `2026-01-01T12:00:00.5+01:00`, or undefined. */
export function parseTimestamp(text: string): bigint | undefined {
  const parts = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?(Z|[+-]\d\d:\d\d)$/.exec(text);
  if (!parts) return undefined;
  const [, seconds, fraction = '', zone] = parts;
  const local = Date.parse(`${seconds}Z`);
  const at = Date.parse(seconds + zone);
  const real = !Number.isNaN(local) && !Number.isNaN(at) && new Date(local).toISOString().startsWith(seconds);
  return real ? BigInt(at) * 1_000_000n + BigInt(fraction.padEnd(9, '0')) : undefined;
}
