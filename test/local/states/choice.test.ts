import { run } from './helpers';

async function chosen(rule: object, input: unknown): Promise<string | undefined> {
  const execution = await run({
    StartAt: 'C',
    States: { C: { Type: 'Choice', Choices: [{ ...rule, Next: 'Yes' }], Default: 'No' }, Yes: { Type: 'Pass', Result: 'yes', End: true }, No: { Type: 'Pass', Result: 'no', End: true } },
  }, input);
  return execution.status === 'SUCCEEDED' ? JSON.parse(execution.output!) : execution.error;
}

const v = (operator: string, operand: unknown) => ({ Variable: '$.v', [operator]: operand });

test.each<[object, unknown, string]>([
  [v('StringEquals', 'a'), 'a', 'yes'], [v('StringEquals', 'a'), 1, 'no'],
  [v('StringLessThan', 'b'), 'a', 'yes'], [v('StringGreaterThan', 'a'), 'a', 'no'],
  [v('StringLessThanEquals', 'a'), 'a', 'yes'], [v('StringGreaterThanEquals', 'b'), 'a', 'no'],
  [v('StringEqualsPath', '$.w'), 'W', 'yes'], [v('StringLessThanPath', '$.w'), 'X', 'no'],
  [v('NumericEquals', 1), 1, 'yes'], [v('NumericEquals', 1), '1', 'no'],
  [v('NumericLessThan', 2), 1.5, 'yes'], [v('NumericGreaterThan', 2), 2, 'no'],
  [v('NumericLessThanEquals', 2), 2, 'yes'], [v('NumericGreaterThanEquals', 2), 2, 'yes'],
  [v('NumericGreaterThanPath', '$.n'), 6, 'yes'], [v('NumericGreaterThanPath', '$.w'), 6, 'no'],
  [v('BooleanEquals', false), false, 'yes'], [v('BooleanEquals', false), null, 'no'], [v('BooleanEqualsPath', '$.t'), true, 'yes'],
  [v('TimestampEquals', '2026-01-01T00:00:00Z'), '2026-01-01T01:00:00+01:00', 'yes'],
  [v('TimestampLessThan', '2026-01-01T00:00:00.000000002Z'), '2026-01-01T00:00:00.000000001Z', 'yes'],
  [v('TimestampGreaterThanEquals', '2026-01-01T00:00:00Z'), '2025-12-31', 'no'],
  [v('TimestampGreaterThanPath', '$.at'), '2026-01-02T00:00:00Z', 'yes'], [v('TimestampLessThanEquals', '2026-01-01T00:00:00Z'), 5, 'no'],
  [v('StringMatches', 'log-*.txt'), 'log-1.txt', 'yes'], [v('StringMatches', '*b*d*'), 'abcd', 'yes'], [v('StringMatches', 'a*a'), 'a', 'no'],
  [v('StringMatches', '\\*\\\\'), '*\\', 'yes'], [v('StringMatches', '\\*'), 'x', 'no'], [v('StringMatches', 'a.c'), 'abc', 'no'], [v('StringMatches', '*'), 1, 'no'],
  [v('IsNull', true), null, 'yes'], [v('IsNull', false), 0, 'yes'], [v('IsString', true), 'a', 'yes'], [v('IsNumeric', true), '1', 'no'],
  [v('IsBoolean', true), false, 'yes'], [v('IsTimestamp', true), '2026-02-30T00:00:00Z', 'no'], [v('IsTimestamp', true), '2026-02-28T00:00:00Z', 'yes'],
  [v('IsPresent', true), null, 'yes'], [{ Variable: '$.missing', IsPresent: false }, 1, 'yes'], [{ Variable: '$.missing', IsPresent: true }, 1, 'no'],
  [{ And: [v('NumericGreaterThan', 1), v('NumericLessThan', 3)] }, 2, 'yes'],
  [{ And: [{ Variable: '$.missing', IsPresent: true }, { Variable: '$.missing', IsNull: false }] }, 2, 'no'],
  [{ Or: [v('NumericEquals', 1), { Not: v('NumericEquals', 2), Comment: 'nested' }] }, 3, 'yes'],
  [{ Not: v('IsString', true) }, 'a', 'no'],
  [{ Variable: '$$.Execution.Name', StringEquals: 'run' }, 0, 'yes'],
  [{ Variable: '$.missing', IsNull: true }, 0, 'States.Runtime'], [v('StringEqualsPath', '$.missing'), 'a', 'States.Runtime'],
])('%j on %j: %s', async (rule, value, expected) => {
  expect(await chosen(rule, { v: value, w: 'W', n: 5, t: true, at: '2026-01-01T00:00:00Z' })).toBe(expected);
});

test('no match and no default', async () => {
  const definition = { StartAt: 'C', States: { C: { Type: 'Choice', Choices: [{ ...v('IsNull', true), Next: 'E' }] }, E: { Type: 'Succeed' } } };
  expect(await run(definition, { v: 1 })).toMatchObject({ status: 'FAILED', error: 'States.NoChoiceMatched' });
});

test.each<[object, string]>([
  [{ Variable: '$.v' }, 'exactly one operator'],
  [{ ...v('IsNull', true), IsString: true }, 'exactly one operator'],
  [v('NumericEquals', '1'), 'cannot compare'],
  [v('TimestampEquals', 'today'), 'cannot compare'],
  [{ StringEquals: 'a' }, 'needs a Variable'],
  [{ And: [] }, 'non-empty'],
  [{ Variable: '$.v[*]', IsNull: true }, 'reference path'],
  [v('StringContains', 'a'), 'not a field'],
  [{ And: [v('StringContains', 'a')] }, 'not a comparison operator'],
])('%j is refused', async (rule, why) => {
  await expect(chosen(rule, {})).rejects.toThrow(why);
});
