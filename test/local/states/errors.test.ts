import { StatesError } from '../../../local/states/errors';
import { LAMBDA, MACHINE, Handler, only, run, service, types } from './helpers';

const task = (more: object = {}) => ({ Type: 'Task', Resource: LAMBDA, ...more });
const fail = (name: string, cause = 'why'): Handler => () => { throw new StatesError(name, cause); };
const never: Handler = () => new Promise(() => undefined);

/** Runs one Task whose attempts fail with these errors in turn, and says when each began. */
async function attempts(retry: object[], errors: string[], random?: () => number) {
  const { machines, create, clock } = service({
    random,
    handlers: {
      [LAMBDA]: () => {
        at.push(clock.now() - began);
        if (at.length <= errors.length) throw new StatesError(errors[at.length - 1], 'why');
        return 'done';
      },
    },
  });
  const at: number[] = [];
  const began = clock.now();
  create(only(task({ Retry: retry })));
  const finished = machines.onFinished(machines.startExecution(MACHINE, '{}').executionArn);
  await clock.advance(1e9);
  return { at, execution: await finished };
}

describe('Retry', () => {
  test('waits longer each time, up to MaxDelaySeconds', async () => {
    const retry = { ErrorEquals: ['E'], IntervalSeconds: 2, BackoffRate: 3, MaxDelaySeconds: 10, MaxAttempts: 4 };
    const { at, execution } = await attempts([retry], ['E', 'E', 'E', 'E']);
    expect(at).toEqual([0, 2000, 8000, 18_000, 28_000]);
    expect(execution).toMatchObject({ status: 'SUCCEEDED', output: '"done"' });
  });

  test('by default three times, after 1, 2 and 4 seconds', async () => {
    const { at, execution } = await attempts([{ ErrorEquals: ['States.ALL'] }], ['E', 'E', 'E', 'E']);
    expect(at).toEqual([0, 1000, 3000, 7000]);
    expect(execution).toMatchObject({ status: 'FAILED', error: 'E', cause: 'why' });
  });

  test('full jitter takes any part of the delay', async () => {
    const chances = [0.5, 0.25];
    const { at } = await attempts([{ ErrorEquals: ['E'], JitterStrategy: 'FULL', IntervalSeconds: 4 }], ['E', 'E'], () => chances.shift()!);
    expect(at).toEqual([0, 2000, 4000]);
  });

  test('each retrier counts for itself', async () => {
    const retry = [{ ErrorEquals: ['A', 'B'], MaxAttempts: 2 }, { ErrorEquals: ['C'], IntervalSeconds: 5 }];
    const { at, execution } = await attempts(retry, ['A', 'B', 'C', 'B']);
    expect(at).toEqual([0, 1000, 3000, 8000]);
    expect(execution.error).toBe('B');
  });

  test('MaxAttempts 0 never retries', async () => {
    expect((await attempts([{ ErrorEquals: ['A'], MaxAttempts: 0 }, { ErrorEquals: ['States.ALL'] }], ['A'])).at).toEqual([0]);
  });

  test('each attempt sees its RetryCount', async () => {
    const counts: unknown[] = [];
    const handlers = {
      [LAMBDA]: (parameters: unknown) => {
        counts.push(parameters);
        throw new Error('again');
      },
    };
    await run(only(task({ Parameters: { 'n.$': '$$.State.RetryCount' }, Retry: [{ ErrorEquals: ['Error'], MaxAttempts: 2 }] })), {}, { handlers });
    expect(counts).toEqual([{ n: 0 }, { n: 1 }, { n: 2 }]);
  });

  test('a Parallel runs all its branches again', async () => {
    let calls = 0;
    const handlers = {
      [LAMBDA]: () => {
        if (++calls < 3) throw new StatesError('E');
        return calls;
      },
    };
    const branch = { StartAt: 'T', States: { T: task({ End: true }) } };
    const execution = await run(only({ Type: 'Parallel', Branches: [branch], Retry: [{ ErrorEquals: ['E'] }] }), {}, { handlers });
    expect(execution.output).toBe('[3]');
    expect(types(execution).filter((type) => type.startsWith('ParallelState'))).toEqual([
      'ParallelStateEntered', 'ParallelStateStarted', 'ParallelStateStarted', 'ParallelStateStarted', 'ParallelStateSucceeded', 'ParallelStateExited',
    ]);
  });
});

