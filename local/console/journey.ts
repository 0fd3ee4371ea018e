import { JournalEntry } from '../kernel/journal';
import { Runner } from '../runner/runner';
import { alertStage, archiveStage, fraudStage } from './aftermath';
import { Judgement, judge, maxBodyBytes } from './judgement';
import { Entry, Ledger } from './ledger';
import { JourneyPage, Stage } from './model';
import { nearMiss } from './near-miss';
import { mappingStage, receivedStage } from './reception';
import { publishStage, rulesStage } from './routing';
import { signatureStage } from './signature';
import { dedupeStage, rowsOf, rowStage, StoredRow, streamStage } from './storage';
import { workflowStage } from './workflow';

/** Everything a stage may look at. */
export interface Trail {
  readonly runner: Runner;
  readonly ledger: Ledger;
  readonly entry: Entry;
  readonly judgement: Judgement;
  /** Hops that carry the trace of the request. */
  readonly hops: readonly JournalEntry[];
  readonly rows: readonly StoredRow[];
}

/** What became of one request, stage by stage; a later one is missing where the journey ended before it. */
export async function journeyPage(runner: Runner, ledger: Ledger, id: string): Promise<JourneyPage | undefined> {
  const entry = ledger.get(id);
  if (!entry) return undefined;
  const { capture, summary } = entry;
  const hops = runner.services.journal.entries().filter(({ traceId }) => traceId !== undefined && traceId === capture.traceId);
  const trail = { runner, ledger, entry, hops, judgement: entry.judgement ?? judge(runner, capture), rows: await rowsOf(runner, entry) };
  return { summary, stages: await stagesOf(trail), body: capture.body.toString('utf8') };
}

async function stagesOf(trail: Trail): Promise<Stage[]> {
  const { entry: { capture, summary }, judgement } = trail;
  const stages = [receivedStage(trail)];
  if (!capture.endpoint) return stages;
  stages.push(signatureStage(capture, {
    judgement,
    maxBodyBytes: maxBodyBytes(trail.runner, capture),
    nearMiss: judgement.reason === 'signature_mismatch' ? nearMiss(trail.runner, capture) : undefined,
  }));
  if (stages[1].state === 'failed' || summary.reason === 'throttled') return stages;
  stages.push(mappingStage(trail));
  if (summary.outcome === 'rejected' || summary.outcome === 'waiting') return stages;
  stages.push(dedupeStage(trail));
  if (summary.outcome === 'unavailable' || summary.outcome === 'accepted') return stages;
  stages.push(rowStage(trail));
  if (summary.outcome === 'duplicate') return stages;
  const later = [streamStage, publishStage, rulesStage, workflowStage, fraudStage, alertStage].map((stage) => stage(trail));
  return [...stages, ...later, await archiveStage(trail)];
}
