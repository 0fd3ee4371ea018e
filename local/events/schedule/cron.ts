import { ServiceError } from '../../kernel/wire';
import { dayOfMonth, dayOfWeek, DayTest } from './cron-day';
import { HOURS, listedValues, MINUTES, MONTHS, YEARS } from './cron-field';
import { TimeZone } from './time-zone';

const DAY = 86_400_000;
/** More than any clock change. */
const CLOCK_CHANGE = 3 * 3_600_000;

/** The first time after `after` at which the expression fires; `undefined` when it never does again. */
export type NextTime = (after: number) => number | undefined;

/** AWS's six fields: minutes, hours, day of month, month, day of week, year. */
export function compileCron(fields: string, zone: TimeZone): NextTime {
  const parts = fields.trim().split(/\s+/);
  if (parts.length !== 6) throw invalid(`cron(${fields}) must have six fields`);
  const [minute, hour, day, month, weekday, year] = parts;
  const minutes = listedValues(minute, MINUTES);
  const hours = listedValues(hour, HOURS);
  const months = new Set(listedValues(month, MONTHS));
  const years = new Set(listedValues(year, YEARS));
  const isDay = dayTest(day, weekday);
  const lastYear = Math.max(...years);

  return (after) => {
    const start = zone.wallTime(after);
    for (let midnight = start - start % DAY; ; midnight += DAY) {
      const date = new Date(midnight);
      if (date.getUTCFullYear() > lastYear) return undefined;
      if (!years.has(date.getUTCFullYear())) {
        midnight = Date.UTC(date.getUTCFullYear() + 1, 0, 0);
        continue;
      }
      if (!months.has(date.getUTCMonth() + 1) || !isDay(date.getUTCFullYear(), date.getUTCMonth() + 1, date.getUTCDate())) continue;
      const time = firstOfDay(midnight, hours, minutes, zone, after);
      if (time !== undefined) return time;
    }
  };
}

/** The first time of one day after `after`. Wall times a clock change skips do not fire; those it repeats fire once. */
function firstOfDay(midnight: number, hours: readonly number[], minutes: readonly number[], zone: TimeZone, after: number): number | undefined {
  const earliest = zone.wallTime(after) - CLOCK_CHANGE;
  for (const hour of hours) {
    for (const minute of minutes) {
      const wallTime = midnight + (hour * 60 + minute) * 60_000;
      const time = wallTime < earliest ? undefined : zone.instant(wallTime);
      if (time !== undefined && time > after) return time;
    }
  }
  return undefined;
}

function dayTest(day: string, weekday: string): DayTest {
  if ((day === '?') === (weekday === '?')) throw invalid('exactly one of day-of-month and day-of-week must be ?');
  return day === '?' ? dayOfWeek(weekday) : dayOfMonth(day);
}

function invalid(reason: string): ServiceError {
  return new ServiceError('ValidationException', `Parameter ScheduleExpression is not valid: ${reason}`);
}
