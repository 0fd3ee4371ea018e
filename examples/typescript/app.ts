import { App, RemovalPolicy, Stack, StackProps } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { AlertSubscriber, WebhookProcessingSystem, WebhookProvider } from '../../src';

/** Two ways in, two people to alert; everything else by default. */
export class PaymentsStack extends Stack {
  public constructor(scope: Construct, id: string, props?: StackProps) {
    super(scope, id, props);
    new WebhookProcessingSystem(this, 'Payments', {
      providers: [WebhookProvider.standardWebhooks(), WebhookProvider.stripe()],
      alertSubscribers: [AlertSubscriber.email('alerts@example.com'), AlertSubscriber.sms('+12345678901')],
      environmentSuffix: 'dev',
      removalPolicy: RemovalPolicy.DESTROY,
    });
  }
}

const app = new App();
new PaymentsStack(app, 'PaymentsStack');
app.synth();
