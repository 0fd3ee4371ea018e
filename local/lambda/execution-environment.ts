import { ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { performance } from 'node:perf_hooks';
import { exitMessage, failure, timeoutMessage } from './failures';
import { FunctionSpec } from './function-spec';
import { readLines } from './lines';
import { MemoryWatch } from './memory-watch';
import { processEnvironment } from './process-environment';
import { RuntimeAnswer, RuntimeApi } from './runtime-api';

/** How one invocation ended. */
export interface Outcome {
  readonly status: 'success' | 'error' | 'timeout';
  /** The handler's answer, or the JSON error. */
  readonly payload: string;
  readonly durationMs: number;
  readonly maxMemoryMb?: number;
}

/** One invocation, ready to run. */
export interface Work {
  readonly requestId: string;
  readonly payload: string;
  readonly traceHeader: string;
  /** Kills the process as it is handed the work. */
  readonly crash?: boolean;
}

/** What runs one handler, one invocation at a time. */
export interface Environment {
  readonly logStream: string;
  /** Whether it can take an invocation. */
  readonly usable: boolean;
  /** Gives the milliseconds it took until the handler is loaded, rejects with `InitFailure`. */
  start(): Promise<number>;
  /** Runs one invocation to its end, whatever that is. */
  run(work: Work): Promise<Outcome>;
  /** How long initialization took: for the first who asks, whose cold start it was. */
  takeInitMs(): number | undefined;
  stop(): void;
}

export interface Launch {
  readonly spec: FunctionSpec;
  /** The bootstrap program's file. */
  readonly bootstrapFile: string;
  readonly environment: Readonly<Record<string, string>>;
  /** The runner's date, for the name of the log stream. */
  readonly now: number;
  onLine(stream: string, line: string): void;
  onExit(environment: Environment, reason: string): void;
}

/** A handler that could not be loaded. */
export class InitFailure extends Error {
  public readonly outcome: Outcome;

  public constructor(public readonly logStream: string, payload: string, status: 'error' | 'timeout' = 'error') {
    super('The execution environment could not be initialized');
    this.outcome = { status, payload, durationMs: 0 };
  }
}

type Ending = Pick<Outcome, 'status' | 'payload'> & { readonly residentBytes?: number };
type Kill = 'timeout' | 'memory' | 'stop';

/** Lambda allows initialization this long before it counts against the function's own timeout. */
const INIT_SECONDS = 10;
/** A stopped process may leave a descendant holding its output; its last lines are not waited for longer. */
const LAST_LINES_MS = 200;

/** One child process that runs one handler. */
export class ExecutionEnvironment implements Environment {
  public readonly logStream: string;
  private readonly api: RuntimeApi;
  private child?: ChildProcess;
  private memory?: MemoryWatch;
  private killed?: Kill;
  private ended = false;
  private requestId?: string;
  private initMs?: number;
  private timer?: NodeJS.Timeout;
  private settleStart?: (failed?: InitFailure) => void;
  private settleRun?: (ending: Ending) => void;

  public constructor(private readonly launch: Launch) {
    const [date] = new Date(launch.now).toISOString().split('T');
    this.logStream = `${date.replaceAll('-', '/')}/[$LATEST]${randomBytes(16).toString('hex')}`;
    this.api = new RuntimeApi({
      ready: () => this.settleStart?.(),
      initFailed: (body) => this.settleStart?.(this.initFailure(body)),
      answered: (answer) => this.answered(answer),
    });
  }

  public get usable(): boolean {
    const exited = this.child !== undefined && (this.child.exitCode !== null || this.child.signalCode !== null);
    return !this.ended && !exited && this.killed === undefined;
  }

  public takeInitMs(): number | undefined {
    const initMs = this.initMs;
    this.initMs = undefined;
    return initMs;
  }

  public async start(): Promise<number> {
    const { spec } = this.launch;
    const startedAt = performance.now();
    const address = await this.api.start();
    if (!this.usable) throw this.initFailure(failure('Runtime.ExitError', exitMessage(null, 'SIGKILL')));
    this.spawn(address);
    const failed = await new Promise<InitFailure | undefined>((resolve) => {
      this.settleStart = resolve;
      this.arm(INIT_SECONDS + spec.timeoutSeconds);
    });
    this.settleStart = undefined;
    this.disarm();
    if (failed) {
      this.stop();
      throw failed;
    }
    return (this.initMs = performance.now() - startedAt);
  }

  public async run(work: Work): Promise<Outcome> {
    const { spec } = this.launch;
    const startedAt = performance.now();
    this.requestId = work.requestId;
    const ending = await new Promise<Ending>((resolve) => {
      this.settleRun = resolve;
      if (!this.usable) return this.exited(this.child?.exitCode ?? null, this.child?.signalCode ?? 'SIGKILL');
      this.arm(spec.timeoutSeconds);
      if (work.crash) this.child?.kill('SIGKILL');
      this.api.offer({ ...work, deadlineMs: Date.now() + spec.timeoutSeconds * 1000, functionArn: spec.arn });
    });
    this.disarm();
    this.settleRun = undefined;
    const durationMs = performance.now() - startedAt;
    // The handler's output was written before its answer; this turn of the loop has read it.
    await new Promise(setImmediate);
    return { status: ending.status, payload: ending.payload, durationMs, maxMemoryMb: this.memory?.peakMb(ending.residentBytes) };
  }

  public stop(): void {
    this.kill('stop');
  }

  private spawn(runtimeApi: string): void {
    const { spec, bootstrapFile } = this.launch;
    const heapMb = Math.floor(spec.memoryMb * 0.85);
    const child = spawn(process.execPath, [`--max-old-space-size=${heapMb}`, bootstrapFile], {
      cwd: spec.codeDirectory,
      env: processEnvironment(spec, this.launch.environment, runtimeApi, this.logStream),
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.child = child;
    for (const output of [child.stdout, child.stderr]) readLines(output, (line) => this.launch.onLine(this.logStream, line));
    this.memory = new MemoryWatch(child.pid ?? 0, spec.memoryMb, () => this.kill('memory'));
    child.once('error', (error) => this.settleStart?.(this.initFailure(failure('Runtime.InvalidEntrypoint', String(error)))));
    child.once('exit', (code, signal) => {
      const lastLines = setTimeout(() => this.exited(code, signal), LAST_LINES_MS);
      child.once('close', () => {
        clearTimeout(lastLines);
        this.exited(code, signal);
      });
    });
  }

  /** The deadline is real time, as the process is. */
  private arm(seconds: number): void {
    this.memory?.start();
    this.timer = setTimeout(() => this.kill('timeout'), seconds * 1000);
  }

  private disarm(): void {
    clearTimeout(this.timer);
    this.memory?.stop();
  }

  private kill(reason: Kill): void {
    if (!this.usable) return;
    this.killed = reason;
    this.child?.kill('SIGKILL');
    this.api.close();
  }

  private initFailure(payload: string, status?: 'error' | 'timeout'): InitFailure {
    return new InitFailure(this.logStream, payload, status);
  }

  private answered({ kind, payload, residentBytes, exiting }: RuntimeAnswer): void {
    if (exiting) this.kill('stop');
    this.settleRun?.({ status: kind === 'response' ? 'success' : 'error', payload, residentBytes });
  }

  private exited(code: number | null, signal: NodeJS.Signals | null): void {
    const timedOut = this.killed === 'timeout';
    const message = timedOut ? timeoutMessage(this.launch.spec.timeoutSeconds) : exitMessage(code, signal);
    const payload = failure(timedOut ? 'Sandbox.Timedout' : 'Runtime.ExitError', message, this.requestId);
    const status = timedOut ? 'timeout' : 'error';
    if (!this.ended) this.launch.onExit(this, this.killed ?? message);
    this.ended = true;
    this.api.close();
    this.settleStart?.(this.initFailure(payload, status));
    this.settleRun?.({ status, payload });
  }
}
