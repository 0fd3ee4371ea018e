import { Clock } from '../kernel/clock';
import { Item } from './items';

/** DynamoDB leaves items alone whose expiry lies further back than this. */
const OLDEST = 5 * 365 * 24 * 60 * 60;

interface Due {
  readonly second: number;
  readonly key: Item;
}

/** The second at which `item` expires, if it does. */
function expiryOf(item: Item | undefined, attribute: string): number | undefined {
  const value = item?.[attribute];
  return value && 'N' in value ? Math.floor(Number(value.N)) : undefined;
}

/**
 * Knows which items of a table expire next and has them removed then. An entry
 * may be outdated by a later write, so `remove` must look at the item again.
 */
export class TimeToLive {
  /** A binary heap, the earliest first. */
  private readonly heap: Due[] = [];
  private alarm?: { readonly second: number; cancel(): void };

  public constructor(
    public readonly attribute: string,
    private readonly clock: Clock,
    private readonly remove: (key: Item) => Promise<void>,
  ) {}

  public note(key: Item, before: Item | undefined, after: Item | undefined): void {
    const second = expiryOf(after, this.attribute);
    if (second === undefined || second === expiryOf(before, this.attribute)) return;
    if (second < this.clock.now() / 1000 - OLDEST) return;
    this.push({ second, key });
    this.arm();
  }

  public stop(): void {
    this.alarm?.cancel();
    this.alarm = undefined;
    this.heap.length = 0;
  }

  private arm(): void {
    const next = this.heap[0]?.second;
    if (next === this.alarm?.second) return;
    this.alarm?.cancel();
    this.alarm = next === undefined ? undefined : { second: next, cancel: this.clock.at((next + 1) * 1000, () => this.expire()) };
  }

  private expire(): void {
    this.alarm = undefined;
    while (this.heap.length > 0 && (this.heap[0].second + 1) * 1000 <= this.clock.now()) void this.remove(this.pop().key);
    this.arm();
  }

  private push(due: Due): void {
    const { heap } = this;
    let at = heap.push(due) - 1;
    while (at > 0) {
      const parent = Math.floor((at - 1) / 2);
      if (heap[parent].second <= due.second) break;
      heap[at] = heap[parent];
      at = parent;
    }
    heap[at] = due;
  }

  private pop(): Due {
    const { heap } = this;
    const [first] = heap;
    const last = heap.pop()!;
    if (heap.length > 0) this.sink(last);
    return first;
  }

  private sink(due: Due): void {
    const { heap } = this;
    let at = 0;
    for (let child = 1; child < heap.length; child = 2 * at + 1) {
      if (child + 1 < heap.length && heap[child + 1].second < heap[child].second) child += 1;
      if (heap[child].second >= due.second) break;
      heap[at] = heap[child];
      at = child;
    }
    heap[at] = due;
  }
}
