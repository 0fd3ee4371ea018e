import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  App, CfnCondition, CfnMapping, CfnOutput, CfnParameter, CfnResource, CustomResource, Fn, NestedStack, SecretValue, Stack, StackProps, Stage, Token,
} from 'aws-cdk-lib';
import { AttributeType, StreamViewType, Table } from 'aws-cdk-lib/aws-dynamodb';
import { EventBus, Rule } from 'aws-cdk-lib/aws-events';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { SqsSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import { Queue } from 'aws-cdk-lib/aws-sqs';
import { readAssembly, resolveStacks, ResolvedResource, ResolveOptions } from '../../../local/assembly';

let directory: string;
beforeEach(() => { directory = mkdtempSync(join(tmpdir(), 'assembly-')); });
afterEach(() => rmSync(directory, { recursive: true }));

const newApp = (): App => new App({ outdir: directory, analyticsReporting: false });
const newStack = (app: App | Stage, id = 'Payments', props?: StackProps): Stack => new Stack(app, id, props);

function synthesized(app: App, options?: ResolveOptions): ReturnType<typeof resolveStacks> {
  app.synth();
  return resolveStacks(readAssembly(directory), options);
}

/** Synthesizes one stack holding `build`'s constructs and gives its resources by logical id. */
function resolveOne(build: (stack: Stack) => void, options?: ResolveOptions): Record<string, ResolvedResource> {
  const app = newApp();
  build(newStack(app));
  return Object.fromEntries(synthesized(app, options).resources.map((resource) => [resource.logicalId, resource]));
}

const raw = (stack: Stack, id: string, type: string, properties: Record<string, unknown> = {}): CfnResource => {
  const resource = new CfnResource(stack, id, { type, properties });
  resource.overrideLogicalId(id);
  return resource;
};

describe('readAssembly', () => {
  test('says what to do when there is no assembly', () => {
    expect(() => readAssembly(directory)).toThrow(/no manifest\.json.*run "cdk synth" first/);
  });

  test('says what to do when a template is missing', () => {
    const app = newApp();
    newStack(app);
    app.synth();
    rmSync(join(directory, 'Payments.template.json'));
    expect(() => readAssembly(directory)).toThrow(/Payments\.template\.json .* missing.*run "cdk synth" first/);
  });

  test('refuses an app without stacks', () => {
    newApp().synth();
    expect(() => readAssembly(directory)).toThrow(/has no stack/);
  });

  test('finds stacks, those of Stages too, with construct paths and classes', () => {
    const app = newApp();
    new Queue(newStack(app), 'Orders');
    const stage = new Stage(app, 'Prod');
    new Queue(newStack(stage, 'In'), 'Orders');
    app.synth();
    const { stacks, constructs } = readAssembly(directory);
    expect(stacks.map(({ name, displayName }) => `${name} ${displayName}`).sort()).toEqual(['Payments Payments', 'Prod-In Prod/In']);
    expect([...stacks.find(({ name }) => name === 'Prod-In')!.constructPaths.values()]).toContain('Prod/In/Orders/Resource');
    expect(constructs.get('Prod/In/Orders')).toBe('aws-cdk-lib.aws_sqs.Queue');
  });

  test('reads a construct tree that was split into files', () => {
    writeFileSync(join(directory, 'tree.json'), JSON.stringify({ tree: { path: '', children: { A: { path: 'A', fileName: 'trees-1.json', treeId: 't0' } } } }));
    writeFileSync(join(directory, 'trees-1.json'), JSON.stringify({ forest: { t0: { path: 'A', constructInfo: { fqn: 'lib.A' } } } }));
    writeFileSync(join(directory, 'manifest.json'), JSON.stringify({
      artifacts: { S: { type: 'aws:cloudformation:stack', properties: { templateFile: 'S.json' } } },
    }));
    writeFileSync(join(directory, 'S.json'), '{}');
    expect(readAssembly(directory).constructs.get('A')).toBe('lib.A');
  });
});

describe('resolveStacks', () => {
  test('gives each resource after what it refers to, with nothing left to resolve', () => {
    const app = newApp();
    const stack = newStack(app);
    const topic = new Topic(stack, 'Alerts', { topicName: 'alerts' });
    const queue = new Queue(stack, 'Mail', { deadLetterQueue: { queue: new Queue(stack, 'Dead'), maxReceiveCount: 3 } });
    topic.addSubscription(new SqsSubscription(queue));
    const { resources } = synthesized(app, { endpoint: 'http://127.0.0.1:4010' });
    const position = (type: string): number => resources.findIndex((resource) => resource.type === type);
    expect(position('AWS::SNS::Topic')).toBeLessThan(position('AWS::SNS::Subscription'));
    expect(JSON.stringify(resources)).not.toMatch(/"Ref"|Fn::|\$\{/);
    const mail = resources.find(({ properties }) => properties.RedrivePolicy)!;
    expect(mail.ref).toMatch(/^http:\/\/127\.0\.0\.1:4010\/000000000000\/Payments-Mail/);
    expect(mail.properties.RedrivePolicy.deadLetterTargetArn).toMatch(/^arn:aws:sqs:us-east-1:000000000000:Payments-Dead/);
    expect(mail.metadata['aws:cdk:path']).toBe('Payments/Mail/Resource');
    expect(mail.stack).toBe('Payments');
  });

  test('resolves the same app to the same thing every time', () => {
    const build = (stack: Stack): void => { new Bucket(stack, 'Audit'); };
    expect(resolveOne(build)).toEqual(resolveOne(build));
  });

  test('follows imports into other stacks and takes those along', () => {
    const app = newApp();
    const table = new Table(newStack(app, 'Data'), 'T', { partitionKey: { name: 'id', type: AttributeType.STRING }, stream: StreamViewType.NEW_IMAGE });
    new CfnOutput(newStack(app, 'Use'), 'Stream', { value: table.tableStreamArn! });
    const { resources, outputs } = synthesized(app, { stacks: ['Use'] });
    expect(outputs.Use.Stream).toMatch(/^arn:aws:dynamodb:us-east-1:000000000000:table\/Data-T.*\/stream\//);
    expect(resources.map(({ type }) => type)).toContain('AWS::DynamoDB::Table');
  });

  test('imports from the own Stage when several export the same name', () => {
    const app = newApp();
    for (const id of ['Beta', 'Prod']) {
      const stage = new Stage(app, id);
      new CfnOutput(newStack(stage, 'A', { stackName: `${id}Stack` }), 'Out', { value: id, exportName: 'shared' });
      new CfnOutput(newStack(stage, 'B'), 'In', { value: Fn.importValue('shared') });
    }
    const { outputs } = synthesized(app);
    expect([outputs['Beta-B'].In, outputs['Prod-B'].In]).toEqual(['Beta', 'Prod']);
  });

  test('reads outputs of another stack by name', () => {
    const app = newApp();
    new CfnOutput(newStack(app, 'A'), 'Out', { value: 'x' });
    new CfnOutput(newStack(app, 'B'), 'In', { value: Token.asString({ 'Fn::GetStackOutput': { StackName: 'A', OutputName: 'Out' } }) });
    expect(synthesized(app).outputs.B.In).toBe('x');
  });

  test('opens nested stacks with their parameters and outputs', () => {
    const app = newApp();
    const stack = newStack(app);
    const topic = new Topic(stack, 'Alerts', { topicName: 'alerts' });
    const nested = new NestedStack(stack, 'Nested');
    const queue = new Queue(nested, 'Mail', { queueName: 'mail' });
    raw(nested, 'Subscription', 'AWS::SNS::Subscription', { TopicArn: topic.topicArn, Endpoint: queue.queueArn });
    new CfnOutput(stack, 'Url', { value: queue.queueArn });
    const { resources, outputs } = synthesized(app);
    expect(outputs.Payments.Url).toBe('arn:aws:sqs:us-east-1:000000000000:mail');
    const subscription = resources.find(({ type }) => type === 'AWS::SNS::Subscription')!;
    expect(subscription.properties.TopicArn).toBe('arn:aws:sns:us-east-1:000000000000:alerts');
    expect(resources.map(({ type }) => type)).not.toContain('AWS::CloudFormation::Stack');
  });

  test('leaves out what its condition excludes, and refuses references to it', () => {
    const build = (refer: boolean) => (stack: Stack): void => {
      const condition = new CfnCondition(stack, 'IsProd', { expression: Fn.conditionEquals(new CfnParameter(stack, 'Env', { default: 'dev' }).valueAsString, 'prod') });
      raw(stack, 'Maybe', 'AWS::SQS::Queue').cfnOptions.condition = condition;
      raw(stack, 'Other', 'AWS::SQS::Queue', refer ? { QueueName: Fn.ref('Maybe') } : { DelaySeconds: Fn.conditionIf('IsProd', 5, 1) });
    };
    expect(Object.keys(resolveOne(build(false)))).toEqual(['Other']);
    expect(resolveOne(build(false), { parameters: { Env: 'prod' } }).Other.properties.DelaySeconds).toBe(5);
    expect(() => resolveOne(build(true))).toThrow(/Payments\/Other: refers to Maybe, which its condition leaves out/);
  });

  test('knows parameters, mappings and pseudo parameters', () => {
    const { Q } = resolveOne((stack) => {
      new CfnParameter(stack, 'Count', { type: 'Number', default: 3 });
      new CfnParameter(stack, 'Names', { type: 'CommaDelimitedList', default: 'a, b' });
      new CfnMapping(stack, 'Sizes', { mapping: { 'us-east-1': { size: 7 } }, lazy: false });
      raw(stack, 'Q', 'AWS::SQS::Queue', {
        Count: Fn.ref('Count'),
        Names: Fn.ref('Names'),
        Size: Fn.findInMap('Sizes', stack.region, 'size'),
        Text: Fn.sub('${AWS::Partition} ${AWS::AccountId} ${AWS::Region} ${AWS::URLSuffix} ${AWS::StackName} ${AWS::StackId}'),
        Gone: Fn.ref('AWS::NoValue'),
      });
    });
    expect(Q.properties).toEqual({
      Count: 3,
      Names: ['a', 'b'],
      Size: 7,
      Text: expect.stringMatching(/^aws 000000000000 us-east-1 amazonaws\.com Payments arn:aws:cloudformation:us-east-1:000000000000:stack\/Payments\//),
    });
  });

  test('refuses parameters nobody gives a value', () => {
    expect(() => resolveOne((stack) => {
      raw(stack, 'Q', 'AWS::SQS::Queue', { QueueName: new CfnParameter(stack, 'Name').valueAsString });
    })).toThrow(/Payments: the parameter Name has no default/);
    expect(() => resolveOne((stack) => {
      const parameter = new CfnParameter(stack, 'Name', { type: 'AWS::SSM::Parameter::Value<String>', default: '/queue/name' });
      raw(stack, 'Q', 'AWS::SQS::Queue', { QueueName: parameter.valueAsString });
    })).toThrow(/Name reads \/queue\/name from SSM/);
  });

  test('names the cycle', () => {
    expect(() => resolveOne((stack) => {
      raw(stack, 'A', 'AWS::SQS::Queue', { QueueName: Fn.ref('B') });
      raw(stack, 'B', 'AWS::SQS::Queue', { QueueName: Fn.sub('${C.Arn}') });
      raw(stack, 'C', 'AWS::SQS::Queue').addDependency(stack.node.findChild('A') as CfnResource);
    })).toThrow('Circular dependency: Payments/A → Payments/B → Payments/C → Payments/A');
  });

  test('accepts unknown types until something refers to them', () => {
    const build = (refer: boolean) => (stack: Stack): void => {
      raw(stack, 'Odd', 'AWS::Odd::Thing');
      raw(stack, 'Q', 'AWS::SQS::Queue', refer ? { QueueName: Fn.getAtt('Odd', 'Name') } : {});
    };
    expect(resolveOne(build(false)).Odd.type).toBe('AWS::Odd::Thing');
    expect(() => resolveOne(build(true))).toThrow('Payments/Q: refers to Odd of type AWS::Odd::Thing, which the local runner does not know');
  });

  test('refuses attributes and resources that are not there', () => {
    const refer = (value: string) => (): unknown => resolveOne((stack) => { raw(stack, 'Q', 'AWS::SQS::Queue', { X: Fn.sub(value) }); raw(stack, 'T', 'AWS::SNS::Topic'); });
    expect(refer('${T.Colour}')).toThrow('does not know the attribute Colour of T (AWS::SNS::Topic)');
    expect(refer('${Nothing}')).toThrow('refers to Nothing, which the template does not have');
  });

  test('refuses template sections and rules it would ignore', () => {
    expect(() => resolveOne((stack) => stack.addTransform('AWS::Serverless-2016-10-31'))).toThrow(/template section Transform/);
  });

  test('looks dynamic references up through the callback only', () => {
    const build = (stack: Stack): void => {
      raw(stack, 'Q', 'AWS::SQS::Queue', { Key: `a-${SecretValue.secretsManager('stripe', { jsonField: 'key' }).unsafeUnwrap()}` });
    };
    expect(() => resolveOne(build)).toThrow(/cannot look up \{\{resolve:secretsmanager:stripe:SecretString:key::\}\}/);
    const { Q } = resolveOne(build, { dynamicReference: ({ service, reference }) => `${service}(${reference.split(':')[0]})` });
    expect(Q.properties.Key).toBe('a-secretsmanager(stripe)');
  });

  test('moves a stack with a fixed environment into the local one', () => {
    const app = newApp();
    const stack = newStack(app, 'Payments', { env: { account: '123456789012', region: 'eu-west-1' } });
    const bucket = new Bucket(stack, 'B', { bucketName: 'audit-123456789012-eu-west-1' });
    new CfnOutput(stack, 'Arn', { value: stack.formatArn({ service: 'sqs', resource: 'q' }) });
    new CfnOutput(stack, 'Bucket', { value: bucket.bucketArn });
    new CfnOutput(stack, 'Zone', { value: 'eu-west-1b eu-west-12 1123456789012' });
    expect(synthesized(app).outputs.Payments).toMatchObject({
      Arn: 'arn:aws:sqs:us-east-1:000000000000:q',
      Bucket: 'arn:aws:s3:::audit-000000000000-us-east-1',
      Zone: 'us-east-1b eu-west-12 1123456789012',
    });
  });

  test('gives rules of a custom bus and custom resources their identity', () => {
    const resources = Object.values(resolveOne((stack) => {
      new Rule(stack, 'R', { ruleName: 'high', eventBus: new EventBus(stack, 'Bus', { eventBusName: 'payments' }), eventPattern: { source: ['x'] } });
      new CustomResource(stack, 'Policy', { serviceToken: 'arn:aws:lambda:us-east-1:000000000000:function:f', resourceType: 'Custom::CloudwatchLogResourcePolicy' });
    }));
    expect(resources.find(({ type }) => type === 'AWS::Events::Rule')).toMatchObject({
      ref: 'payments|high', attributes: { Arn: 'arn:aws:events:us-east-1:000000000000:rule/payments/high' },
    });
    expect(resources.find(({ type }) => type === 'Custom::CloudwatchLogResourcePolicy')?.ref).toMatch(/^Payments-Policy/);
  });

  test('names the stacks there are when one is not', () => {
    const app = newApp();
    mkdirSync(directory, { recursive: true });
    newStack(app);
    expect(() => synthesized(app, { stacks: ['Other'] })).toThrow(/No stack Other in .*; it has Payments/);
  });
});
