import { TestHost } from './host';

let host: TestHost;

afterEach(() => host.stop());

describe('an execution environment', () => {
  beforeEach(() => {
    host = new TestHost();
  });

  test('starts cold, is reused warm, and is reaped when idle', async () => {
    host.add('counter', 'let calls = 0; export const handler = async (event) => ({ pid: process.pid, calls: ++calls, event });');
    const first = await host.call('counter', { a: 1 });
    const second = await host.call('counter', { a: 2 });
    expect(first.value).toEqual({ pid: expect.any(Number), calls: 1, event: { a: 1 } });
    expect(second.value).toEqual({ pid: first.value.pid, calls: 2, event: { a: 2 } });
    expect(host.events('EnvironmentStarted')).toHaveLength(1);
    expect(host.events('EnvironmentStarted')[0].data.initMs).toBeGreaterThan(0);

    await host.clock.advance(301_000);
    const third = await host.call('counter');
    expect(third.value.calls).toBe(1);
    expect(host.values('Invocations', 'counter')).toEqual([1, 1, 1]);
    expect(host.values('Errors', 'counter')).toEqual([0, 0, 0]);
    expect(host.values('ConcurrentExecutions', 'counter')).toEqual([1, 1, 1]);
  });

  test('gives the handler its context', async () => {
    host.add('context', `export const handler = async (event, context) => ({
      ...context, remaining: context.getRemainingTimeInMillis(), trace: process.env._X_AMZN_TRACE_ID });`, { memoryMb: 256 });
    const traceHeader = 'Root=1-00000001-000000000000000000000001;Parent=0000000000000001;Sampled=1';
    const { payload, requestId } = await host.functions.invoke('context', '{}', { traceHeader });
    const context = JSON.parse(payload);
    expect(context).toMatchObject({
      functionName: 'context',
      functionVersion: '$LATEST',
      invokedFunctionArn: 'arn:aws:lambda:us-east-1:000000000000:function:context',
      memoryLimitInMB: '256',
      awsRequestId: requestId,
      logGroupName: '/aws/lambda/context',
      logStreamName: expect.stringMatching(/^2026\/01\/01\/\[\$LATEST\][0-9a-f]{32}$/),
      trace: traceHeader,
    });
    expect(context.remaining).toBeGreaterThan(2000);
    expect(context.remaining).toBeLessThanOrEqual(3000);
    expect(host.events('Invoked')[0].traceId).toBe('1-00000001-000000000000000000000001');
  });

  test('holds only what Lambda and the runner put there, and no globals of a script', async () => {
    process.env.HTTPS_PROXY = 'http://proxy.invalid';
    process.env.AWS_PROFILE = 'production';
    host.add('environment', `export const handler = async () => ({ env: process.env, directory: process.cwd(),
      globals: [typeof require, typeof module, typeof fs, typeof path] });`, { environment: { TABLE: 'transactions' } });
    const { env, directory, globals } = (await host.call('environment')).value;
    delete process.env.HTTPS_PROXY;
    delete process.env.AWS_PROFILE;
    expect(env).toMatchObject({
      TABLE: 'transactions',
      AWS_ENDPOINT_URL: 'http://127.0.0.1:1',
      AWS_ACCESS_KEY_ID: 'local',
      AWS_REGION: 'us-east-1',
      AWS_LAMBDA_FUNCTION_NAME: 'environment',
      AWS_LAMBDA_FUNCTION_MEMORY_SIZE: '128',
      AWS_EC2_METADATA_DISABLED: 'true',
      AWS_XRAY_DAEMON_ADDRESS: '127.0.0.1:9',
      TZ: ':UTC',
      _HANDLER: 'index.handler',
      LAMBDA_TASK_ROOT: directory,
    });
    expect(Object.keys(env).filter((key) => /PROXY|PROFILE|^HOME$|^npm_/i.test(key))).toEqual([]);
    expect(globals).toEqual(['undefined', 'undefined', 'undefined', 'undefined']);
  });

  test('runs CommonJS, nested handlers and callbacks', async () => {
    host.add('common', 'exports.handler = (event, context, callback) => setImmediate(() => callback(null, typeof require));', { file: 'index.js' });
    host.add('nested', 'export const api = { run: () => "synchronous" };', { handler: 'index.api.run' });
    expect((await host.call('common')).value).toBe('function');
    expect((await host.call('nested')).value).toBe('synchronous');
  });

  test('writes what Lambda writes to the log, lines before the end of their invocation', async () => {
    host.add('logger', `console.log('loading');
      export const handler = async () => { console.log('two\\nlines', { a: 1 }); process.stdout.write('raw\\n'); process.stderr.write('late'); };`);
    const { value } = await host.call('logger');
    await host.call('logger');
    expect(value).toBeNull();
    const lines = host.lines('logger').slice(0, 6);
    const id = /RequestId: (\S+)/.exec(lines[1])![1];
    expect(lines).toEqual([
      expect.stringMatching(/^\S+Z\t\tINFO\tloading$/),
      `START RequestId: ${id} Version: $LATEST`,
      expect.stringMatching(new RegExp(`^\\S+Z\t${id}\tINFO\ttwo\rlines { a: 1 }$`)),
      'raw',
      `END RequestId: ${id}`,
      expect.stringMatching(
        new RegExp(`^REPORT RequestId: ${id}\tDuration: [\\d.]+ ms\tBilled Duration: \\d+ ms\tMemory Size: 128 MB\tMax Memory Used: \\d+ MB\tInit Duration: [\\d.]+ ms\t$`)),
    ]);
    expect(host.lines('logger').filter((line) => line.includes('Init Duration'))).toHaveLength(1);
  });

  test('writes JSON logs from the level that is set', async () => {
    host.add('json', 'export const handler = async () => { console.info("no"); console.warn({ a: 1 }); console.error(new TypeError("bad")); };',
      { logFormat: 'JSON', logLevel: 'WARN' });
    await host.call('json');
    expect(host.lines('json').map((line) => JSON.parse(line))).toEqual([
      expect.objectContaining({ type: 'platform.start' }),
      expect.objectContaining({ level: 'WARN', message: { a: 1 } }),
      expect.objectContaining({ level: 'ERROR', errorType: 'TypeError', errorMessage: 'bad' }),
      expect.objectContaining({ type: 'platform.report', record: expect.objectContaining({ status: 'success' }) }),
    ]);
  });

  test('extracts embedded metrics from what a handler prints', async () => {
    host.add('meter', `export const handler = async () => console.log(JSON.stringify({
      _aws: { Timestamp: 1, CloudWatchMetrics: [{ Namespace: 'Shop', Dimensions: [['Tier']], Metrics: [{ Name: 'Orders' }] }] }, Tier: 'low', Orders: 3 }));`);
    await host.call('meter');
    expect(host.metrics.get('Shop', 'Orders', { Tier: 'low' }).map(({ value }) => value)).toEqual([3]);
  });
});

