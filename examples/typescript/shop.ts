// A shop's payments with many options. ../python, ../java and ../go hold the same app; "npx projen test:languages" proves it.
// Run it: npx ts-node --project tsconfig.dev.json examples/typescript/shop.ts
import {
  App, aws_cloudwatch_actions as actions, aws_events as events, aws_lambda as lambda, aws_logs as logs, aws_s3 as s3,
  aws_secretsmanager as secretsmanager, aws_sns as sns, aws_sqs as sqs, CfnOutput, Duration, RemovalPolicy, Stack, StackProps,
} from 'aws-cdk-lib';
import { Construct } from 'constructs';
import {
  AlertSubscriber, AmountUnit, FraudModel, FraudRule, HandlerPackaging, HmacAlgorithm, RiskBand, ShopifyMoney, SignatureEncoding,
  TransactionTier, WebhookProcessingSystem, WebhookProvider,
} from '../../src';

export class ShopStack extends Stack {
  public constructor(scope: Construct, id: string, props?: StackProps) {
    super(scope, id, props);
    const adyenKey = secretsmanager.Secret.fromSecretNameV2(this, 'AdyenKey', 'payments/adyen');
    const model = lambda.Function.fromFunctionName(this, 'Model', 'fraud-model');
    const cases = new sqs.Queue(this, 'Cases', { enforceSSL: true });
    const onCall = new sns.Topic(this, 'OnCall');

    const payments = new WebhookProcessingSystem(this, 'Payments', {
      providers: [
        WebhookProvider.standardWebhooks(),
        WebhookProvider.stripe({ name: 'stripe-eu' }),
        WebhookProvider.stripe({ name: 'stripe-us' }),
        WebhookProvider.adyen({ secret: adyenKey, moneyEvents: ['CAPTURE', 'REFUND'] }),
        WebhookProvider.payPal({ webhookId: '8PT597110X687430LKGECATA', sandbox: true }),
        WebhookProvider.shopify({ money: ShopifyMoney.ORDERS }),
        WebhookProvider.hmac({
          name: 'acme',
          header: 'x-acme-signature',
          algorithm: HmacAlgorithm.SHA512,
          encoding: SignatureEncoding.BASE64,
          signedText: '{timestamp}.{body}',
          timestampHeader: 'x-acme-time',
          toleranceSeconds: 120,
          mapping: {
            eventId: 'id',
            eventType: 'type',
            moneyTypes: ['payment.completed'],
            transactionId: 'payment.id',
            amount: 'payment.amount',
            amountUnit: AmountUnit.MINOR,
            currency: 'payment.currency',
            customerId: 'payment.customer',
          },
        }),
      ],
      alertSubscribers: [
        AlertSubscriber.email('fraud@example.com', { filter: { riskBands: [RiskBand.HIGH] } }),
        AlertSubscriber.sms('+14155550100', { filter: { tiers: [TransactionTier.HIGH], currencies: ['EUR', 'USD'] } }),
        AlertSubscriber.queue(cases, { rawMessage: true }),
      ],
      thresholds: {
        medium: 500,
        high: 20_000,
        currencies: { JPY: { medium: 75_000, high: 3_000_000 }, KWD: { medium: 150.5 } },
      },
      fraudDetection: {
        rules: [
          FraudRule.highAmount({ limit: 5000, weight: 0.35, currencies: { JPY: 750_000 } }),
          FraudRule.countryMismatch({ weight: 0.3 }),
          FraudRule.velocityCount({ count: 6, window: Duration.minutes(30) }),
          FraudRule.structuring({ margin: 0.15 }),
          FraudRule.newCustomer({ shadow: true }),
          FraudRule.blockList({ countries: ['KP'] }),
        ],
        mediumRiskAbove: 0.35,
        highRiskAbove: 0.65,
        screenedTiers: [TransactionTier.MEDIUM, TransactionTier.HIGH],
        model: FraudModel.function(model, { weight: 0.4, timeout: Duration.seconds(3) }),
        fuse: { share: 0.4, window: Duration.minutes(30) },
        foldAlerts: Duration.minutes(15),
      },
      retention: {
        archiveAfter: Duration.hours(48),
        dedupe: Duration.days(40),
        infrequentAccessAfter: Duration.days(45),
        glacierAfter: Duration.days(120),
        expireAfter: Duration.days(2555),
        events: Duration.days(60),
        logs: logs.RetentionDays.THREE_MONTHS,
      },
      archival: {
        schedule: events.Schedule.cron({ hour: '4', minute: '30' }),
        segments: 8,
        objectLock: s3.ObjectLockRetention.governance(Duration.days(365)),
      },
      functions: {
        validator: { memorySize: 1536, timeout: Duration.seconds(10), reservedConcurrentExecutions: 100 },
        archiver: { timeout: Duration.minutes(10) },
      },
      packaging: HandlerPackaging.container({ baseImage: 'registry.example.com/lambda/nodejs:24' }),
      endpoint: { throttlingRateLimit: 200, throttlingBurstLimit: 400, maxBodyBytes: 65_536 },
      environmentSuffix: 'shop',
      removalPolicy: RemovalPolicy.RETAIN,
      alarms: { actions: [new actions.SnsAction(onCall)], archiveHeartbeat: Duration.hours(30) },
      tracing: false,
    });

    new events.Rule(this, 'Refunds', {
      eventBus: payments.bus,
      eventPattern: { source: ['webhook.transaction'], detail: { metadata: { kind: ['refund'] } } },
    });
    payments.auditBucket.grantRead(new lambda.Function(this, 'Report', {
      runtime: lambda.Runtime.PYTHON_3_13,
      handler: 'index.handler',
      code: lambda.Code.fromInline('def handler(event, context): pass'),
      environment: { TABLE_NAME: payments.table.tableName },
    }));
    new CfnOutput(this, 'StripeUrl', { value: payments.webhookUrl('stripe-eu') });
  }
}

const app = new App();
new ShopStack(app, 'ShopStack');
app.synth();
