const DAY = /^\d{4}-\d\d-\d\d$/;
const DAY_MS = 86_400_000;

/** Checks a day given as an option, `yyyy-mm-dd` in UTC. */
export function dayOption(option: string, value: string): string {
  const date = new Date(`${value}T00:00:00Z`);
  if (!DAY.test(value) || Number.isNaN(date.getTime()) || date.toISOString().slice(0, 10) !== value) {
    throw new Error(`${option} is ${JSON.stringify(value)}: use a day as yyyy-mm-dd`);
  }
  return value;
}

/** Checks a time given as an option: ISO 8601, or a day, which stands for its start in UTC. */
export function timeOption(option: string, value: string): Date {
  const date = new Date(DAY.test(value) ? `${value}T00:00:00Z` : value);
  if (Number.isNaN(date.getTime()) || !/^\d{4}-\d\d-\d\d/.test(value)) {
    throw new Error(`${option} is ${JSON.stringify(value)}: use an ISO 8601 time, e.g. 2025-10-09T08:00:00Z`);
  }
  return date;
}

/** Every day that has a moment of the window, `to` not included. */
export function daysBetween(from: Date, to: Date): string[] {
  const days: string[] = [];
  for (let at = Math.floor(from.getTime() / DAY_MS) * DAY_MS; at < to.getTime(); at += DAY_MS) days.push(new Date(at).toISOString().slice(0, 10));
  return days;
}
