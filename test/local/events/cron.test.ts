import * as fc from 'fast-check';
import { compileCron } from '../../../local/events/schedule/cron';
import { ruleSchedule, schedulerSchedule } from '../../../local/events/schedule/expression';
import { timeZone, UTC } from '../../../local/events/schedule/time-zone';

const iso = (time: number | undefined) => time === undefined ? undefined : `${new Date(time).toISOString().slice(0, 16)}`;

function fires(fields: string, after: string, count: number, zone = UTC): (string | undefined)[] {
  const next = compileCron(fields, zone);
  const times: (number | undefined)[] = [];
  for (let time: number | undefined = Date.parse(after); times.length < count && time !== undefined; times.push(time)) time = next(time);
  return times.map(iso);
}

describe('cron', () => {
  test.each([
    ['0 10 * * ? *', '2026-03-01T09:59:59Z', ['2026-03-01T10:00', '2026-03-02T10:00']],
    ['0 10 * * ? *', '2026-03-01T10:00:00Z', ['2026-03-02T10:00']],
    ['0/15 8-9 ? * MON-FRI *', '2026-03-06T09:40:00Z', ['2026-03-06T09:45', '2026-03-09T08:00', '2026-03-09T08:15']],
    ['15,45 12 1 JAN,jul ? *', '2026-01-01T12:20:00Z', ['2026-01-01T12:45', '2026-07-01T12:15']],
    ['0 18 L * ? *', '2026-02-01T00:00:00Z', ['2026-02-28T18:00', '2026-03-31T18:00']],
    ['0 18 LW * ? *', '2026-01-01T00:00:00Z', ['2026-01-30T18:00', '2026-02-27T18:00']],
    ['0 8 1W * ? *', '2026-07-31T00:00:00Z', ['2026-08-03T08:00', '2026-09-01T08:00']],
    ['0 8 31W * ? *', '2026-05-01T00:00:00Z', ['2026-05-29T08:00', '2026-07-31T08:00']],
    ['0 8 15W * ? *', '2026-03-01T00:00:00Z', ['2026-03-16T08:00', '2026-04-15T08:00']],
    ['0 8 ? * 2#1 *', '2026-03-01T00:00:00Z', ['2026-03-02T08:00', '2026-04-06T08:00']],
    ['0 8 ? * FRI#5 *', '2026-01-01T00:00:00Z', ['2026-01-30T08:00', '2026-05-29T08:00']],
    ['0 8 ? * 6L *', '2026-02-01T00:00:00Z', ['2026-02-27T08:00', '2026-03-27T08:00']],
    ['0 8 ? * L *', '2026-02-01T00:00:00Z', ['2026-02-07T08:00', '2026-02-14T08:00']],
    ['0 0 29 2 ? *', '2026-01-01T00:00:00Z', ['2028-02-29T00:00', '2032-02-29T00:00']],
    ['0 0 1 1/5 ? 2026/2', '2026-01-01T00:00:00Z', ['2026-06-01T00:00', '2026-11-01T00:00', '2028-01-01T00:00']],
    ['0 0 1 1 ? 2027', '2026-01-01T00:00:00Z', ['2027-01-01T00:00', undefined]],
    ['0 0 31 2 ? *', '2026-01-01T00:00:00Z', [undefined]],
  ])('%s after %s', (fields, after, expected) => {
    expect(fires(fields, after, expected.length)).toEqual(expected);
  });

  test.each([
    '* * * * *', '* * * * * *', '* * ? * ? *', '60 * * * ? *', '* 24 * * ? *', '* * 0 * ? *', '* * 32W * ? *', '* * ? * 8 *', '* * ? * MON#6 *',
    '* * * 13 ? *', '* * * * ? 1969', '*/0 * * * ? *', '5-1 * * * ? *', 'a * * * ? *', '1,,2 * * * ? *', '* * ? * MON#2#3 *', '? * * * ? *', '1/2/3 * * * ? *',
  ])('refuses %s', (fields) => {
    expect(() => compileCron(fields, UTC)).toThrow(/not valid/);
  });

  const listed = (from: number, to: number) => fc.uniqueArray(fc.integer({ min: from, max: to }), { minLength: 1, maxLength: 3 });
  const after = fc.integer({ min: Date.UTC(2020, 0, 1), max: Date.UTC(2040, 0, 1) });

  test('the next time lies ahead, fits every field, and nothing fits before it', () => {
    fc.assert(fc.property(listed(0, 59), listed(0, 23), listed(1, 7), listed(1, 12), after, (minutes, hours, weekdays, months, start) => {
      const time = compileCron(`${minutes} ${hours} ? ${months} ${weekdays} *`, UTC)(start)!;
      const fits = (at: Date) => minutes.includes(at.getUTCMinutes()) && hours.includes(at.getUTCHours())
        && weekdays.includes(at.getUTCDay() + 1) && months.includes(at.getUTCMonth() + 1);
      expect(time).toBeGreaterThan(start);
      expect(time % 60_000).toBe(0);
      expect(fits(new Date(time))).toBe(true);
      const hour = 3_600_000;
      const missed: number[] = [];
      for (let at = Math.ceil(start / hour) * hour; at < time - hour; at += hour) {
        missed.push(...minutes.map((minute) => at + minute * 60_000).filter((one) => fits(new Date(one))));
      }
      expect(missed).toEqual([]);
    }), { numRuns: 40 });
  });

  test('times ascend in any zone', () => {
    const zones = ['Europe/Berlin', 'America/New_York', 'Asia/Kathmandu', 'Australia/Lord_Howe'].map(timeZone);
    fc.assert(fc.property(fc.constantFrom(...zones), listed(0, 23), after, (zone, hours, start) => {
      const time = compileCron(`30 ${hours} * * ? *`, zone)(start)!;
      expect(time).toBeGreaterThan(start);
      expect(hours).toContain(new Date(zone.wallTime(time)).getUTCHours());
      expect(time - start).toBeLessThan(3 * 86_400_000);
    }), { numRuns: 60 });
  });
});

