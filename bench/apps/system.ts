// The system the benchmarks run: the default endpoint, everything else by default. Every SDK call names the function it comes from.
import { App, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { AlertSubscriber, WebhookProcessingSystem } from '../../src';

const app = new App();
const system = new WebhookProcessingSystem(new Stack(app, 'Bench'), 'System', {
  alertSubscribers: [AlertSubscriber.email('alerts@example.com')],
  removalPolicy: RemovalPolicy.DESTROY,
});
const functions = { validator: system.validator, relay: system.relay, detector: system.fraudDetector, archiver: system.archiver };
for (const [name, handler] of Object.entries(functions)) handler.addEnvironment('AWS_SDK_UA_APP_ID', name);
app.synth();
