import { CfnParameter, Duration, Stack } from 'aws-cdk-lib';
import { AlertSubscriber, FraudModel, FraudRule, HandlerPackaging, HandlerRepository, WebhookProcessingSystemProps, WebhookProvider } from '../../../src';
import { PropsOrFactory, render, synthesize, testApp } from '../../helpers/template';
import { Refusal, refuses, takes } from './refusal';

const text = (scope: Stack, id: string) => new CfnParameter(scope, id).valueAsString;
const texts = (scope: Stack, id: string) => new CfnParameter(scope, id, { type: 'CommaDelimitedList' }).valueAsList;
const number = (scope: Stack, id: string) => new CfnParameter(scope, id, { type: 'Number' }).valueAsNumber;

/** What is known only at deployment cannot be checked now, and must reach the template as a reference. */
const subject = synthesize((scope): WebhookProcessingSystemProps => ({
  providers: [WebhookProvider.payPal({ webhookId: text(scope, 'WebhookId') })],
  environmentSuffix: text(scope, 'Environment'),
  alertSubscribers: [AlertSubscriber.email(text(scope, 'Email')), AlertSubscriber.sms(text(scope, 'Phone'))],
  thresholds: {
    medium: number(scope, 'Medium'), high: number(scope, 'High'), currencies: { JPY: { medium: number(scope, 'MediumYen'), high: 1_000_000 } },
  },
  fraudDetection: {
    rules: [
      FraudRule.highAmount({ limit: number(scope, 'Limit'), currencies: { JPY: number(scope, 'LimitYen') }, weight: 0.5 }),
      FraudRule.roundAmount({ weight: 0.5 }),
    ],
  },
  endpoint: { throttlingRateLimit: number(scope, 'Rate'), throttlingBurstLimit: number(scope, 'Burst'), maxBodyBytes: number(scope, 'Bytes') },
  functions: { relay: { memorySize: number(scope, 'Memory'), reservedConcurrentExecutions: number(scope, 'Reserved') } },
  retention: {
    infrequentAccessAfter: Duration.days(number(scope, 'Warm')), glacierAfter: Duration.days(number(scope, 'Cold')),
    expireAfter: Duration.days(number(scope, 'Days')),
  },
}));
const { system } = subject;
const lifecycle = () => subject.propertiesOf(system.auditBucket).LifecycleConfiguration.Rules[0];

describe('a value known only at deployment reaches the template', () => {
  it.each<[string, () => unknown, unknown]>([
    ['table name', () => render(subject.propertiesOf(system.table).TableName), 'transactions-${Environment}'],
    ['function name', () => render(subject.propertiesOf(system.validator).FunctionName), 'webhook-validator-${Environment}'],
    ['log group name', () => render(subject.propertiesOf(system.accessLogGroup).LogGroupName), '/aws/apigateway/webhook-api-${Environment}'],
    ['subscribers', () => subject.all('AWS::SNS::Subscription').map(({ Properties }) => render(Properties.Endpoint)), ['${Email}', '${Phone}']],
    ['provider option', () => JSON.parse(subject.environmentOf(system.validator).PROVIDERS)[0].options.webhookId, '${WebhookId}'],
    // As text, because amounts are compared exactly.
    ['thresholds', () => JSON.parse(subject.environmentOf(system.validator).TIER_THRESHOLDS), {
      medium: { default: '${Medium}', JPY: '${MediumYen}' }, high: { default: '${High}', JPY: '1000000' },
    }],
    ['limit of a rule', () => JSON.parse(subject.environmentOf(system.fraudDetector).FRAUD_DETECTION).rules[0].limit, {
      default: '${Limit}', JPY: '${LimitYen}',
    }],
    ['body limit', () => subject.environmentOf(system.validator).MAX_BODY_BYTES, '${Bytes}'],
    ['memory', () => subject.propertiesOf(system.relay).MemorySize, { Ref: 'Memory' }],
    ['concurrency', () => subject.propertiesOf(system.relay).ReservedConcurrentExecutions, { Ref: 'Reserved' }],
    ['transitions', () => lifecycle().Transitions.map(({ TransitionInDays }: any) => TransitionInDays), [{ Ref: 'Warm' }, { Ref: 'Cold' }]],
    ['expiry', () => lifecycle().ExpirationInDays, { Ref: 'Days' }],
    ['expiry of old versions', () => lifecycle().NoncurrentVersionExpiration.NoncurrentDays, { Ref: 'Days' }],
  ])('%s', (_, actual, expected) => expect(actual()).toEqual(expected));

  test('throttling', () => {
    expect(subject.all('AWS::ApiGateway::Stage')[0].Properties.MethodSettings).toMatchObject([
      { ThrottlingRateLimit: { Ref: 'Rate' }, ThrottlingBurstLimit: { Ref: 'Burst' } },
    ]);
  });
});

