import { JournalEntry } from '../kernel/journal';
import { Runner } from '../runner/runner';
import { Capture, captureOf } from './capture';
import { Filter, matches } from './filter';
import { Judgement, judge, loggedReason } from './judgement';
import { Outcome, Page, Summary } from './model';
import { keyText, Owners } from './owners';

type Attributes = Readonly<Record<string, { readonly S?: string; readonly N?: string; readonly M?: Attributes } | undefined>>;
type Change = { -readonly [Member in keyof Summary]?: Summary[Member] };

/** What is kept of a request beside its line. */
export interface Entry {
  summary: Summary;
  readonly capture: Capture;
  /** As judged when it was answered, with the secrets of that time. */
  judgement?: Judgement;
  /** Keys of the rows it stored. */
  readonly rows: string[];
  /** Everything that happened because of it. */
  readonly hops: JournalEntry[];
  /** Payload and ids in lower case. */
  searchable: string;
  /** Grows with each change of any entry. */
  revision: number;
}

export type LedgerListener = (entry: Entry) => void;

const SEARCHABLE_CHARACTERS = 16 * 1024;

/**
 * The list of webhooks, kept up to date entry by entry of the journal, so that neither its length nor
 * the number of readers slows it down. Bounded: the oldest go first.
 */
export class Ledger {
  private readonly entries = new Map<string, Entry>();
  private readonly owners = new Owners();
  private readonly listeners = new Set<LedgerListener>();
  private count = 0;
  private revision = 0;

  public constructor(private readonly runner: Runner, private readonly limit = 20_000) {
    runner.services.journal.subscribe((entry) => this.read(entry));
  }

  public get received(): number {
    return this.count;
  }

  public get(id: string): Entry | undefined {
    return this.entries.get(id);
  }

  public byTraceId(traceId: string | undefined): Entry | undefined {
    return this.owners.ofTrace(traceId);
  }

  /** The request that stored a row. */
  public byKey(transactionId: string, eventId: string): Entry | undefined {
    return this.owners.ofRow(keyText({ transaction_id: transactionId, event_id: eventId }));
  }

  /** Newest first. */
  public page(filter: Filter, limit: number, before = Infinity): Page {
    const found = [...this.entries.values()].reverse().filter((entry) => matches(entry.summary, entry.searchable, filter));
    return { total: found.length, rows: found.filter(({ summary }) => summary.number < before).slice(0, limit).map(({ summary }) => summary) };
  }

  public subscribe(listener: LedgerListener): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  private read(entry: JournalEntry): void {
    const { service, type, data } = entry;
    if (service === 'apigateway' && type === 'RequestReceived') this.begin(entry);
    const known = this.owners.claim(entry);
    if (service === 'dynamodb') return this.written(entry, known);
    if (!known) return;
    if (service === 'apigateway' && type !== 'RequestReceived') return this.answered(entry);
    if (service === 'states' && type.startsWith('Execution')) this.change(known, { workflow: type === 'ExecutionStarted' ? 'RUNNING' : type.replace('Execution', '').toUpperCase() });
    else if (service === 'sns' && type === 'NotificationDelivered' && data.protocol !== 'sqs') this.change(known, { alerts: known.summary.alerts + 1 });
  }

  private begin(received: JournalEntry): void {
    const capture = captureOf(this.runner, received);
    const { id, at, method, path, endpoint, bytes } = capture;
    const summary: Summary = { id, number: ++this.count, at, method, path, endpoint: endpoint?.name, kind: endpoint?.kind, bytes, outcome: 'waiting', alerts: 0 };
    const searchable = `${capture.body.toString('utf8', 0, SEARCHABLE_CHARACTERS)} ${id} ${path}`.toLowerCase();
    const entry: Entry = { summary, capture, searchable, rows: [], hops: [], revision: 0 };
    this.entries.set(id, entry);
    this.owners.begin(entry, capture.traceId);
    if (this.entries.size > this.limit) this.forget(this.entries.values().next().value!);
    this.change(entry, {});
  }

  private answered({ data }: JournalEntry): void {
    const entry = this.entries.get(String(data.requestId));
    if (!entry) return;
    const status = Number(data.status);
    const outcome = outcomeOf(entry.summary.outcome, status);
    if (entry.capture.endpoint && outcome !== 'unavailable') entry.judgement = judge(this.runner, entry.capture);
    if (outcome === 'rejected' && entry.judgement?.unknown !== undefined) entry.judgement = this.asLogged(entry, entry.judgement);
    const reason = outcome === 'rejected' ? entry.judgement?.reason ?? (data.error ? String(data.error).toLowerCase() : REASON_OF_STATUS[status]) : undefined;
    this.change(entry, { status, ms: Number(data.ms), outcome, reason });
  }

  private asLogged({ capture }: Entry, judgement: Judgement): Judgement {
    const reason = loggedReason(this.runner, capture.traceId);
    return reason === undefined ? judgement : { ...judgement, unknown: undefined, reason, detail: `the handler logged ${reason}` };
  }

  private written({ type, data }: JournalEntry, known: Entry | undefined): void {
    const item = data.item as Attributes | undefined;
    const key = keyOf((data.key ?? {}) as Attributes);
    if (type === 'ConditionFailed') {
      if (known?.summary.outcome === 'waiting') this.change(known, { outcome: 'duplicate', ...(item && fieldsOf(item)) });
    } else if (type === 'ItemPut' && item?.record?.S === 'tombstone') {
      const entry = this.owners.ofRow(key);
      if (entry) this.change(entry, { archived: true });
    } else if (type === 'ItemPut' && item?.payload && known) {
      this.stored(known, key, item);
    } else if (type === 'ItemUpdated' && item?.fraud_analysis?.M) {
      const entry = this.owners.ofRow(key);
      const { fraud_score: score, fraud_status: band } = item.fraud_analysis.M;
      if (entry?.rows[0] === key && entry.summary.band !== band?.S) this.change(entry, { score: score?.N, band: band?.S });
    }
  }

  private stored(entry: Entry, key: string, item: Attributes): void {
    this.owners.keep(entry, key);
    // A batch is listed under its first event.
    if (entry.summary.outcome === 'stored') return this.change(entry, { events: entry.rows.length });
    this.change(entry, { outcome: item.record?.S === 'conflict' ? 'conflict' : 'stored', ...fieldsOf(item) });
  }

  private change(entry: Entry, change: Change): void {
    entry.summary = { ...entry.summary, ...change };
    if (change.transactionId) entry.searchable += ` ${change.transactionId.toLowerCase()}`;
    entry.revision = ++this.revision;
    for (const listener of this.listeners) listener(entry);
  }

  private forget(entry: Entry): void {
    this.entries.delete(entry.capture.id);
    this.owners.forget(entry);
  }
}

const REASON_OF_STATUS: Readonly<Record<number, string>> = { 404: 'unknown_provider', 413: 'body_too_large', 415: 'wrong_content_type', 429: 'throttled' };

function outcomeOf(soFar: Outcome, status: number): Outcome {
  if (status >= 500) return 'unavailable';
  if (status >= 400) return 'rejected';
  return soFar === 'waiting' ? 'accepted' : soFar;
}

function keyOf({ transaction_id: transaction, event_id: event }: Attributes): string {
  return `${transaction?.S}\n${event?.S}`;
}

function fieldsOf({ transaction_id: id, amount_text: amount, currency, tier }: Attributes): Change {
  return { transactionId: id?.S, amount: amount?.S, currency: currency?.S, tier: tier?.S };
}
