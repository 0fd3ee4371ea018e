import { aws_certificatemanager as acm, aws_dynamodb as dynamodb, aws_ec2 as ec2, aws_events as events, aws_kms as kms, aws_sns as sns, CfnParameter, Stack } from 'aws-cdk-lib';
import { WebAcl, WebhookProcessingSystem, WebhookProvider } from '../../../src';
import { render, synthesize, testApp } from '../../helpers/template';
import { domain } from './options';
import { refuses } from './refusal';

const text = (scope: Stack, id: string) => new CfnParameter(scope, id).valueAsString;
const list = (scope: Stack, id: string) => new CfnParameter(scope, id, { type: 'CommaDelimitedList' }).valueAsList;
const number = (scope: Stack, id: string) => new CfnParameter(scope, id, { type: 'Number' }).valueAsNumber;

const subject = synthesize((scope) => ({
  encryptionKey: kms.Key.fromKeyArn(scope, 'Key', text(scope, 'KeyArn')),
  alertTopic: sns.Topic.fromTopicArn(scope, 'Topic', text(scope, 'TopicArn')),
  vpc: ec2.Vpc.fromVpcAttributes(scope, 'Vpc', { vpcId: text(scope, 'VpcId'), availabilityZones: ['a'], privateSubnetIds: [text(scope, 'Subnet')] }),
  providers: [WebhookProvider.square({ allowedCidrs: [text(scope, 'Cidr')] }), WebhookProvider.stripe({ allowedCidrs: list(scope, 'Cidrs') })],
  functions: { validator: { provisionedConcurrentExecutions: 2, reservedConcurrentExecutions: number(scope, 'Reserved') } },
  endpoint: {
    domain: domain(scope, { domainName: text(scope, 'Domain'), certificate: acm.Certificate.fromCertificateArn(scope, 'Acm', text(scope, 'CertificateArn')) }),
    webAcl: WebAcl.managedRules({ requestsPerAddress: number(scope, 'PerAddress') }),
  },
}));
const { system } = subject;

describe('an option known only at deployment reaches the template', () => {
  it.each<[string, () => unknown, unknown]>([
    ['key', () => render(subject.propertiesOf(system.validator).KmsKeyArn), '${KeyArn}'],
    ['topic', () => subject.environmentOf(system.fraudDetector).ALERT_TOPIC_ARN, '${TopicArn}'],
    ['subnet', () => subject.propertiesOf(system.relay).VpcConfig.SubnetIds, [{ Ref: 'Subnet' }]],
    ['domain name', () => subject.propertiesOf(system.domain!).DomainName, { Ref: 'Domain' }],
    ['certificate', () => subject.propertiesOf(system.domain!).RegionalCertificateArn, { Ref: 'CertificateArn' }],
    ['URL in what Square signs', () => JSON.parse(subject.environmentOf(system.validator).PROVIDERS)[0].options.notificationUrl, 'https://${Domain}/webhook/square'],
    ['range', () => subject.propertiesOf(system.api).Policy.Statement[0].Condition.IpAddress['aws:SourceIp'], [{ Ref: 'Cidr' }]],
    ['list of ranges', () => subject.propertiesOf(system.api).Policy.Statement[1].Condition.IpAddress['aws:SourceIp'], { Ref: 'Cidrs' }],
    ['limit by address', () => subject.all('AWS::WAFv2::WebACL')[0].Properties.Rules[3].Statement.RateBasedStatement.Limit, { Ref: 'PerAddress' }],
  ])('%s', (_, actual, expected) => expect(actual()).toEqual(expected));

  test('ARN of a web ACL', () => {
    const other = synthesize((scope) => ({ endpoint: { webAcl: WebAcl.fromArn(text(scope, 'AclArn')) } }));
    expect(other.all('AWS::WAFv2::WebACLAssociation')[0].Properties.WebACLArn).toEqual({ Ref: 'AclArn' });
  });
});

