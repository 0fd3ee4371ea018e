import { CfnElement, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { WebhookProvider } from '../../src';
import { synthesize, testApp } from '../helpers/template';

/** Properties that hold a physical name, by resource type. */
const NAME_PROPERTY: { [type: string]: string } = {
  'AWS::ApiGateway::RestApi': 'Name',
  'AWS::CloudWatch::Dashboard': 'DashboardName',
  'AWS::DynamoDB::Table': 'TableName',
  'AWS::Events::EventBus': 'Name',
  'AWS::Events::Rule': 'Name',
  'AWS::IAM::Role': 'RoleName',
  'AWS::Lambda::Function': 'FunctionName',
  'AWS::Logs::LogGroup': 'LogGroupName',
  'AWS::S3::Bucket': 'BucketName',
  'AWS::SecretsManager::Secret': 'Name',
  'AWS::SNS::Topic': 'TopicName',
  'AWS::SQS::Queue': 'QueueName',
  'AWS::StepFunctions::StateMachine': 'StateMachineName',
};

const namesIn = (subject: ReturnType<typeof synthesize>): { [logicalId: string]: string } => Object.fromEntries(
  Object.entries(subject.resources).flatMap(([logicalId, { Type, Properties }]) => {
    const name = Properties?.[NAME_PROPERTY[Type]];
    return name === undefined ? [] : [[logicalId, name]];
  }),
);

describe('with an environment suffix', () => {
  const subject = synthesize({ environmentSuffix: 'dev' });
  const { system } = subject;
  const names = namesIn(subject);

  it.each(Object.entries({
    table: 'transactions-dev',
    auditBucket: 'transaction-audit-logs-dev',
    bus: 'payment-events-dev',
    routingDeadLetters: 'eventbridge-dlq-dev',
    workflowDeadLetters: 'workflow-dlq-dev',
    archiveDeadLetters: 'archive-dlq-dev',
    alertTopic: 'transaction-alerts-dev',
    validator: 'webhook-validator-dev',
    relay: 'webhook-relay-dev',
    fraudDetector: 'fraud-detector-dev',
    archiver: 'transaction-archival-dev',
    workflow: 'transaction-workflow-dev',
    archiveWorkflow: 'archive-workflow-dev',
    api: 'webhook-api-dev',
    highValueRule: 'high-value-transactions-dev',
    mediumValueRule: 'medium-value-transactions-dev',
    lowValueRule: 'low-value-transactions-dev',
    conflictRule: 'transaction-conflicts-dev',
    archiveSchedule: 'daily-archive-dev',
    dashboard: 'transaction-metrics-dev',
    accessLogGroup: '/aws/apigateway/webhook-api-dev',
    batchLogGroup: '/aws/events/low-value-transactions-dev',
  } as const))('%s is %s', (resource, name) => {
    const construct = system[resource as keyof typeof system];
    expect(names[subject.idOf(construct as any)]).toBe(name);
  });

  it('every log group has the name under which its service is looked for', () => {
    const groups = subject.all('AWS::Logs::LogGroup').map(({ Properties }) => Properties.LogGroupName);
    expect(groups.sort()).toEqual([
      '/aws/apigateway/webhook-api-dev',
      '/aws/events/low-value-transactions-dev',
      '/aws/lambda/fraud-detector-dev',
      '/aws/lambda/transaction-archival-dev',
      '/aws/lambda/webhook-relay-dev',
      '/aws/lambda/webhook-validator-dev',
      '/aws/states/archive-workflow-dev',
      '/aws/states/transaction-workflow-dev',
    ]);
  });

  it('no two resources of one type share a name', () => {
    const typed = Object.entries(names).map(([logicalId, name]) => `${subject.resources[logicalId].Type} ${name}`);
    expect(new Set(typed).size).toBe(typed.length);
  });

  it('the longest suffix still makes names that AWS takes', () => {
    const suffix = 'a'.repeat(20);
    for (const name of Object.values(namesIn(synthesize({ environmentSuffix: suffix })))) {
      expect(name).toMatch(/^[\w./-]+$/);
      expect(name.split('/').at(-1)!.length).toBeLessThanOrEqual(63);
    }
  });
});

describe('without a suffix', () => {
  const subject = synthesize();
  const { system } = subject;
  const names = namesIn(subject);

  it('nothing has a physical name, but for the two types that need one', () => {
    expect(Object.keys(names).sort()).toEqual([subject.idOf(system.bus), subject.idOf(system.api)].sort());
  });

  it('the API is named after the system: CloudWatch tells APIs apart by name, and no other can be called the same', () => {
    expect(names[subject.idOf(system.api)]).toMatch(/^Test-Payments-[0-9A-F]{8}$/);
    expect(names[subject.idOf(system.api)]).toBe(subject.environmentOf(system.validator).SYSTEM_NAME);
  });
});

describe('construct ids of generated secrets', () => {
  const secretsFor = (names: string[]) => {
    const scope = new Stack(testApp(), 'Test');
    const binding = { baseUrl: 'https://hooks.example.com', removalPolicy: RemovalPolicy.RETAIN };
    return { scope, secrets: names.map((name) => WebhookProvider.standardWebhooks({ name })._bind(scope, binding).secret!) };
  };

  it('differ wherever names differ, or two endpoints would clash or swap secrets', () => {
    const letters = ['a', 'b', '1', '-'];
    const words = letters.flatMap((a) => ['', ...letters].flatMap((b) => ['', ...letters].flatMap((c) => ['', ...letters].map((d) => a + b + c + d))));
    const names = [...new Set(words)].filter((word) => /^[a-z0-9]+(-[a-z0-9]+)*$/.test(word));
    expect(names).toEqual(expect.arrayContaining(['a1', 'a-1', 'ab', 'a-b', '1-a', '1a']));
    const { scope, secrets } = secretsFor(names);
    expect(new Set(secrets.map(({ node }) => scope.getLogicalId(node.defaultChild as CfnElement))).size).toBe(names.length);
  });

  it('stay what they were for the names that most endpoints have', () => {
    const { secrets } = secretsFor(['stripe', 'standard-webhooks', 'partner-a']);
    expect(secrets.map(({ node }) => node.id)).toEqual(['StripeSecret', 'StandardWebhooksSecret', 'PartnerASecret']);
  });
});
