import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { Clock } from '../kernel/clock';
import { Journal } from '../kernel/journal';
import { Metrics } from '../kernel/metrics';
import { Invocation, Targets } from '../kernel/targets';
import { newTraceHeader } from '../kernel/trace';
import { AwsRequest, AwsResponse, LocalService, ServiceError } from '../kernel/wire';
import { LogSink } from '../logs/log-groups';
import { AsyncInvocations, AsyncOptions } from './async-invocations';
import { BOOTSTRAP } from './bootstrap';
import { Environment, ExecutionEnvironment, Launch, Work } from './execution-environment';
import { FunctionSpec } from './function-spec';
import { handleLambdaRequest } from './http';
import { BeforeInvoke, InvokeResult, LambdaFunction } from './lambda-function';
import { assertRunnable } from './process-environment';

export interface FunctionsOptions {
  readonly clock: Clock;
  readonly journal: Journal;
  readonly metrics: Metrics;
  readonly logs: LogSink;
  /** What every handler finds in its environment: AWS_ENDPOINT_URL, AWS_REGION, AWS_ACCESS_KEY_ID, AWS_XRAY_DAEMON_ADDRESS… */
  readonly environment: () => Readonly<Record<string, string>>;
  /** For the destinations of asynchronous invocations. */
  readonly targets?: Targets;
  /** Most processes per function. Default: two for each processor, 10 at the most. */
  readonly maxEnvironments?: number;
  /** How long, in real time, an invocation waits for one of them before it is throttled. Default 10 s. */
  readonly queueMs?: number;
  /** How long an idle process is kept, on the clock. Default 5 minutes. */
  readonly idleMs?: number;
  /** Where handlers run. Default: each in a child process of its own. */
  readonly newEnvironment?: (launch: Launch) => Environment;
}

export interface InvokeOptions {
  readonly traceHeader?: string;
  /** Default `RequestResponse`. */
  readonly type?: 'RequestResponse' | 'Event';
}

export interface InvokeCall {
  readonly functionName: string;
  readonly payload: string;
  readonly requestId: string;
}

/** More would only start up, one beside the other: each cold start keeps a processor busy. */
const MAX_ENVIRONMENTS = Math.min(10, 2 * availableParallelism());

export const MAX_SYNC_PAYLOAD = 6 * 1024 * 1024;
export const MAX_ASYNC_PAYLOAD = 1024 * 1024;

/** AWS Lambda: runs handler bundles in child processes that speak the Runtime API. */
export class Functions implements LocalService {
  /** For faults: runs before every attempt; what it throws, the caller of Invoke is answered, and `crash` kills the process at its work. */
  public beforeInvoke?: (call: InvokeCall) => BeforeInvoke | Promise<BeforeInvoke>;
  private readonly functions = new Map<string, LambdaFunction>();
  private readonly asyncOptions = new Map<string, AsyncOptions>();
  private readonly async: AsyncInvocations;
  private bootstrapDirectory?: string;

  public constructor(private readonly options: FunctionsOptions) {
    const { clock, journal, metrics, targets } = options;
    this.async = new AsyncInvocations({ clock, journal, metrics, targets, execute: (lambda, work) => this.execute(lambda, work) });
  }

  /** Adds a function; its first process starts with its first invocation. */
  public create(spec: FunctionSpec): void {
    if (this.functions.has(spec.name)) throw new ServiceError('ResourceConflictException', `Function already exist: ${spec.name}`, 409);
    assertRunnable(spec);
    const { clock, journal, metrics, logs, environment, maxEnvironments = MAX_ENVIRONMENTS, queueMs = 10_000, idleMs = 300_000 } = this.options;
    const { newEnvironment = (launch: Launch) => new ExecutionEnvironment(launch) } = this.options;
    const host = {
      clock, journal, metrics, logs, environment, maxEnvironments, queueMs, idleMs, newEnvironment, bootstrapFile: () => this.bootstrapFile(),
    };
    this.functions.set(spec.name, new LambdaFunction(spec, host));
  }

  public configureAsync(nameOrArn: string, options: AsyncOptions): void {
    this.asyncOptions.set(this.find(nameOrArn).spec.name, options);
  }

