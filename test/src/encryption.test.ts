import { aws_kms as kms, Stack } from 'aws-cdk-lib';
import { Annotations, Match } from 'aws-cdk-lib/assertions';
import { WebhookProcessingSystem, WebhookProvider } from '../../src';
import { permissionsOf, statementsOf } from '../helpers/iam';
import { render, Synthesized, synthesize, testApp } from '../helpers/template';
import { KEY_ARN } from './props/options';

const subject = synthesize((scope) => ({
  encryptionKey: new kms.Key(scope, 'Key'), providers: [WebhookProvider.stripe(), WebhookProvider.adyen()], archival: { athena: {} },
}));
const { system } = subject;
const [{ logicalId: keyId }] = subject.all('AWS::KMS::Key');
const KEY = `\${${keyId}.Arn}`;

/** Where each kind of store names its key. */
const STORES: { readonly [type: string]: (properties: any) => unknown } = {
  'AWS::DynamoDB::Table': ({ SSESpecification }) => SSESpecification.KMSMasterKeyId,
  'AWS::S3::Bucket': ({ BucketEncryption }) => BucketEncryption.ServerSideEncryptionConfiguration[0].ServerSideEncryptionByDefault.KMSMasterKeyID,
  'AWS::SQS::Queue': ({ KmsMasterKeyId }) => KmsMasterKeyId,
  'AWS::SNS::Topic': ({ KmsMasterKeyId }) => KmsMasterKeyId,
  'AWS::Events::EventBus': ({ KmsKeyIdentifier }) => KmsKeyIdentifier,
  'AWS::Events::Archive': ({ KmsKeyIdentifier }) => KmsKeyIdentifier,
  'AWS::Logs::LogGroup': ({ KmsKeyId }) => KmsKeyId,
  'AWS::SecretsManager::Secret': ({ KmsKeyId }) => KmsKeyId,
  'AWS::Lambda::Function': ({ KmsKeyArn }) => KmsKeyArn,
  'AWS::Athena::WorkGroup': ({ WorkGroupConfiguration }) => WorkGroupConfiguration.ResultConfiguration.EncryptionConfiguration.KmsKey,
  'AWS::StepFunctions::StateMachine': ({ EncryptionConfiguration }) => EncryptionConfiguration.KmsKeyId,
};

/** Hold no data: what they are is in the template already. */
const STORELESS = /^AWS::(ApiGateway|CDK|CloudWatch|IAM|KMS|S3::BucketPolicy|SNS::TopicPolicy|SQS::QueuePolicy|Logs::ResourcePolicy|Events::Rule)/;

const WIRING = ['AWS::Glue::Database', 'AWS::Glue::Table', 'AWS::Athena::NamedQuery', 'AWS::Lambda::Permission', 'AWS::Lambda::EventSourceMapping'];

describe('a key of the customer encrypts', () => {
  it.each(Object.entries(STORES))('every %s', (type, keyOf) => {
    const resources = subject.all(type);
    expect(resources.length).toBeGreaterThan(0);
    for (const { Properties } of resources) expect(render(keyOf(Properties))).toBe(KEY);
  });

  it('everything that stores anything', () => {
    const others = Object.values(subject.resources).map(({ Type }) => Type)
      .filter((type) => !(type in STORES) && !STORELESS.test(type) && !WIRING.includes(type));
    expect([...new Set(others)]).toEqual([]);
  });

  it('objects with one data key for many', () => {
    const [rule] = subject.propertiesOf(system.auditBucket).BucketEncryption.ServerSideEncryptionConfiguration;
    expect(rule.BucketKeyEnabled).toBe(true);
  });
});

test('the key and what it encrypts can be created: nothing refers in a circle', () => {
  const { resources } = subject;
  const edges = new Map(Object.entries(resources).map(([id, resource]) =>
    [id, [...new Set(referencedBy(resource))].filter((other) => other in resources)]));
  const done = new Set<string>();
  const visit = (id: string, path: string[]): void => {
    if (path.includes(id)) throw new Error(`circle: ${[...path, id].join(' → ')}`);
    if (done.has(id)) return;
    for (const other of edges.get(id)!) visit(other, [...path, id]);
    done.add(id);
  };
  edges.forEach((_, id) => visit(id, []));
  expect(done.size).toBe(edges.size);
});

function referencedBy(value: any): string[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, argument]: [string, any]) => {
    if (name === 'Ref') return [argument];
    if (name === 'Fn::GetAtt') return [argument[0]];
    if (name === 'DependsOn') return [argument].flat();
    return referencedBy(argument);
  });
}

