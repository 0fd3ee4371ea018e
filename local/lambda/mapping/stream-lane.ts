import { Clock } from '../../kernel/clock';
import { fitting } from './services';
import { StreamEntry } from './stream-options';

export interface LaneOptions {
  readonly clock: Clock;
  readonly batchSize: number;
  readonly windowMs: number;
  readonly stopping: AbortSignal;
  deliver(entries: readonly StreamEntry[]): Promise<void>;
  failed(error: unknown): void;
}

/** Records that are delivered strictly one batch after the other. */
export class StreamLane {
  private queue: StreamEntry[] = [];
  private working = false;
  private onArrival?: () => void;

  public constructor(private readonly options: LaneOptions) {}

  public push(entry: StreamEntry): void {
    this.queue.push(entry);
    this.onArrival?.();
    if (!this.working) void this.work();
  }

  private async work(): Promise<void> {
    this.working = true;
    try {
      // What is written together arrives in one turn of the loop and makes one batch.
      await Promise.resolve();
      while (this.queue.length > 0 && !this.options.stopping.aborted) {
        await this.window();
        await this.options.deliver(this.take());
      }
    } catch (error) {
      if (!this.options.stopping.aborted) this.options.failed(error);
    } finally {
      this.working = false;
    }
  }

  private take(): StreamEntry[] {
    const batch = this.queue.slice(0, fitting(this.queue, this.options.batchSize));
    this.queue = this.queue.slice(batch.length);
    return batch;
  }

  /** Waits for a full batch, at most as long as the batching window. */
  private window(): Promise<void> {
    const { clock, windowMs } = this.options;
    if (windowMs === 0 || this.full()) return Promise.resolve();
    return new Promise((resolve) => {
      const cancel = clock.at(clock.now() + windowMs, () => {
        this.onArrival = undefined;
        resolve();
      });
      this.onArrival = () => {
        if (!this.full()) return;
        this.onArrival = undefined;
        cancel();
        resolve();
      };
    });
  }

  private full(): boolean {
    const { queue, options: { batchSize } } = this;
    return queue.length >= batchSize || fitting(queue, batchSize) < queue.length;
  }
}
