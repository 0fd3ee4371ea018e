import {
  aws_cloudwatch_actions as actions, aws_ec2 as ec2, aws_kms as kms, aws_lambda as lambda, aws_sns as sns, aws_sqs as sqs, Duration, RemovalPolicy,
} from 'aws-cdk-lib';
import {
  AlertSubscriber, AmountUnit, FraudModel, FraudRule, HandlerPackaging, RiskBand, TransactionTier, WebAcl, WebhookProvider, WorkflowLogging,
} from '../src';
import { integrationTest } from './helpers/integration-test';

/** Every option that an account can deploy which owns no domain name. */
integrationTest('All', (stack) => {
  const onCall = new sns.Topic(stack, 'OnCall');
  const model = new lambda.Function(stack, 'Model', {
    runtime: lambda.Runtime.NODEJS_24_X, handler: 'index.handler', code: lambda.Code.fromInline('exports.handler = async () => ({ score: 0.5 });'),
  });
  return {
    packaging: HandlerPackaging.zip(),
    removalPolicy: RemovalPolicy.DESTROY,
    encryptionKey: new kms.Key(stack, 'Key', { enableKeyRotation: true, removalPolicy: RemovalPolicy.DESTROY }),
    vpc: new ec2.Vpc(stack, 'Vpc', { maxAzs: 2, natGateways: 1 }),
    providers: [
      WebhookProvider.standardWebhooks(),
      WebhookProvider.hmac({
        name: 'acme', header: 'x-acme-signature', allowedCidrs: ['192.0.2.0/24'],
        mapping: {
          transactionId: 'data.id', eventId: 'id', eventType: 'type', moneyTypes: ['payment.settled'],
          amount: 'data.amount', amountUnit: AmountUnit.MINOR, currency: 'data.currency',
        },
      }),
    ],
    alertSubscribers: [
      AlertSubscriber.queue(new sqs.Queue(stack, 'Alerts'), { rawMessage: true, filter: { tiers: [TransactionTier.HIGH], riskBands: [RiskBand.HIGH] } }),
    ],
    thresholds: { medium: 500, high: 5000, currencies: { JPY: { medium: 75_000, high: 750_000 } } },
    fraudDetection: {
      rules: [...FraudRule.defaults(), FraudRule.newCustomer({ shadow: true })],
      model: FraudModel.function(model, { shadow: true }),
      foldAlerts: Duration.minutes(5),
    },
    retention: { expireAfter: Duration.days(2555), events: Duration.days(90) },
    archival: { athena: {}, segments: 8 },
    // Not provisioned concurrency: its version is named after the code, so the snapshot would change with every handler.
    functions: { validator: { memorySize: 1769 } },
    endpoint: { webAcl: WebAcl.managedRules() },
    alarms: { actions: [new actions.SnsAction(onCall)] },
    workflowLogging: WorkflowLogging.EVENTS,
    expectedLoad: { peakPerSecond: 100, webhooksPerDay: 1_000_000 },
  };
});