describe('a value that synthesis needs is refused when it is known only at deployment', () => refuses([{
  props: (scope) => ({ functions: { relay: { provisionedConcurrentExecutions: number(scope, 'Warm') } } }),
  prop: 'functions.relay.provisionedConcurrentExecutions', value: '"a token"', fix: 'use a value that is known when the app is synthesized',
}]));

describe('in two regions', () => {
  const env = (region: string) => ({ account: '111122223333', region });

  it('each system is of its own region, and neither refers to the other', () => {
    const app = testApp();
    const templates = ['eu-west-1', 'us-east-1'].map((region) => {
      const stack = new Stack(app, `Payments-${region}`, { env: env(region) });
      new WebhookProcessingSystem(stack, 'System', { encryptionKey: new kms.Key(stack, 'Key') });
      return stack;
    });
    const [europe, america] = templates.map((stack) => JSON.stringify(app.synth().getStackArtifact(stack.artifactId).template));
    expect(europe).toContain('eu-west-1');
    expect(europe).not.toContain('us-east-1');
    expect(america).not.toContain('eu-west-1');
    expect(`${europe}${america}`).not.toContain('Fn::ImportValue');
  });

  it.each([
    ['encryptionKey', (stack: Stack) => ({ encryptionKey: kms.Key.fromKeyArn(stack, 'Key', 'arn:aws:kms:us-east-1:111122223333:key/1') })],
    ['table', (stack: Stack) => ({
      table: dynamodb.Table.fromTableAttributes(stack, 'Table', {
        tableArn: 'arn:aws:dynamodb:us-east-1:111122223333:table/t', tableStreamArn: 'arn:aws:dynamodb:us-east-1:111122223333:table/t/stream/1',
      }),
    })],
    ['alertTopic', (stack: Stack) => ({ alertTopic: sns.Topic.fromTopicArn(stack, 'Topic', 'arn:aws:sns:us-east-1:111122223333:alerts') })],
  ])('%s of the other one is refused', (prop, props) => {
    const stack = new Stack(testApp(), 'Payments', { env: env('eu-west-1') });
    expect(() => new WebhookProcessingSystem(stack, 'System', props(stack)))
      .toThrow(`WebhookProcessingSystem: ${prop} is "in us-east-1": use one in eu-west-1, the region of the stack`);
  });
});

test.each([
  ['table', (stack: Stack) => ({
    table: dynamodb.Table.fromTableAttributes(stack, 'Table', {
      tableArn: 'arn:aws:dynamodb:eu-west-1:999999999999:table/t', tableStreamArn: 'arn:aws:dynamodb:eu-west-1:999999999999:table/t/stream/1',
    }),
  })],
  ['bus', (stack: Stack) => ({ bus: events.EventBus.fromEventBusArn(stack, 'Bus', 'arn:aws:events:eu-west-1:999999999999:event-bus/b') })],
])('%s of another account is refused', (prop, props) => {
  const stack = new Stack(testApp(), 'Payments', { env: { account: '111122223333', region: 'eu-west-1' } });
  expect(() => new WebhookProcessingSystem(stack, 'System', props(stack)))
    .toThrow(`WebhookProcessingSystem: ${prop} is "in the account 999999999999": use one in 111122223333, the account of the stack`);
});

test('two systems with every option of their own share a stack', () => {
  const stack = new Stack(testApp(), 'Test');
  const systems = ['Europe', 'America'].map((id) => new WebhookProcessingSystem(stack, id, {
    encryptionKey: new kms.Key(stack, `${id}Key`),
    endpoint: { webAcl: WebAcl.managedRules() },
    functions: { validator: { provisionedConcurrentExecutions: 1 } },
  }));
  const names = systems.map(({ webAclLogGroup }) => stack.resolve((webAclLogGroup!.node.defaultChild as any).logGroupName));
  expect(new Set(names).size).toBe(2);
  expect(() => stack.node.root.node.findAll()).not.toThrow();
});