describe('a failing handler', () => {
  beforeEach(() => {
    host = new TestHost();
  });

  test('answers its own error and lives on', async () => {
    host.add('thrower', `export const handler = async ({ what }) => {
      if (what === 'text') throw 'just text';
      if (what === 'error') throw new RangeError('too far');
      return process.pid; };`);
    const { value: pid } = await host.call('thrower');
    expect(await host.call('thrower', { what: 'error' })).toEqual({
      error: 'Unhandled',
      value: { errorType: 'RangeError', errorMessage: 'too far', trace: expect.arrayContaining(['RangeError: too far']) },
    });
    expect((await host.call('thrower', { what: 'text' })).value).toEqual({ errorType: 'string', errorMessage: 'just text', trace: [] });
    expect((await host.call('thrower')).value).toBe(pid);
    expect(host.values('Errors', 'thrower')).toEqual([0, 1, 1, 0]);
    expect(host.events('InvocationFailed')[0].data).toMatchObject({ functionName: 'thrower', errorType: 'RangeError' });
    expect(host.lines('thrower').some((line) => line.includes('Invoke Error'))).toBe(true);
  });

  test('reports what escapes the handler, then is replaced', async () => {
    host.add('escaping', `export const handler = ({ what }) => new Promise((resolve) => {
      if (what === 'rejection') Promise.reject(new Error('lost'));
      else if (what === 'exception') setImmediate(() => { throw new TypeError('thrown'); });
      else resolve('fine'); });`);
    expect((await host.call('escaping', { what: 'rejection' })).value).toMatchObject(
      { errorType: 'Runtime.UnhandledPromiseRejection', errorMessage: 'Error: lost' });
    expect((await host.call('escaping', { what: 'exception' })).value).toMatchObject({ errorType: 'TypeError', errorMessage: 'thrown' });
    expect((await host.call('escaping')).value).toBe('fine');
    expect(host.events('EnvironmentStarted')).toHaveLength(3);
  });

  test('is killed at its deadline and replaced', async () => {
    host.add('slow', 'export const handler = async ({ hang }) => { if (hang) { console.log(\'hanging\'); for (;;); } return \'quick\'; };',
      { timeoutSeconds: 1 });
    const result = await host.functions.invoke('slow', '{"hang":true}');
    expect(result.functionError).toBe('Unhandled');
    expect(JSON.parse(result.payload)).toEqual({
      errorType: 'Sandbox.Timedout',
      errorMessage: `RequestId: ${result.requestId} Error: Task timed out after 1.00 seconds`,
    });
    expect((await host.call('slow')).value).toBe('quick');
    const lines = host.lines('slow');
    expect(lines.some((line) => line.endsWith('hanging'))).toBe(true);
    expect(lines).toContain(`2026-01-01T00:00:00.000Z ${result.requestId} Task timed out after 1.00 seconds`);
    expect(lines.some((line) => line.includes('Status: timeout'))).toBe(true);
  });

  test('may end its process', async () => {
    host.add('exiting', 'export const handler = async ({ code }) => process.exit(code);');
    const message = async (code: number) => (await host.call('exiting', { code })).value;
    expect(await message(3)).toEqual({ errorType: 'Runtime.ExitError', errorMessage: expect.stringMatching(/Error: Runtime exited with error: exit status 3$/) });
    expect((await message(0)).errorMessage).toMatch(/Error: Runtime exited without providing a reason$/);
  });

  test('may fail to load', async () => {
    host.add('missing', 'import "./nowhere.mjs"; export const handler = () => 1;');
    host.add('unnamed', 'export const other = () => 1;');
    host.add('broken', 'throw new Error("no configuration");');
    host.add('syntax', 'export const handler = ;');
    host.add('absent', '', { handler: 'main.handler' });
    const errors = await Promise.all(['missing', 'unnamed', 'broken', 'syntax', 'absent'].map((name) => host.call(name)));
    expect(errors.map(({ error, value }) => [error, value.errorType, value.errorMessage])).toEqual([
      ['Unhandled', 'Runtime.ImportModuleError', expect.stringContaining('nowhere.mjs')],
      ['Unhandled', 'Runtime.HandlerNotFound', 'index.handler is undefined or not exported'],
      ['Unhandled', 'Error', 'no configuration'],
      ['Unhandled', 'Runtime.UserCodeSyntaxError', expect.stringContaining('SyntaxError')],
      ['Unhandled', 'Runtime.ImportModuleError', "Error: Cannot find module 'main'"],
    ]);
    expect(host.values('Errors', 'broken')).toEqual([1]);
    expect(host.lines('missing').map((line) => line.split(/[ :]/)[0])).toEqual([expect.stringMatching(/^\d{4}-/), 'START', 'END', 'REPORT']);
    expect(host.lines('missing').at(-1)).toContain('Error Type: Runtime.ImportModuleError');
  });

  const onLinux = process.platform === 'linux' ? test : test.skip;
  onLinux('is stopped when it takes more memory than it has', async () => {
    host.add('hoarder', `const kept = [];
      export const handler = async () => { for (;;) { kept.push(Buffer.alloc(4e6, 1)); await new Promise((next) => setTimeout(next, 2)); } };`);
    expect((await host.call('hoarder')).value).toEqual({
      errorType: 'Runtime.ExitError',
      errorMessage: expect.stringMatching(/Runtime exited with error: signal: killed$/),
    });
  });

  test('may answer too much', async () => {
    host.add('large', 'export const handler = async ({ size }) => "x".repeat(size - 2);');
    expect((await host.call('large', { size: 6_291_556 })).error).toBeUndefined();
    expect((await host.call('large', { size: 6_291_557 })).value.errorType).toBe('Function.ResponseSizeTooLarge');
  });
});