describe('clock changes', () => {
  const berlin = timeZone('Europe/Berlin');

  test('the wall time stays', () => {
    expect(fires('0 9 * * ? *', '2026-03-28T00:00:00Z', 3, berlin)).toEqual(['2026-03-28T08:00', '2026-03-29T07:00', '2026-03-30T07:00']);
  });

  test('a skipped time does not fire, a repeated one fires once', () => {
    expect(fires('30 2 * * ? *', '2026-03-28T00:00:00Z', 2, berlin)).toEqual(['2026-03-28T01:30', '2026-03-30T00:30']);
    expect(fires('30 2 * * ? *', '2026-10-24T12:00:00Z', 2, berlin)).toEqual(['2026-10-25T00:30', '2026-10-26T01:30']);
  });

  test('an unknown zone is refused', () => {
    expect(() => timeZone('Mars/Olympus')).toThrow(/not a time zone/);
  });
});

describe('rates and single times', () => {
  const start = Date.UTC(2026, 0, 1);

  test('a rule waits one period, Scheduler starts at once', () => {
    expect(iso(ruleSchedule('rate(5 minutes)', start)(start))).toBe('2026-01-01T00:05');
    expect(iso(ruleSchedule('rate(1 day)', start)(start + 86_400_000))).toBe('2026-01-03T00:00');
    expect(iso(schedulerSchedule('rate(1 hour)', start, UTC)(start - 1))).toBe('2026-01-01T00:00');
    expect(iso(schedulerSchedule('rate(1 hour)', start, UTC)(start))).toBe('2026-01-01T01:00');
  });

  test('at fires once, in its zone', () => {
    const next = schedulerSchedule('at(2026-07-01T09:00:00)', start, timeZone('Europe/Berlin'));
    expect(iso(next(start))).toBe('2026-07-01T07:00');
    expect(next(Date.UTC(2026, 6, 1, 7))).toBeUndefined();
  });

  test.each(['rate(1 minutes)', 'rate(2 minute)', 'rate(0 days)', 'rate(5 weeks)', 'at(2026-01-01T00:00:00)', 'every day', 'cron()'])('a rule refuses %s', (expression) => {
    expect(() => ruleSchedule(expression, start)).toThrow(/ScheduleExpression/);
  });

  test('Scheduler refuses what is no time', () => {
    expect(() => schedulerSchedule('at(tomorrow)', start, UTC)).toThrow(/ScheduleExpression/);
    expect(() => schedulerSchedule('at(2026-03-29T02:30:00)', start, timeZone('Europe/Berlin'))).toThrow(/ScheduleExpression/);
  });
});
