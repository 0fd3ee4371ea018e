import { PublishCommand, SNSClient } from '@aws-sdk/client-sns';
import type { TransactionDetail } from '../../src/contract';
import { maskCardNumbers } from '../transaction/mask';
import type { FraudAnalysis } from './score';

export interface Alert {
  readonly transaction: TransactionDetail;
  readonly analysis: FraudAnalysis;
  readonly at: string;
  /** Alerts of the same cause that were folded since the last one went out. */
  readonly folded?: number;
}

export type AlertSender = (alert: Alert) => Promise<void>;

/** Publishes to the alert topic: prose for people, JSON and attributes for machines. */
export function topicAlerts(client: SNSClient, topicArn: string): AlertSender {
  return async (alert) => {
    await client.send(new PublishCommand({
      TopicArn: topicArn,
      Subject: 'High Risk Transaction Detected',
      MessageStructure: 'json',
      Message: JSON.stringify({ default: machineText(alert), email: emailText(alert), sms: smsText(alert) }),
      MessageAttributes: attributesOf(alert),
    }));
  };
}

/** JSON whose `text` is all that Slack-compatible receivers look at. */
export function machineText(alert: Alert): string {
  const { transaction, analysis, at, folded } = alert;
  return JSON.stringify({
    alert_type: 'fraud_detection',
    text: smsText(alert),
    transaction_id: transaction.reference,
    provider: transaction.provider,
    amount: transaction.amount_text,
    currency: transaction.currency,
    tier: transaction.tier,
    fraud_score: analysis.fraud_score,
    fraud_status: analysis.fraud_status,
    risk_factors: analysis.risk_factors,
    folded,
    timestamp: at,
  });
}

export function emailText({ transaction, analysis, at, folded }: Alert): string {
  const reasons = analysis.rules.filter(({ hit, shadow }) => hit && !shadow)
    .map(({ id, observed, limit, contribution }) => `  - ${id}: ${observed} (${limit}), adds ${contribution}`);
  const { model } = analysis;
  return [
    `${transaction.amount_text} ${transaction.currency} from ${transaction.provider} looks like fraud.`,
    '',
    `Transaction: ${transaction.reference}`,
    `Customer:    ${maskCardNumbers(transaction.customer_id ?? 'unknown')}`,
    `Score:       ${analysis.fraud_score} (${analysis.fraud_status})`,
    'Because of:',
    ...reasons,
    ...(model?.score !== undefined && !model.shadow ? [`  - the model, which says ${model.score}`] : []),
    '',
    `Received ${transaction.received_at}, screened ${at}.`,
    ...(folded ? [`${folded} more for the same reasons were not sent since the last alert.`] : []),
  ].join('\n');
}

export function smsText({ transaction, analysis }: Alert): string {
  return `High risk: ${transaction.amount_text} ${transaction.currency}, ${transaction.provider} ${transaction.reference}, score ${analysis.fraud_score}`.slice(0, 140);
}

function attributesOf({ transaction, analysis }: Alert) {
  const values = {
    alert_type: 'fraud_detection',
    provider: transaction.provider,
    currency: transaction.currency,
    tier: transaction.tier,
    risk_band: analysis.fraud_status,
  };
  const present = Object.entries(values).filter(([, value]) => value);
  return Object.fromEntries(present.map(([name, value]) => [name, { DataType: 'String', StringValue: value! }]));
}
