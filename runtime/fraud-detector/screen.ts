import { randomUUID } from 'node:crypto';
import { DIMENSION, FraudDetectionConfig, METRIC, ScreeningRequest, SUBSEGMENT, TransactionDetail } from '../../src/contract';
import { emit, emitMilliseconds, logger, traced } from '../aws/telemetry';
import type { Alert, AlertSender } from './alert';
import type { Customers } from './customers';
import { Folds, NO_FOLDS } from './folds';
import { Fuses, NO_FUSES } from './fuses';
import type { Model } from './model';
import { screenedOf } from './rules';
import { analyze, FraudAnalysis } from './score';
import type { Verdicts } from './verdicts';

export interface ScreenDependencies {
  readonly config: FraudDetectionConfig;
  readonly verdicts: Verdicts;
  readonly send: AlertSender;
  readonly now: () => Date;
  /** Absent when no rule reads histories. */
  readonly customers?: Customers;
  readonly fuses?: Fuses;
  readonly folds?: Folds;
  readonly model?: Model;
}

/** Answer of the fraud detector, and `detail` of the event that tells of the verdict. */
export interface ScreeningResult extends Omit<TransactionDetail, 'metadata' | 'metadata_omitted' | 'amount' | 'conflicts_with'> {
  /** Null when the transaction was screened and archived before. */
  readonly fraud_analysis: FraudAnalysis | null;
  readonly alert: 'none' | 'sent' | 'already_sent' | 'folded';
}

/** Another attempt may or may not have sent the alert: when it does not settle soon, a person has to look; a second alert must not go out. */
export class AlertUncertain extends Error {
  public constructor(transactionId: string) {
    super(`The alert for ${transactionId} was started and its outcome is not known`);
    this.name = 'AlertUncertain';
  }
}

/** Scores a transaction, keeps the verdict, and alerts once when the risk is high. */
export async function screen({ transaction: sent, execution }: ScreeningRequest, deps: ScreenDependencies): Promise<ScreeningResult> {
  const at = deps.now();
  const transaction = sent.metadata_omitted ? { ...sent, metadata: await deps.verdicts.metadataOf(sent.key) } : sent;
  const fresh = await traced(SUBSEGMENT.score, () => judge(transaction, at, deps));
  const analysis = await traced(SUBSEGMENT.update, () => deps.verdicts.record(transaction.key, fresh, at.toISOString()));
  const { metadata, metadata_omitted, amount, conflicts_with, ...about } = transaction;
  if (analysis === 'archived') return { ...about, fraud_analysis: null, alert: 'none' };
  if (analysis === fresh) await account(transaction, analysis, at, deps);
  logger.info('transaction screened', {
    ...transaction.key, fraud_score: analysis.fraud_score, fraud_status: analysis.fraud_status, risk_factors: analysis.risk_factors,
  });
  const alert = analysis.fraud_status === 'high_risk'
    ? await traced(SUBSEGMENT.alert, () => alertOnce({ transaction, analysis, at: at.toISOString() }, execution, deps))
    : 'none';
  return { ...about, fraud_analysis: analysis, alert };
}

async function judge(transaction: TransactionDetail, at: Date, deps: ScreenDependencies): Promise<FraudAnalysis> {
  const { config, customers, fuses = NO_FUSES, model } = deps;
  const [history, fused] = await Promise.all([customers?.(screenedOf(transaction)), fuses.blown(at)]);
  return analyze(transaction, config, { history, fused, model: await model?.(screenedOf(transaction, history)) });
}

/** Counts a verdict that was just written. What cannot be counted must not undo it. */
async function account(transaction: TransactionDetail, analysis: FraudAnalysis, at: Date, { fuses = NO_FUSES }: ScreenDependencies): Promise<void> {
  emit(METRIC.transactionsScreened, { [DIMENSION.riskBand]: analysis.fraud_status });
  emitMilliseconds(METRIC.storeToVerdict, at.getTime() - Date.parse(transaction.received_at));
  if (analysis.model?.failure !== undefined) emit(METRIC.modelFailed);
  try {
    await fuses.count(transaction.key, analysis, at);
  } catch (error) {
    logger.error('the verdict was not counted for the fuse', { ...transaction.key, error: (error as Error).message });
  }
}

/** At most one alert: who claims it sends it, once, and settles it. What is neither sent for certain nor not sent for certain stays claimed. */
async function alertOnce(alert: Alert, execution: string, { verdicts, send, folds = NO_FOLDS }: ScreenDependencies): Promise<ScreeningResult['alert']> {
  const { key } = alert.transaction;
  const owner = `${execution} ${randomUUID()}`;
  const claim = await verdicts.claimAlert(key, owner);
  if (claim === 'settled') return 'already_sent';
  if (claim === 'uncertain') throw new AlertUncertain(key.transaction_id);
  const folded = await orRelease(() => folds.open(alert), key, owner, verdicts);
  if (folded === undefined) {
    await orRelease(() => verdicts.alertFolded(key, alert.at), key, owner, verdicts);
    emit(METRIC.alertsFolded);
    return 'folded';
  }
  try {
    await send({ ...alert, ...(folded > 0 && { folded }) });
  } catch (error) {
    if (certainlyNotSent(error)) await verdicts.releaseAlert(key, owner);
    // Whether it went out or not, the next one of its cause does: nobody is left without any.
    await folds.reopen(alert, folded);
    throw error;
  }
  await verdicts.alertSent(key, alert.at);
  emit(METRIC.alertsSent);
  return 'sent';
}

/** Nothing has been sent yet, so a failure gives the claim back. */
async function orRelease<T>(step: () => Promise<T>, key: TransactionDetail['key'], owner: string, verdicts: Verdicts): Promise<T> {
  try {
    return await step();
  } catch (error) {
    await verdicts.releaseAlert(key, owner);
    throw error;
  }
}

/** The service refused or throttled the call; a failure inside it, a timeout or a broken connection says nothing. */
function certainlyNotSent(error: unknown): boolean {
  const status = (error as { $metadata?: { httpStatusCode?: number } }).$metadata?.httpStatusCode;
  return status === 503 || (status !== undefined && status >= 400 && status < 500);
}
