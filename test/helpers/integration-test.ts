import { join } from 'node:path';
import { ExpectedResult, IntegTest } from '@aws-cdk/integ-tests-alpha';
import { App, aws_lambda as lambda, Duration, Stack } from 'aws-cdk-lib';
import { WebhookProcessingSystem, WebhookProcessingSystemProps } from '../../src';

/** Endpoint that the sender knows how to sign for. */
const ENDPOINT = 'standard-webhooks';

/** A system on AWS that is sent a webhook, the same again, and a forged one; and what must come of them. Offline it is a snapshot. */
export function integrationTest(name: string, propsOf: (stack: Stack) => WebhookProcessingSystemProps = () => ({})): void {
  const app = new App();
  const stack = new Stack(app, `WebhookProcessing${name}`);
  const system = new WebhookProcessingSystem(stack, 'Payments', propsOf(stack));
  const sender = new lambda.Function(stack, 'Sender', {
    description: 'Plays the provider',
    runtime: lambda.Runtime.NODEJS_24_X,
    handler: 'index.handler',
    code: lambda.Code.fromAsset(join(__dirname, '..', 'integ-sender')),
    timeout: Duration.seconds(100),
    environment: {
      WEBHOOK_URL: system.webhookUrl(ENDPOINT), SECRET_ARN: system.secrets[ENDPOINT].secretArn, TABLE_NAME: system.table.tableName, ENDPOINT,
    },
  });
  system.grantReadTransactions(sender);
  system.secrets[ENDPOINT].grantRead(sender);

  const test = new IntegTest(app, name, { testCases: [stack], diffAssets: false });
  test.assertions.invokeFunction({ functionName: sender.functionName }).expect(ExpectedResult.objectLike({
    Payload: JSON.stringify({ first: 200, again: 200, duplicate: true, forged: 401, verdict: 'medium_risk' }),
  }));
}
