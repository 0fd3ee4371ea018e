import { RemovalPolicy } from 'aws-cdk-lib';
import { HandlerPackaging, WebhookProvider } from '../src';
import { integrationTest } from './helpers/integration-test';

integrationTest('Zip', () => ({
  packaging: HandlerPackaging.zip(),
  providers: [WebhookProvider.standardWebhooks(), WebhookProvider.stripe(), WebhookProvider.adyen()],
  removalPolicy: RemovalPolicy.DESTROY,
}));