describe('a value is not compared with one known only at deployment', () => takes({
  'medium limit above the default high one': (scope) => ({ thresholds: { medium: 20_000, high: number(scope, 'High') } }),
  'high limit below the default medium one': (scope) => ({ thresholds: { medium: number(scope, 'Medium'), high: 1 } }),
  'limits of a currency': (scope) => ({ thresholds: { high: number(scope, 'High'), currencies: { JPY: { medium: 150_000 } } } }),
  'Standard-IA': (scope) => ({ retention: { infrequentAccessAfter: Duration.days(number(scope, 'Warm')), glacierAfter: Duration.days(31) } }),
  'Glacier': (scope) => ({
    retention: { infrequentAccessAfter: Duration.days(300), glacierAfter: Duration.days(number(scope, 'Cold')), expireAfter: Duration.days(301) },
  }),
  'expiry': (scope) => ({ retention: { glacierAfter: Duration.days(400), expireAfter: Duration.days(number(scope, 'Days')) } }),
}));

const refused = (prop: string, props: PropsOrFactory): Refusal =>
  ({ prop, props, value: '"a token"', fix: 'use a value that is known when the app is synthesized' });

describe('a value that synthesis needs is refused when it is known only at deployment', () => refuses([
  refused('providers.name', (scope) => ({ providers: [WebhookProvider.stripe({ name: text(scope, 'Name') })] })),
  refused('providers.name', (scope) => ({ providers: [WebhookProvider.stripe({ name: `stripe-${text(scope, 'Name')}` })] })),
  refused('archival.segments', (scope) => ({ archival: { segments: number(scope, 'Segments') } })),
  refused('fraudDetection.rules.round_amount.weight', (scope) => ({
    fraudDetection: { rules: [FraudRule.roundAmount({ weight: number(scope, 'Weight') })] },
  })),
  ...['mediumRiskAbove', 'highRiskAbove'].map((band) =>
    refused(`fraudDetection.${band}`, (scope) => ({ fraudDetection: { [band]: number(scope, 'Band') } }))),
  ...['archiveAfter', 'dedupe', 'deadLetters', 'pointInTimeRecovery'].map((prop) =>
    refused(`retention.${prop}`, (scope) => ({ retention: { [prop]: Duration.days(number(scope, 'Days')) } }))),
  ...['customers', 'currencies'].map((list) => refused(`fraudDetection.rules.block_list.${list}`, (scope) => ({
    fraudDetection: { rules: [FraudRule.blockList({ [list]: texts(scope, 'Names') })] },
  }))),
  ...['currencies', 'providers'].map((list) => refused(`alertSubscribers filter ${list}`, (scope) => ({
    alertSubscribers: [AlertSubscriber.email('fraud@example.com', { filter: { [list]: texts(scope, 'Names') } })],
  }))),
  refused('fraudDetection.model endpoint', (scope) => ({ fraudDetection: { model: FraudModel.sageMakerEndpoint(text(scope, 'Endpoint')) } })),
  refused('packaging baseImage', (scope) => ({ packaging: HandlerPackaging.container({ baseImage: text(scope, 'Image') }) })),
  ...['header', 'timestampHeader', 'signedText'].map((option) => refused(`WebhookProvider.hmac ${option}`, (scope) => ({
    providers: [WebhookProvider.hmac({ name: 'acme', header: 'x-signature', [option]: text(scope, 'Scheme') })],
  }))),
  ...['validator', 'relay', 'fraudDetector', 'archiver'].map((name) =>
    refused(`functions.${name}.timeout`, (scope) => ({ functions: { [name]: { timeout: Duration.seconds(number(scope, 'Seconds')) } } }))),
]));

test('so is the number of images a repository keeps', () => {
  const stack = new Stack(testApp(), 'Test');
  expect(() => new HandlerRepository(stack, 'Validator', { maxImages: number(stack, 'Images') }))
    .toThrow('WebhookProcessingSystem: maxImages is "a token": use a value that is known when the app is synthesized');
});

describe('a duration known only at deployment is in days where days are wanted', () => refuses([
  ...['infrequentAccessAfter', 'glacierAfter', 'expireAfter'].map((prop): Refusal => ({
    props: (scope) => ({ retention: { [prop]: Duration.hours(number(scope, 'Age')) } }),
    prop: `retention.${prop}`, value: '"a token in hours"', fix: 'use Duration.days()',
  })),
  {
    props: (scope) => ({ archival: { athena: { resultsExpireAfter: Duration.hours(number(scope, 'Age')) } } }),
    prop: 'archival.athena.resultsExpireAfter', value: '"a token in hours"', fix: 'use Duration.days()',
  },
]));
