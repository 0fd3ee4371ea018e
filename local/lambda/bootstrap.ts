/**
 * The program every execution environment runs: a client of the Lambda Runtime API for Node handlers.
 * It is text, written to a file when the host starts, because the runner ships as one bundled file and
 * because `node --eval` would put `require` and Node's modules among the handler's globals.
 */
export const BOOTSTRAP = String.raw`
import { existsSync } from 'node:fs';
import http from 'node:http';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { format } from 'node:util';

// Taken now: a handler may wrap these to trace its own calls.
const { request, Agent } = http;
const { env, stdout, stderr } = process;
const { stringify, parse } = JSON;
const [host, port] = env.AWS_LAMBDA_RUNTIME_API.split(':');
const agent = new Agent({ keepAlive: true });
let requestId;

function call(method, path, body, headers = {}) {
  return new Promise((done, failed) => {
    const sent = request({ host, port, agent, method, path: '/2018-06-01/runtime' + path, headers }, (response) => {
      const chunks = [];
      response.on('data', (chunk) => chunks.push(chunk));
      response.on('error', failed);
      response.on('end', () => done({ headers: response.headers, body: Buffer.concat(chunks).toString() }));
    });
    sent.on('error', failed);
    sent.end(body);
  });
}

const LEVELS = ['TRACE', 'DEBUG', 'INFO', 'WARN', 'ERROR', 'FATAL'];
const inJson = env.AWS_LAMBDA_LOG_FORMAT === 'JSON';
const lowest = inJson ? Math.max(0, LEVELS.indexOf(env.AWS_LAMBDA_LOG_LEVEL || 'INFO')) : 0;

function formatJson(timestamp, level, values) {
  const failure = values.find((value) => value instanceof Error);
  const message = values.length === 1 && !failure && typeof values[0] === 'object' ? values[0] : format(...values);
  const error = failure && { errorType: failure.name, errorMessage: failure.message, stackTrace: (failure.stack || '').split('\n').slice(1) };
  try {
    return stringify({ timestamp, level, requestId, message, ...error });
  } catch {
    return stringify({ timestamp, level, requestId, message: format(...values) });
  }
}

function log(level, ...values) {
  if (LEVELS.indexOf(level) < lowest) return;
  const timestamp = new Date().toISOString();
  const line = inJson ? formatJson(timestamp, level, values) : [timestamp, requestId, level, format(...values)].join('\t');
  stdout.write(line.replace(/\n/g, '\r') + '\n');
}

const METHODS = { trace: 'TRACE', debug: 'DEBUG', log: 'INFO', info: 'INFO', warn: 'WARN', error: 'ERROR' };
for (const [method, level] of Object.entries(METHODS)) console[method] = (...values) => log(level, ...values);

function describe(error) {
  if (!(error instanceof Error)) return { errorType: typeof error, errorMessage: String(error), trace: [] };
  return { errorType: error.name, errorMessage: error.message, trace: (error.stack || '').split('\n') };
}

function runtimeError(errorType, error) {
  return { errorType, errorMessage: String(error), trace: ((error && error.stack) || '').split('\n') };
}

// What the handler printed must reach the host before its answer does.
function flushed() {
  return Promise.all([stdout, stderr].map((stream) => new Promise((done) => stream.write('', done))));
}

async function answer(path, payload, headers) {
  await flushed();
  const own = { 'lambda-local-resident-bytes': process.memoryUsage.rss(), ...headers };
  await call('POST', path, payload, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(payload), ...own });
}

async function die(body, exitCode) {
  const path = requestId ? '/invocation/' + requestId + '/error' : '/init/error';
  const headers = { 'lambda-runtime-function-error-type': body.errorType, 'lambda-local-exiting': 'true' };
  await answer(path, stringify(body), headers).catch(() => undefined);
  process.exit(exitCode);
}

process.on('uncaughtException', (error) => {
  log('ERROR', 'Uncaught Exception', stringify(describe(error)));
  void die(describe(error), 129);
});
process.on('unhandledRejection', (reason) => {
  const body = runtimeError('Runtime.UnhandledPromiseRejection', reason);
  log('ERROR', 'Unhandled Promise Rejection', stringify(body));
  void die(body, 128);
});

class InitError extends Error {
  constructor(body) {
    super(body.errorMessage);
    this.body = body;
  }
}

function locate(name) {
  const slash = name.lastIndexOf('/') + 1;
  const dot = name.indexOf('.', slash);
  if (dot <= slash) throw new InitError(runtimeError('Runtime.MalformedHandlerName', 'Bad handler ' + name));
  const base = resolve(env.LAMBDA_TASK_ROOT, name.slice(0, dot));
  const file = ['.js', '.mjs', '.cjs'].map((extension) => base + extension).find(existsSync);
  if (!file) throw new InitError(runtimeError('Runtime.ImportModuleError', "Error: Cannot find module '" + name.slice(0, dot) + "'"));
  return { file, exported: name.slice(dot + 1).split('.') };
}

function importError(error) {
  if (error instanceof SyntaxError) return runtimeError('Runtime.UserCodeSyntaxError', error);
  if (error && /MODULE_NOT_FOUND$/.test(error.code)) return runtimeError('Runtime.ImportModuleError', error);
  return describe(error);
}

async function load() {
  const name = env._HANDLER;
  const { file, exported } = locate(name);
  const module = await import(pathToFileURL(file)).catch((error) => { throw new InitError(importError(error)); });
  const find = (root) => exported.reduce((value, key) => (value === undefined || value === null ? undefined : value[key]), root);
  const handler = find(module) || find(module.default);
  if (typeof handler !== 'function') {
    throw new InitError(runtimeError('Runtime.HandlerNotFound', name + ' is undefined or not exported'));
  }
  return handler;
}

function contextOf(headers) {
  const deadline = Number(headers['lambda-runtime-deadline-ms']);
  return {
    callbackWaitsForEmptyEventLoop: true,
    functionName: env.AWS_LAMBDA_FUNCTION_NAME,
    functionVersion: env.AWS_LAMBDA_FUNCTION_VERSION,
    memoryLimitInMB: env.AWS_LAMBDA_FUNCTION_MEMORY_SIZE,
    logGroupName: env.AWS_LAMBDA_LOG_GROUP_NAME,
    logStreamName: env.AWS_LAMBDA_LOG_STREAM_NAME,
    awsRequestId: headers['lambda-runtime-aws-request-id'],
    invokedFunctionArn: headers['lambda-runtime-invoked-function-arn'],
    getRemainingTimeInMillis: () => deadline - Date.now(),
  };
}

// Handlers with a third parameter answer through it, unless they return a promise.
function run(handler, event, context) {
  if (handler.length < 3) return handler(event, context);
  return new Promise((done, failed) => {
    const result = handler(event, context, (error, value) => (error ? failed(error) : done(value)));
    if (result && typeof result.then === 'function') done(result);
  });
}

async function serve(handler, { headers, body }) {
  requestId = headers['lambda-runtime-aws-request-id'];
  env._X_AMZN_TRACE_ID = headers['lambda-runtime-trace-id'];
  const path = '/invocation/' + requestId;
  let payload;
  try {
    payload = stringify(await run(handler, parse(body), contextOf(headers))) || 'null';
  } catch (error) {
    log('ERROR', 'Invoke Error', stringify(describe(error)));
    await answer(path + '/error', stringify(describe(error)), { 'lambda-runtime-function-error-type': 'Unhandled' });
    return;
  }
  await answer(path + '/response', payload);
}

const handler = await load().catch(async (error) => {
  const body = error instanceof InitError ? error.body : describe(error);
  log('ERROR', 'Uncaught Exception', stringify(body));
  await die(body, 1);
});
for (;;) {
  // Without its host the environment has nothing to live for.
  const invocation = await call('GET', '/invocation/next').catch(() => process.exit(0));
  await serve(handler, invocation).catch(() => process.exit(0));
  requestId = undefined;
}
`;