describe('concurrency', () => {
  const WAITING = 'export const handler = async ({ ms }) => { await new Promise((done) => setTimeout(done, ms)); return process.pid; };';

  test('grows to the limit of processes, then queues', async () => {
    host = new TestHost({ maxEnvironments: 2 });
    host.add('waiting', WAITING);
    const pids = await Promise.all(Array.from({ length: 6 }, () => host.call('waiting', { ms: 50 })));
    expect(new Set(pids.map(({ value }) => value)).size).toBe(2);
    expect(host.functions.pending()).toBe(0);
    expect(Math.max(...host.values('ConcurrentExecutions', 'waiting'))).toBe(6);
  });

  test('throttles what waits too long for a process', async () => {
    host = new TestHost({ maxEnvironments: 1, queueMs: 20 });
    host.add('waiting', WAITING);
    await host.call('waiting', { ms: 0 });
    const busy = host.call('waiting', { ms: 300 });
    await expect(host.call('waiting', { ms: 0 })).rejects.toMatchObject({ code: 'TooManyRequestsException', status: 429 });
    expect((await busy).error).toBeUndefined();
    expect(host.values('Throttles', 'waiting')).toEqual([1]);
    expect((await host.call('waiting', { ms: 0 })).error).toBeUndefined();
  });

  test('throttles at once beyond the reserved concurrency', async () => {
    host = new TestHost();
    host.add('reserved', WAITING, { reservedConcurrency: 1 });
    host.add('off', WAITING, { reservedConcurrency: 0 });
    const first = host.call('reserved', { ms: 20 });
    const reason = { details: { Reason: 'ReservedFunctionConcurrentInvocationLimitExceeded' } };
    await expect(host.call('reserved', { ms: 0 })).rejects.toMatchObject(reason);
    await expect(host.call('off')).rejects.toMatchObject(reason);
    expect((await first).error).toBeUndefined();
  });

  test('stopping ends what runs and what starts', async () => {
    host = new TestHost();
    host.add('waiting', WAITING, { timeoutSeconds: 60 });
    await host.call('waiting', { ms: 0 });
    const running = host.call('waiting', { ms: 60_000 });
    const starting = host.call('waiting', { ms: 60_000 });
    await new Promise(setImmediate);
    host.functions.stop();
    expect(await Promise.allSettled([running, starting])).toMatchObject([
      { value: { value: { errorMessage: expect.stringMatching(/signal: killed$/) } } },
      { reason: { code: 'TooManyRequestsException' } },
    ]);
  });
});

