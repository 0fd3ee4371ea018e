import { pointsOf, statistic } from '../../../local/console/statistics';

const VALUES = [4, 1, 3, 2];

test.each([['Sum', 10], ['SampleCount', 4], ['Average', 2.5], ['Minimum', 1], ['Maximum', 4], ['p50', 2], ['p99', 4], ['p100', 4]])('%s', (name, expected) => {
  expect(statistic(name, VALUES)).toBe(expected);
});

test('no data gives no value, and neither does a statistic nobody knows', () => {
  expect(statistic('Sum', [])).toBeUndefined();
  expect(statistic('TM(10%:90%)', VALUES)).toBeUndefined();
});

test('one point a period, none where there is no data or it is outside of the window', () => {
  const data = [{ at: 500, value: 9 }, { at: 1_000, value: 1 }, { at: 1_999, value: 2 }, { at: 3_500, value: 4 }, { at: 5_000, value: 8 }];
  expect(pointsOf(data, 'Sum', 1_000, 1_000, 4_000)).toEqual([[1_000, 3], [3_000, 4]]);
});
