import { aws_kinesisfirehose as firehose, aws_lambda as lambda, aws_s3 as s3, aws_sqs as sqs, Stack } from 'aws-cdk-lib';
import { AlertSubscriber, RiskBand, TransactionTier } from '../../../src';
import { subscriptionOf } from './subscription';

const filter = { tiers: [TransactionTier.HIGH], riskBands: [RiskBand.HIGH, RiskBand.MEDIUM], currencies: ['EUR'], providers: ['stripe'] };
const POLICY = { tier: ['high'], risk_band: ['high_risk', 'medium_risk'], currency: ['EUR'], provider: ['stripe'] };

const queueIn = (stack: Stack) => new sqs.Queue(stack, 'Queue');
const functionIn = (stack: Stack) =>
  new lambda.Function(stack, 'Fn', { runtime: lambda.Runtime.NODEJS_22_X, handler: 'index.handler', code: lambda.Code.fromInline('0') });
const streamIn = (stack: Stack) => new firehose.DeliveryStream(stack, 'Stream', { destination: new firehose.S3Bucket(new s3.Bucket(stack, 'Lake')) });

describe.each([
  ['email', (_: Stack, options?: object) => AlertSubscriber.email('a@example.com', options)],
  ['sms', (_: Stack, options?: object) => AlertSubscriber.sms('+14155550100', options)],
  ['https', (_: Stack, options?: object) => AlertSubscriber.https('https://a.example.com/x', options)],
  ['sqs', (stack: Stack, options?: object) => AlertSubscriber.queue(queueIn(stack), options)],
  ['lambda', (stack: Stack, options?: object) => AlertSubscriber.function(functionIn(stack), options)],
  ['firehose', (stack: Stack, options?: object) => AlertSubscriber.firehose(streamIn(stack), options)],
])('%s', (protocol, make) => {
  test('gets everything by default', () => {
    const subscription = subscriptionOf(make);
    expect(subscription.Protocol).toBe(protocol);
    expect(subscription).not.toHaveProperty('FilterPolicy');
  });

  test('gets what its filter lets through', () => {
    expect(subscriptionOf((stack) => make(stack, { filter })).FilterPolicy).toEqual(POLICY);
  });
});

test.each([
  ['https', () => AlertSubscriber.https('https://a.example.com', { rawMessage: true })],
  ['queue', (stack: Stack) => AlertSubscriber.queue(queueIn(stack), { rawMessage: true })],
  ['firehose', (stack: Stack) => AlertSubscriber.firehose(streamIn(stack), { rawMessage: true })],
])('%s can have the bare alert', (_, make) => expect(subscriptionOf(make).RawMessageDelivery).toBe(true));

test.each([
  [() => AlertSubscriber.https('http://a.example.com'), 'alertSubscribers https is "http://a.example.com"'],
  [() => AlertSubscriber.email('a@example.com', { filter: { tiers: [] } }), 'alertSubscribers filter tier is []: name at least one value'],
  [() => AlertSubscriber.email('a@example.com', { filter: { currencies: ['eur'] } }), 'alertSubscribers filter currencies is "eur"'],
])('bad input is refused: %#', (make, message) => expect(make).toThrow(message));
