import { RemovalPolicy } from 'aws-cdk-lib';
import { HandlerPackaging, WorkflowLogging } from '../src';
import { integrationTest } from './helpers/integration-test';

integrationTest('Dev', () => ({
  environmentSuffix: 'integ-dev',
  removalPolicy: RemovalPolicy.DESTROY,
  packaging: HandlerPackaging.zip(),
  endpoint: { throttlingRateLimit: 20, throttlingBurstLimit: 40, cloudWatchRole: false },
  workflowLogging: WorkflowLogging.ERRORS,
  dashboard: false,
  tracing: false,
  alarms: { enabled: false },
}));
