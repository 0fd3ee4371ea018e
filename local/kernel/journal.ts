import { Clock } from './clock';

/** One thing that happened, in the order it happened. */
export interface JournalEntry {
  readonly seq: number;
  /** ISO time on the runner's clock. */
  readonly at: string;
  /** The service that saw it, e.g. `apigateway`, `dynamodb`, `events`, `states`. */
  readonly service: string;
  /** What happened, in that service's words, e.g. `RuleMatched`, `TaskFailed`. */
  readonly type: string;
  /** The X-Ray trace id (`1-…`) that ties hops of one webhook together. */
  readonly traceId?: string;
  readonly data: Readonly<Record<string, unknown>>;
}

export type JournalListener = (entry: JournalEntry) => void;

/**
 * Every hop of every webhook, in one order. Services write it; the journey of
 * a transaction and the console read it. Bounded: the oldest entries go first.
 */
export class Journal {
  private readonly kept: JournalEntry[] = [];
  private readonly listeners = new Set<JournalListener>();
  private seq = 0;

  public constructor(private readonly clock: Clock, private readonly limit = 500_000) {}

  public record(service: string, type: string, data: Record<string, unknown>, traceId?: string): void {
    const entry = { seq: ++this.seq, at: new Date(this.clock.now()).toISOString(), service, type, traceId, data };
    this.kept.push(entry);
    if (this.kept.length > this.limit * 1.1) this.kept.splice(0, this.kept.length - this.limit);
    for (const listener of this.listeners) listener(entry);
  }

  public entries(): readonly JournalEntry[] {
    return this.kept;
  }

  /** Calls `listener` for each new entry until the returned function is called. */
  public subscribe(listener: JournalListener): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }
}
