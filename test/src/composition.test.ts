import { App, aws_iam as iam, aws_s3 as s3, CfnResource, Stack, Stage } from 'aws-cdk-lib';
import { IConstruct } from 'constructs';
import { WebhookProcessingSystem, WebhookProcessingSystemProps } from '../../src';
import { permissionsOf } from '../helpers/iam';
import { Synthesized, synthesize, testApp } from '../helpers/template';

describe('two systems in one stack', () => {
  const stack = new Stack(testApp(), 'Test');
  const [europe, america] = ['Europe', 'America'].map((id) => new WebhookProcessingSystem(stack, id));
  const subject = new Synthesized(stack);

  const idsOf = (system: WebhookProcessingSystem) => new Set(system.node.findAll().filter((child) => CfnResource.isCfnResource(child))
    .map((child) => subject.idOf(child)));

  it('share no resource', () => {
    expect([...idsOf(europe)].filter((logicalId) => idsOf(america).has(logicalId))).toEqual([]);
    expect(Object.keys(subject.resources).sort()).toEqual([...idsOf(europe), ...idsOf(america)].sort());
  });

  it.each([['first', europe, america], ['second', america, europe]])('the %s refers to nothing of the other', (_, own, other) => {
    const foreign = [...idsOf(other)];
    for (const logicalId of idsOf(own)) {
      const text = JSON.stringify(subject.resources[logicalId]);
      expect(foreign.filter((id) => text.includes(`"${id}"`))).toEqual([]);
    }
  });

  it('tell their metrics apart', () => {
    const systems = [europe, america].map(({ validator }) => subject.propertiesOf(validator).Environment.Variables.SYSTEM_NAME);
    expect(new Set(systems).size).toBe(2);
  });

  it.each(['bus', 'api'] as const)('have a name each for the %s', (resource) => {
    expect(subject.propertiesOf(europe[resource]).Name).not.toBe(subject.propertiesOf(america[resource]).Name);
  });
});

test('with a suffix each, two systems share no physical name', () => {
  const stack = new Stack(testApp(), 'Test');
  for (const environmentSuffix of ['dev', 'staging']) new WebhookProcessingSystem(stack, environmentSuffix, { environmentSuffix });
  const names = Object.entries(new Synthesized(stack).resources).flatMap(([, { Type, Properties = {} }]) =>
    Object.entries(Properties).filter(([name, value]) => typeof value === 'string' && /^(Name|\w+Name)$/.test(name) && !['StageName', 'DisplayName', 'MetricName']
      .includes(name))
      .map(([, value]) => `${Type} ${value}`));
  expect(names.length).toBeGreaterThan(40);
  expect(new Set(names).size).toBe(names.length);
});

describe('with one suffix for two systems of an app', () => {
  const place = (region?: string) => ({ env: region === undefined ? undefined : { account: '111122223333', region } });
  const build = (stacks: (app: App) => readonly [Stack, Stack], props: (stack: Stack) => WebhookProcessingSystemProps = () => ({})) => () =>
    stacks(testApp()).forEach((stack, index) =>
      new WebhookProcessingSystem(stack, `Payments${index}`, { environmentSuffix: 'acme-dev', ...props(stack) }));
  const auditBucket = (stack: Stack) => ({ auditBucket: stack.node.tryFindChild('Bucket') as s3.IBucket ?? s3.Bucket.fromBucketName(stack, 'Bucket', 'given') });
  const inTwoRegions = (app: App): [Stack, Stack] => [new Stack(app, 'Europe', place('eu-west-1')), new Stack(app, 'America', place('us-east-1'))];
  const inOneRegion = (app: App): [Stack, Stack] => [new Stack(app, 'One', place('eu-west-1')), new Stack(new Stage(app, 'Beta'), 'Two', place('eu-west-1'))];
  const inOneStack = (app: App): [Stack, Stack] => {
    const stack = new Stack(app, 'One');
    return [stack, stack];
  };

  it.each<[string, () => void, string]>([
    ['in one stack', build(inOneStack), 'use another one: One/Payments0 has resources of the same names'],
    ['in one region', build(inOneRegion, auditBucket), 'use another one: One/Payments0 has resources of the same names'],
    ['in two regions', build(inTwoRegions), 'use another one: Europe/Payments0 has buckets of the same names'],
    [
      'in two regions, with results of queries', build(inTwoRegions, (stack) => ({ ...auditBucket(stack), archival: { athena: {} } })),
      'use another one: Europe/Payments0 has buckets of the same names',
    ],
  ])('%s it is refused', (_, act, message) => expect(act).toThrow(`WebhookProcessingSystem: environmentSuffix is "acme-dev": ${message}`));

  it('in two regions it is taken where neither creates a bucket', () => expect(build(inTwoRegions, auditBucket)).not.toThrow());
});

describe('in stages', () => {
  const app = testApp();
  const systems = ['Beta', 'Prod'].map((name) => {
    const stage = new Stage(app, name, { env: { account: '111122223333', region: 'eu-central-1' } });
    return new WebhookProcessingSystem(new Stack(stage, 'Payments'), 'System');
  });
  const subjects = systems.map((system) => new Synthesized(Stack.of(system)));

  it('is the same system with the same logical ids', () => {
    const [beta, prod] = subjects.map(({ resources }) => Object.keys(resources)
      .filter((logicalId) => !/Deployment|ApiPermission|EventSource/.test(logicalId)));
    expect(beta).toEqual(prod);
  });

  it('tells its metrics apart by stage', () => {
    const [beta, prod] = subjects.map((subject, index) => subject.propertiesOf(systems[index].validator).Environment.Variables.SYSTEM_NAME);
    expect([beta, prod]).toEqual([expect.stringContaining('Beta'), expect.stringContaining('Prod')]);
  });
});

test('no partition, region or account is written down, so that it deploys anywhere', () => {
  const text = JSON.stringify(synthesize().resources);
  expect(text.match(/arn:aws[\w-]*:|\b\d{12}\b|[a-z]{2}-(?:east|west|north|south|central)\w*-\d|amazonaws\.com\.cn/g)).toBeNull();
});

test('everything a user could want to extend is public', () => {
  const subject = synthesize();
  const types = [
    'AWS::ApiGateway::RestApi', 'AWS::CloudWatch::Dashboard', 'AWS::DynamoDB::Table', 'AWS::Events::EventBus', 'AWS::Events::Rule',
    'AWS::Lambda::Function',
    'AWS::S3::Bucket', 'AWS::SNS::Topic', 'AWS::SQS::Queue', 'AWS::StepFunctions::StateMachine',
  ];
  const reachable = Object.values(subject.system).filter((value): value is IConstruct => value?.node?.defaultChild !== undefined)
    .map((value) => subject.idOf(value));
  const created = types.flatMap((type) => subject.all(type)).map(({ logicalId }) => logicalId);
  expect(created.filter((logicalId) => !reachable.includes(logicalId))).toEqual([]);
});

test('grants of the created resources work for roles of the user', () => {
  const stack = new Stack(testApp(), 'Test');
  const system = new WebhookProcessingSystem(stack, 'Payments');
  const role = new iam.Role(stack, 'Analyst', { assumedBy: new iam.AccountRootPrincipal() });
  system.auditBucket.grantRead(role, 'transactions/*');
  const subject = new Synthesized(stack);
  expect(permissionsOf(subject, role)['s3:GetObject*']).toEqual([
    `\${${subject.idOf(system.auditBucket)}.Arn}`, `\${${subject.idOf(system.auditBucket)}.Arn}/transactions/*`,
  ]);
});
