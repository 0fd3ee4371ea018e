import { aws_dynamodb as dynamodb, aws_iam as iam, PermissionsBoundary, Stack, Stage } from 'aws-cdk-lib';
import { WebhookProcessingSystem } from '../../src';
import { permissionsOf, statementsOf } from '../helpers/iam';
import { definitionOf, statesOf } from '../helpers/state-machine';
import { render, Synthesized, synthesize, testApp } from '../helpers/template';
import { existing, vpc } from './props/options';

describe('in a VPC', () => {
  const subject = synthesize((scope) => ({ vpc: vpc(scope) }));
  const { system } = subject;

  it.each(['validator', 'relay', 'fraudDetector', 'archiver'] as const)('%s may have network interfaces', (name) => {
    const granted = Object.keys(permissionsOf(subject, system[name].role!)).filter((action) => action.startsWith('ec2:')).sort();
    expect(granted).toEqual([
      'ec2:AssignPrivateIpAddresses', 'ec2:CreateNetworkInterface', 'ec2:DeleteNetworkInterface', 'ec2:DescribeNetworkInterfaces',
      'ec2:DescribeSubnets', 'ec2:UnassignPrivateIpAddresses',
    ]);
  });

  it('the code of a function may not touch them', () => {
    const denials = statementsOf(subject).filter(({ effect, actions }) => effect === 'Deny' && actions.includes('ec2:DeleteNetworkInterface'));
    const functions = [system.validator, system.relay, system.fraudDetector, system.archiver];
    expect(denials.map(({ roles, condition }) => [roles, render(condition.ArnEquals['lambda:SourceFunctionArn'])]))
      .toEqual(expect.arrayContaining(functions.map((fn) => [[subject.idOf(fn.role!)], `\${${subject.idOf(fn)}.Arn}`])));
  });

  it('functions still have no managed policy', () => {
    expect(subject.all('AWS::IAM::Role').flatMap(({ Properties }) => Properties.ManagedPolicyArns ?? []).map(render).join())
      .not.toContain('AWSLambdaVPCAccessExecutionRole');
  });
});

describe('provisioned concurrency', () => {
  const options = { provisionedConcurrentExecutions: 2 };
  const subject = synthesize({ functions: { validator: options, relay: options, fraudDetector: options, archiver: options } });
  const { system } = subject;
  const aliasOf = (name: string) => subject.idOf(system.functionAliases[name]);

  it('is of the alias of each function', () => {
    expect(Object.keys(system.functionAliases)).toEqual(['validator', 'relay', 'fraudDetector', 'archiver']);
    for (const alias of Object.values(system.functionAliases)) {
      expect(subject.propertiesOf(alias).ProvisionedConcurrencyConfig).toEqual({ ProvisionedConcurrentExecutions: 2 });
    }
  });

  it('serves requests', () => {
    const posts = subject.all('AWS::ApiGateway::Method').filter(({ Properties }) => Properties.HttpMethod === 'POST');
    expect(posts).toHaveLength(2);
    for (const { Properties } of posts) expect(render(Properties.Integration.Uri)).toContain(`\${${aliasOf('validator')}}/invocations`);
    const invokers = subject.all('AWS::Lambda::Permission').map(({ Properties }) => render(Properties.FunctionName));
    expect(new Set(invokers)).toEqual(new Set([`\${${aliasOf('validator')}}`]));
  });

  it('serves the stream', () => {
    const [mapping] = subject.all('AWS::Lambda::EventSourceMapping');
    expect(render(mapping.Properties.FunctionName)).toContain(aliasOf('relay'));
  });

  it.each([['workflow', 'FraudDetection', 'fraudDetector'], ['archiveWorkflow', 'ArchiveSegment', 'archiver'], ['archiveWorkflow', 'WriteManifests', 'archiver']] as const)(
    'serves the %s, state %s', (workflow, state, name) => {
      expect(JSON.stringify(findState(statesOf(definitionOf(subject, system[workflow])), state).Parameters.FunctionName)).toContain(aliasOf(name));
      expect(permissionsOf(subject, system[workflow].role)['lambda:InvokeFunction']).toEqual([`\${${aliasOf(name)}}`]);
    },
  );

  it('leaves the mapping of the relay where it is, or it would begin the stream again', () => {
    const [before, after] = [{}, options].map((relay) => synthesize({ functions: { relay } }).all('AWS::Lambda::EventSourceMapping'));
    expect(after.map(({ logicalId }) => logicalId)).toEqual(before.map(({ logicalId }) => logicalId));
    expect(after[0].Properties).toEqual({ ...before[0].Properties, FunctionName: after[0].Properties.FunctionName });
  });
});

