import { App, Stack } from 'aws-cdk-lib';
import { WebhookProcessingSystem } from '../../src';
import { CONFIGURATIONS } from '../configurations';

/** Synthesizes every configuration into the folder named on the command line. */
const app = new App({ outdir: process.argv[2], analyticsReporting: false, context: { 'aws:cdk:disable-asset-staging': true } });
for (const [name, props] of Object.entries(CONFIGURATIONS)) {
  const stack = new Stack(app, name);
  new WebhookProcessingSystem(stack, 'Payments', props(stack));
}
app.synth();
