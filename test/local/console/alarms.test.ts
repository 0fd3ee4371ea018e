import { alarmState, alarmStates } from '../../../local/console/alarms';
import { VirtualClock } from '../../../local/kernel/clock';
import { Metrics } from '../../../local/kernel/metrics';
import { Resource } from '../../../local/kernel/resource';

const PROPERTIES = {
  Namespace: 'N', MetricName: 'Errors', Dimensions: [{ Name: 'F', Value: 'f' }], Statistic: 'Sum', Period: 60, EvaluationPeriods: 3, DatapointsToAlarm: 2,
  Threshold: 1, ComparisonOperator: 'GreaterThanOrEqualToThreshold', TreatMissingData: 'notBreaching',
};

const alarm = (ref: string, properties: object): Resource => ({ logicalId: ref, type: 'AWS::CloudWatch::Alarm', ref, attributes: {}, properties, metadata: {} });

async function stateAfter(minutes: readonly number[], properties: object = {}) {
  const clock = new VirtualClock();
  const metrics = new Metrics(clock);
  for (const [index, value] of minutes.entries()) {
    if (index > 0) await clock.advance(60_000);
    metrics.put('N', 'Errors', { F: 'f' }, value);
  }
  return alarmState(alarm('a', { ...PROPERTIES, ...properties }), metrics, clock.now()).state;
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

const stat = (id: string, name: string) => ({ Id: id, ReturnData: false, MetricStat: { Metric: { Namespace: 'N', MetricName: name, Dimensions: [{ Name: 'F', Value: 'f' }] }, Period: 60, Stat: 'Sum' } });
const FORMULA = { MetricName: undefined, Metrics: [{ Id: 'sum', Expression: 'FILL(errors, 0) + FILL(other, 0)', Label: 'All of them' }, stat('errors', 'Errors'), stat('other', 'Other')] };

test.each([
  [[0, 1, 1], 'ALARM'],
  [[0, 1, 0], 'OK'],
  [[], 'OK'],
])('an alarm on a formula, with errors by the minute of %p: %s', async (minutes, state) => {
  expect(await stateAfter(minutes, FORMULA)).toBe(state);
});

test('an alarm on a formula that is not understood says so', () => {
  const properties = { ...PROPERTIES, ...FORMULA, Metrics: [{ Id: 'x', Expression: 'ANOMALY_DETECTION_BAND(errors)' }, stat('errors', 'Errors')] };
  const judged = alarmState(alarm('a', properties), new Metrics(new VirtualClock()), 0);
  expect(judged).toMatchObject({ state: 'INSUFFICIENT_DATA', seen: 'not judged: ANOMALY_DETECTION_BAND(…) is not worked out here' });
});

test('a queue that is not empty alarms until it is, though its length changed long ago', async () => {
  const clock = new VirtualClock();
  const metrics = new Metrics(clock);
  const properties = {
    ...PROPERTIES, Namespace: 'AWS/SQS', MetricName: 'ApproximateNumberOfMessagesVisible', Dimensions: [{ Name: 'QueueName', Value: 'q' }], Statistic: 'Maximum', EvaluationPeriods: 1, DatapointsToAlarm: 1,
  };
  const state = () => alarmState(alarm('a', properties), metrics, clock.now()).state;
  expect(state()).toBe('OK');
  metrics.put('AWS/SQS', 'ApproximateNumberOfMessagesVisible', { QueueName: 'q' }, 2);
  await clock.advance(3_600_000);
  expect(state()).toBe('ALARM');
  metrics.put('AWS/SQS', 'ApproximateNumberOfMessagesVisible', { QueueName: 'q' }, 0);
  await clock.advance(60_000);
  expect(state()).toBe('OK');
});

test('an alarm links to where its runbook goes on', () => {
  const properties = { ...PROPERTIES, AlarmDescription: 'The validator fails. What to do: https://example.com/runbook.md#the-validator-fails' };
  expect(alarmState(alarm('a', properties), new Metrics(new VirtualClock()), 0)).toMatchObject({
    description: 'The validator fails.', runbook: 'https://example.com/runbook.md#the-validator-fails', rule: 'Sum of Errors ≥ 1 in 2 of 3 × 1 min', seen: 'no data',
  });
});

const composite = (ref: string, AlarmRule: string): Resource => ({ ...alarm(ref, { AlarmRule }), type: 'AWS::CloudWatch::CompositeAlarm' });

test.each([
  ['ALARM("arn:aws:cloudwatch:us-east-1:000000000000:alarm:on")', 'ALARM'],
  ['ALARM(off) OR ALARM(on)', 'ALARM'],
  ['ALARM(on) AND NOT (OK(off) OR ALARM(off))', 'OK'],
  ['OK(off) AND TRUE', 'ALARM'],
  ['INSUFFICIENT_DATA(off)', 'OK'],
  ['ALARM(on) AND', 'INSUFFICIENT_DATA'],
])('an alarm on other alarms, %s: %s', (rule, state) => {
  const others = [alarm('on', { ...PROPERTIES, TreatMissingData: 'breaching' }), alarm('off', PROPERTIES)];
  expect(alarmStates([...others, composite('both', rule)], new Metrics(new VirtualClock()), 0).at(-1)).toMatchObject({ name: 'both', state });
});

test('an alarm on an alarm on other alarms is judged too', () => {
  const resources = [composite('outer', 'ALARM(inner)'), composite('inner', 'ALARM(on)'), alarm('on', { ...PROPERTIES, TreatMissingData: 'breaching' })];
  expect(alarmStates(resources, new Metrics(new VirtualClock()), 0).map(({ state }) => state)).toEqual(['ALARM', 'ALARM', 'ALARM']);
});