function findState(states: any, name: string): any {
  if (states === null || typeof states !== 'object') return undefined;
  if (states[name]?.Type) return states[name];
  return Object.values(states).map((value) => findState(value, name)).find((found) => found !== undefined);
}

describe('what exists already', () => {
  it('is used by everything', () => {
    const subject = synthesize(existing);
    const text = JSON.stringify(subject.resources);
    for (const type of ['AWS::DynamoDB::Table', 'AWS::S3::Bucket', 'AWS::Events::EventBus', 'AWS::SNS::Topic']) expect(subject.all(type)).toEqual([]);
    for (const name of ['table/given', 'given-bucket', 'given-bus', 'given-topic']) expect(text).toContain(name);
  });

  it('may be a table of the same stack with the right keys', () => {
    const subject = synthesize((scope) => ({
      table: new dynamodb.Table(scope, 'Own', {
        partitionKey: { name: 'transaction_id', type: dynamodb.AttributeType.STRING }, sortKey: { name: 'event_id', type: dynamodb.AttributeType.STRING },
        stream: dynamodb.StreamViewType.NEW_IMAGE, timeToLiveAttribute: 'expires_at',
      }),
    }));
    expect(subject.all('AWS::DynamoDB::Table')).toHaveLength(1);
    expect(permissionsOf(subject, subject.system.validator.role!)['dynamodb:PutItem']).toEqual([`\${${subject.idOf(subject.system.table)}.Arn}`]);
  });

  it('may be a topic whose policy is its owner\'s: the roles of the system are allowed to publish to it', () => {
    const stack = new Stack(testApp(), 'Test');
    const system = new WebhookProcessingSystem(stack, 'Payments', existing(stack));
    const subject = new Synthesized(stack);
    for (const role of [system.fraudDetector.role!, system.workflow.role]) {
      expect(permissionsOf(subject, role)['sns:Publish']).toEqual([expect.stringContaining('given-topic')]);
    }
  });
});

test('a permissions boundary reaches every role', () => {
  const stack = new Stack(testApp(), 'Test');
  const system = new WebhookProcessingSystem(stack, 'Payments', { functions: { validator: { provisionedConcurrentExecutions: 1 } } });
  const boundary = iam.ManagedPolicy.fromManagedPolicyName(stack, 'Boundary', 'developers');
  iam.PermissionsBoundary.of(system).apply(boundary);
  const roles = new Synthesized(stack).all('AWS::IAM::Role');
  expect(roles.length).toBeGreaterThan(8);
  for (const { Properties } of roles) expect(render(Properties.PermissionsBoundary)).toMatch(/policy\/developers$/);
});

test('a permissions boundary of a whole stage reaches every role too', () => {
  const stage = new Stage(testApp(), 'Prod', {
    permissionsBoundary: PermissionsBoundary.fromName('developers'),
  });
  const stack = new Stack(stage, 'Payments');
  new WebhookProcessingSystem(stack, 'System');
  for (const { Properties } of new Synthesized(stack).all('AWS::IAM::Role')) expect(render(Properties.PermissionsBoundary)).toMatch(/policy\/developers$/);
});