  /** Rejects with a `ServiceError` when the function was not reached; an error of the function is a result. */
  public async invoke(nameOrArn: string, payload: string, options: InvokeOptions = {}): Promise<InvokeResult> {
    const lambda = this.find(nameOrArn);
    const { type = 'RequestResponse' } = options;
    assertPayload(payload, type === 'Event' ? MAX_ASYNC_PAYLOAD : MAX_SYNC_PAYLOAD);
    const requestId = randomUUID();
    const work = { requestId, payload: payload || '{}', traceHeader: options.traceHeader ?? this.newTrace(lambda.spec) };
    if (type === 'RequestResponse') return this.execute(lambda, work);
    this.async.accept(lambda, this.asyncOptions.get(lambda.spec.name) ?? {}, work);
    return { statusCode: 202, payload: '', executedVersion: '$LATEST', requestId };
  }

  /** Invokes asynchronously, as EventBridge, SNS and schedules do. */
  public async deliver(functionArn: string, { payload, traceHeader }: Invocation): Promise<void> {
    await this.invoke(functionArn, payload, { traceHeader, type: 'Event' });
  }

  /** The function of a name, a partial ARN or an ARN. Every version and alias runs the one code there is. */
  public get(nameOrArn: string): FunctionSpec {
    return this.find(nameOrArn).spec;
  }

  public list(): FunctionSpec[] {
    return [...this.functions.values()].map(({ spec }) => spec);
  }

  /** Ends the processes of a function that have nothing to do, so that its next invocation starts cold. */
  public recycle(nameOrArn: string): void {
    this.find(nameOrArn).recycle();
  }

  /** Invocations under way and asynchronous events not finished, those waiting for a retry included. */
  public pending(): number {
    return this.async.pending + [...this.functions.values()].reduce((sum, { inFlight }) => sum + inFlight, 0);
  }

  /** Kills every process. */
  public stop(): void {
    this.async.stop();
    for (const lambda of this.functions.values()) lambda.stop();
    if (this.bootstrapDirectory) rmSync(this.bootstrapDirectory, { recursive: true, force: true });
    this.bootstrapDirectory = undefined;
  }

  public handle(request: AwsRequest): Promise<AwsResponse> {
    return handleLambdaRequest(this, request);
  }

  private execute(lambda: LambdaFunction, work: Work): Promise<InvokeResult> {
    const { requestId, payload } = work;
    return lambda.execute(work, () => this.beforeInvoke?.({ functionName: lambda.spec.name, payload, requestId }));
  }

  private find(nameOrArn: string): LambdaFunction {
    const name = /^(?:arn:aws[^:]*:lambda:[^:]*:\d+:function:|(?:\d+:)?function:)?([^:]+)(?::[^:]+)?$/.exec(nameOrArn)?.[1];
    const lambda = this.functions.get(name ?? '');
    if (!lambda) throw new ServiceError('ResourceNotFoundException', `Function not found: ${nameOrArn}`, 404);
    return lambda;
  }

  private newTrace({ tracing }: FunctionSpec): string {
    const header = newTraceHeader(this.options.clock.now());
    return tracing === 'Active' ? header : header.replace('Sampled=1', 'Sampled=0');
  }

  private bootstrapFile(): string {
    if (!this.bootstrapDirectory) {
      this.bootstrapDirectory = mkdtempSync(join(tmpdir(), 'lambda-runtime-'));
      writeFileSync(join(this.bootstrapDirectory, 'index.mjs'), BOOTSTRAP);
    }
    return join(this.bootstrapDirectory, 'index.mjs');
  }
}

function assertPayload(payload: string, most: number): void {
  const size = Buffer.byteLength(payload);
  if (size > most) {
    throw new ServiceError('RequestTooLargeException', `${size} byte payload is too large for the Invoke operation (limit ${most} bytes)`, 413);
  }
  try {
    if (payload) JSON.parse(payload);
  } catch (error) {
    const message = `Could not parse request body into json: ${(error as Error).message}`;
    throw new ServiceError('InvalidRequestContentException', message, 400, { Type: 'User' });
  }
}
