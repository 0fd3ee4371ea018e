import { longestWindow, MOST_ENTRIES, partitionOf, transactionDigest } from '../../runtime/fraud-detector/customers';
import { History, HistoryEntry, historyOf } from '../../runtime/fraud-detector/history';
import { Screened, screenedOf } from '../../runtime/fraud-detector/rules';
import { analyze, FraudAnalysis, readsHistory } from '../../runtime/fraud-detector/score';
import type { FraudDetectionConfig } from '../../src/contract';
import type { Archived } from './archive';

/** A transaction with the verdict it had and the one it would have. */
export interface Compared extends Archived {
  readonly fresh: FraudAnalysis;
}

/**
 * Screens archived transactions again, in the order they were received, with the
 * detector's own functions. Histories grow as they did; a model is not asked again, the
 * score it gave then stands; no fuse blows.
 */
export async function* replay(archived: AsyncIterable<Archived>, config: FraudDetectionConfig): AsyncGenerator<Compared> {
  const histories = new Map<string, HistoryEntry[]>();
  const longestMs = longestWindow(config) * 1000;
  const wanted = readsHistory(config);
  for await (const { transaction, verdict } of archived) {
    const screened = screenedOf(transaction);
    const history = wanted && transaction.customer_id ? observe(screened, histories, longestMs) : undefined;
    yield { transaction, verdict, fresh: analyze(transaction, config, { history, model: config.model && verdict?.model }) };
  }
}

/** Enters the transaction, then reads what is around it. */
function observe({ transaction, amount, currency, country }: Screened, histories: Map<string, HistoryEntry[]>, longestMs: number): History {
  const { occurred_at: at, endpoint, customer_id } = transaction;
  const partition = partitionOf(endpoint, customer_id!);
  const of = transactionDigest(transaction);
  const moment = Date.parse(at);
  const known = [...histories.get(partition) ?? [], { at, of, amount, currency, country }]
    .filter((entry) => Date.parse(entry.at) >= moment - longestMs);
  histories.set(partition, known);
  const read = known.filter((entry) => Date.parse(entry.at) <= moment + longestMs).sort((a, b) => (a.at < b.at ? 1 : -1));
  return historyOf(read.slice(0, MOST_ENTRIES), of, read.length > MOST_ENTRIES);
}
