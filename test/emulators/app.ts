// The system as independent emulators of AWS can run it: functions as zip archives, a queue that shows the alerts.
import { App, aws_sqs as sqs, CfnOutput, DefaultStackSynthesizer, Stack } from 'aws-cdk-lib';
import { AlertSubscriber, HandlerPackaging, WebhookProcessingSystem, WebhookProvider } from '../../src';

const app = new App();
const stack = new Stack(app, 'Emulated', { synthesizer: new DefaultStackSynthesizer({ generateBootstrapVersionRule: false }) });
const alerts = new sqs.Queue(stack, 'AlertsSeen');
const { validator } = new WebhookProcessingSystem(stack, 'Payments', {
  providers: [WebhookProvider.stripe(), WebhookProvider.standardWebhooks()],
  alertSubscribers: [AlertSubscriber.queue(alerts, { rawMessage: true })],
  packaging: HandlerPackaging.zip(),
  environmentSuffix: 'emulated',
});
new CfnOutput(stack, 'AlertsSeenUrl', { value: alerts.queueUrl });
new CfnOutput(stack, 'ValidatorName', { value: validator.functionName });
app.synth();
