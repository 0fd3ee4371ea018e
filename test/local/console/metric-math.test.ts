import { evaluate } from '../../../local/console/metric-math';

const SERIES: Readonly<Record<string, ReadonlyMap<number, number>>> = {
  a: new Map([[0, 1], [60, 4]]),
  b: new Map([[60, 2], [120, 8]]),
  none: new Map(),
};
const timeline = { periods: [0, 60, 120], series: (id: string) => SERIES[id] ?? new Map<number, number>() };
const values = (expression: string) => Object.fromEntries(evaluate(expression, timeline));

test.each<[string, Record<number, number>]>([
  ['a + b', { 60: 6 }],
  ['a + 2 * 3', { 0: 7, 60: 10 }],
  ['(a + 2) * 3', { 0: 9, 60: 18 }],
  ['-a', { 0: -1, 60: -4 }],
  ['100 * a / b', { 60: 200 }],
  ['a / 0', {}],
  ['FILL(a, 0) + FILL(b, 0)', { 0: 1, 60: 6, 120: 8 }],
  ['FILL(none, 0)', { 0: 0, 60: 0, 120: 0 }],
  ['FILL(a, REPEAT)', { 0: 1, 60: 4, 120: 4 }],
  ['SUM([a, b])', { 0: 1, 60: 6, 120: 8 }],
  ['MAX([a, b])', { 0: 1, 60: 4, 120: 8 }],
  ['SUM(a)', { 0: 5, 60: 5, 120: 5 }],
  ['AVG(a)', { 0: 2.5, 60: 2.5, 120: 2.5 }],
  ['IF(a > 2, a)', { 60: 4 }],
  ['IF(a > 2, 1, 0)', { 0: 0, 60: 1 }],
  ['IF(a > 2 && b == 2, 1, 0)', { 60: 1 }],
  ['CEIL(a / 3)', { 0: 1, 60: 2 }],
  ['2 ^ 3', { 0: 8, 60: 8, 120: 8 }],
  ['nothing', {}],
])('%s', (expression, expected) => {
  expect(values(expression)).toEqual(expected);
});

test.each([
  ['SEARCH(a)', 'SEARCH(…) is not worked out here'],
  ['FILL(a, LINEAR)', 'FILL with LINEAR is not worked out here'],
  ['a +', 'the expression ends too early'],
  ['a b', '"b" is not expected'],
  ['(a', '")" is missing'],
  ['a $ b', '" $ b" is not understood here'],
  ['[a, b]', 'several series are no result'],
])('%s is refused, not guessed', (expression, problem) => {
  expect(() => values(expression)).toThrow(problem);
});
