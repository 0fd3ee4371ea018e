import { Metrics } from '../kernel/metrics';
import { Resource } from '../kernel/resource';
import { AlarmState } from './model';
import { pointsOf } from './statistics';

const COMPARE: Readonly<Record<string, readonly [string, (value: number, threshold: number) => boolean]>> = {
  GreaterThanOrEqualToThreshold: ['≥', (value, threshold) => value >= threshold],
  GreaterThanThreshold: ['>', (value, threshold) => value > threshold],
  LessThanThreshold: ['<', (value, threshold) => value < threshold],
  LessThanOrEqualToThreshold: ['≤', (value, threshold) => value <= threshold],
};

/** The state an alarm on one metric would have; one on a formula is not judged. */
export function alarmState({ ref, properties }: Resource, metrics: Metrics, now: number): AlarmState {
  const { AlarmDescription = '', Namespace, MetricName, Dimensions = [], Statistic, ExtendedStatistic, Threshold, ComparisonOperator } = properties;
  const { Period = 300, EvaluationPeriods = 1, DatapointsToAlarm = EvaluationPeriods, TreatMissingData = 'missing' } = properties;
  const about = { name: ref, description: AlarmDescription };
  const [sign, isBreaching] = COMPARE[ComparisonOperator] ?? [];
  if (MetricName === undefined || !isBreaching) return { ...about, state: 'INSUFFICIENT_DATA', rule: 'a formula, which is not evaluated here' };
  const statistic = Statistic ?? ExtendedStatistic;
  const rule = `${statistic} of ${MetricName} ${sign} ${Threshold} in ${DatapointsToAlarm} of ${EvaluationPeriods} × ${Period} s`;
  const dimensions = Object.fromEntries((Dimensions as { Name: string; Value: string }[]).map(({ Name, Value }) => [Name, Value]));
  const periodMs = Period * 1_000;
  const from = (Math.floor(now / periodMs) - EvaluationPeriods + 1) * periodMs;
  const points = pointsOf(metrics.get(Namespace, MetricName, dimensions), statistic, periodMs, from, now);
  const missing = EvaluationPeriods - points.length;
  const breaching = points.filter(([, value]) => isBreaching(value, Threshold)).length + (TreatMissingData === 'breaching' ? missing : 0);
  if (breaching >= DatapointsToAlarm) return { ...about, state: 'ALARM', rule };
  return { ...about, state: points.length === 0 && TreatMissingData === 'missing' ? 'INSUFFICIENT_DATA' : 'OK', rule };
}
