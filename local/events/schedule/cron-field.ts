import { ServiceError } from '../../kernel/wire';

/** The range, names and position of one cron field. */
export interface FieldRange {
  readonly name: string;
  readonly from: number;
  readonly to: number;
  /** Names of the values, from the lowest on. */
  readonly names?: readonly string[];
}

export const MINUTES: FieldRange = { name: 'minutes', from: 0, to: 59 };
export const HOURS: FieldRange = { name: 'hours', from: 0, to: 23 };
export const DAYS_OF_MONTH: FieldRange = { name: 'day-of-month', from: 1, to: 31 };
export const MONTHS: FieldRange = {
  name: 'month', from: 1, to: 12, names: ['JAN', 'FEB', 'MAR', 'APR', 'MAY', 'JUN', 'JUL', 'AUG', 'SEP', 'OCT', 'NOV', 'DEC'],
};
export const DAYS_OF_WEEK: FieldRange = { name: 'day-of-week', from: 1, to: 7, names: ['SUN', 'MON', 'TUE', 'WED', 'THU', 'FRI', 'SAT'] };
export const YEARS: FieldRange = { name: 'year', from: 1970, to: 2199 };

/** The values a field lists, ascending: `*`, values, ranges and steps, joined by commas. */
export function listedValues(field: string, range: FieldRange): readonly number[] {
  const values = field.split(',').flatMap((item) => itemValues(item, range));
  return [...new Set(values)].sort((a, b) => a - b);
}

/** One number or name of a field. */
export function fieldValue(text: string, range: FieldRange): number {
  const named = range.names?.indexOf(text.toUpperCase()) ?? -1;
  const value = named >= 0 ? range.from + named : Number(/^\d+$/.exec(text)?.[0] ?? NaN);
  if (!(value >= range.from && value <= range.to)) throw invalidField(text, range);
  return value;
}

export function invalidField(field: string, range: FieldRange): ServiceError {
  return new ServiceError('ValidationException', `Parameter ScheduleExpression is not valid: ${field || '(empty)'} is no ${range.name}`);
}

function itemValues(item: string, range: FieldRange): number[] {
  const [span, step, ...others] = item.split('/');
  if (others.length > 0) throw invalidField(item, range);
  const [first, last] = bounds(span, range, step !== undefined);
  const by = step === undefined ? 1 : Number(/^[1-9]\d*$/.exec(step)?.[0] ?? NaN);
  if (Number.isNaN(by) || first > last) throw invalidField(item, range);
  return Array.from({ length: Math.floor((last - first) / by) + 1 }, (_, index) => first + index * by);
}

function bounds(span: string, range: FieldRange, stepped: boolean): [number, number] {
  if (span === '*') return [range.from, range.to];
  const [from, to, ...others] = span.split('-');
  if (others.length > 0) throw invalidField(span, range);
  const first = fieldValue(from, range);
  if (to !== undefined) return [first, fieldValue(to, range)];
  return [first, stepped ? range.to : first];
}
