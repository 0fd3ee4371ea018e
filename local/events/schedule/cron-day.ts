import { DAYS_OF_MONTH, DAYS_OF_WEEK, fieldValue, invalidField, listedValues } from './cron-field';

/** Whether a calendar day is one a cron expression names. Months count from 1. */
export type DayTest = (year: number, month: number, day: number) => boolean;

/** `L` (last day), `LW` (last weekday), `15W` (the weekday nearest the 15th), or listed values. */
export function dayOfMonth(field: string): DayTest {
  if (field === 'L') return (year, month, day) => day === daysIn(year, month);
  if (field === 'LW') return (year, month, day) => day === nearestWeekday(year, month, daysIn(year, month));
  const weekday = /^(\d+)W$/.exec(field);
  if (weekday) {
    const wanted = fieldValue(weekday[1], DAYS_OF_MONTH);
    return (year, month, day) => wanted <= daysIn(year, month) && day === nearestWeekday(year, month, wanted);
  }
  const days = listedValues(field, DAYS_OF_MONTH);
  return (_year, _month, day) => days.includes(day);
}

/** `L` (Saturday), `6L` (the month's last Friday), `3#2` (the second Tuesday), or listed values. */
export function dayOfWeek(field: string): DayTest {
  if (field === 'L') return (year, month, day) => weekdayOf(year, month, day) === 7;
  const last = /^([^#]+)L$/.exec(field);
  if (last) {
    const wanted = fieldValue(last[1], DAYS_OF_WEEK);
    return (year, month, day) => weekdayOf(year, month, day) === wanted && day > daysIn(year, month) - 7;
  }
  if (field.includes('#')) return nthWeekday(field);
  const days = listedValues(field, DAYS_OF_WEEK);
  return (year, month, day) => days.includes(weekdayOf(year, month, day));
}

function nthWeekday(field: string): DayTest {
  const [name, nth, ...others] = field.split('#');
  if (others.length > 0 || !/^[1-5]$/.test(nth)) throw invalidField(field, DAYS_OF_WEEK);
  const wanted = fieldValue(name, DAYS_OF_WEEK);
  return (year, month, day) => weekdayOf(year, month, day) === wanted && Math.ceil(day / 7) === Number(nth);
}

/** Never leaves the month: a Saturday the 1st gives Monday the 3rd. */
function nearestWeekday(year: number, month: number, day: number): number {
  const weekday = weekdayOf(year, month, day);
  if (weekday === 7) return day === 1 ? 3 : day - 1;
  if (weekday === 1) return day === daysIn(year, month) ? day - 2 : day + 1;
  return day;
}

/** 1 is Sunday. */
function weekdayOf(year: number, month: number, day: number): number {
  return new Date(Date.UTC(year, month - 1, day)).getUTCDay() + 1;
}

function daysIn(year: number, month: number): number {
  return new Date(Date.UTC(year, month, 0)).getUTCDate();
}
