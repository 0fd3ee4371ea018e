import { DIMENSION, FraudDetectionConfig, METRIC, ScreeningRequest, SUBSEGMENT } from '../../src/contract';
import { emit, emitMilliseconds, logger, traced } from '../aws/telemetry';
import type { Alert, AlertSender } from './alert';
import { analyze, FraudAnalysis } from './score';
import type { Verdicts } from './verdicts';

export interface ScreenDependencies {
  readonly config: FraudDetectionConfig;
  readonly verdicts: Verdicts;
  readonly send: AlertSender;
  readonly now: () => Date;
}

export interface ScreeningResult {
  readonly transaction_id: string;
  /** Null when the transaction was screened and archived before. */
  readonly fraud_analysis: FraudAnalysis | null;
  readonly alert: 'none' | 'sent' | 'already_sent' | 'sent_by_another';
}

/** An earlier attempt may or may not have sent the alert: a person has to look, a second alert must not go out. */
export class AlertUncertain extends Error {
  public constructor(transactionId: string) {
    super(`The alert for ${transactionId} was started and its outcome is not known`);
    this.name = 'AlertUncertain';
  }
}

/** Scores a transaction, keeps the verdict, and alerts once when the risk is high. */
export async function screen({ transaction, execution }: ScreeningRequest, deps: ScreenDependencies): Promise<ScreeningResult> {
  const at = deps.now();
  const fresh = await traced(SUBSEGMENT.score, async () => analyze(transaction, deps.config));
  const analysis = await traced(SUBSEGMENT.update, () => deps.verdicts.record(transaction.key, fresh, at.toISOString()));
  if (analysis === 'archived') return { transaction_id: transaction.transaction_id, fraud_analysis: null, alert: 'none' };
  if (analysis === fresh) {
    emit(METRIC.transactionsScreened, { [DIMENSION.riskBand]: analysis.fraud_status });
    emitMilliseconds(METRIC.storeToVerdict, at.getTime() - Date.parse(transaction.received_at));
  }
  logger.info('transaction screened', {
    ...transaction.key, fraud_score: analysis.fraud_score, fraud_status: analysis.fraud_status, risk_factors: analysis.risk_factors,
  });
  const alert = analysis.fraud_status === 'high_risk'
    ? await traced(SUBSEGMENT.alert, () => alertOnce({ transaction, analysis, at: at.toISOString() }, execution, deps))
    : 'none';
  return { transaction_id: transaction.transaction_id, fraud_analysis: analysis, alert };
}

async function alertOnce(alert: Alert, owner: string, deps: ScreenDependencies): Promise<ScreeningResult['alert']> {
  const { key } = alert.transaction;
  const claim = await deps.verdicts.claimAlert(key, owner);
  if (claim === 'sent') return 'already_sent';
  if (claim === 'others') return 'sent_by_another';
  if (claim === 'uncertain') throw new AlertUncertain(key.transaction_id);
  try {
    await deps.send(alert);
  } catch (error) {
    if (certainlyNotSent(error)) await deps.verdicts.releaseAlert(key);
    throw error;
  }
  await deps.verdicts.alertSent(key, alert.at);
  emit(METRIC.alertsSent);
  return 'sent';
}

/** The service refused or throttled the call; a failure inside it, a timeout or a broken connection says nothing. */
function certainlyNotSent(error: unknown): boolean {
  const status = (error as { $metadata?: { httpStatusCode?: number } }).$metadata?.httpStatusCode;
  return status === 503 || (status !== undefined && status >= 400 && status < 500);
}
