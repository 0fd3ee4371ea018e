import { aws_events as events, Stack } from 'aws-cdk-lib';
import { WebhookProcessingSystem, WebhookProvider } from '../../src';
import { METRICS_NAMESPACE, RISK_BANDS } from '../../src/contract';
import { referencesIn, render, synthesize, SynthesizedSystem, testApp } from '../helpers/template';

interface GraphedMetric {
  readonly title: string;
  readonly namespace: string;
  readonly name: string;
  readonly dimensions: { readonly [name: string]: string };
  readonly options: { readonly [name: string]: any };
}

interface Widget {
  readonly type: string;
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  readonly properties: { readonly title: string; readonly region: string; readonly metrics: any[][] };
}

function widgetsOf(synthesized: SynthesizedSystem): Widget[] {
  return JSON.parse(render(synthesized.propertiesOf(synthesized.system.dashboard!).DashboardBody)).widgets;
}

function metricsOf(synthesized: SynthesizedSystem): GraphedMetric[] {
  return widgetsOf(synthesized).flatMap(({ properties: { title, metrics } }) => metrics.map((metric): GraphedMetric => {
    const options = typeof metric.at(-1) === 'object' ? metric.at(-1) : {};
    const [namespace, name, ...pairs] = metric.filter((part) => typeof part === 'string');
    const dimensions = Object.fromEntries(Array.from({ length: pairs.length / 2 }, (_, index) => [pairs[2 * index], pairs[2 * index + 1]]));
    return { title, namespace, name, dimensions, options };
  }));
}

const subject = synthesize({ providers: [WebhookProvider.stripe(), WebhookProvider.standardWebhooks({ name: 'partner' })] });
const { system } = subject;
const metrics = metricsOf(subject);
const labelled = metrics.map((metric) => [`${metric.title}: ${metric.options.label ?? metric.name}`, metric] as const);

/** Dimensions under which each service publishes, and the type of resource that each names. */
const DIMENSIONS: { [namespace: string]: { [dimension: string]: string } } = {
  'AWS/ApiGateway': { ApiName: 'AWS::ApiGateway::RestApi', Stage: 'AWS::ApiGateway::Stage' },
  'AWS/DynamoDB': { TableName: 'AWS::DynamoDB::Table' },
  'AWS/Events': { EventBusName: 'AWS::Events::EventBus', RuleName: 'AWS::Events::Rule' },
  'AWS/Lambda': { FunctionName: 'AWS::Lambda::Function' },
  'AWS/SNS': { TopicName: 'AWS::SNS::Topic' },
  'AWS/SQS': { QueueName: 'AWS::SQS::Queue' },
  'AWS/States': { StateMachineArn: 'AWS::StepFunctions::StateMachine' },
};

describe('metrics of AWS services', () => {
  it.each(labelled.filter(([, { namespace }]) => namespace !== METRICS_NAMESPACE))('%s is bound to a resource of the template', (_, metric) => {
    const expected = DIMENSIONS[metric.namespace];
    expect(Object.keys(metric.dimensions).sort()).toEqual(Object.keys(expected).sort());
    for (const [dimension, value] of Object.entries(metric.dimensions)) {
      const [logicalId] = referencesIn(value);
      const resource = logicalId ? subject.resources[logicalId] : subject.all(expected[dimension])
        .find(({ Properties }) => Properties.Name === value);
      expect(resource?.Type).toBe(expected[dimension]);
    }
  });

  it('name a rule without its bus, the third part of its ARN', () => {
    for (const { dimensions } of metrics.filter(({ namespace }) => namespace === 'AWS/Events')) {
      expect(dimensions.RuleName).toMatch(/^\$\{\w+\.Arn\[2\]\}$/);
    }
  });

  it('name a rule of the default bus alone, the second part of its ARN: CloudWatch knows it by nothing else', () => {
    const rules = metricsOf(synthesize((scope) => ({ bus: events.EventBus.fromEventBusName(scope, 'Bus', 'default') })))
      .filter(({ namespace }) => namespace === 'AWS/Events');
    expect(rules).toHaveLength(6);
    for (const { dimensions } of rules) expect(dimensions).toEqual({ RuleName: expect.stringMatching(/^\$\{\w+\.Arn\[1\]\}$/) });
  });

  it('name a topic and a queue by name, not by ARN or URL', () => {
    expect(metrics.filter(({ namespace }) => namespace === 'AWS/SNS').map(({ dimensions }) => dimensions.TopicName))
      .toEqual(expect.arrayContaining([`\${${subject.idOf(system.alertTopic)}.TopicName}`]));
    for (const { dimensions } of metrics.filter(({ namespace }) => namespace === 'AWS/SQS')) expect(dimensions.QueueName).toMatch(/\.QueueName\}$/);
  });
});

