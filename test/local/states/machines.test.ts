import { StatesError } from '../../../local/states/errors';
import { LAMBDA, MACHINE, only, service, types } from './helpers';

const waiting = only({ Type: 'Wait', Seconds: 10 });
const failing = { StartAt: 'F', States: { F: { Type: 'Fail', Error: 'E', Cause: 'C' } } };

async function finish({ machines, clock }: ReturnType<typeof service>, options: object = {}) {
  const finished = machines.onFinished(machines.startExecution(MACHINE, '{"a":1}', options).executionArn);
  await clock.advance(60_000);
  return finished;
}

describe('starting', () => {
  test('keeps the input as it was written', async () => {
    const { machines, create } = service();
    create(only({ Type: 'Pass' }));
    const { executionArn, startDate } = machines.startExecution(MACHINE, '{ "a": 1.00 }', { name: 'mine' });
    expect(executionArn).toBe('arn:aws:states:us-east-1:000000000000:execution:machine:mine');
    expect(startDate.toISOString()).toBe('2026-01-01T00:00:00.000Z');
    expect(await machines.onFinished(executionArn)).toMatchObject({ input: '{ "a": 1.00 }', output: '{"a":1}', status: 'SUCCEEDED' });
  });

  test('the same name and input while running is the same execution', () => {
    const { machines, create } = service();
    create(waiting);
    const first = machines.startExecution(MACHINE, '1', { name: 'n' });
    expect(machines.startExecution(MACHINE, '1', { name: 'n' })).toEqual(first);
    expect(() => machines.startExecution(MACHINE, '2', { name: 'n' })).toThrow(`Execution Already Exists: '${first.executionArn}'`);
    machines.stopExecution(first.executionArn);
    expect(() => machines.startExecution(MACHINE, '1', { name: 'n' })).toThrow('Execution Already Exists');
  });

  test('EXPRESS names may repeat', () => {
    const { machines, create } = service();
    create(waiting, { type: 'EXPRESS' });
    const arns = [1, 2].map(() => machines.startExecution(MACHINE, '1', { name: 'n' }).executionArn);
    expect(arns[0]).toMatch(/^arn:aws:states:us-east-1:000000000000:express:machine:n:[0-9a-f-]{36}$/);
    expect(arns[0]).not.toBe(arns[1]);
  });

  test.each<[string, string, object, string]>([
    [MACHINE, '{', {}, 'InvalidExecutionInput'],
    [MACHINE, '', {}, 'InvalidExecutionInput'],
    [MACHINE, `"${'x'.repeat(262_143)}"`, {}, 'ValidationException'],
    [MACHINE, '{}', { name: 'a b' }, 'InvalidName'],
    [`${MACHINE}2`, '{}', {}, 'StateMachineDoesNotExist'],
    ['machine', '{}', {}, 'InvalidArn'],
  ])('%s with %.10s and %j is refused', (arn, input, options, code) => {
    const { machines, create } = service();
    create(waiting);
    expect(() => machines.startExecution(arn, input, options)).toThrow(expect.objectContaining({ code }));
  });

  test('a machine is made once', () => {
    const { create } = service();
    create(waiting);
    expect(() => create(waiting)).toThrow('State Machine Already Exists');
  });

  test('tasks get a copy of their parameters, and the trace', async () => {
    const traceHeader = 'Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1';
    const seen: unknown[] = [];
    const host = service({
      handlers: {
        [LAMBDA]: (parameters, context) => {
          seen.push(context.traceHeader, context.stateName, context.executionArn);
          parameters.a = 'changed';
          return 1;
        },
      },
    });
    host.create(only({ Type: 'Task', Resource: LAMBDA, ResultPath: '$.r' }));
    const { output, executionArn } = await finish(host, { traceHeader });
    expect(output).toBe('{"a":1,"r":1}');
    expect(seen).toEqual([traceHeader, 'S', executionArn]);
    expect(new Set(host.journal.entries().map(({ traceId }) => traceId))).toEqual(new Set(['1-5759e988-bd862e3fe1be46a994272793']));
  });

  test.each([[true, 'Sampled=1'], [false, 'Sampled=0']])('with tracing %s a new trace is %s', (tracing, sampled) => {
    const { machines, create } = service();
    create(waiting, { tracing });
    expect(machines.execution(machines.startExecution(MACHINE, '1').executionArn).traceHeader).toContain(sampled);
  });
});

test('stopping', async () => {
  let signal: AbortSignal | undefined;
  const host = service({ handlers: { [LAMBDA]: (_, context) => new Promise(() => { signal = context.signal; }) } });
  host.create(only({ Type: 'Task', Resource: LAMBDA, Retry: [{ ErrorEquals: ['States.ALL'] }] }));
  const { executionArn } = host.machines.startExecution(MACHINE, '1');
  await host.clock.advance(5000);
  expect(host.machines.pending()).toBe(1);
  host.machines.stopExecution(executionArn, 'Mine', 'enough');
  await host.clock.advance(60_000);
  const execution = host.machines.execution(executionArn);
  expect(execution).toMatchObject({ status: 'ABORTED', error: 'Mine', cause: 'enough', stopDate: execution.startDate + 5000 });
  expect(types(execution)).toEqual(['ExecutionStarted', 'TaskStateEntered', 'TaskScheduled', 'TaskStarted', 'ExecutionAborted']);
  expect(signal!.aborted).toBe(true);
  expect(host.machines.pending()).toBe(0);
  expect(host.machines.stopExecution(executionArn).stopDate).toBe(execution.stopDate);
});