describe('the key lets each service do its part, in this account and region', () => {
  const ofKey = statementsOf(subject).filter(({ ownerType }) => ownerType === 'AWS::KMS::Key');
  const conditionsOf = (service: string, action: string) => ofKey
    .filter(({ principals, actions }) => principals.includes(`Service:${service}`) && actions.includes(action))
    .map(({ condition }) => JSON.stringify(condition));

  it.each([
    ['logs.${AWS::Region}.${AWS::URLSuffix}', 'kms:GenerateDataKey*', 'kms:EncryptionContext:aws:logs:arn'],
    ['delivery.logs.amazonaws.com', 'kms:Decrypt', 'kms:EncryptionContext:SourceArn'],
    ['events.amazonaws.com', 'kms:GenerateDataKey', ':rule/*'],
    ['events.amazonaws.com', 'kms:GenerateDataKey', 'kms:EncryptionContext:aws:events:event-bus:arn'],
    ['cloudwatch.amazonaws.com', 'kms:GenerateDataKey', ':alarm:*'],
  ])('%s %s, bound to %s', (service, action, bound) => {
    const conditions = conditionsOf(service, action);
    expect(conditions.some((condition) => condition.includes(bound))).toBe(true);
    for (const condition of conditions) expect(condition).toContain('AWS::AccountId');
  });

  it('and nothing to other accounts', () => {
    const foreign = ofKey.flatMap(({ principals }) => principals)
      .filter((principal) => !principal.startsWith('Service:') && !/AWS::AccountId|\.Arn}$/.test(principal));
    expect(foreign).toEqual([]);
  });
});

describe('each role may use the key', () => {
  it.each([
    ['validator', system.validator.role!, ['kms:Decrypt', 'kms:Encrypt', 'kms:GenerateDataKey*', 'kms:ReEncrypt*']],
    ['relay', system.relay.role!, ['kms:Decrypt', 'kms:DescribeKey', 'kms:Encrypt', 'kms:GenerateDataKey*', 'kms:ReEncrypt*']],
    ['fraud detector', system.fraudDetector.role!, ['kms:Decrypt', 'kms:Encrypt', 'kms:GenerateDataKey*', 'kms:ReEncrypt*']],
    ['archiver', system.archiver.role!, ['kms:Decrypt', 'kms:Encrypt', 'kms:GenerateDataKey*', 'kms:ReEncrypt*']],
    ['workflow', system.workflow.role, ['kms:Decrypt', 'kms:Encrypt', 'kms:GenerateDataKey', 'kms:GenerateDataKey*', 'kms:ReEncrypt*']],
    ['archive workflow', system.archiveWorkflow.role, ['kms:Decrypt', 'kms:GenerateDataKey', 'kms:GenerateDataKey*']],
  ])('%s', (_, role, expected) => {
    const granted = Object.entries(permissionsOf(subject, role)).filter(([action]) => action.startsWith('kms:'));
    expect(granted.map(([action]) => action).sort()).toEqual(expected);
    for (const [, resources] of granted) expect([...new Set(resources)]).toEqual([KEY]);
  });

  it('that starts an encrypted workflow', () => {
    const starters = statementsOf(subject).filter(({ actions }) => actions.includes('states:StartExecution')).flatMap(({ roles }) => roles);
    expect(starters).toHaveLength(2);
    for (const starter of starters) {
      const actions = statementsOf(subject).filter(({ roles }) => roles.includes(starter)).flatMap((statement) => statement.actions);
      expect(actions.sort()).toEqual(['kms:Decrypt', 'kms:GenerateDataKey', 'states:StartExecution']);
    }
  });
});

test('a key from another stack works across stacks', () => {
  const app = testApp();
  const env = { account: '111122223333', region: 'eu-west-1' };
  const keys = new Stack(app, 'Keys', { env });
  const payments = new Stack(app, 'Payments', { env });
  const across = new WebhookProcessingSystem(payments, 'System', { encryptionKey: new kms.Key(keys, 'Key') });
  expect(() => app.synth()).not.toThrow();
  expect(Object.keys(across.secrets)).toEqual(['standard-webhooks']);
});

test('an imported key keeps its policy, and a warning says whom it has to let in', () => {
  const stack = new Stack(testApp(), 'Test');
  new WebhookProcessingSystem(stack, 'Payments', { encryptionKey: kms.Key.fromKeyArn(stack, 'Key', KEY_ARN) });
  Annotations.fromStack(stack).hasWarning('/Test/Payments', Match.stringLikeRegexp('let CloudWatch Logs, EventBridge and CloudWatch use the key'));
  expect(new Synthesized(stack).all('AWS::KMS::Key')).toEqual([]);
});

test('two systems may share a key', () => {
  const stack = new Stack(testApp(), 'Test');
  const encryptionKey = new kms.Key(stack, 'Key');
  for (const id of ['Europe', 'America']) new WebhookProcessingSystem(stack, id, { encryptionKey });
  const policies = new Synthesized(stack).all('AWS::KMS::Key').map(({ Properties }) => JSON.stringify(Properties.KeyPolicy));
  expect(policies).toHaveLength(1);
  expect(policies[0].match(/delivery\.logs/g)).toHaveLength(1);
});
