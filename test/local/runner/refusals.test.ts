import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App, aws_dynamodb as dynamodb, aws_ecr as ecr, aws_events as events, aws_s3 as s3, aws_secretsmanager as secretsmanager, aws_sns as sns, NestedStack, Stack } from 'aws-cdk-lib';
import { Runner } from '../../../local/runner/runner';
import { HandlerPackaging, WebhookProcessingSystem, WebhookProcessingSystemProps, WebhookProvider } from '../../../src';

let scratch: string;
let apps = 0;

beforeAll(() => { scratch = mkdtempSync(join(tmpdir(), 'refusals-')); });
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

function synthesize(build: (stack: Stack) => void): string {
  const app = new App({ outdir: join(scratch, String(apps += 1)) });
  build(new Stack(app, 'Shop', { env: { account: '111122223333', region: 'eu-west-1' } }));
  return app.synth().directory;
}

const packaging = HandlerPackaging.zip();
const system = (props: (stack: Stack) => WebhookProcessingSystemProps) =>
  synthesize((stack) => { new WebhookProcessingSystem(stack, 'Payments', { packaging, ...props(stack) }); });

describe('an app without a system to run', () => {
  it('is named, with what to do', async () => {
    const app = synthesize((stack) => { new s3.Bucket(stack, 'Bucket'); });
    await expect(Runner.start({ app })).rejects
      .toThrow(`No stack in ${app} contains a WebhookProcessingSystem; it has Shop. Synthesize the app that has one, or name its folder with --app`);
  });

  it('may have it in a nested stack', async () => {
    const app = synthesize((stack) => { new WebhookProcessingSystem(new NestedStack(stack, 'Inner'), 'Payments', { packaging }); });
    await expect(Runner.start({ app })).rejects.toThrow('Nested stacks, as in Shop, do not run here: give the system a stack of its own');
  });
});

describe('what exists already is not on this machine', () => {
  const table = (scope: Stack) => dynamodb.Table.fromTableAttributes(scope, 'Given', {
    tableArn: 'arn:aws:dynamodb:eu-west-1:111122223333:table/given', tableStreamArn: 'arn:aws:dynamodb:eu-west-1:111122223333:table/given/stream/1',
  });

  it.each<[string, string, (stack: Stack) => WebhookProcessingSystemProps]>([
    ['the prop table', 'given', (stack) => ({ table: table(stack) })],
    ['the prop bus', 'given', (stack) => ({ bus: events.EventBus.fromEventBusName(stack, 'Given', 'given') })],
    ['the prop alertTopic', 'arn:aws:sns:us-east-1:000000000000:given', (stack) => ({ alertTopic: sns.Topic.fromTopicArn(stack, 'Given', 'arn:aws:sns:eu-west-1:111122223333:given') })],
    ['the prop auditBucket', 'given', (stack) => ({ auditBucket: s3.Bucket.fromBucketName(stack, 'Given', 'given') })],
    ['the secret of the endpoint stripe', 'secret:given', (stack) => ({
      providers: [WebhookProvider.stripe({ secret: secretsmanager.Secret.fromSecretNameV2(stack, 'Given', 'given') })],
    })],
  ])('%s', async (what, name, props) => {
    await expect(Runner.start({ app: system(props) })).rejects.toThrow(
      new RegExp(`^Shop/Payments/.*${name} is not created by this app, and the local runner has nothing else\\. For a laptop, synthesize the app without ${what}$`),
    );
  });

  it('images in ECR neither', async () => {
    const app = system((stack) => {
      const image = { repository: ecr.Repository.fromRepositoryName(stack, 'Given', 'given'), tagOrDigest: '1' };
      return { packaging: HandlerPackaging.fromEcr({ validator: image, relay: image, fraudDetector: image, archiver: image }) };
    });
    await expect(Runner.start({ app })).rejects.toThrow('is not an asset of this assembly. For a laptop, synthesize the app with HandlerPackaging.container() or zip()');
  });
});

test('the default bus, and what another stack of the app creates, are on this machine', async () => {
  const runner = await Runner.start({
    app: system((stack) => {
      const other = new Stack(stack.node.root as App, 'Shared', { env: { account: stack.account, region: stack.region } });
      return {
        bus: events.EventBus.fromEventBusName(stack, 'Given', 'default'), alertTopic: new sns.Topic(other, 'Topic'), auditBucket: new s3.Bucket(other, 'Bucket'),
        providers: [WebhookProvider.stripe({ secret: new secretsmanager.Secret(other, 'Secret') })],
      };
    }),
  });
  expect(runner.systems).toHaveLength(1);
  await runner.stop();
});
