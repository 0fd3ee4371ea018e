export class InvalidTime extends Error {
  public constructor(text: string) {
    super(`${JSON.stringify(text.slice(0, 50))} is not a time`);
    this.name = 'InvalidTime';
  }
}

const ISO = /^(\d{4})-(\d{2})-(\d{2})T\d{2}:\d{2}:\d{2}(?:\.\d+)?(?:Z|[+-]\d{2}:?\d{2})$/;

/** ISO 8601 with a zone, as ISO 8601 in UTC with milliseconds. */
export function fromIso(text: string): string {
  const [, year, month, day] = ISO.exec(text) ?? [];
  // Date.parse moves 30 February on to March.
  const exists = day !== undefined && new Date(Date.UTC(Number(year), Number(month) - 1, Number(day))).getUTCDate() === Number(day);
  return toIso(exists ? Date.parse(text) : NaN, text);
}

/** Seconds since the epoch, as ISO 8601. */
export function fromUnixSeconds(text: string): string {
  return toIso(/^\d{1,12}$/.test(text) ? Number(text) * 1000 : NaN, text);
}

/** Moments between these sort as text as they do as time: years before and after are written with a sign. */
const FIRST_MOMENT = Date.parse('0000-01-01T00:00:00.000Z');
export const LAST_MOMENT = Date.parse('9999-12-31T23:59:59.999Z');

function toIso(milliseconds: number, text: string): string {
  if (!(milliseconds >= FIRST_MOMENT && milliseconds <= LAST_MOMENT)) throw new InvalidTime(text);
  return new Date(milliseconds).toISOString();
}
