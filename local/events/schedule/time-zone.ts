import { ServiceError } from '../../kernel/wire';

const DAY = 86_400_000;

/** Converts between instants and wall time, which is written as if it were UTC milliseconds. */
export interface TimeZone {
  wallTime(instant: number): number;
  /** The first instant with that wall time; `undefined` when a clock change skips it. */
  instant(wallTime: number): number | undefined;
}

export const UTC: TimeZone = { wallTime: (instant) => instant, instant: (wallTime) => wallTime };

/** An IANA time zone. */
export function timeZone(name: string): TimeZone {
  if (name === 'UTC') return UTC;
  const format = formatter(name);
  const wallTime = (instant: number): number => {
    const part = Object.fromEntries(format.formatToParts(instant).map(({ type, value }) => [type, Number(value)]));
    return Date.UTC(part.year, part.month - 1, part.day, part.hour, part.minute, part.second) + instant % 1000;
  };
  return {
    wallTime,
    instant: (wall) => {
      const offsets = [wall - DAY, wall + DAY].map((near) => wallTime(near) - near);
      const candidates = offsets.map((offset) => wall - offset).filter((instant) => wallTime(instant) === wall);
      return candidates.length > 0 ? Math.min(...candidates) : undefined;
    },
  };
}

function formatter(name: string): Intl.DateTimeFormat {
  try {
    return new Intl.DateTimeFormat('en-US', {
      timeZone: name, hourCycle: 'h23', year: 'numeric', month: 'numeric', day: 'numeric', hour: 'numeric', minute: 'numeric', second: 'numeric',
    });
  } catch {
    throw new ServiceError('ValidationException', `${name} is not a time zone`);
  }
}
