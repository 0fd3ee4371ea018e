import { App, aws_events as events, aws_events_targets as targets, aws_sqs as sqs, Stack } from 'aws-cdk-lib';
import { WebhookProcessingSystem, WebhookProvider } from '../src';

/** One endpoint, and a queue that is told of each verdict. */
const stack = new Stack(new App(), 'Load');
const system = new WebhookProcessingSystem(stack, 'System', { providers: [WebhookProvider.stripe()] });
new events.Rule(stack, 'Verdicts', {
  eventBus: system.bus,
  eventPattern: { detailType: ['Transaction Screened'] },
  targets: [new targets.SqsQueue(new sqs.Queue(stack, 'Judged'))],
});
(stack.node.root as App).synth();
