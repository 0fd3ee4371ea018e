import { Dimensions, Metrics } from '../kernel/metrics';
import { pointsOf } from './statistics';

export interface MetricName {
  readonly namespace: string;
  readonly name: string;
  readonly dimensions: Dimensions;
}

export interface Window {
  readonly statistic: string;
  readonly periodMs: number;
  readonly from: number;
  readonly to: number;
}

/** What is there rather than what happens: AWS reports it every minute, the runner when it changes. */
const GAUGES = /^ApproximateNumberOfMessages|^NumberOfObjects$|^BucketSizeBytes$/;

/** One point a period. What is there has a value in every period since it was first known. */
export function seriesOf(metrics: Metrics, { namespace, name, dimensions }: MetricName, window: Window): (readonly [number, number])[] {
  const { statistic, periodMs, from, to } = window;
  const data = metrics.get(namespace, name, dimensions);
  const points = pointsOf(data, statistic, periodMs, from, to);
  if (!GAUGES.test(name)) return points;
  const known = new Map(points);
  let last = data.findLast(({ at }) => at < from)?.value;
  const held: (readonly [number, number])[] = [];
  for (let period = Math.floor(from / periodMs) * periodMs; period <= to; period += periodMs) {
    const value = known.get(period) ?? last;
    if (value !== undefined) held.push([period, value]);
    last = data.findLast(({ at }) => at < period + periodMs && at >= period)?.value ?? last;
  }
  return held;
}