describe('Catch', () => {
  const caught = (errorEquals: string[], more: object = {}) => ({
    StartAt: 'S',
    States: { S: task({ Catch: [{ ErrorEquals: errorEquals, Next: 'C', ...more }], End: true }), C: { Type: 'Pass', End: true } },
  });

  test.each<[string, string, boolean]>([
    ['E', 'E', true], ['E', 'F', false],
    ['States.ALL', 'E', true], ['States.ALL', 'States.Timeout', true], ['States.ALL', 'States.Runtime', false], ['States.ALL', 'States.DataLimitExceeded', false],
    ['States.TaskFailed', 'E', true], ['States.TaskFailed', 'States.Timeout', false], ['States.TaskFailed', 'States.Permissions', true],
    ['States.Runtime', 'States.Runtime', false], ['States.Timeout', 'States.Timeout', true],
  ])('%s for %s: %s', async (named, thrown, matches) => {
    const execution = await run(caught([named]), {}, { handlers: { [LAMBDA]: fail(thrown) } });
    expect(execution.status).toBe(matches ? 'SUCCEEDED' : 'FAILED');
  });

  test.each<[object, unknown]>([
    [{}, { Error: 'E', Cause: 'why' }],
    [{ ResultPath: '$.error' }, { a: 1, error: { Error: 'E', Cause: 'why' } }],
    [{ ResultPath: null }, { a: 1 }],
  ])('with %j passes on %j', async (more, expected) => {
    const execution = await run(caught(['E'], more), { a: 1 }, { handlers: { [LAMBDA]: fail('E') } });
    expect(JSON.parse(execution.output!)).toEqual(expected);
  });

  test('any Error counts by its name', async () => {
    const handlers = { [LAMBDA]: () => { throw Object.assign(new Error('no'), { name: 'Mine' }); } };
    expect(JSON.parse((await run(caught(['Mine']), {}, { handlers })).output!)).toEqual({ Error: 'Mine', Cause: 'no' });
  });

  test('comes after the retries', async () => {
    const definition: any = caught(['E']);
    definition.States.S.Retry = [{ ErrorEquals: ['E'], MaxAttempts: 1 }];
    const execution = await run(definition, {}, { handlers: { [LAMBDA]: fail('E') } });
    expect(types(execution)).toEqual([
      'ExecutionStarted', 'TaskStateEntered', 'TaskScheduled', 'TaskStarted', 'TaskFailed', 'TaskScheduled', 'TaskStarted', 'TaskFailed',
      'TaskStateExited', 'PassStateEntered', 'PassStateExited', 'ExecutionSucceeded',
    ]);
  });

  test('an invalid path is not caught, wherever it is', async () => {
    const branch = { StartAt: 'P', States: { P: { Type: 'Pass', InputPath: '$.no', End: true } } };
    const parallel = { Type: 'Parallel', Branches: [branch], Catch: [{ ErrorEquals: ['States.ALL'], Next: 'C' }], End: true };
    expect(await run({ StartAt: 'S', States: { S: parallel, C: { Type: 'Succeed' } } })).toMatchObject({ status: 'FAILED', error: 'States.Runtime' });
  });
});

describe('Parallel', () => {
  const branch = (name: string, state: object) => ({ StartAt: name, States: { [name]: { End: true, ...state } } });

  test('gives the outputs in the order of the branches', async () => {
    const branches = [branch('A', { Type: 'Wait', Seconds: 5 }), branch('B', { Type: 'Pass', Result: 'b' })];
    expect((await run(only({ Type: 'Parallel', Parameters: { x: 1 }, Branches: branches }))).output).toBe('[{"x":1},"b"]');
  });

  test('a failing branch cancels its siblings and is caught', async () => {
    let signal: AbortSignal | undefined;
    const handlers = {
      [LAMBDA]: (_: unknown, context: { signal: AbortSignal }) => {
        signal = context.signal;
        return never(_, context as never);
      },
    };
    const failing = { StartAt: 'W', States: { W: { Type: 'Wait', Seconds: 3, Next: 'F' }, F: { Type: 'Fail', Error: 'Bad', Cause: 'luck' } } };
    const definition = {
      StartAt: 'P',
      States: {
        P: { Type: 'Parallel', Branches: [branch('T', task()), failing, branch('L', { Type: 'Wait', Seconds: 100 })], Next: 'End', Catch: [{ ErrorEquals: ['Bad'], Next: 'C' }] },
        C: { Type: 'Pass', End: true },
        End: { Type: 'Succeed' },
      },
    };
    const execution = await run(definition, {}, { handlers });
    expect(JSON.parse(execution.output!)).toEqual({ Error: 'Bad', Cause: 'luck' });
    expect(signal!.aborted).toBe(true);
    expect(execution.stopDate! - execution.startDate).toBe(3000);
    const last = types(execution).slice(-8);
    expect(last.slice(1, 3).sort()).toEqual(['TaskStateAborted', 'WaitStateAborted']);
    expect([last[0], ...last.slice(3)]).toEqual([
      'FailStateEntered', 'ParallelStateFailed', 'ParallelStateExited', 'PassStateEntered', 'PassStateExited', 'ExecutionSucceeded',
    ]);
  });

  test('a branch that catches its own error leaves the others alone', async () => {
    const guarded = {
      StartAt: 'T',
      States: { T: task({ Catch: [{ ErrorEquals: ['States.ALL'], Next: 'G' }], End: true }), G: { Type: 'Pass', Result: 'guarded', End: true } },
    };
    const execution = await run(only({ Type: 'Parallel', Branches: [guarded, branch('W', { Type: 'Wait', Seconds: 9 })] }), 1, { handlers: { [LAMBDA]: fail('E') } });
    expect(execution.output).toBe('["guarded",1]');
  });
});

