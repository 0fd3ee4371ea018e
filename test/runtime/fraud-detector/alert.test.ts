import { PublishCommand, SNSClient } from '@aws-sdk/client-sns';
import { mockClient } from 'aws-sdk-client-mock';
import { topicAlerts } from '../../../runtime/fraud-detector/alert';
import { analyze } from '../../../runtime/fraud-detector/score';
import type { TransactionDetail } from '../../../src/contract';
import { CONFIG, RISKY } from './setup';

const sns = mockClient(SNSClient);
const TOPIC = 'arn:aws:sns:eu-west-1:111122223333:transaction-alerts';

beforeEach(() => { sns.reset(); sns.on(PublishCommand).resolves({}); });

async function published(transaction: TransactionDetail = RISKY) {
  await topicAlerts(new SNSClient({}), TOPIC)({ transaction, analysis: analyze(transaction, CONFIG), at: '2025-10-09T08:53:21.000Z' });
  const [{ args: [{ input }] }] = sns.commandCalls(PublishCommand);
  return { input, texts: JSON.parse(input.Message!) as Record<'default' | 'email' | 'sms', string> };
}

test('one publication, with a text for each protocol', async () => {
  const { input, texts } = await published();
  expect(sns.calls()).toHaveLength(1);
  expect(input).toMatchObject({ TopicArn: TOPIC, Subject: 'High Risk Transaction Detected', MessageStructure: 'json' });
  expect(Object.keys(texts).sort()).toEqual(['default', 'email', 'sms']);
});

test('machines get JSON with the exact amount', async () => {
  const { texts } = await published({ ...RISKY, amount_text: '90071992547409000.01' });
  expect(JSON.parse(texts.default)).toEqual({
    alert_type: 'fraud_detection', text: 'High risk: 90071992547409000.01 USD, stripe pi_1, score 0.85', transaction_id: 'pi_1', provider: 'stripe', amount: '90071992547409000.01', currency: 'USD', tier: 'high',
    fraud_score: 0.85, fraud_status: 'high_risk', risk_factors: ['high_amount', 'very_high_amount', 'country_mismatch'], timestamp: '2025-10-09T08:53:21.000Z',
  });
});

test('people read the amount, the transaction, the customer and every reason', async () => {
  const { texts: { email } } = await published();
  for (const part of ['50000.00 USD', 'stripe', 'pi_1', 'cus_1', 'high_amount', 'very_high_amount', 'round_amount', 'country_mismatch', 'DE / US']) expect(email).toContain(part);
  expect(email).not.toContain('unknown_customer');
});

test('a text message fits one, however long the ids', async () => {
  const { texts: { sms } } = await published({ ...RISKY, transaction_id: 'pi_'.padEnd(500, 'x') });
  expect(sms.length).toBeLessThanOrEqual(140);
  expect(sms).toContain('50000.00 USD');
});

test('subscribers can filter by band, provider, currency and tier', async () => {
  const { input } = await published();
  expect(input.MessageAttributes).toEqual(Object.fromEntries(
    Object.entries({ alert_type: 'fraud_detection', provider: 'stripe', currency: 'USD', tier: 'high', risk_band: 'high_risk' })
      .map(([name, StringValue]) => [name, { DataType: 'String', StringValue }]),
  ));
});

test('an attribute without a value is left out, as the topic would refuse it', async () => {
  const { input } = await published({ ...RISKY, tier: undefined });
  expect(input.MessageAttributes).not.toHaveProperty('tier');
});

test('no card number of the metadata reaches any text', async () => {
  const { input } = await published();
  expect(JSON.stringify(input)).not.toContain('4111111111111111');
});
