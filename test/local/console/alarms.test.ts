import { alarmState } from '../../../local/console/alarms';
import { VirtualClock } from '../../../local/kernel/clock';
import { Metrics } from '../../../local/kernel/metrics';

const PROPERTIES = {
  Namespace: 'N', MetricName: 'Errors', Dimensions: [{ Name: 'F', Value: 'f' }], Statistic: 'Sum', Period: 60, EvaluationPeriods: 3, DatapointsToAlarm: 2,
  Threshold: 1, ComparisonOperator: 'GreaterThanOrEqualToThreshold', TreatMissingData: 'notBreaching',
};

async function stateAfter(minutes: readonly number[], properties: object = {}) {
  const clock = new VirtualClock();
  const metrics = new Metrics(clock);
  for (const [index, value] of minutes.entries()) {
    if (index > 0) await clock.advance(60_000);
    metrics.put('N', 'Errors', { F: 'f' }, value);
  }
  return alarmState({ logicalId: 'A', type: 'AWS::CloudWatch::Alarm', ref: 'a', attributes: {}, properties: { ...PROPERTIES, ...properties }, metadata: {} }, metrics, clock.now()).state;
}

test.each([
  [[0, 0, 0], 'OK'],
  [[0, 1, 0], 'OK'],
  [[0, 1, 1], 'ALARM'],
  [[5, 5, 0, 0, 0], 'OK'],
])('errors by the minute of %p: %s', async (minutes, state) => {
  expect(await stateAfter(minutes)).toBe(state);
});

test('missing data is treated as the alarm says', async () => {
  expect(await stateAfter([], { TreatMissingData: 'missing' })).toBe('INSUFFICIENT_DATA');
  expect(await stateAfter([], { TreatMissingData: 'breaching' })).toBe('ALARM');
  expect(await stateAfter([])).toBe('OK');
});

test('an alarm on a formula is not judged', async () => {
  expect(await stateAfter([9, 9, 9], { MetricName: undefined })).toBe('INSUFFICIENT_DATA');
});
