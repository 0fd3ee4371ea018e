import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { aws_sns_subscriptions as subscriptions, Stack, Stage } from 'aws-cdk-lib';
import { Annotations, Match } from 'aws-cdk-lib/assertions';
import { DEFAULT_SYSTEM } from '../../../bench/scaling';
import { AlertSubscriber, RiskBand, WebhookProcessingSystem, WebhookProcessingSystemProps, WorkflowLogging } from '../../../src';
import { CAPACITY_METADATA } from '../../../src/capacity/capacity';
import { plainSystem, synthesize, testApp } from '../../helpers/template';

function systemIn(region: string | undefined, props: WebhookProcessingSystemProps) {
  const app = testApp();
  const stack = new Stack(app, 'Test', { env: { region } });
  const system = new WebhookProcessingSystem(stack, 'Payments', props);
  return { app, stack, system };
}

// eslint-disable-next-line @typescript-eslint/no-explicit-any
function reportIn(directory: string): any {
  const name = readdirSync(directory).find((file) => /^Test\..*Capacity.*\.json$/.test(file))!;
  return JSON.parse(readFileSync(join(directory, name), 'utf8'));
}

const report = (region: string | undefined, props: WebhookProcessingSystemProps) => reportIn(systemIn(region, props).app.synth().directory);

describe('a load that can be carried', () => {
  const { app, stack } = systemIn('eu-central-1', { expectedLoad: { peakPerSecond: 100 } });
  const assembly = app.synth();

  it('is reported in the cloud assembly', () => {
    expect(reportIn(assembly.directory)).toMatchObject({
      version: 1,
      system: 'Test/Payments',
      region: 'eu-central-1',
      quotas: 'defaults of the region',
      load: { peak_per_second: 100, webhooks_per_day: 1_728_000, body_bytes: 2048 },
      narrowest_hop: 'API stage throttle',
      cost: { per_million: { total_usd: expect.stringMatching(/^\d+\.\d{6}$/) } },
    });
  });

  it('is reported in the metadata too, and in a sentence', () => {
    const metadata = assembly.getStackByName('Test').findMetadataByType(CAPACITY_METADATA);
    expect(metadata.map(({ data }) => data)).toEqual([reportIn(assembly.directory)]);
    Annotations.fromStack(stack).hasInfo('/Test/Payments/Capacity', Match.stringLikeRegexp('Carries 1000 webhooks per second in eu-central-1; the peak is 100'));
  });

  it('is of the system there is: what is paid by the month', () => {
    const { template } = plainSystem();
    const of = (type: string) => Object.values(template.findResources(type));
    const watched = of('AWS::CloudWatch::Alarm').map(({ Properties: { Metrics } }) => (Metrics ? Metrics.filter(({ MetricStat }: any) => MetricStat).length : 1));
    expect(DEFAULT_SYSTEM.counts).toEqual({
      alarms: watched.reduce((sum, metrics) => sum + metrics, 0), dashboards: of('AWS::CloudWatch::Dashboard').length, secrets: of('AWS::SecretsManager::Secret').length,
    });
    expect(reportIn(assembly.directory).cost.per_month.components).toContainEqual(expect.objectContaining({ component: 'Alarms', usd: '1.900000' }));
  });

  it('creates no resource', () => {
    const [loaded, plain] = [synthesize({ expectedLoad: { peakPerSecond: 10 } }), synthesize()].map(({ template }) => template.toJSON());
    expect(loaded).toEqual(plain);
  });
});

describe('a load that cannot', () => {
  it('stops synthesis, and says which hop, which quota and what to do', () => {
    const { app } = systemIn('eu-central-1', { expectedLoad: { peakPerSecond: 1500 }, endpoint: { throttlingRateLimit: 5000 } });
    expect(() => app.synth()).toThrow(
      'WebhookProcessingSystem: expectedLoad.peakPerSecond is 1500: EventBridge PutEvents carries 1200 webhooks per second in eu-central-1 '
      + '(2400 PutEvents requests per second): have the quota raised and set expectedLoad.quotas.putEventsPerSecond',
    );
  });

  it('names every hop that is too narrow', () => {
    const { app } = systemIn('us-east-1', { expectedLoad: { peakPerSecond: 12_000 } });
    const message = ((): string => {
      try {
        app.synth();
        return '';
      } catch (error) {
        return (error as Error).message;
      }
    })();
    for (const hop of ['API stage throttle', 'API Gateway', 'DynamoDB writes', 'EventBridge PutEvents', 'Step Functions']) {
      expect(message).toContain(`is 12000: ${hop} carries`);
    }
  });

  it('passes once the quotas are raised', () => {
    expect(() => report('eu-central-1', {
      endpoint: { throttlingRateLimit: 5000 },
      expectedLoad: { peakPerSecond: 1500, quotas: { putEventsPerSecond: 5000 } },
    })).not.toThrow();
  });
});

