import * as fc from 'fast-check';
import { only, pass, run } from './helpers';

const input = {
  'a': { b: [10, 20, 30, 40] },
  'odd.name': 1,
  'items': [{ id: 'x', price: 5, tags: ['t'] }, { id: 'y', price: 15 }, { id: 'z', price: 25, off: null }],
};

describe('paths', () => {
  test.each<[string, unknown]>([
    ['$', input],
    ['$.a.b', [10, 20, 30, 40]],
    ['$.a.b[1]', 20],
    ['$.a.b[-1]', 40],
    ["$['a']['b'][0]", 10],
    ['$["odd.name"]', 1],
    ['$.a.b[1:3]', [20, 30]],
    ['$.a.b[-2:]', [30, 40]],
    ['$.a.b[0,2,9]', [10, 30]],
    ['$.items[*].id', ['x', 'y', 'z']],
    ['$.a.*', [[10, 20, 30, 40]]],
    ['$..price', [5, 15, 25]],
    ['$..b[0]', [10]],
    ['$.items[?(@.price > 5)].id', ['y', 'z']],
    ['$.items[?(@.price > 5 && @.id != "z")].id', ['y']],
    ["$.items[?(@.id == 'x' || @.price >= 25)].id", ['x', 'z']],
    ['$.items[?(@.tags)].id', ['x']],
    ['$.items[?(!(@.price < 15))].id', ['y', 'z']],
    ['$.items[?(@.off == null)].id', ['z']],
    ['$.items[?(@.price == $.a.b[5])].id', []],
    ['$.missing[*].id', []],
  ])('%s', async (path, expected) => {
    expect(await pass({ Parameters: { 'v.$': path } }, input)).toEqual({ v: expected });
  });

  test.each([
    '$.a.length()', '$.a[', '$.a[1:2:1]', "$['a','b']", '$.items[?(@.id =~ /x/)]', '$.items[?(@.id in ["x"])]', '$..[?(@.id)]', '$.a b', '$a', '$.',
  ])('%s is refused when the machine is made', async (path) => {
    await expect(pass({ Parameters: { 'v.$': path } })).rejects.toThrow(/machine machine, state S, field Parameters/);
  });

  test.each<[object, string]>([
    [{ InputPath: '$.no' }, "Invalid path '$.no' : No results for path: $['no']"],
    [{ OutputPath: '$.no.such' }, "Invalid path '$.no.such' : Missing property in path $['no']"],
    [{ Parameters: { 'v.$': '$.no' } }, "The JSONPath '$.no' specified for the field 'v.$' could not be found in the input '{}'"],
  ])('%j fails the execution', async (fields, why) => {
    expect(await pass(fields)).toEqual({
      error: 'States.Runtime', cause: `An error occurred while executing the state 'S' (entered at the event id #2). ${why}`,
    });
  });
});

