import { randomUUID } from 'node:crypto';
import { AwsRequest, AwsResponse, notSupported, ServiceError } from '../kernel/wire';
import { FunctionSpec, logGroupOf } from './function-spec';
import type { Functions } from './functions';

const FUNCTIONS = '/2015-03-31/functions';

/** Lambda's REST API: Invoke, ListFunctions, GetFunction and GetFunctionConfiguration. */
export async function handleLambdaRequest(functions: Functions, request: AwsRequest): Promise<AwsResponse> {
  try {
    return await route(functions, request);
  } catch (error) {
    const known = error instanceof ServiceError ? error : new ServiceError('ServiceException', String(error), 500);
    const body = { Type: known.status < 500 ? 'User' : 'Service', Message: known.message, message: known.message, ...known.details };
    return json(known.status, body, { 'x-amzn-errortype': known.code });
  }
}

async function route(functions: Functions, request: AwsRequest): Promise<AwsResponse> {
  const [, name, action] = new RegExp(`^${FUNCTIONS}/([^/]+)(?:/(invocations|configuration))?/?$`).exec(request.path) ?? [];
  const call = `${request.method} ${action ?? ''}`.trim();
  if (request.method === 'GET' && [FUNCTIONS, `${FUNCTIONS}/`].includes(request.path)) {
    return json(200, { Functions: functions.list().map(configurationOf) });
  }
  if (!name) throw notSupported('lambda', `${request.method} ${request.path}`);
  const target = decodeURIComponent(name);
  switch (call) {
    case 'POST invocations': return invoke(functions, target, request);
    case 'GET configuration': return json(200, configurationOf(functions.get(target)));
    case 'GET': return json(200, { Configuration: configurationOf(functions.get(target)), Code: { Location: functions.get(target).codeDirectory } });
    default: throw notSupported('lambda', `${request.method} ${request.path}`);
  }
}

async function invoke(functions: Functions, target: string, { headers, body }: AwsRequest): Promise<AwsResponse> {
  const type = headers['x-amz-invocation-type'] ?? 'RequestResponse';
  if (headers['x-amz-client-context']) throw notSupported('lambda', 'ClientContext');
  if ((headers['x-amz-log-type'] ?? 'None') !== 'None') throw notSupported('lambda', `LogType ${headers['x-amz-log-type']}`);
  if (type === 'DryRun') {
    functions.get(target);
    return { status: 204, headers: { 'x-amzn-requestid': randomUUID() } };
  }
  if (type !== 'RequestResponse' && type !== 'Event') throw notSupported('lambda', `InvocationType ${type}`);
  const result = await functions.invoke(target, body.toString('utf8'), { type, traceHeader: headers['x-amzn-trace-id'] });
  return {
    status: result.statusCode,
    headers: {
      'content-type': 'application/json',
      'x-amzn-requestid': result.requestId,
      'x-amz-executed-version': result.executedVersion,
      ...(result.functionError && { 'x-amz-function-error': result.functionError }),
    },
    body: result.payload,
  };
}

function configurationOf(spec: FunctionSpec): object {
  return {
    FunctionName: spec.name,
    FunctionArn: spec.arn,
    Handler: spec.handler,
    MemorySize: spec.memoryMb,
    Timeout: spec.timeoutSeconds,
    Environment: { Variables: spec.environment },
    TracingConfig: { Mode: spec.tracing ?? 'PassThrough' },
    LoggingConfig: { LogFormat: spec.logFormat ?? 'Text', LogGroup: logGroupOf(spec) },
    Version: '$LATEST',
    State: 'Active',
    LastUpdateStatus: 'Successful',
  };
}

function json(status: number, body: object, headers: Record<string, string> = {}): AwsResponse {
  return { status, headers: { 'content-type': 'application/json', 'x-amzn-requestid': randomUUID(), ...headers }, body: JSON.stringify(body) };
}
