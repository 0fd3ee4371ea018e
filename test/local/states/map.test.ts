import { StatesError } from '../../../local/states/errors';
import { LAMBDA, only, run, types } from './helpers';

const processor = (states: object, config?: object) =>
  ({ StartAt: Object.keys(states)[0], States: states, ...(config && { ProcessorConfig: config }) });
const work = { T: { Type: 'Task', Resource: LAMBDA, End: true } };
const map = (more: object) => only({ Type: 'Map', ItemProcessor: processor(work), ...more });

test('keeps the order of the items, and takes ItemsPath', async () => {
  const execution = await run(map({ ItemsPath: '$.list', ResultPath: '$.out' }), { list: [1, 2, 3] }, { handlers: { [LAMBDA]: (n) => n * 2 } });
  expect(JSON.parse(execution.output!)).toEqual({ list: [1, 2, 3], out: [2, 4, 6] });
});

test('the older names Iterator and Parameters', async () => {
  const definition = only({ Type: 'Map', Iterator: processor(work), Parameters: { 'v.$': '$$.Map.Item.Value', 'all.$': '$' } });
  const execution = await run(definition, ['a'], { handlers: { [LAMBDA]: (parameters) => parameters } });
  expect(JSON.parse(execution.output!)).toEqual([{ v: 'a', all: ['a'] }]);
});

test.each<[object, number, number]>([[{ MaxConcurrency: 3 }, 10, 3], [{ MaxConcurrencyPath: '$[0]' }, 10, 2], [{}, 50, 40], [{ MaxConcurrency: 1000 }, 50, 40]])(
  'with %j runs %i items %i at a time', async (fields, items, expected) => {
    let now = 0;
    let most = 0;
    const definition = only({ Type: 'Map', ItemProcessor: processor({ T: { ...work.T, End: undefined, Next: 'W' }, W: { Type: 'Wait', Seconds: 1, Next: 'U' }, U: work.T }), ...fields });
    const handlers = {
      [LAMBDA]: (_: unknown, { stateName }: { stateName: string }) => {
        now += stateName === 'T' ? 1 : -1;
        most = Math.max(most, now);
      },
    };
    expect((await run(definition, new Array(items).fill(2), { handlers })).status).toBe('SUCCEEDED');
    expect(most).toBe(expected);
  });

test('an empty list', async () => {
  const execution = await run(map({}), [], { handlers: { [LAMBDA]: () => 1 } });
  expect(execution.output).toBe('[]');
  expect(types(execution)).toEqual(['ExecutionStarted', 'MapStateEntered', 'MapStateStarted', 'MapStateSucceeded', 'MapStateExited', 'ExecutionSucceeded']);
});

test('something that is not a list', async () => {
  const execution = await run(map({ ItemsPath: '$.a' }), { a: 1 }, { handlers: { [LAMBDA]: () => 1 } });
  expect(execution).toMatchObject({ error: 'States.Runtime', cause: expect.stringContaining('Reference path "$.a" must point to array.') });
});

const failOn = (bad: number[]) => ({
  [LAMBDA]: (n: number) => {
    if (bad.includes(n)) throw new StatesError('Bad', `item ${n}`);
    return n;
  },
});

test('a failing iteration fails the map with its error', async () => {
  const execution = await run(map({ MaxConcurrency: 1 }), [1, 2, 3], { handlers: failOn([2]) });
  expect(execution).toMatchObject({ status: 'FAILED', error: 'Bad', cause: 'item 2' });
  expect(types(execution).slice(-3)).toEqual(['MapIterationFailed', 'MapStateFailed', 'ExecutionFailed']);
  expect(execution.history.filter(({ type }) => type === 'MapIterationStarted').map(({ details }) => details)).toEqual([{ name: 'S', index: 0 }, { name: 'S', index: 1 }]);
});

test('a map is retried and caught as a whole', async () => {
  let calls = 0;
  const definition = {
    StartAt: 'M',
    States: {
      M: { Type: 'Map', ItemProcessor: processor(work), Retry: [{ ErrorEquals: ['Bad'], MaxAttempts: 1 }], Catch: [{ ErrorEquals: ['States.ALL'], Next: 'C' }], End: true },
      C: { Type: 'Pass', End: true },
    },
  };
  const handlers = {
    [LAMBDA]: () => {
      calls++;
      throw new StatesError('Bad', 'x');
    },
  };
  expect((await run(definition, [1], { handlers })).output).toBe('{"Error":"Bad","Cause":"x"}');
  expect(calls).toBe(2);
});

describe('DISTRIBUTED', () => {
  const distributed = (more: object) => map({ ItemProcessor: processor(work, { Mode: 'DISTRIBUTED', ExecutionType: 'STANDARD' }), ...more });

  test.each<[object, number[], string]>([
    [{}, [], '[1,2,3,4]'],
    [{ ToleratedFailureCount: 1 }, [2], '[1,3,4]'],
    [{ ToleratedFailurePercentage: 50 }, [2, 3], '[1,4]'],
    [{ ToleratedFailureCountPath: '$[0]' }, [2], '[1,3,4]'],
  ])('%j tolerates failures of %j', async (fields, bad, expected) => {
    expect((await run(distributed(fields), [1, 2, 3, 4], { handlers: failOn(bad) })).output).toBe(expected);
  });

  test.each<[object]>([[{}], [{ ToleratedFailureCount: 1 }], [{ ToleratedFailurePercentage: 49.9 }]])('%j does not tolerate two of four', async (fields) => {
    expect(await run(distributed(fields), [1, 2, 3, 4], { handlers: failOn([2, 3]) })).toMatchObject({
      error: 'States.ExceedToleratedFailureThreshold', cause: 'The specified tolerated failure threshold was exceeded',
    });
  });
});

test('maps within maps see their own item', async () => {
  const inner = { Type: 'Map', ItemProcessor: processor({ P: { Type: 'Pass', Parameters: { 'v.$': '$$.Map.Item.Value' }, End: true } }), End: true };
  const execution = await run(only({ Type: 'Map', ItemProcessor: processor({ I: inner }) }), [['a'], ['b', 'c']]);
  expect(JSON.parse(execution.output!)).toEqual([[{ v: 'a' }], [{ v: 'b' }, { v: 'c' }]]);
});
