/**
 * The only source of time in the runner. Everything that waits, expires or is
 * scheduled asks it, so moving the clock moves the whole system.
 */
export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number;
  /** Runs `action` once the clock reaches `at`; the returned function cancels it. */
  at(at: number, action: () => void): () => void;
  /** Resolves after `ms` on this clock; rejects with the signal's reason when aborted. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

interface Alarm {
  readonly at: number;
  readonly action: () => void;
}

abstract class AlarmClock implements Clock {
  protected alarms: Alarm[] = [];

  public abstract now(): number;
  protected abstract alarmsChanged(): void;

  /** When the next of those who wait comes due. */
  public next(): number | undefined {
    return this.alarms[0]?.at;
  }

  public at(at: number, action: () => void): () => void {
    const alarm = { at, action };
    this.alarms.push(alarm);
    this.alarms.sort((a, b) => a.at - b.at);
    this.alarmsChanged();
    return () => {
      this.alarms = this.alarms.filter((other) => other !== alarm);
      this.alarmsChanged();
    };
  }

  public sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason);
      const aborted = () => {
        cancel();
        reject(signal!.reason);
      };
      const cancel = this.at(this.now() + ms, () => {
        signal?.removeEventListener('abort', aborted);
        resolve();
      });
      signal?.addEventListener('abort', aborted, { once: true });
    });
  }

  /** Runs what is due, earliest first. */
  protected ring(): void {
    while (this.alarms.length > 0 && this.alarms[0].at <= this.now()) this.alarms.shift()!.action();
  }
}

/** Wall-clock time plus an offset that can be moved forward. */
export class RunnerClock extends AlarmClock {
  private offset = 0;
  private timer?: NodeJS.Timeout;
  private stopped = false;

  public now(): number {
    return Date.now() + this.offset;
  }

  /** Moves the clock to `time` (never back); what became due runs at once. */
  public moveTo(time: number): void {
    this.offset += Math.max(0, time - this.now());
    this.alarmsChanged();
  }

  /** Cancels everything that is still waiting; what is set from now on never comes due, so that nothing keeps the process alive. */
  public stop(): void {
    this.stopped = true;
    this.alarms = [];
    clearTimeout(this.timer);
  }

  protected alarmsChanged(): void {
    clearTimeout(this.timer);
    if (this.stopped || this.alarms.length === 0) return;
    const longest = 2 ** 31 - 1;
    this.timer = setTimeout(() => {
      this.ring();
      this.alarmsChanged();
    }, Math.min(longest, Math.max(0, this.alarms[0].at - this.now())));
  }
}

/** A clock that moves only when told to, for tests. */
export class VirtualClock extends AlarmClock {
  public constructor(private time: number = Date.UTC(2026, 0, 1)) {
    super();
  }

  public now(): number {
    return this.time;
  }

  /** Moves forward alarm by alarm, letting promises settle in between. */
  public async advance(ms: number): Promise<void> {
    const end = this.time + ms;
    await new Promise(setImmediate);
    while (this.alarms.length > 0 && this.alarms[0].at <= end) {
      this.time = Math.max(this.time, this.alarms[0].at);
      this.ring();
      await new Promise(setImmediate);
    }
    this.time = end;
  }

  protected alarmsChanged(): void { /* rings in advance() only */ }
}
