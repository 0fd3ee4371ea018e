import { Clock } from '../kernel/clock';

/** Receivers that wait for messages, first come first served. */
export class LongPolls {
  /** Each tries to get something and tells whether it did. */
  private readonly waiting = new Set<() => boolean>();

  public constructor(private readonly clock: Clock) {}

  /** Resolves with what `take` yields as soon as there is something, or with nothing after `ms` or on abort. */
  public async wait<T>(take: () => T[], ms: number, signal?: AbortSignal): Promise<T[]> {
    const release: (() => void)[] = [];
    const taken = new Promise<T[]>((resolve, reject) => {
      const attempt = () => {
        try {
          const items = take();
          if (items.length > 0) resolve(items);
          return items.length > 0;
        } catch (error) {
          reject(error);
          return false;
        }
      };
      const end = () => resolve([]);
      this.waiting.add(attempt);
      signal?.addEventListener('abort', end, { once: true });
      release.push(() => this.waiting.delete(attempt), () => signal?.removeEventListener('abort', end), this.clock.at(this.clock.now() + ms, end));
    });
    return taken.finally(() => release.forEach((undo) => undo()));
  }

  /** Lets the receivers try again, until one goes away empty. */
  public serve(): void {
    for (const attempt of this.waiting) {
      if (!attempt()) return;
      this.waiting.delete(attempt);
    }
  }
}
