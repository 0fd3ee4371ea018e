import { FraudRule, WebhookProvider } from '../../../src';
import { documentedProps } from '../../helpers/documented-props';
import { definitionOf, statesOf } from '../../helpers/state-machine';
import { plainSystem, render, synthesize } from '../../helpers/template';
import { ALARM_DEFAULTS } from './alarms';
import { CAPACITY_DEFAULTS } from './capacity';
import { HMAC_DEFAULTS } from './hmac';
import { OPTION_DEFAULTS } from './options';
import { REPOSITORY_DEFAULTS } from './repositories';
import { SCREENING_DEFAULTS } from './screening';
import { VENDOR_DEFAULTS } from './vendors';

const subject = plainSystem();
const { system } = subject;
const DAY_S = 86_400;

const size = (fn: 'validator' | 'relay' | 'fraudDetector' | 'archiver') => {
  const { MemorySize, Timeout } = subject.propertiesOf(system[fn]);
  return { MemorySize, Timeout };
};
const lifecycle = () => subject.propertiesOf(system.auditBucket).LifecycleConfiguration.Rules[0];
const fraudConfig = () => JSON.parse(subject.environmentOf(system.fraudDetector).FRAUD_DETECTION);
const fraudRules = () => new Map<string, any>(fraudConfig().rules.map((rule: any) => [rule.id, rule]));
const thresholds = () => JSON.parse(subject.environmentOf(system.validator).TIER_THRESHOLDS);
const stageSettings = () => subject.all('AWS::ApiGateway::Stage')[0].Properties.MethodSettings;
const providers = () => JSON.parse(subject.environmentOf(system.validator).PROVIDERS);

/** With SQL over the archive. */
const asked = synthesize({ archival: { athena: {} } });

/** Providers with options of their own. */
const vendors = synthesize({
  providers: [WebhookProvider.payPal({ webhookId: '8PT597110X687430LKGECATA' }), WebhookProvider.square(), WebhookProvider.mollie()],
});
const optionsOf = (name: string) => JSON.parse(vendors.environmentOf(vendors.system.validator).PROVIDERS)
  .find((provider: any) => provider.name === name).options;

