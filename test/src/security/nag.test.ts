import { Stack } from 'aws-cdk-lib';
import { AwsSolutionsChecks } from 'cdk-nag';
import { AlertSubscriber, WebhookProcessingSystem } from '../../../src';
import { testApp } from '../../helpers/template';

interface Acceptance {
  readonly reason: string;
  /** Paths below the system of what is found. */
  readonly on: string[];
}

const TRACES_AND_LOGS = 'X-Ray, log delivery and stream listing take no resource; the actions are listed one by one in the IAM tests';

/** Findings of the AWS Solutions rules that are meant to be. */
const ACCEPTED: { [finding: string]: Acceptance } = {
  'AwsSolutions-S1': {
    reason: 'server access logs of an audit bucket need a second bucket, which is the business of the account; object-level trails are the usual way',
    on: ['Storage/AuditBucket'],
  },
  'AwsSolutions-SMG4': {
    reason: 'the secret is shared with a sender, so no rotation on one side alone can work',
    on: ['Ingest/StandardWebhooksSecret'],
  },
  'AwsSolutions-IAM5[Resource::*]': {
    reason: TRACES_AND_LOGS,
    on: [
      'Archive/Archiver/Role/DefaultPolicy', 'Archive/StateMachine/Role/DefaultPolicy', 'Ingest/Validator/Role/DefaultPolicy',
      'Relay/Relay/Role/DefaultPolicy',
      'Workflow/FraudDetector/Role/DefaultPolicy', 'Workflow/StateMachine/Role/DefaultPolicy',
    ],
  },
  'AwsSolutions-IAM5[Resource::<Storage/AuditBucket.Arn>/aws/lambda/*]': {
    reason: 'AWS Lambda names the objects of failed records',
    on: ['Relay/Relay/Role/DefaultPolicy'],
  },
  'AwsSolutions-IAM5[Resource::<Storage/AuditBucket.Arn>/transactions/*]': {
    reason: 'keys of archive objects hold their date',
    on: ['Archive/Archiver/Role/DefaultPolicy'],
  },
  'AwsSolutions-IAM5[Resource::<Storage/AuditBucket.Arn>/manifests/*]': {
    reason: 'keys of manifests hold their date',
    on: ['Archive/Archiver/Role/DefaultPolicy'],
  },
  'AwsSolutions-IAM5[Resource::<Workflow/FraudDetector/Function.Arn>:*]': {
    reason: 'versions of one function',
    on: ['Workflow/StateMachine/Role/DefaultPolicy'],
  },
  'AwsSolutions-IAM5[Resource::<Archive/Archiver/Function.Arn>:*]': {
    reason: 'versions of one function',
    on: ['Archive/StateMachine/Role/DefaultPolicy'],
  },
  'AwsSolutions-IAM4[Policy::arn:<AWS::Partition>:iam::aws:policy/service-role/AmazonAPIGatewayPushToCloudWatchLogs]': {
    reason: 'the account-wide role of API Gateway, as its documentation has it; cloudWatchRole: false leaves it out',
    on: ['Ingest/Api/CloudWatchRole'],
  },
  'AwsSolutions-APIG2': { reason: 'the signature is over raw bytes, so the validator verifies them before anything parses them', on: ['Ingest/Api'] },
  'AwsSolutions-APIG3': {
    reason: 'a web ACL is paid for by the hour and often shared; it can be associated with the stage',
    on: ['Ingest/Api/DeploymentStage.prod'],
  },
  'AwsSolutions-APIG4': {
    reason: 'the signature of the provider is the authorization',
    on: ['Ingest/Api/Default/webhook/POST', 'Ingest/Api/Default/webhook/{provider}/POST'],
  },
  'AwsSolutions-APIG6': { reason: 'execution logs would hold bodies and signatures; access logs are on', on: ['Ingest/Api/DeploymentStage.prod'] },
  'AwsSolutions-COG4': {
    reason: 'providers have no Cognito users',
    on: ['Ingest/Api/Default/webhook/POST', 'Ingest/Api/Default/webhook/{provider}/POST'],
  },
  'AwsSolutions-SQS3': {
    reason: 'they are dead-letter queues themselves: of rule targets and of workflow tasks',
    on: ['Archive/DeadLetters', 'Routing/DeadLetters', 'Workflow/DeadLetters'],
  },
};

const stack = new Stack(testApp(), 'Test');
const system = new WebhookProcessingSystem(stack, 'Payments', { alertSubscribers: [AlertSubscriber.email('payments@example.com')] });
const paths = new Map(system.node.findAll().filter((construct) => Stack.isStack(construct) === false && 'logicalId' in construct)
  .map((construct) => [stack.getLogicalId(construct as never), pathOf(construct.node.path)]));

/** Path below the system without the ends that only the CDK needs. */
function pathOf(path: string): string {
  return path.replace(/^Test\/Payments\//, '').replace(/\/Resource$/, '');
}

/** Logical ids in the name of a finding, as paths. */
function readable(finding: string): string {
  return finding.replace(/<(\w+)\./g, (all, logicalId) => paths.has(logicalId) ? `<${paths.get(logicalId)}.` : all);
}

test('AWS Solutions finds nothing but what is accepted, with a reason', () => {
  const { violations } = new AwsSolutionsChecks(stack).validateScope(stack);
  const found = violations.map(({ ruleName, violatingResources }) => [
    readable(ruleName),
    violatingResources.map(({ constructPath, resourceLogicalId }) => constructPath ? pathOf(constructPath) : paths.get(resourceLogicalId!)).sort(),
  ]);
  expect(Object.fromEntries(found)).toEqual(Object.fromEntries(Object.entries(ACCEPTED).map(([finding, { on }]) => [finding, on])));
});
