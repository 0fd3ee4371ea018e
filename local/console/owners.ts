import { JournalEntry } from '../kernel/journal';
import type { Entry } from './ledger';

/** A row as events and workflow inputs name it. */
export interface RowName {
  readonly transaction_id: string;
  readonly event_id: string;
}

/**
 * Which request each hop belongs to: by its trace, or, where an event or a workflow is started again later,
 * as a redrive or a replay does, by the row it names.
 */
export class Owners {
  private readonly byTrace = new Map<string, Entry>();
  private readonly byRow = new Map<string, Entry>();
  private readonly byExecution = new Map<string, Entry>();
  private readonly byEvent = new Map<string, Entry>();

  public ofTrace(traceId: string | undefined): Entry | undefined {
    return traceId === undefined ? undefined : this.byTrace.get(traceId);
  }

  public ofRow(key: string): Entry | undefined {
    return this.byRow.get(key);
  }

  public begin(entry: Entry, traceId: string | undefined): void {
    if (traceId !== undefined) this.byTrace.set(traceId, entry);
  }

  public keep(entry: Entry, key: string): void {
    this.byRow.set(key, entry);
    entry.rows.push(key);
  }

  /** Finds the request of a hop and writes the hop down with it. */
  public claim(hop: JournalEntry): Entry | undefined {
    const { traceId, data } = hop;
    const owner = this.ofTrace(traceId) ?? this.byExecution.get(String(data.arn)) ?? this.byEvent.get(String(data.eventId)) ?? this.ofNamedRow(hop);
    if (!owner) return undefined;
    owner.hops.push(hop);
    if (traceId !== undefined && !this.byTrace.has(traceId)) this.byTrace.set(traceId, owner);
    if (hop.type === 'ExecutionStarted') this.byExecution.set(String(data.arn), owner);
    if (hop.type === 'EventReceived') this.byEvent.set(String(data.eventId), owner);
    return owner;
  }

  public forget({ hops, rows, capture }: Entry): void {
    if (capture.traceId !== undefined) this.byTrace.delete(capture.traceId);
    for (const key of rows) this.byRow.delete(key);
    for (const { traceId, data } of hops) {
      this.byTrace.delete(String(traceId));
      this.byExecution.delete(String(data.arn));
      this.byEvent.delete(String(data.eventId));
    }
  }

  private ofNamedRow(hop: JournalEntry): Entry | undefined {
    const row = rowNamedBy(hop);
    return row && this.byRow.get(keyText(row));
  }
}

/** The row an event or the input of a workflow is about. */
export function rowNamedBy({ type, data }: JournalEntry): RowName | undefined {
  if (type === 'EventReceived') return (data.event as { readonly detail?: { readonly key?: RowName } }).detail?.key;
  if (type === 'ExecutionStarted') return (data.input as { readonly transaction?: { readonly key?: RowName } } | undefined)?.transaction?.key;
  return undefined;
}

export function keyText({ transaction_id, event_id }: RowName): string {
  return `${transaction_id}\n${event_id}`;
}
