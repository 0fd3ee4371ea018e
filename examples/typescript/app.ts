import { App, RemovalPolicy, Stack, StackProps } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { AlertSubscriber, AmountUnit, WebhookProcessingSystem, WebhookProvider } from '../../src';

/** A sender without an adapter of its own: signs "{time}.{body}" and sends amounts in cents. */
const OTHER_SENDER = WebhookProvider.hmac({
  header: 'x-signature',
  prefix: 'sha256=',
  signedText: '{timestamp}.{body}',
  timestampHeader: 'x-timestamp',
  mapping: {
    eventId: 'id',
    eventType: 'type',
    moneyTypes: ['payment.completed'],
    transactionId: 'payment.id',
    amount: 'payment.amount',
    amountUnit: AmountUnit.MINOR,
    currency: 'payment.currency',
    customerId: 'payment.customer',
    metadata: 'payment.metadata',
  },
});

/** Every way in, two people to alert; everything else by default. */
export class PaymentsStack extends Stack {
  public constructor(scope: Construct, id: string, props?: StackProps) {
    super(scope, id, props);
    new WebhookProcessingSystem(this, 'Payments', {
      providers: [
        WebhookProvider.standardWebhooks(),
        WebhookProvider.stripe(),
        WebhookProvider.adyen(),
        WebhookProvider.payPal({ webhookId: '8PT597110X687430LKGECATA' }),
        WebhookProvider.square(),
        WebhookProvider.shopify(),
        WebhookProvider.razorpay(),
        WebhookProvider.mollie(),
        WebhookProvider.paddle(),
        WebhookProvider.braintree({ publicKey: 'integration_public_key' }),
        WebhookProvider.checkoutCom(),
        WebhookProvider.paystack(),
        WebhookProvider.gitHub(),
        OTHER_SENDER,
      ],
      alertSubscribers: [AlertSubscriber.email('alerts@example.com'), AlertSubscriber.sms('+12345678901')],
      environmentSuffix: 'dev',
      removalPolicy: RemovalPolicy.DESTROY,
    });
  }
}

const app = new App();
new PaymentsStack(app, 'PaymentsStack');
app.synth();