describe('invoke', () => {
  beforeEach(() => {
    host = new TestHost();
    host.add('echo', 'export const handler = async (event) => event;');
  });

  test.each(['echo', 'echo:live', '000000000000:function:echo', 'arn:aws:lambda:us-east-1:000000000000:function:echo:$LATEST'])('finds %s', (name) => {
    expect(host.functions.get(name).name).toBe('echo');
  });

  test('refuses unknown functions, bad payloads and payloads over the limit', async () => {
    await expect(host.functions.invoke('nobody', '{}')).rejects.toMatchObject({ code: 'ResourceNotFoundException', status: 404 });
    await expect(host.functions.invoke('echo', '{')).rejects.toMatchObject({ code: 'InvalidRequestContentException' });
    const sized = (bytes: number) => JSON.stringify('x'.repeat(bytes - 2));
    await expect(host.functions.invoke('echo', sized(6_291_457))).rejects.toMatchObject({ code: 'RequestTooLargeException', status: 413 });
    await expect(host.functions.invoke('echo', sized(1_048_577), { type: 'Event' })).rejects.toMatchObject({ status: 413 });
    expect((await host.functions.invoke('echo', sized(6_291_456))).payload).toHaveLength(6_291_456);
  });

  test('takes an empty payload for an empty event', async () => {
    expect((await host.functions.invoke('echo', '')).payload).toBe('{}');
  });

  test('lets a fault answer instead of the function', async () => {
    host.functions.beforeInvoke = ({ functionName }) => { throw new Error(`no route to ${functionName}`); };
    await expect(host.functions.invoke('echo', '{}')).rejects.toThrow('no route to echo');
    expect(host.values('Invocations', 'echo')).toEqual([]);
  });

  test('refuses settings Lambda refuses', () => {
    expect(() => host.add('reserved', '', { environment: { AWS_REGION: 'x' } })).toThrow('AWS_REGION');
    expect(() => host.add('large', '', { environment: { A: 'x'.repeat(5000) } })).toThrow('4096');
    expect(() => host.add('small', '', { memoryMb: 64 })).toThrow('64 MB');
    expect(() => host.add('long', '', { timeoutSeconds: 901 })).toThrow('901 s');
    expect(() => host.functions.create({ ...host.functions.get('echo'), name: 'gone', codeDirectory: '/nowhere' })).toThrow('/nowhere');
    expect(() => host.functions.create(host.functions.get('echo'))).toThrow('already exist');
  });
});
