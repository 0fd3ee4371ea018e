import { existsSync } from 'node:fs';
import { delimiter } from 'node:path';
import { REGION } from '../kernel/identity';
import { ServiceError } from '../kernel/wire';
import { FunctionSpec, logGroupOf } from './function-spec';

/** The discard port: a segment sent without a collector goes nowhere, not to a daemon that forwards it. */
const NO_DAEMON = '127.0.0.1:9';

/**
 * The environment variables of a handler: Lambda's reserved ones, those of the runner, the function's own.
 * Nothing of the runner's own process gets in, so no real credentials, profile or proxy can.
 */
export function processEnvironment(
  spec: FunctionSpec,
  runner: Readonly<Record<string, string>>,
  runtimeApi: string,
  logStream: string,
): Record<string, string> {
  const daemon = runner.AWS_XRAY_DAEMON_ADDRESS ?? NO_DAEMON;
  const [daemonHost, daemonPort] = daemon.split(':');
  return {
    PATH: ['/var/lang/bin', '/usr/local/bin', '/usr/bin', '/bin'].join(delimiter),
    LANG: 'en_US.UTF-8',
    TZ: ':UTC',
    ...(process.platform === 'win32' ? { SystemRoot: process.env.SystemRoot ?? 'C:\\Windows' } : {}),
    AWS_REGION: REGION,
    AWS_DEFAULT_REGION: runner.AWS_REGION ?? REGION,
    AWS_EC2_METADATA_DISABLED: 'true',
    AWS_EXECUTION_ENV: `AWS_Lambda_nodejs${process.versions.node.split('.')[0]}.x`,
    AWS_LAMBDA_INITIALIZATION_TYPE: 'on-demand',
    AWS_XRAY_CONTEXT_MISSING: 'LOG_ERROR',
    ...runner,
    AWS_XRAY_DAEMON_ADDRESS: daemon,
    _AWS_XRAY_DAEMON_ADDRESS: daemonHost,
    _AWS_XRAY_DAEMON_PORT: daemonPort,
    ...spec.environment,
    ...nodeOptions(runner, spec.environment),
    AWS_LAMBDA_FUNCTION_NAME: spec.name,
    AWS_LAMBDA_FUNCTION_VERSION: '$LATEST',
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(spec.memoryMb),
    AWS_LAMBDA_LOG_GROUP_NAME: logGroupOf(spec),
    AWS_LAMBDA_LOG_STREAM_NAME: logStream,
    ...(spec.logFormat === 'JSON' ? { AWS_LAMBDA_LOG_FORMAT: 'JSON', AWS_LAMBDA_LOG_LEVEL: spec.logLevel ?? 'INFO' } : {}),
    AWS_LAMBDA_RUNTIME_API: runtimeApi,
    LAMBDA_TASK_ROOT: spec.codeDirectory,
    LAMBDA_RUNTIME_DIR: '/var/runtime',
    _HANDLER: spec.handler,
  };
}

/** A function's own options do not undo the runner's. */
function nodeOptions(...environments: readonly Readonly<Record<string, string>>[]): Record<string, string> {
  const options = environments.map(({ NODE_OPTIONS }) => NODE_OPTIONS).filter((text) => text);
  return options.length > 0 ? { NODE_OPTIONS: options.join(' ') } : {};
}

const RESERVED = [
  '_HANDLER', '_X_AMZN_TRACE_ID', 'AWS_DEFAULT_REGION', 'AWS_REGION', 'AWS_EXECUTION_ENV', 'AWS_LAMBDA_FUNCTION_NAME',
  'AWS_LAMBDA_FUNCTION_MEMORY_SIZE', 'AWS_LAMBDA_FUNCTION_VERSION', 'AWS_LAMBDA_INITIALIZATION_TYPE', 'AWS_LAMBDA_LOG_GROUP_NAME',
  'AWS_LAMBDA_LOG_STREAM_NAME', 'AWS_ACCESS_KEY', 'AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY', 'AWS_SESSION_TOKEN',
  'AWS_LAMBDA_RUNTIME_API', 'LAMBDA_TASK_ROOT', 'LAMBDA_RUNTIME_DIR',
];

/** Refuses what Lambda refuses when a function is created, and code that is not there. */
export function assertRunnable({ name, codeDirectory, environment, memoryMb, timeoutSeconds }: FunctionSpec): void {
  if (!existsSync(codeDirectory)) throw invalid(`${name}: the code directory ${codeDirectory} does not exist`);
  const reserved = Object.keys(environment).filter((key) => RESERVED.includes(key));
  if (reserved.length > 0) throw invalid(`${name}: Lambda reserves the environment variables ${reserved.join(', ')}`);
  const size = JSON.stringify(environment).length;
  if (size > 4096) throw invalid(`${name}: the environment variables take ${size} bytes, Lambda allows 4096`);
  if (!(memoryMb >= 128 && memoryMb <= 10_240)) throw invalid(`${name}: a memory size of ${memoryMb} MB is not between 128 and 10240`);
  if (!(timeoutSeconds >= 1 && timeoutSeconds <= 900)) throw invalid(`${name}: a timeout of ${timeoutSeconds} s is not between 1 and 900`);
}

function invalid(message: string): ServiceError {
  return new ServiceError('InvalidParameterValueException', message);
}
