import { Clock } from '../kernel/clock';
import { Journal } from '../kernel/journal';
import { Metrics } from '../kernel/metrics';
import { traceIdOf } from '../kernel/trace';
import { ServiceError } from '../kernel/wire';
import { LogSink } from '../logs/log-groups';
import { EnvironmentPool } from './environment-pool';
import { Environment, InitFailure, Launch, Outcome, Work } from './execution-environment';
import { FunctionSpec, logGroupOf } from './function-spec';
import { endLines, startLine } from './report';

/** What a fault does to an invocation: nothing, or `crash` kills its process. */
export type BeforeInvoke = 'crash' | undefined | void;

/** What a caller of Invoke is answered. */
export interface InvokeResult {
  readonly statusCode: number;
  readonly payload: string;
  readonly functionError?: 'Unhandled';
  readonly executedVersion: '$LATEST';
  readonly requestId: string;
}

export interface FunctionHost {
  readonly clock: Clock;
  readonly journal: Journal;
  readonly metrics: Metrics;
  readonly logs: LogSink;
  readonly bootstrapFile: () => string;
  readonly environment: () => Readonly<Record<string, string>>;
  readonly maxEnvironments: number;
  readonly queueMs: number;
  readonly idleMs: number;
  readonly newEnvironment: (launch: Launch) => Environment;
}

const THROTTLED = 'TooManyRequestsException';
/** Larger payloads are left out of the journal. */
const JOURNALED_PAYLOAD = 16 * 1024;

/** One function: its environments, its limits, its logs and its metrics. */
export class LambdaFunction {
  private readonly pool: EnvironmentPool;
  private running = 0;

  public constructor(public readonly spec: FunctionSpec, private readonly host: FunctionHost) {
    this.pool = new EnvironmentPool({
      clock: host.clock,
      limit: Math.min(host.maxEnvironments, spec.reservedConcurrency ?? Infinity),
      queueMs: host.queueMs,
      idleMs: host.idleMs,
      create: () => this.newEnvironment(),
      started: ({ logStream }, initMs) => this.record('EnvironmentStarted', { logStream, initMs }),
      busy: () => throttle('ConcurrentInvocationLimitExceeded'),
    });
  }

  /** Invocations under way. */
  public get inFlight(): number {
    return this.running;
  }

  /** Runs one invocation to its end. Rejects only when the function could not be reached: throttled, or by a fault in `before`. */
  public async execute(work: Work, before?: () => BeforeInvoke | Promise<BeforeInvoke>): Promise<InvokeResult> {
    try {
      const crash = await before?.() === 'crash';
      return await this.executeWithin({ ...work, crash });
    } catch (error) {
      if (error instanceof ServiceError && error.code === THROTTLED) this.recordThrottle(error, work);
      throw error;
    }
  }

  /** Ends the processes that have nothing to do. */
  public recycle(): void {
    this.pool.recycle();
  }

  public stop(): void {
    this.pool.stop();
  }

  private async executeWithin(work: Work): Promise<InvokeResult> {
    const { spec, host: { metrics } } = this;
    // Reserved concurrency is Lambda's limit and throttles at once; the number of processes is this machine's, and queues.
    if (this.running >= (spec.reservedConcurrency ?? Infinity)) throw throttle('ReservedFunctionConcurrentInvocationLimitExceeded');
    this.running += 1;
    metrics.put('AWS/Lambda', 'ConcurrentExecutions', { FunctionName: spec.name }, this.running);
    this.record('Invoked', { requestId: work.requestId, payloadBytes: Buffer.byteLength(work.payload), payload: small(work.payload) }, work);
    try {
      return await this.executeIn(await this.environmentFor(), work);
    } finally {
      this.running -= 1;
    }
  }

  private newEnvironment(): Environment {
    const { spec, host } = this;
    return host.newEnvironment({
      spec,
      bootstrapFile: host.bootstrapFile(),
      environment: host.environment(),
      now: host.clock.now(),
      onLine: (stream, line) => host.logs.put(logGroupOf(spec), stream, line),
      onExit: (environment, reason) => {
        this.record('EnvironmentStopped', { logStream: environment.logStream, reason });
        this.pool.remove(environment);
      },
    });
  }

  private environmentFor(): Promise<Environment | InitFailure> {
    return this.pool.acquire().catch((error) => {
      if (error instanceof InitFailure) return error;
      throw error;
    });
  }

  private async executeIn(environment: Environment | InitFailure, work: Work): Promise<InvokeResult> {
    const running = environment instanceof InitFailure ? undefined : environment;
    const { logStream } = environment;
    const initMs = running?.takeInitMs();
    this.log(logStream, [startLine(this.spec, work.requestId, this.time())]);
    const outcome = environment instanceof InitFailure ? environment.outcome : await environment.run(work);
    const report = { requestId: work.requestId, outcome, initMs, errorType: errorTypeOf(outcome) };
    this.log(logStream, endLines(this.spec, report, this.time()));
    if (running) this.pool.release(running);
    return this.finished(outcome, work, initMs);
  }

  private finished(outcome: Outcome, work: Work, initMs?: number): InvokeResult {
    const { status, payload, durationMs } = outcome;
    const dimensions = { FunctionName: this.spec.name };
    const failed = status !== 'success';
    this.host.metrics.put('AWS/Lambda', 'Invocations', dimensions);
    this.host.metrics.put('AWS/Lambda', 'Errors', dimensions, failed ? 1 : 0);
    this.host.metrics.put('AWS/Lambda', 'Duration', dimensions, durationMs);
    this.record(failed ? 'InvocationFailed' : 'InvocationSucceeded', {
      requestId: work.requestId,
      durationMs,
      initMs,
      maxMemoryMb: outcome.maxMemoryMb,
      errorType: errorTypeOf(outcome),
      responseBytes: Buffer.byteLength(payload),
      response: small(payload),
    }, work);
    const functionError = failed ? { functionError: 'Unhandled' as const } : {};
    return { statusCode: 200, payload, ...functionError, executedVersion: '$LATEST', requestId: work.requestId };
  }

  private recordThrottle({ details }: ServiceError, work: Work): void {
    this.host.metrics.put('AWS/Lambda', 'Throttles', { FunctionName: this.spec.name });
    this.record('Throttled', { requestId: work.requestId, reason: details.Reason }, work);
  }

  private log(logStream: string, lines: readonly string[]): void {
    for (const line of lines) this.host.logs.put(logGroupOf(this.spec), logStream, line);
  }

  private time(): string {
    return new Date(this.host.clock.now()).toISOString();
  }

  private record(type: string, data: Record<string, unknown>, work?: Work): void {
    this.host.journal.record('lambda', type, { functionName: this.spec.name, ...data }, traceIdOf(work?.traceHeader));
  }
}

function throttle(reason: string): ServiceError {
  return new ServiceError(THROTTLED, 'Rate Exceeded.', 429, { Reason: reason });
}

function small(payload: string): string | undefined {
  return payload.length <= JOURNALED_PAYLOAD ? payload : undefined;
}

function errorTypeOf({ status, payload }: Outcome): string | undefined {
  if (status === 'success') return undefined;
  try {
    return (JSON.parse(payload) as { errorType?: string }).errorType;
  } catch {
    return undefined;
  }
}