test('only the latest finished executions are kept', async () => {
  const host = service({ keepFinished: 2 });
  host.create(only({ Type: 'Pass' }));
  const arns: string[] = [];
  for (let i = 0; i < 4; i++) arns.push((await finish(host)).executionArn);
  expect(host.machines.executions(MACHINE).map(({ executionArn }) => executionArn)).toEqual([arns[3], arns[2]]);
  expect(() => host.machines.execution(arns[0])).toThrow('Execution Does Not Exist');
});

describe('what is told', () => {
  test('the journal', async () => {
    let calls = 0;
    const host = service({
      handlers: {
        [LAMBDA]: (parameters) => {
          if (++calls === 1) throw new StatesError('E', 'C');
          return parameters;
        },
      },
    });
    host.create(only({ Type: 'Task', Resource: LAMBDA, Parameters: { 'b.$': '$.a' }, Retry: [{ ErrorEquals: ['E'], IntervalSeconds: 3 }] }));
    const { executionArn } = await finish(host);
    expect(host.journal.entries().map(({ type, data }) => ({ type, ...data }))).toEqual([
      { type: 'ExecutionStarted', machine: MACHINE, input: { a: 1 } },
      { type: 'StateEntered', state: 'S', stateType: 'Task', input: { a: 1 } },
      { type: 'TaskAttempt', state: 'S', resource: LAMBDA, attempt: 1, parameters: { b: 1 } },
      { type: 'TaskFailed', state: 'S', resource: LAMBDA, attempt: 1, error: 'E', cause: 'C' },
      { type: 'Retry', state: 'S', error: 'E', cause: 'C', retry: 1, delayMs: 3000 },
      { type: 'TaskAttempt', state: 'S', resource: LAMBDA, attempt: 2, parameters: { b: 1 } },
      { type: 'TaskResult', state: 'S', resource: LAMBDA, attempt: 2, output: { b: 1 } },
      { type: 'ExecutionSucceeded', output: { b: 1 } },
    ].map((entry) => expect.objectContaining({ ...entry, arn: executionArn })));
  });

  test.each<[object, string]>([
    [only({ Type: 'Pass' }), 'ExecutionsSucceeded'], [failing, 'ExecutionsFailed'], [{ ...waiting, TimeoutSeconds: 5 }, 'ExecutionsTimedOut'],
  ])('the metrics of %j', async (definition, metric) => {
    const host = service();
    host.create(definition);
    const { startDate, stopDate } = await finish(host);
    const value = (name: string) => host.metrics.get('AWS/States', name, { StateMachineArn: MACHINE }).map((datum) => datum.value);
    expect([value('ExecutionsStarted'), value(metric), value('ExecutionTime')]).toEqual([[1], [1], [stopDate! - startDate]]);
  });

  const logging = { includeExecutionData: true, logGroupArn: 'arn:aws:logs:us-east-1:000000000000:log-group:states:*' };

  test('every event in the shape of the service at level ALL', async () => {
    const host = service();
    host.create(only({ Type: 'Pass', Result: 2 }), { type: 'EXPRESS', roleArn: 'role', logging: { ...logging, level: 'ALL' } });
    const { executionArn } = await finish(host);
    const rest = { event_timestamp: '1767225600000', execution_arn: executionArn, redrive_count: '0' };
    expect(host.lines.map(({ line }) => line)).toEqual([
      { id: '1', type: 'ExecutionStarted', details: { input: '{"a":1}', inputDetails: { truncated: false }, roleArn: 'role' }, previous_event_id: '0', ...rest },
      { id: '2', type: 'PassStateEntered', details: { name: 'S', input: '{"a":1}', inputDetails: { truncated: false } }, previous_event_id: '0', ...rest },
      { id: '3', type: 'PassStateExited', details: { name: 'S', output: '2', outputDetails: { truncated: false } }, previous_event_id: '2', ...rest },
      { id: '4', type: 'ExecutionSucceeded', details: { output: '2', outputDetails: { truncated: false } }, previous_event_id: '3', ...rest },
    ]);
    expect(host.lines[0].group).toBe(logging.logGroupArn);
  });

  test.each([['ERROR', ['FailStateEntered', 'ExecutionFailed']], ['FATAL', ['ExecutionFailed']], ['OFF', []]])('at level %s only %j', async (level, expected) => {
    const host = service();
    host.create(failing, { logging: { ...logging, includeExecutionData: false, level } });
    await finish(host);
    expect(host.lines.map(({ line }) => line.type)).toEqual(expected);
    expect(JSON.stringify(host.lines)).not.toContain('input');
  });

  test('a level without a log group is refused', () => {
    expect(() => service().create(failing, { logging: { level: 'ALL', includeExecutionData: true } })).toThrow('no log group');
  });
});