/** One assertion for every `@default` in the public interfaces. */
const DEFAULTS: { [prop: string]: () => void } = {
  'WebhookProcessingSystemProps.providers': () => {
    const [secret, ...others] = subject.all('AWS::SecretsManager::Secret');
    expect(others).toEqual([]);
    expect(secret.Properties.GenerateSecretString).toBeDefined();
    expect(providers()).toEqual([{ name: 'standard-webhooks', kind: 'standard-webhooks', secretArn: `\${${secret.logicalId}}`, isDefault: true }]);
  },
  'WebhookProcessingSystemProps.alertSubscribers': () => subject.template.resourceCountIs('AWS::SNS::Subscription', 0),
  'WebhookProcessingSystemProps.thresholds': () => expect(thresholds()).toEqual({ medium: { default: '1000' }, high: { default: '10000' } }),
  'WebhookProcessingSystemProps.fraudDetection': () => {
    expect(fraudRules().size).toBe(FraudRule.defaults().length);
    expect(screenedTiers()).toEqual(['low', 'medium', 'high']);
    expect(JSON.parse(subject.environmentOf(system.archiver).WORKFLOW_TIERS)).toEqual({ screened: ['low', 'medium', 'high'], notified: ['medium', 'high'] });
  },
  'WebhookProcessingSystemProps.retention': () => {
    expect(subject.environmentOf(system.archiver)).toMatchObject({ ARCHIVE_AFTER_HOURS: '24', ARCHIVE_UNFINISHED_AFTER_HOURS: String(15 * 24) });
    expect(lifecycle().ExpirationInDays).toBe(365);
  },
  'WebhookProcessingSystemProps.archival': () => {
    expect(subject.propertiesOf(system.archiveSchedule).ScheduleExpression).toBe('cron(0 2 * * ? *)');
    expect(statesOf(definitionOf(subject, system.archiveWorkflow)).PlanSegments.Parameters.segments).toHaveLength(4);
  },
  'WebhookProcessingSystemProps.functions': () => {
    expect([size('validator'), size('relay'), size('fraudDetector'), size('archiver')]).toEqual([
      { MemorySize: 1024, Timeout: 30 }, { MemorySize: 512, Timeout: 60 }, { MemorySize: 512, Timeout: 60 }, { MemorySize: 512, Timeout: 300 },
    ]);
  },
  'WebhookProcessingSystemProps.packaging': () => {
    for (const { Properties } of subject.all('AWS::Lambda::Function')) expect(Properties.PackageType).toBe('Image');
  },
  'WebhookProcessingSystemProps.endpoint': () => {
    expect(stageSettings()).toMatchObject([{ ThrottlingRateLimit: 1000, ThrottlingBurstLimit: 2000 }]);
    expect(subject.environmentOf(system.validator).MAX_BODY_BYTES).toBe(String(128 * 1024));
  },
  'WebhookProcessingSystemProps.environmentSuffix': () => expect(subject.propertiesOf(system.table).TableName).toBeUndefined(),
  'WebhookProcessingSystemProps.removalPolicy': () => {
    const kept = ['AWS::DynamoDB::Table', 'AWS::S3::Bucket', 'AWS::Logs::LogGroup', 'AWS::SQS::Queue', 'AWS::SecretsManager::Secret'];
    for (const { DeletionPolicy, UpdateReplacePolicy } of kept.flatMap((type) => subject.all(type))) {
      expect([DeletionPolicy, UpdateReplacePolicy]).toEqual(['Retain', 'Retain']);
    }
    subject.template.resourceCountIs('Custom::S3AutoDeleteObjects', 0);
  },
  'WebhookProcessingSystemProps.dashboard': () => expect(subject.resourceOf(system.dashboard!).Type).toBe('AWS::CloudWatch::Dashboard'),
  'WebhookProcessingSystemProps.tracing': () => {
    expect(subject.all('AWS::ApiGateway::Stage').map(({ Properties }) => Properties.TracingEnabled)).toEqual([true]);
    expect(subject.all('AWS::Lambda::Function').map(({ Properties }) => Properties.TracingConfig.Mode)).toEqual(Array(4).fill('Active'));
    expect(subject.all('AWS::StepFunctions::StateMachine').map(({ Properties }) => Properties.TracingConfiguration.Enabled)).toEqual([true, true]);
  },

  'FunctionsProps.validator': () => expect(size('validator')).toEqual({ MemorySize: 1024, Timeout: 30 }),
  'FunctionsProps.relay': () => expect(size('relay')).toEqual({ MemorySize: 512, Timeout: 60 }),
  'FunctionsProps.fraudDetector': () => expect(size('fraudDetector')).toEqual({ MemorySize: 512, Timeout: 60 }),
  'FunctionsProps.archiver': () => expect(size('archiver')).toEqual({ MemorySize: 512, Timeout: 300 }),
  'FunctionOptions.memorySize': () =>
    expect(subject.all('AWS::Lambda::Function').map(({ Properties }) => Properties.MemorySize).sort()).toEqual([1024, 512, 512, 512]),
  'FunctionOptions.timeout': () => {
    const timeouts = subject.all('AWS::Lambda::Function').map(({ Properties }) => Properties.Timeout as number);
    expect(timeouts.sort((a, b) => a - b)).toEqual([30, 60, 60, 300]);
  },
  'FunctionOptions.reservedConcurrentExecutions': () => {
    for (const { Properties } of subject.all('AWS::Lambda::Function')) expect(Properties).not.toHaveProperty('ReservedConcurrentExecutions');
  },

  'RetentionProps.archiveAfter': () => expect(subject.environmentOf(system.archiver).ARCHIVE_AFTER_HOURS).toBe('24'),
  'RetentionProps.dedupe': () => expect(subject.environmentOf(system.archiver).DEDUPE_DAYS).toBe('35'),
  'RetentionProps.pointInTimeRecovery': () => {
    expect(subject.propertiesOf(system.table).PointInTimeRecoverySpecification)
      .toEqual({ PointInTimeRecoveryEnabled: true, RecoveryPeriodInDays: 35 });
  },
  'RetentionProps.infrequentAccessAfter': () => expect(lifecycle().Transitions).toContainEqual({ StorageClass: 'STANDARD_IA', TransitionInDays: 30 }),
  'RetentionProps.glacierAfter': () => expect(lifecycle().Transitions).toContainEqual({ StorageClass: 'GLACIER', TransitionInDays: 90 }),
  'RetentionProps.expireAfter': () =>
    expect(lifecycle()).toMatchObject({ ExpirationInDays: 365, NoncurrentVersionExpiration: { NoncurrentDays: 365 } }),
  'RetentionProps.deadLetters': () => {
    expect(subject.all('AWS::SQS::Queue').map(({ Properties }) => Properties.MessageRetentionPeriod)).toEqual(Array(3).fill(14 * DAY_S));
  },
  'RetentionProps.events': () => expect(subject.all('AWS::Events::Archive').map(({ Properties }) => Properties.RetentionDays)).toEqual([30]),
  'RetentionProps.logs': () => {
    const groups = subject.all('AWS::Logs::LogGroup');
    expect(groups.map(({ Properties }) => Properties.RetentionInDays)).toEqual(Array(groups.length).fill(30));
  },

  'ArchivalProps.schedule': () => expect(subject.propertiesOf(system.archiveSchedule).ScheduleExpression).toBe('cron(0 2 * * ? *)'),
  'ArchivalProps.segments': () =>
    expect(statesOf(definitionOf(subject, system.archiveWorkflow)).PlanSegments.Parameters.segments).toEqual([0, 1, 2, 3]),
  'ArchivalProps.athena': () => subject.template.resourceCountIs('AWS::Athena::WorkGroup', 0),
  'ArchiveQueryProps.scanLimit': () =>
    asked.template.hasResourceProperties('AWS::Athena::WorkGroup', { WorkGroupConfiguration: { BytesScannedCutoffPerQuery: 10 * 1024 ** 3 } }),
  'ArchiveQueryProps.resultsExpireAfter': () =>
    expect(asked.propertiesOf(asked.system.archiveQueries!.resultsBucket).LifecycleConfiguration.Rules[0].ExpirationInDays).toBe(7),

  'ArchivalProps.objectLock': () => expect(subject.propertiesOf(system.auditBucket)).not.toHaveProperty('ObjectLockEnabled'),

  'EndpointProps.throttlingRateLimit': () =>
    expect(stageSettings()).toMatchObject([{ ResourcePath: '/*', HttpMethod: '*', ThrottlingRateLimit: 1000 }]),
  'EndpointProps.throttlingBurstLimit': () =>
    expect(stageSettings()).toMatchObject([{ ResourcePath: '/*', HttpMethod: '*', ThrottlingBurstLimit: 2000 }]),
  'EndpointProps.maxBodyBytes': () => expect(subject.environmentOf(system.validator).MAX_BODY_BYTES).toBe('131072'),
  'EndpointProps.cloudWatchRole': () => subject.template.resourceCountIs('AWS::ApiGateway::Account', 1),

  'AmountThresholds.medium': () => expect(thresholds().medium).toEqual({ default: '1000' }),
  'AmountThresholds.high': () => expect(thresholds().high).toEqual({ default: '10000' }),
  'ThresholdProps.currencies': () => expect(Object.keys(thresholds().medium)).toEqual(['default']),

  'FraudDetectionProps.rules': () => {
    expect([...fraudRules().keys()]).toEqual([
      'high_amount', 'very_high_amount', 'round_amount', 'country_mismatch', 'unknown_customer', 'just_below_limit',
      'velocity_count', 'velocity_sum', 'structuring', 'unusual_currency', 'unusual_country',
    ]);
  },
  'FraudDetectionProps.mediumRiskAbove': () => expect(fraudConfig().mediumRiskAbove).toBe(400),
  'FraudDetectionProps.highRiskAbove': () => expect(fraudConfig().highRiskAbove).toBe(700),
  'FraudDetectionProps.screenedTiers': () => expect(screenedTiers()).toEqual(['low', 'medium', 'high']),
  'FraudRuleOptions.weight': () => {
    expect(Object.fromEntries([...fraudRules()].map(([id, { weight }]) => [id, weight]))).toEqual({
      high_amount: 300, very_high_amount: 250, round_amount: 150, country_mismatch: 300, unknown_customer: 200, just_below_limit: 200,
      velocity_count: 300, velocity_sum: 300, structuring: 350, unusual_currency: 150, unusual_country: 200,
    });
  },
  'AmountRuleOptions.limit': () => {
    expect(Object.fromEntries([...fraudRules()].map(([id, { limit }]) => [id, limit?.default]))).toEqual({
      high_amount: '5000', very_high_amount: '20000', round_amount: undefined, country_mismatch: undefined, unknown_customer: '1000',
      just_below_limit: '10000', velocity_count: undefined, velocity_sum: '50000', structuring: '10000', unusual_currency: undefined,
      unusual_country: undefined,
    });
  },
  'AmountRuleOptions.currencies': () => {
    for (const { limit } of fraudRules().values()) expect(Object.keys(limit ?? { default: '' })).toEqual(['default']);
  },

  'WebhookEndpointOptions.name': () => {
    expect([WebhookProvider.stripe().name, WebhookProvider.standardWebhooks().name]).toEqual(['stripe', 'standard-webhooks']);
  },
  'WebhookProviderOptions.secret': () => {
    expect(subject.all('AWS::SecretsManager::Secret').map(({ Properties }) => Properties.GenerateSecretString)).toEqual([
      { PasswordLength: 44, ExcludePunctuation: true },
    ]);
  },
  'PayPalOptions.trustedRoots': () => expect(optionsOf('paypal')).not.toHaveProperty('trustedRoots'),
  'PayPalOptions.sandbox': () => expect(optionsOf('paypal')).toEqual({ webhookId: '8PT597110X687430LKGECATA', sandbox: false }),
  // Square signs its own idea of the URL, so it must be the endpoint's to the byte.
  'SquareOptions.notificationUrl': () => {
    expect(optionsOf('square').notificationUrl)
      .toBe(render(vendors.stack.resolve(vendors.system.webhookUrl('square'))).replace(/\$\{\w+prod\w+\}/, 'prod'));
  },
  'MollieOptions.classic': () => expect(optionsOf('mollie')).toEqual({ classic: false }),
  ...ALARM_DEFAULTS,
  ...SCREENING_DEFAULTS,
  ...REPOSITORY_DEFAULTS,
  ...HMAC_DEFAULTS,
  ...VENDOR_DEFAULTS,
  ...OPTION_DEFAULTS,
  ...CAPACITY_DEFAULTS,
  'ContainerPackagingOptions.baseImage': () => {
    const images = Object.values(subject.assetManifest.dockerImages);
    expect(images).toHaveLength(4);
    for (const { source } of images) expect(source).not.toHaveProperty('dockerBuildArgs');
  },
};

