import { IntegTest } from '@aws-cdk/integ-tests-alpha';
import { App, Stack } from 'aws-cdk-lib';
import { WebhookProcessingSystem } from '../src';

const app = new App();
const stack = new Stack(app, 'WebhookProcessingDefault');

new WebhookProcessingSystem(stack, 'Payments');

new IntegTest(app, 'Default', { testCases: [stack] });
