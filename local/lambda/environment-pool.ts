import { Clock } from '../kernel/clock';
import { Environment } from './execution-environment';

export interface PoolOptions {
  readonly clock: Clock;
  /** Most environments at once. */
  readonly limit: number;
  /** How long, in real time, an invocation waits for one of them. */
  readonly queueMs: number;
  /** How long an environment is kept without work, on the clock. */
  readonly idleMs: number;
  create(): Environment;
  /** Told of every environment that loaded its handler. */
  started(environment: Environment, initMs: number): void;
  /** What a caller is told who waited too long. */
  busy(): Error;
}

interface Waiter {
  readonly resolve: (environment: Environment) => void;
  readonly reject: (error: Error) => void;
  timer?: NodeJS.Timeout;
}

interface Idle {
  readonly environment: Environment;
  readonly since: number;
}

/** The execution environments of one function: reused while idle, started on demand, reaped after a while. */
export class EnvironmentPool {
  private readonly living = new Set<Environment>();
  private readonly waiters: Waiter[] = [];
  private idle: Idle[] = [];
  private starting = 0;
  private stopped = false;
  private cancelReap?: () => void;

  public constructor(private readonly options: PoolOptions) {}

  public acquire(): Promise<Environment> {
    // The most recently used first, so that a quiet function shrinks.
    const idle = this.idle.pop();
    if (idle) return Promise.resolve(idle.environment);
    return new Promise((resolve, reject) => {
      const waiter = { resolve, reject };
      this.waiters.push(waiter);
      this.limitWait(waiter);
      this.grow();
    });
  }

  /** Takes an environment back after its invocation. */
  public release(environment: Environment): void {
    if (!environment.usable || this.stopped) return this.remove(environment);
    const waiter = this.nextWaiter();
    if (waiter) return waiter.resolve(environment);
    this.idle.push({ environment, since: this.options.clock.now() });
    this.scheduleReap();
  }

  /** Forgets an environment whose process is gone or going. */
  public remove(environment: Environment): void {
    environment.stop();
    this.living.delete(environment);
    this.idle = this.idle.filter((idle) => idle.environment !== environment);
    this.grow();
  }

  /** Ends what is idle, as Lambda does whenever it likes: the next invocation starts cold. */
  public recycle(): void {
    for (const { environment } of [...this.idle]) this.remove(environment);
  }

  public stop(): void {
    this.stopped = true;
    this.cancelReap?.();
    for (const environment of this.living) environment.stop();
    for (let waiter = this.nextWaiter(); waiter; waiter = this.nextWaiter()) waiter.reject(this.options.busy());
  }

  /** Starts what the waiting invocations need and the limit allows. */
  private grow(): void {
    while (!this.stopped && this.starting < this.waiters.length && this.living.size < this.options.limit) {
      void this.startOne();
    }
  }

  private async startOne(): Promise<void> {
    const environment = this.options.create();
    this.living.add(environment);
    this.starting += 1;
    try {
      const initMs = await environment.start();
      this.starting -= 1;
      this.options.started(environment, initMs);
      this.release(environment);
    } catch (error) {
      this.starting -= 1;
      this.nextWaiter()?.reject(error as Error);
      this.remove(environment);
    }
  }

  private nextWaiter(): Waiter | undefined {
    const waiter = this.waiters.shift();
    clearTimeout(waiter?.timer);
    return waiter;
  }

  private limitWait(waiter: Waiter): void {
    waiter.timer = setTimeout(() => {
      const position = this.waiters.indexOf(waiter);
      // A process is starting for this one; how long that may take is the process's own matter.
      if (position < this.starting) return this.limitWait(waiter);
      this.waiters.splice(position, 1);
      waiter.reject(this.options.busy());
    }, this.options.queueMs);
  }

  private scheduleReap(): void {
    if (this.cancelReap || this.idle.length === 0) return;
    const { clock, idleMs } = this.options;
    this.cancelReap = clock.at(this.idle[0].since + idleMs, () => {
      this.cancelReap = undefined;
      const stale = this.idle.filter(({ since }) => since + idleMs <= clock.now());
      for (const { environment } of stale) this.remove(environment);
      this.scheduleReap();
    });
  }
}
