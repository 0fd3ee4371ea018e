import { Datum } from '../kernel/metrics';

/** A statistic of CloudWatch over the data of one period; undefined for one that this does not know. */
export function statistic(name: string, values: readonly number[]): number | undefined {
  if (values.length === 0) return undefined;
  const sum = values.reduce((total, value) => total + value, 0);
  switch (name) {
    case 'Sum': return sum;
    case 'SampleCount': return values.length;
    case 'Average': return sum / values.length;
    case 'Minimum': return Math.min(...values);
    case 'Maximum': return Math.max(...values);
    default: {
      const percentile = /^p(\d{1,2}(?:\.\d+)?|100)$/.exec(name)?.[1];
      return percentile === undefined ? undefined : ranked(values, Number(percentile));
    }
  }
}

function ranked(values: readonly number[], percentile: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil((percentile / 100) * sorted.length) - 1)];
}

/** One point a period, at the period's beginning; periods without data have none. */
export function pointsOf(data: readonly Datum[], name: string, periodMs: number, from: number, to: number): (readonly [number, number])[] {
  const periods = new Map<number, number[]>();
  for (const { at, value } of data) {
    if (at < from || at > to) continue;
    const start = Math.floor(at / periodMs) * periodMs;
    periods.set(start, [...(periods.get(start) ?? []), value]);
  }
  return [...periods].sort(([a], [b]) => a - b).flatMap(([start, values]) => {
    const value = statistic(name, values);
    return value === undefined ? [] : [[start, value] as const];
  });
}