describe('input and output', () => {
  test.each<[string, object, unknown, unknown]>([
    ['InputPath null is an empty object', { InputPath: null }, { a: 1 }, {}],
    ['OutputPath null is an empty object', { OutputPath: null }, { a: 1 }, {}],
    ['InputPath selects', { InputPath: '$.a' }, { a: { b: 1 } }, { b: 1 }],
    ['ResultPath null keeps the input', { Result: 1, ResultPath: null }, { a: 1 }, { a: 1 }],
    ['ResultPath joins the raw input', { InputPath: '$.a', ResultPath: '$.c' }, { a: { b: 1 } }, { a: { b: 1 }, c: { b: 1 } }],
    ['ResultPath makes objects', { Result: 1, ResultPath: '$.x.y' }, {}, { x: { y: 1 } }],
    ['ResultPath replaces an item', { Result: 9, ResultPath: '$.l[1]' }, { l: [1, 2] }, { l: [1, 9] }],
    ['Result may be null', { Result: null }, { a: 1 }, null],
    ['templates go into arrays', { Parameters: { l: [{ 'v.$': '$.a' }, 2] } }, { a: 1 }, { l: [{ v: 1 }, 2] }],
    ['__proto__ is just a key', { Result: 1, ResultPath: '$.__proto__' }, {}, JSON.parse('{"__proto__":1}')],
  ])('%s', async (_name, fields, given, expected) => {
    expect(JSON.stringify(await pass(fields, given))).toBe(JSON.stringify(expected));
  });

  test.each([['$.a.b', { a: 1 }], ['$.l[2]', { l: [1] }], ['$.x', 'text']])('ResultPath %s does not fit %j', async (ResultPath, given) => {
    expect(await pass({ Result: 1, ResultPath }, given)).toMatchObject({ error: 'States.ResultPathMatchFailure' });
  });

  test('the context object', async () => {
    const definition = {
      StartAt: 'M',
      States: {
        M: {
          Type: 'Map',
          ItemsPath: '$.list',
          ItemSelector: { 'i.$': '$$.Map.Item.Index', 'v.$': '$$.Map.Item.Value', 'all.$': '$.n' },
          ItemProcessor: {
            StartAt: 'P',
            States: { P: { Type: 'Pass', Parameters: { 'in.$': '$', 'state.$': '$$.State', 'index.$': '$$.Map.Item.Index' }, End: true } },
          },
          ResultPath: '$.out',
          Next: 'C',
        },
        C: { Type: 'Pass', InputPath: '$$', ResultPath: '$.context', End: true },
      },
    };
    const execution = await run(definition, { list: ['a'], n: 7 });
    const { out, context } = JSON.parse(execution.output!);
    expect(out).toEqual([{ in: { i: 0, v: 'a', all: 7 }, state: { Name: 'P', EnteredTime: '2026-01-01T00:00:00.000Z' }, index: 0 }]);
    expect(context).toEqual({
      Execution: {
        Id: execution.executionArn,
        Input: { list: ['a'], n: 7 },
        StartTime: '2026-01-01T00:00:00.000Z',
        Name: 'run',
        RoleArn: 'arn:aws:iam::000000000000:role/machine',
        RedriveCount: 0,
      },
      StateMachine: { Id: execution.stateMachineArn, Name: 'machine' },
      State: { Name: 'C', EnteredTime: '2026-01-01T00:00:00.000Z' },
    });
  });

  test('decimals of up to 15 digits keep their value through states', async () => {
    await fc.assert(fc.asyncProperty(fc.integer({ min: 0, max: 999_999_999_999_999 }), fc.integer({ min: 0, max: 4 }), async (minor, digits) => {
      const text = String(minor).padStart(digits + 1, '0');
      const amount = digits === 0 ? text : `${text.slice(0, -digits)}.${text.slice(-digits)}`;
      const { output } = await run(only({ Type: 'Pass', Parameters: { 'copy.$': '$.amount' } }), { amount: Number(amount) }, {}, 0);
      expect(Number(JSON.parse(output!).copy.toFixed(digits)).toFixed(digits)).toBe(Number(amount).toFixed(digits));
      expect(BigInt(JSON.parse(output!).copy.toFixed(digits).replace('.', ''))).toBe(BigInt(minor));
    }), { numRuns: 50 });
  });
});

describe('payload limit', () => {
  const big = 'x'.repeat(262_142);

  test('262,144 bytes pass', async () => {
    expect(await pass({ InputPath: '$' }, big)).toBe(big);
  });

  test('one more fails the execution, and States.ALL does not catch it', async () => {
    const task = { Type: 'Task', Resource: 'arn:aws:states:::lambda:invoke', Catch: [{ ErrorEquals: ['States.ALL'], Next: 'C' }], End: true };
    const definition = { StartAt: 'S', States: { S: task, C: { Type: 'Succeed' } } };
    const execution = await run(definition, {}, { handlers: { 'arn:aws:states:::lambda:invoke': () => `${big}x` } });
    expect(execution).toMatchObject({
      status: 'FAILED',
      error: 'States.DataLimitExceeded',
      cause: "The state/task 'lambda' returned a result with a size exceeding the maximum number of bytes service limit.",
    });
  });

  test('by its name it can be caught', async () => {
    const task = { Type: 'Task', Resource: 'arn:aws:states:::lambda:invoke', Catch: [{ ErrorEquals: ['States.DataLimitExceeded'], Next: 'C' }], End: true };
    const definition = { StartAt: 'S', States: { S: task, C: { Type: 'Succeed' } } };
    expect(await run(definition, {}, { handlers: { 'arn:aws:states:::lambda:invoke': () => `${big}x` } })).toMatchObject({ status: 'SUCCEEDED' });
  });

  test('it counts bytes, not characters', async () => {
    expect(await pass({ Parameters: { 'a.$': "States.Format('{}{}', $, $)" } }, 'é'.repeat(70_000))).toMatchObject({ error: 'States.DataLimitExceeded' });
  });
});