describe('time', () => {
  const handlers = { [LAMBDA]: never };

  test('a task that takes too long', async () => {
    const execution = await run(only(task({ TimeoutSecondsPath: '$.t' })), { t: 5 }, { handlers });
    expect(execution).toMatchObject({ status: 'FAILED', error: 'States.Timeout', stopDate: execution.startDate + 5000 });
    expect(types(execution).slice(-2)).toEqual(['TaskTimedOut', 'ExecutionFailed']);
  });

  test('a task that misses its heartbeat', async () => {
    const definition = {
      StartAt: 'S',
      States: {
        S: task({ HeartbeatSeconds: 10, Catch: [{ ErrorEquals: ['States.HeartbeatTimeout'], Next: 'C' }], End: true }), C: { Type: 'Pass', End: true },
      },
    };
    const { machines, create, clock } = service({
      handlers: {
        [LAMBDA]: (_, { heartbeat }) => {
          clock.at(clock.now() + 8000, heartbeat);
          return new Promise(() => undefined);
        },
      },
    });
    create(definition);
    const finished = machines.onFinished(machines.startExecution(MACHINE, '{}').executionArn);
    await clock.advance(60_000);
    const execution = await finished;
    expect(execution).toMatchObject({ status: 'SUCCEEDED', output: '{"Error":"States.Timeout","Cause":""}', stopDate: execution.startDate + 18_000 });
  });

  test('a machine that takes too long, whatever it catches', async () => {
    const definition = { ...only(task({ Retry: [{ ErrorEquals: ['States.ALL'] }] })), TimeoutSeconds: 7 };
    const execution = await run(definition, {}, { handlers });
    expect(execution).toMatchObject({ status: 'TIMED_OUT', error: 'States.Timeout', stopDate: execution.startDate + 7000 });
    expect(types(execution).pop()).toBe('ExecutionTimedOut');
  });

  test('an EXPRESS execution ends after five minutes', async () => {
    const execution = await run(only({ Type: 'Wait', Seconds: 301 }), {}, { type: 'EXPRESS' });
    expect(execution).toMatchObject({ status: 'TIMED_OUT', stopDate: execution.startDate + 300_000 });
    expect(await run(only({ Type: 'Wait', Seconds: 299 }), {}, { type: 'EXPRESS' })).toMatchObject({ status: 'SUCCEEDED' });
  });

  test.each<[object, unknown, number]>([
    [{ Seconds: 30 }, {}, 30_000],
    [{ SecondsPath: '$.s' }, { s: 2 }, 2000],
    [{ Timestamp: '2026-01-01T00:01:00Z' }, {}, 60_000],
    [{ TimestampPath: '$.t' }, { t: '2026-01-01T01:00:00.250+01:00' }, 250],
    [{ Timestamp: '2020-01-01T00:00:00Z' }, {}, 0],
  ])('Wait %j waits %j', async (until, input, expected) => {
    const execution = await run(only({ Type: 'Wait', ...until }), input);
    expect(execution.stopDate! - execution.startDate).toBe(expected);
  });

  test.each<[object, unknown, string]>([
    [{ SecondsPath: '$.s' }, {}, 'does not reference an input value: $.s'],
    [{ SecondsPath: '$.s' }, { s: 1.5 }, 'cannot be parsed as a long value: $.s == 1.5'],
    [{ SecondsPath: '$.s' }, { s: -1 }, 'references a negative value: $.s == -1'],
    [{ TimestampPath: '$.t' }, { t: '2016-12-05 21:29:29Z' }, 'does not reference a valid ISO-8601'],
  ])('Wait %j with %j fails', async (until, input, why) => {
    const execution = await run(only({ Type: 'Wait', ...until }), input);
    expect(execution.error).toBe('States.Runtime');
    expect(execution.cause).toContain(why);
  });
});

describe('Fail', () => {
  test.each<[object, object]>([
    [{ Error: 'E', Cause: 'C' }, { error: 'E', cause: 'C' }],
    [{ ErrorPath: '$.e', CausePath: "States.Format('because {}', $.e)" }, { error: 'given', cause: 'because given' }],
    [{}, { error: undefined, cause: undefined }],
    [{ ErrorPath: '$.no' }, { error: 'States.Runtime', cause: expect.stringContaining("The JSONPath '$.no' specified for the field 'ErrorPath'") }],
  ])('%j', async (fields, expected) => {
    expect(await run({ StartAt: 'F', States: { F: { Type: 'Fail', ...fields } } }, { e: 'given' })).toMatchObject({ status: 'FAILED', ...expected });
  });
});

test('a loop that never waits leaves room for others and ends at 25,000 events', async () => {
  const definition = {
    StartAt: 'A',
    States: {
      A: { Type: 'Choice', Choices: [{ Variable: '$', IsNull: true, Next: 'B' }], Default: 'A' }, B: { Type: 'Succeed' },
    },
  };
  const { machines, create } = service();
  create(definition);
  const execution = await machines.onFinished(machines.startExecution(MACHINE, '1').executionArn);
  expect(execution).toMatchObject({ status: 'FAILED', error: 'States.Runtime', cause: expect.stringContaining('maximum number of history events (25000)') });
  expect(execution.history).toHaveLength(25_000);
});
