import { Dimensions, Metrics } from '../kernel/metrics';
import { Resource } from '../kernel/resource';
import { described } from './alarm-text';
import { judgeComposite } from './composite-alarms';
import { evaluate, Points } from './metric-math';
import { AlarmState } from './model';
import { seriesOf } from './series';

const COMPARE: Readonly<Record<string, readonly [string, (value: number, threshold: number) => boolean]>> = {
  GreaterThanOrEqualToThreshold: ['≥', (value, threshold) => value >= threshold],
  GreaterThanThreshold: ['>', (value, threshold) => value > threshold],
  LessThanThreshold: ['<', (value, threshold) => value < threshold],
  LessThanOrEqualToThreshold: ['≤', (value, threshold) => value <= threshold],
};

/** A metric of an alarm as templates write it. */
interface MetricStat {
  readonly Metric: {
    readonly Namespace: string;
    readonly MetricName: string;
    readonly Dimensions?: readonly { readonly Name: string; readonly Value: string }[];
  };
  readonly Period: number;
  readonly Stat: string;
}

interface MetricQuery {
  readonly Id: string;
  readonly Label?: string;
  readonly Expression?: string;
  readonly MetricStat?: MetricStat;
  readonly Period?: number;
  readonly ReturnData?: boolean;
}

/** The states all alarms of a template would have now: those on a metric, on a formula, and on other alarms. */
export function alarmStates(resources: readonly Resource[], metrics: Metrics, now: number): AlarmState[] {
  const single = resources.filter(({ type }) => type === 'AWS::CloudWatch::Alarm').map((alarm) => alarmState(alarm, metrics, now));
  const composite = resources.filter(({ type }) => type === 'AWS::CloudWatch::CompositeAlarm');
  return [...single, ...judgeComposite(composite, single)];
}

export function alarmState({ ref, properties }: Resource, metrics: Metrics, now: number): AlarmState {
  const about = { name: ref, ...described(properties.AlarmDescription) };
  const { Threshold, ComparisonOperator, EvaluationPeriods = 1, DatapointsToAlarm = EvaluationPeriods, TreatMissingData = 'missing' } = properties;
  const [sign, isBreaching] = COMPARE[ComparisonOperator] ?? [];
  const queries = queriesOf(properties);
  const result = queries.find(({ ReturnData = true }) => ReturnData);
  if (!isBreaching || !result) return { ...about, state: 'INSUFFICIENT_DATA', rule: `${ComparisonOperator} is not judged here` };
  const period = periodOf(result, queries);
  const rule = `${nameOf(result)} ${sign} ${Threshold} in ${DatapointsToAlarm} of ${EvaluationPeriods} × ${durationOf(period)}`;
  try {
    const periodMs = period * 1_000;
    const last = Math.floor(now / periodMs) * periodMs;
    const periods = Array.from({ length: EvaluationPeriods }, (_, index) => last - (EvaluationPeriods - 1 - index) * periodMs);
    const points = resultOf(result, { queries, metrics, periodMs, periods, now });
    const values = periods.map((at) => points.get(at));
    const missing = values.filter((value) => value === undefined).length;
    const breaching = values.filter((value) => value !== undefined && isBreaching(value, Threshold)).length + (TreatMissingData === 'breaching' ? missing : 0);
    const latest = values.findLast((value) => value !== undefined);
    const state = breaching >= DatapointsToAlarm ? 'ALARM' : missing === EvaluationPeriods && TreatMissingData === 'missing' ? 'INSUFFICIENT_DATA' : 'OK';
    return { ...about, state, rule, seen: latest === undefined ? silence(TreatMissingData) : `latest ${Number(latest.toFixed(3))}` };
  } catch (error) {
    return { ...about, state: 'INSUFFICIENT_DATA', rule, seen: `not judged: ${(error as Error).message}` };
  }
}

function queriesOf({ Metrics: queries, Namespace, MetricName, Dimensions: dimensions, Period, Statistic, ExtendedStatistic }: Resource['properties']): readonly MetricQuery[] {
  if (queries !== undefined) return queries as readonly MetricQuery[];
  return [{ Id: 'metric', MetricStat: { Metric: { Namespace, MetricName, Dimensions: dimensions }, Period: Period ?? 300, Stat: Statistic ?? ExtendedStatistic } }];
}

function periodOf({ MetricStat: metric, Period }: MetricQuery, queries: readonly MetricQuery[]): number {
  return metric?.Period ?? Period ?? Math.max(60, ...queries.map(({ MetricStat: other }) => other?.Period ?? 0));
}

function nameOf({ Label, Expression, MetricStat: metric }: MetricQuery): string {
  return metric ? `${metric.Stat} of ${metric.Metric.MetricName}` : Label ?? Expression ?? 'nothing';
}

interface Question {
  readonly queries: readonly MetricQuery[];
  readonly metrics: Metrics;
  readonly periodMs: number;
  readonly periods: readonly number[];
  readonly now: number;
}

function resultOf({ Expression, MetricStat: metric }: MetricQuery, question: Question): Points {
  const { queries, metrics, periodMs, periods, now } = question;
  if (metric) {
    const { Metric: { Namespace, MetricName, Dimensions: given = [] }, Stat } = metric;
    const dimensions: Dimensions = Object.fromEntries(given.map(({ Name, Value }) => [Name, Value]));
    const window = { statistic: Stat, periodMs, from: periods[0], to: now };
    return new Map(seriesOf(metrics, { namespace: Namespace, name: MetricName, dimensions }, window));
  }
  const series = (id: string): Points => {
    const found = queries.find(({ Id }) => Id === id);
    if (!found) throw new Error(`there is no metric ${id}`);
    return resultOf(found, question);
  };
  return evaluate(Expression ?? '', { periods, series });
}

function silence(treatMissingData: string): string {
  return treatMissingData === 'breaching' ? 'no data, which counts as a breach' : 'no data';
}

function durationOf(seconds: number): string {
  if (seconds % 3_600 === 0) return `${seconds / 3_600} h`;
  return seconds % 60 === 0 ? `${seconds / 60} min` : `${seconds} s`;
}
