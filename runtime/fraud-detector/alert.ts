import { PublishCommand, SNSClient } from '@aws-sdk/client-sns';
import type { TransactionDetail } from '../../src/contract';
import type { FraudAnalysis } from './score';

export interface Alert {
  readonly transaction: TransactionDetail;
  readonly analysis: FraudAnalysis;
  readonly at: string;
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

export function machineText({ transaction, analysis, at }: Alert): string {
  return JSON.stringify({
    alert_type: 'fraud_detection',
    transaction_id: transaction.transaction_id,
    provider: transaction.provider,
    amount: transaction.amount_text,
    currency: transaction.currency,
    tier: transaction.tier,
    fraud_score: analysis.fraud_score,
    fraud_status: analysis.fraud_status,
    risk_factors: analysis.risk_factors,
    timestamp: at,
  });
}

export function emailText({ transaction, analysis, at }: Alert): string {
  const reasons = analysis.rules.filter(({ hit }) => hit)
    .map(({ id, observed, limit, contribution }) => `  - ${id}: ${observed} (${limit}), adds ${contribution}`);
  return [
    `${transaction.amount_text} ${transaction.currency} from ${transaction.provider} looks like fraud.`,
    '',
    `Transaction: ${transaction.transaction_id}`,
    `Customer:    ${transaction.customer_id ?? 'unknown'}`,
    `Score:       ${analysis.fraud_score} (${analysis.fraud_status})`,
    'Because of:',
    ...reasons,
    '',
    `Received ${transaction.received_at}, screened ${at}.`,
  ].join('\n');
}

export function smsText({ transaction, analysis }: Alert): string {
  return `High risk: ${transaction.amount_text} ${transaction.currency}, ${transaction.provider} ${transaction.transaction_id}, score ${analysis.fraud_score}`.slice(0, 140);
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
