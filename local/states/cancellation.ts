import { setMaxListeners } from 'node:events';

/** An abort signal that also aborts with its parent, until it is closed. */
export class CancellationScope {
  private readonly controller = new AbortController();
  private readonly follow: () => void;

  public constructor(private readonly parent: AbortSignal) {
    setMaxListeners(0, this.controller.signal); // as many followers as there are branches
    this.follow = () => this.controller.abort(parent.reason);
    if (parent.aborted) this.follow();
    else parent.addEventListener('abort', this.follow, { once: true });
  }

  public get signal(): AbortSignal {
    return this.controller.signal;
  }

  public abort(reason: unknown): void {
    this.controller.abort(reason);
  }

  /** Lets go of the parent, which may live much longer. */
  public close(): void {
    this.parent.removeEventListener('abort', this.follow);
  }
}

/** Settles as `work` does, or rejects with the signal's reason as soon as it aborts. */
export function untilAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const abort = (): void => reject(signal.reason);
    if (signal.aborted) abort();
    signal.addEventListener('abort', abort, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort));
  });
}