/** Tiers whose rule starts the workflow with `screen: true`. */
function screenedTiers(): string[] {
  const rules = { low: system.lowValueRule, medium: system.mediumValueRule, high: system.highValueRule };
  return Object.entries(rules)
    .filter(([, rule]) => subject.propertiesOf(rule).Targets
      .some(({ InputTransformer }: any) => InputTransformer?.InputTemplate.includes('"screen":true')))
    .map(([tier]) => tier);
}

describe('documented defaults', () => {
  it.each(Object.entries(DEFAULTS))('%s', (_, assert) => assert());
});

test('every optional prop documents its default, and is tested here', () => {
  const props = documentedProps();
  expect(props.filter((prop) => prop.default === undefined)).toEqual([]);
  expect(props.map(({ name }) => name).sort()).toEqual(Object.keys(DEFAULTS).sort());
});

test('a generated secret decodes to a key of the size that the scheme wants, 24 to 64 bytes', () => {
  const [{ Properties }] = subject.all('AWS::SecretsManager::Secret');
  const { PasswordLength } = Properties.GenerateSecretString;
  const bytes = Buffer.from('a'.repeat(PasswordLength), 'base64').length;
  expect(PasswordLength % 4).toBe(0);
  expect(bytes).toBeGreaterThanOrEqual(24);
  expect(bytes).toBeLessThanOrEqual(64);
});