describe('metrics of the handlers', () => {
  const own = metrics.filter(({ namespace }) => namespace === METRICS_NAMESPACE);
  const { SYSTEM_NAME } = subject.environmentOf(system.validator);

  it('carry the system that the handlers put on what they emit', () => {
    expect(own).not.toEqual([]);
    for (const { dimensions } of own) expect(dimensions.System).toBe(SYSTEM_NAME);
  });

  it('have exactly the dimensions that the handlers emit them with', () => {
    const shapes = new Map(own.map(({ name, dimensions }) => [name, Object.keys(dimensions).sort().join()]));
    expect(Object.fromEntries(shapes)).toEqual({
      WebhooksAccepted: 'Provider,System',
      WebhooksDuplicate: 'Provider,System',
      StoreToPublishLatency: 'System',
      StoreToVerdictLatency: 'System',
      TransactionsScreened: 'RiskBand,System',
      RowsArchived: 'System',
    });
  });

  it('cover every provider and every risk band', () => {
    expect(new Set(own.flatMap(({ dimensions }) => dimensions.Provider ?? []))).toEqual(new Set(['stripe', 'partner']));
    expect(own.filter(({ name }) => name === 'TransactionsScreened').map(({ dimensions }) => dimensions.RiskBand)).toEqual([...RISK_BANDS]);
  });
});

describe('dashboard', () => {
  const shown = (namespace: string, dimension: string, name: string) => new Set(metrics
    .filter((metric) => metric.namespace === namespace && metric.name === name).flatMap(({ dimensions }) => referencesIn(dimensions[dimension])));
  const ids = (type: string) => new Set(subject.all(type).map(({ logicalId }) => logicalId));

  it.each(['Invocations', 'Duration', 'Errors'])('shows %s of every function', (name) => {
    expect(shown('AWS/Lambda', 'FunctionName', name)).toEqual(ids('AWS::Lambda::Function'));
  });

  it('shows every dead-letter queue, both workflows and all tier rules', () => {
    expect(shown('AWS/SQS', 'QueueName', 'ApproximateNumberOfMessagesVisible')).toEqual(ids('AWS::SQS::Queue'));
    expect(shown('AWS/States', 'StateMachineArn', 'ExecutionsFailed')).toEqual(ids('AWS::StepFunctions::StateMachine'));
    expect(shown('AWS/Events', 'RuleName', 'FailedInvocations'))
      .toEqual(new Set([system.lowValueRule, system.mediumValueRule, system.highValueRule].map((rule) => subject.idOf(rule))));
  });

  it.each([
    ['AWS/DynamoDB', 'ConsumedReadCapacityUnits'], ['AWS/DynamoDB', 'ConsumedWriteCapacityUnits'], ['AWS/ApiGateway', 'Count'],
    ['AWS/ApiGateway', '5XXError'],
    ['AWS/SNS', 'NumberOfMessagesPublished'], ['AWS/Lambda', 'IteratorAge'],
  ])('shows %s %s', (namespace, name) => {
    expect(metrics.filter((metric) => metric.namespace === namespace && metric.name === name)).toHaveLength(1);
  });

  it('counts sums and averages durations', () => {
    for (const { name, options } of metrics.filter(({ namespace }) => namespace.startsWith('AWS/'))) {
      const gauge = { Duration: 'Average', IteratorAge: 'Maximum', ApproximateNumberOfMessagesVisible: 'Maximum' }[name];
      expect(options.stat ?? 'Average').toBe(gauge ?? 'Sum');
    }
  });

  it('is two graphs wide, each titled once, none over another', () => {
    const widgets = widgetsOf(subject);
    const titles = widgets.map(({ properties }) => properties.title);
    expect(new Set(titles).size).toBe(titles.length);
    expect(new Set(widgets.map(({ x, y }) => `${x},${y}`)).size).toBe(widgets.length);
    for (const { x, width, properties } of widgets) {
      expect([0, 12]).toContain(x);
      expect(width).toBe(12);
      expect(properties.region).toBe('${AWS::Region}');
      expect(properties.metrics).not.toEqual([]);
    }
  });

  it('stays within the 500 metrics that one dashboard may hold, with many providers too', () => {
    const stack = new Stack(testApp(), 'Test');
    const providers = Array.from({ length: 20 }, (_, index) => WebhookProvider.stripe({ name: `merchant-${index}` }));
    const many = new WebhookProcessingSystem(stack, 'Payments', { providers });
    const body = JSON.stringify(stack.resolve((many.dashboard!.node.defaultChild as any).dashboardBody));
    expect(body.match(/WebhooksAccepted/g)).toHaveLength(20);
    expect(body.match(/\\"System\\"/g)!.length).toBeLessThan(500);
  });
});
