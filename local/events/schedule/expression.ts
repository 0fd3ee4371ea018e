import { ServiceError } from '../../kernel/wire';
import { compileCron, NextTime } from './cron';
import { TimeZone, UTC } from './time-zone';

const UNITS: Readonly<Record<string, number>> = { minute: 60_000, hour: 3_600_000, day: 86_400_000 };

/** `rate(…)` or `cron(…)` of a rule: the first rate comes one period after `start`. */
export function ruleSchedule(expression: string, start: number): NextTime {
  const { kind, argument } = parse(expression);
  if (kind === 'cron') return compileCron(argument, UTC);
  if (kind !== 'rate') throw invalid(expression);
  const period = ratePeriod(argument, expression);
  return every(period, start + period);
}

/** `rate(…)`, `cron(…)` or `at(…)` of EventBridge Scheduler, whose first rate comes at once. */
export function schedulerSchedule(expression: string, start: number, zone: TimeZone): NextTime {
  const { kind, argument } = parse(expression);
  if (kind === 'cron') return compileCron(argument, zone);
  if (kind === 'at') return once(argument, expression, zone);
  return every(ratePeriod(argument, expression), start);
}

function parse(expression: string): { kind: string; argument: string } {
  const [, kind, argument] = /^(rate|cron|at)\((.+)\)$/.exec(expression) ?? [];
  if (kind === undefined) throw invalid(expression);
  return { kind, argument };
}

function ratePeriod(argument: string, expression: string): number {
  const [, count, unit, plural] = /^([1-9]\d*) (minute|hour|day)(s?)$/.exec(argument) ?? [];
  if (count === undefined || (count === '1') === (plural === 's')) throw invalid(expression);
  return Number(count) * UNITS[unit];
}

function every(period: number, first: number): NextTime {
  return (after) => (after < first ? first : first + (Math.floor((after - first) / period) + 1) * period);
}

function once(argument: string, expression: string, zone: TimeZone): NextTime {
  const wallTime = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d$/.test(argument) ? Date.parse(`${argument}Z`) : NaN;
  const time = Number.isNaN(wallTime) ? undefined : zone.instant(wallTime);
  if (time === undefined) throw invalid(expression);
  return (after) => (time > after ? time : undefined);
}

function invalid(expression: string): ServiceError {
  return new ServiceError('ValidationException', `Parameter ScheduleExpression is not valid: ${expression}`);
}
