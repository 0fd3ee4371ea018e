import { compareDecimals, Decimal } from '../transaction/decimal';

/** One earlier or simultaneous event of the customer. */
export interface HistoryEntry {
  /** When it happened, ISO 8601. */
  readonly at: string;
  /** Same for all events of one transaction. */
  readonly of: string;
  readonly amount: Decimal;
  readonly currency: string;
  readonly country?: string;
}

/** What the table knew of the customer when the transaction was judged, the transaction itself left out. */
export interface History {
  /** One entry per other transaction, oldest first. */
  readonly entries: readonly HistoryEntry[];
  /** There was more than is read: the newest are here. */
  readonly truncated: boolean;
}

export const NO_HISTORY: History = { entries: [], truncated: false };

/** Leaves out `self`, and joins the events of each other transaction: its first moment, its largest amount. */
export function historyOf(read: readonly HistoryEntry[], self: string, truncated: boolean): History {
  const byTransaction = new Map<string, HistoryEntry>();
  for (const entry of [...read].sort(byTime)) {
    if (entry.of === self) continue;
    const known = byTransaction.get(entry.of);
    const isLarger = known?.currency === entry.currency && compareDecimals(entry.amount, known.amount) > 0;
    if (!known || isLarger) byTransaction.set(entry.of, { ...entry, at: known?.at ?? entry.at });
  }
  return { entries: [...byTransaction.values()], truncated };
}

/** Entries that happened before `at`, back to `windowMs` before it. */
export function before({ entries }: History, at: string, windowMs: number): readonly HistoryEntry[] {
  const end = Date.parse(at);
  return entries.filter((entry) => entry.at < at && Date.parse(entry.at) > end - windowMs);
}

/**
 * Every set of entries that shares a window of that length with the moment `at`.
 * In order of time there is one, that which ends at `at`. A transaction that comes
 * late is judged with those that overtook it, so no order of arrival hides a burst.
 */
export function windowsAround({ entries }: History, at: string, windowMs: number): readonly (readonly HistoryEntry[])[] {
  const moment = Date.parse(at);
  const timed = entries.map((entry) => ({ entry, time: Date.parse(entry.at) })).filter(({ time }) => Math.abs(time - moment) < windowMs);
  const ends = [moment, ...timed.map(({ time }) => time).filter((time) => time > moment)];
  return ends.map((end) => timed.filter(({ time }) => time <= end && time > end - windowMs).map(({ entry }) => entry));
}

function byTime(a: HistoryEntry, b: HistoryEntry): number {
  return a.at < b.at ? -1 : a.at > b.at ? 1 : a.of < b.of ? -1 : a.of > b.of ? 1 : 0;
}
