import { JournalEntry } from '../kernel/journal';
import { Runner } from '../runner/runner';
import { alertStage } from './alerts';
import { archiveStage } from './archive-stage';
import { Judgement, judge, maxBodyBytes } from './judgement';
import { Entry, Ledger } from './ledger';
import { JourneyPage, Sibling, Stage, Summary } from './model';
import { nearMiss } from './near-miss';
import { mappingStage, receivedStage } from './reception';
import { publishStage, rulesStage, screenedStage } from './routing';
import { eventOf, hopsOfRow, memberOf, rowsOf, StoredRow } from './rows';
import { Analysis, fraudStage, historyStage } from './screening';
import { signatureStage } from './signature';
import { dedupeStage, rowStage, streamStage } from './storage';
import { workflowStage } from './workflow';

/** Everything a stage may look at. */
export interface Trail {
  readonly runner: Runner;
  readonly ledger: Ledger;
  readonly entry: Entry;
  readonly judgement: Judgement;
  /** What happened because of the request, or, of a batch, because of the event that is looked at. */
  readonly hops: readonly JournalEntry[];
  /** The row that is looked at; none where nothing was stored. */
  readonly rows: readonly StoredRow[];
}

/** What became of one request, stage by stage; a later one is missing where the journey ended before it. Of a batch, one event is followed. */
export async function journeyPage(runner: Runner, ledger: Ledger, id: string, event = 0): Promise<JourneyPage | undefined> {
  const entry = ledger.get(id);
  if (!entry) return undefined;
  const { capture, hops, summary } = entry;
  const judgement = entry.judgement ?? judge(runner, capture);
  const all = inOrder(await rowsOf(runner, entry), judgement);
  const row = all[event] ?? all[0];
  const isBatch = all.length > 1;
  const trail: Trail = {
    runner, ledger, entry, judgement, hops: isBatch ? hopsOfRow(hops, row) : hops, rows: row ? [row] : [],
  };
  return {
    summary: isBatch ? summaryOf(summary, row) : summary,
    stages: await stagesOf(trail),
    body: capture.body.toString('utf8'),
    ...(isBatch && { siblings: all.map((one, index) => siblingOf(summaryOf(summary, one), index, one === row)) }),
  };
}

/** As the webhook has them: they are stored at the same moment. */
function inOrder(rows: readonly StoredRow[], { events = [] }: Judgement): readonly StoredRow[] {
  const place = (row: StoredRow) => events.findIndex((event) => event === eventOf(events, row));
  return [...rows].sort((a, b) => place(a) - place(b));
}

function summaryOf(summary: Summary, row: StoredRow): Summary {
  const analysis = memberOf<Analysis>(row, 'fraud_analysis');
  return {
    ...summary,
    outcome: row.isMet ? 'duplicate' : row.members.record === 'conflict' ? 'conflict' : 'stored',
    transactionId: String(row.members.transaction_id),
    amount: memberOf<string>(row, 'amount_text') ?? undefined,
    currency: memberOf<string>(row, 'currency') ?? undefined,
    tier: memberOf<string>(row, 'tier') ?? undefined,
    band: analysis?.fraud_status,
    score: analysis && String(analysis.fraud_score),
  };
}

function siblingOf({ transactionId, amount, currency, outcome, tier, band }: Summary, index: number, isShown: boolean): Sibling {
  return { index, isShown, label: transactionId!.split('#').slice(1).join('#'), amount: amount === undefined ? undefined : `${amount} ${currency}`, outcome, tier, band };
}

async function stagesOf(trail: Trail): Promise<Stage[]> {
  const { runner, entry: { capture, summary }, judgement, rows: [row] } = trail;
  const stages = [receivedStage(trail)];
  if (!capture.endpoint) return stages;
  stages.push(signatureStage(capture, {
    judgement,
    maxBodyBytes: maxBodyBytes(runner, capture),
    nearMiss: judgement.reason === 'signature_mismatch' ? nearMiss(runner, capture) : undefined,
  }));
  if (stages[1].state === 'failed' || summary.reason === 'throttled') return stages;
  stages.push(mappingStage(trail));
  if (summary.outcome === 'rejected' || summary.outcome === 'waiting') return stages;
  stages.push(dedupeStage(trail));
  if (summary.outcome === 'unavailable' || summary.outcome === 'accepted') return stages;
  stages.push(rowStage(trail));
  if (row ? row.isMet : summary.outcome === 'duplicate') return stages;
  const routing = [streamStage, publishStage, rulesStage, workflowStage].map((stage) => stage(trail));
  return [...stages, ...routing, await historyStage(trail), fraudStage(trail), screenedStage(trail), alertStage(trail), await archiveStage(trail)];
}