describe('the region', () => {
  it.each([undefined, 'xx-nowhere-1'])('%s has the smallest quotas of all, and the report says so', (region) => {
    const { app, stack } = systemIn(region, { expectedLoad: { peakPerSecond: 100 } });
    const { quotas, narrowest_hop, hops } = reportIn(app.synth().directory);
    expect([quotas, narrowest_hop]).toEqual(['smallest of all regions', 'EventBridge PutEvents']);
    expect(hops.find(({ name }: { name: string }) => name === 'EventBridge PutEvents').carries_per_second).toBe(200);
    Annotations.fromStack(stack).hasInfo('/Test/Payments/Capacity', Match.stringLikeRegexp('the region is not known'));
  });

  it('of a stage is that of the stage', () => {
    const app = testApp();
    const stage = new Stage(app, 'Prod', { env: { region: 'us-west-2', account: '111122223333' } });
    new WebhookProcessingSystem(new Stack(stage, 'Test'), 'Payments', { expectedLoad: { peakPerSecond: 10 } });
    const { directory } = app.synth().getNestedAssembly('assembly-Prod');
    const file = readdirSync(directory).find((name) => name.includes('Capacity'))!;
    expect(JSON.parse(readFileSync(join(directory, file), 'utf8')).region).toBe('us-west-2');
  });
});

describe('what is looked at', () => {
  const names = (props: WebhookProcessingSystemProps) => report('us-east-1', { ...props, expectedLoad: { peakPerSecond: 10 } }).hops.map(({ name }: { name: string }) => name);

  it('is the settings of the finished system', () => {
    const { hops, latency } = report('us-east-1', {
      endpoint: { throttlingRateLimit: 77 },
      functions: { validator: { memorySize: 2048, reservedConcurrentExecutions: 30 } },
      fraudDetection: { fuse: { enabled: false } },
      expectedLoad: { peakPerSecond: 10 },
    });
    const hop = (name: string) => hops.find((candidate: { name: string }) => candidate.name === name);
    expect([hop('API stage throttle').quota, hop('Validator').quota, hop('AWS Lambda').quota, hop('Fuse counters')]).toEqual([77, 30, 970, undefined]);
    expect(latency.answer.stretches.at(-1)).toEqual({ name: 'Validator', p50_ms: 14, p99_ms: 56 });
  });

  it('is every subscriber, also one that came later', () => {
    const { app, system } = systemIn('us-east-1', { expectedLoad: { peakPerSecond: 40 } });
    system.alertTopic.addSubscription(new subscriptions.EmailSubscription('late@example.com'));
    expect(reportIn(app.synth().directory).hops.map(({ name }: { name: string }) => name)).toContain('Email');
    expect(names({})).not.toContain('Email');
    expect(names({ alertSubscribers: [AlertSubscriber.sms('+14155550100')] })).toContain('SMS');
  });

  it('is the filter of a subscriber', () => {
    const props = (alertSubscribers: AlertSubscriber[]): WebhookProcessingSystemProps => ({ alertSubscribers, expectedLoad: { peakPerSecond: 200 } });
    expect(() => report('us-east-1', props([AlertSubscriber.email('all@example.com')]))).toThrow('Email carries 47 webhooks per second');
    expect(() => report('us-east-1', props([AlertSubscriber.email('few@example.com', { filter: { riskBands: [RiskBand.HIGH] } })]))).not.toThrow();
  });

  it('is how much the workflow logs', () => {
    const logs = (workflowLogging: WorkflowLogging) => report('us-east-1', { workflowLogging, expectedLoad: { peakPerSecond: 10 } })
      .cost.per_million.components.find(({ component }: { component: string }) => component === 'Logs of the workflow').usd;
    expect([WorkflowLogging.EVERYTHING, WorkflowLogging.EVENTS, WorkflowLogging.ERRORS].map((logging) => Number(logs(logging))))
      .toEqual([expect.any(Number), 4.48, 0]);
  });
});
