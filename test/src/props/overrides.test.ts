import { aws_events as events, aws_logs as logs, aws_s3 as s3, aws_secretsmanager as secretsmanager, Duration, RemovalPolicy, Size } from 'aws-cdk-lib';
import { AlertSubscriber, FraudRule, HandlerPackaging, TransactionTier, WebhookProvider } from '../../../src';
import { documentedProps } from '../../helpers/documented-props';
import { definitionOf, statesOf } from '../../helpers/state-machine';
import { synthesize } from '../../helpers/template';
import { ALARM_OVERRIDES } from './alarms';
import { CAPACITY_OVERRIDES } from './capacity';
import { HMAC_OVERRIDES } from './hmac';
import { OPTION_OVERRIDES } from './options';
import { REPOSITORY_OVERRIDES } from './repositories';
import { SCREENING_OVERRIDES } from './screening';
import { VENDOR_OVERRIDES } from './vendors';

const ROOT = '-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n';
const SECRET_ARN = 'arn:aws:secretsmanager:eu-west-1:111122223333:secret:stripe-AbCdEf';

/** Everything that has a default, set to something else. */
const subject = synthesize((scope) => ({
  providers: [
    WebhookProvider.stripe({ name: 'stripe-eu', secret: secretsmanager.Secret.fromSecretCompleteArn(scope, 'Imported', SECRET_ARN) }),
    WebhookProvider.standardWebhooks(),
    WebhookProvider.payPal({ webhookId: '8PT597110X687430LKGECATA', sandbox: true, trustedRoots: [ROOT] }),
    WebhookProvider.square({ notificationUrl: 'https://hooks.example.com/webhook/square' }),
    WebhookProvider.mollie({ classic: true }),
  ],
  alertSubscribers: [AlertSubscriber.email('payments@example.com'), AlertSubscriber.sms('+14155550100')],
  thresholds: { medium: 50, high: 500.25, currencies: { JPY: { medium: 7500, high: 75_000 }, EUR: { high: 450 } } },
  fraudDetection: {
    rules: [FraudRule.highAmount({ limit: 99.5, currencies: { JPY: 15_000 }, weight: 0.4 }), FraudRule.countryMismatch({ weight: 0.5 })],
    mediumRiskAbove: 0.25,
    highRiskAbove: 0.55,
    screenedTiers: [TransactionTier.HIGH, TransactionTier.MEDIUM],
  },
  retention: {
    archiveAfter: Duration.hours(6),
    dedupe: Duration.days(60),
    pointInTimeRecovery: Duration.days(7),
    infrequentAccessAfter: Duration.days(45),
    glacierAfter: Duration.days(120),
    expireAfter: Duration.days(2555),
    deadLetters: Duration.days(4),
    events: Duration.days(90),
    logs: logs.RetentionDays.ONE_YEAR,
  },
  archival: {
    schedule: events.Schedule.rate(Duration.hours(6)), segments: 2, athena: { scanLimit: Size.gibibytes(1), resultsExpireAfter: Duration.days(2) },
  },
  functions: {
    validator: { memorySize: 1769, timeout: Duration.seconds(20), reservedConcurrentExecutions: 50 },
    relay: { memorySize: 256, timeout: Duration.seconds(45) },
    fraudDetector: { memorySize: 384, timeout: Duration.seconds(10) },
    archiver: { memorySize: 2048, timeout: Duration.minutes(15) },
  },
  packaging: HandlerPackaging.zip(),
  endpoint: { throttlingRateLimit: 20, throttlingBurstLimit: 40, maxBodyBytes: 65_536, cloudWatchRole: false },
  environmentSuffix: 'dev',
  removalPolicy: RemovalPolicy.DESTROY,
  dashboard: false,
  tracing: false,
}));
const { system } = subject;
const custom = 'Custom::S3AutoDeleteObjects';

/** The CDK adds a function of its own that empties the bucket. */
const handlers = () => [system.validator, system.relay, system.fraudDetector, system.archiver].map((fn) => subject.propertiesOf(fn));
const lifecycle = () => subject.propertiesOf(system.auditBucket).LifecycleConfiguration.Rules[0];
const fraudConfig = () => JSON.parse(subject.environmentOf(system.fraudDetector).FRAUD_DETECTION);
const thresholds = () => JSON.parse(subject.environmentOf(system.validator).TIER_THRESHOLDS);
const providers = () => JSON.parse(subject.environmentOf(system.validator).PROVIDERS);
const stageSettings = () => subject.all('AWS::ApiGateway::Stage')[0].Properties.MethodSettings;
const archivePlan = () => statesOf(definitionOf(subject, system.archiveWorkflow)).PlanSegments.Parameters;
const workflowTargets = (tier: 'low' | 'medium' | 'high') => (subject.propertiesOf(system[`${tier}ValueRule`]).Targets ?? [])
  .filter(({ Arn }: any) => Arn.Ref === subject.idOf(system.workflow));

const OVERRIDES: { [prop: string]: () => void } = {
  'WebhookProcessingSystemProps.providers': () => {
    expect(providers().map(({ name, kind, isDefault }: any) => ({ name, kind, isDefault }))).toEqual([
      { name: 'stripe-eu', kind: 'stripe', isDefault: true },
      ...['standard-webhooks', 'paypal', 'square', 'mollie'].map((name) => ({ name, kind: name, isDefault: undefined })),
    ]);
  },
  'WebhookProcessingSystemProps.alertSubscribers': () => {
    const subscriptions = subject.all('AWS::SNS::Subscription').map(({ Properties }) => Properties);
    expect(subscriptions).toEqual([
      { Protocol: 'email', Endpoint: 'payments@example.com', TopicArn: { Ref: subject.idOf(system.alertTopic) } },
      { Protocol: 'sms', Endpoint: '+14155550100', TopicArn: { Ref: subject.idOf(system.alertTopic) } },
    ]);
  },
  'WebhookProcessingSystemProps.thresholds': () => expect(thresholds()).toMatchObject({ medium: { default: '50' }, high: { default: '500.25' } }),
  'WebhookProcessingSystemProps.fraudDetection': () => expect(fraudConfig()).toMatchObject({ mediumRiskAbove: 250, highRiskAbove: 550 }),
  'WebhookProcessingSystemProps.retention': () =>
    expect(subject.environmentOf(system.archiver)).toMatchObject({ ARCHIVE_AFTER_HOURS: '6', ARCHIVE_UNFINISHED_AFTER_HOURS: String(6 + 4 * 24), DEDUPE_DAYS: '60' }),
  'WebhookProcessingSystemProps.archival': () => expect(subject.propertiesOf(system.archiveSchedule).ScheduleExpression).toBe('rate(6 hours)'),
  'WebhookProcessingSystemProps.functions': () => {
    expect(handlers().map(({ MemorySize, Timeout }) => [MemorySize, Timeout])).toEqual([[1769, 20], [256, 45], [384, 10], [2048, 900]]);
  },
  'WebhookProcessingSystemProps.packaging': () => {
    for (const { PackageType, Runtime, Handler, Architectures } of handlers()) {
      expect([PackageType, Runtime, Handler, Architectures]).toEqual([undefined, 'nodejs24.x', 'index.handler', ['arm64']]);
    }
  },
  'WebhookProcessingSystemProps.endpoint': () => expect(stageSettings()).toMatchObject([{ ThrottlingRateLimit: 20, ThrottlingBurstLimit: 40 }]),
  'WebhookProcessingSystemProps.environmentSuffix': () => expect(subject.propertiesOf(system.table).TableName).toBe('transactions-dev'),
  'WebhookProcessingSystemProps.removalPolicy': () => {
    const gone = ['AWS::DynamoDB::Table', 'AWS::S3::Bucket', 'AWS::Logs::LogGroup', 'AWS::SQS::Queue', 'AWS::SecretsManager::Secret'];
    for (const { DeletionPolicy, UpdateReplacePolicy } of gone.flatMap((type) => subject.all(type))) {
      expect([DeletionPolicy, UpdateReplacePolicy]).toEqual(['Delete', 'Delete']);
    }
    expect(subject.all(custom).map(({ Properties }) => Properties.BucketName)).toEqual(
      [system.auditBucket, system.archiveQueries!.resultsBucket].map((bucket) => ({ Ref: subject.idOf(bucket) })),
    );
  },
  'WebhookProcessingSystemProps.dashboard': () => {
    expect(system.dashboard).toBeUndefined();
    subject.template.resourceCountIs('AWS::CloudWatch::Dashboard', 0);
    expect(subject.template.findOutputs('*Dashboard*')).toEqual({});
  },
  'WebhookProcessingSystemProps.tracing': () => {
    expect(subject.all('AWS::ApiGateway::Stage')[0].Properties.TracingEnabled).not.toBe(true);
    for (const { TracingConfig } of handlers()) expect(TracingConfig?.Mode).not.toBe('Active');
    for (const { Properties } of subject.all('AWS::StepFunctions::StateMachine')) expect(Properties.TracingConfiguration?.Enabled).not.toBe(true);
    expect(JSON.stringify(subject.resources).includes('xray:')).toBe(false);
  },

  'FunctionsProps.validator': () => expect(handlers()[0]).toMatchObject({ MemorySize: 1769, Timeout: 20 }),
  'FunctionsProps.relay': () => expect(handlers()[1]).toMatchObject({ MemorySize: 256, Timeout: 45 }),
  'FunctionsProps.fraudDetector': () => {
    expect(handlers()[2]).toMatchObject({ MemorySize: 384, Timeout: 10 });
    // The workflow waits no longer than the function may take.
    expect(statesOf(definitionOf(subject, system.workflow)).FraudDetection.TimeoutSeconds).toBe(10);
  },
  'FunctionsProps.archiver': () => expect(handlers()[3]).toMatchObject({ MemorySize: 2048, Timeout: 900 }),
  'FunctionOptions.memorySize': () => expect(handlers().map(({ MemorySize }) => MemorySize)).toEqual([1769, 256, 384, 2048]),
  'FunctionOptions.timeout': () => expect(handlers().map(({ Timeout }) => Timeout)).toEqual([20, 45, 10, 900]),
  'FunctionOptions.reservedConcurrentExecutions': () => {
    expect(handlers().map(({ ReservedConcurrentExecutions }) => ReservedConcurrentExecutions)).toEqual([50, undefined, undefined, undefined]);
  },

  'RetentionProps.archiveAfter': () => expect(subject.environmentOf(system.archiver).ARCHIVE_AFTER_HOURS).toBe('6'),
  'RetentionProps.dedupe': () => expect(subject.environmentOf(system.archiver).DEDUPE_DAYS).toBe('60'),
  'RetentionProps.pointInTimeRecovery': () =>
    expect(subject.propertiesOf(system.table).PointInTimeRecoverySpecification.RecoveryPeriodInDays).toBe(7),
  'RetentionProps.infrequentAccessAfter': () => expect(lifecycle().Transitions).toContainEqual({ StorageClass: 'STANDARD_IA', TransitionInDays: 45 }),
  'RetentionProps.glacierAfter': () => expect(lifecycle().Transitions).toContainEqual({ StorageClass: 'GLACIER', TransitionInDays: 120 }),
  'RetentionProps.expireAfter': () =>
    expect(lifecycle()).toMatchObject({ ExpirationInDays: 2555, NoncurrentVersionExpiration: { NoncurrentDays: 2555 } }),
  'RetentionProps.deadLetters': () => {
    expect(subject.all('AWS::SQS::Queue').map(({ Properties }) => Properties.MessageRetentionPeriod)).toEqual(Array(3).fill(345_600));
  },
  'RetentionProps.events': () => expect(subject.all('AWS::Events::Archive').map(({ Properties }) => Properties.RetentionDays)).toEqual([90]),
  'RetentionProps.logs': () => {
    const groups = subject.all('AWS::Logs::LogGroup');
    expect(groups.map(({ Properties }) => Properties.RetentionInDays)).toEqual(Array(groups.length).fill(365));
  },

  'ArchivalProps.schedule': () => expect(subject.propertiesOf(system.archiveSchedule).ScheduleExpression).toBe('rate(6 hours)'),
  'ArchivalProps.segments': () => {
    const { ArchiveSegments } = statesOf(definitionOf(subject, system.archiveWorkflow));
    expect(archivePlan().segments).toEqual([0, 1]);
    expect(ArchiveSegments.ItemSelector.total_segments).toBe(2);
  },

  'ArchivalProps.athena': () => subject.template.resourceCountIs('AWS::Athena::WorkGroup', 1),
  'ArchiveQueryProps.scanLimit': () =>
    subject.template.hasResourceProperties('AWS::Athena::WorkGroup', { WorkGroupConfiguration: { BytesScannedCutoffPerQuery: 1024 ** 3 } }),
  'ArchiveQueryProps.resultsExpireAfter': () =>
    expect(subject.propertiesOf(system.archiveQueries!.resultsBucket).LifecycleConfiguration.Rules[0].ExpirationInDays).toBe(2),
  'ArchivalProps.objectLock': () => {
    const locked = synthesize({ archival: { objectLock: s3.ObjectLockRetention.governance(Duration.days(30)) } });
    expect(locked.propertiesOf(locked.system.auditBucket)).toMatchObject({ ObjectLockEnabled: true });
  },

  'EndpointProps.throttlingRateLimit': () => expect(stageSettings()).toMatchObject([{ ThrottlingRateLimit: 20 }]),
  'EndpointProps.throttlingBurstLimit': () => expect(stageSettings()).toMatchObject([{ ThrottlingBurstLimit: 40 }]),
  'EndpointProps.maxBodyBytes': () => expect(subject.environmentOf(system.validator).MAX_BODY_BYTES).toBe('65536'),
  'EndpointProps.cloudWatchRole': () => subject.template.resourceCountIs('AWS::ApiGateway::Account', 0),

  'AmountThresholds.medium': () => expect(thresholds().medium).toMatchObject({ default: '50', JPY: '7500' }),
  'AmountThresholds.high': () => expect(thresholds().high).toMatchObject({ default: '500.25', JPY: '75000' }),
  // What a currency leaves out it takes from the limits of all.
  'ThresholdProps.currencies': () => expect(thresholds()).toEqual({
    medium: { default: '50', JPY: '7500', EUR: '50' }, high: { default: '500.25', JPY: '75000', EUR: '450' },
  }),

  'FraudDetectionProps.rules': () => expect(fraudConfig().rules.map(({ id }: any) => id)).toEqual(['high_amount', 'country_mismatch']),
  'FraudDetectionProps.mediumRiskAbove': () => expect(fraudConfig().mediumRiskAbove).toBe(250),
  'FraudDetectionProps.highRiskAbove': () => expect(fraudConfig().highRiskAbove).toBe(550),
  'FraudDetectionProps.screenedTiers': () => {
    expect(workflowTargets('low')).toEqual([]);
    for (const tier of ['medium', 'high'] as const) expect(workflowTargets(tier)[0].InputTransformer.InputTemplate).toContain('"screen":true');
  },
  'FraudRuleOptions.weight': () => expect(fraudConfig().rules.map(({ weight }: any) => weight)).toEqual([400, 500]),
  'AmountRuleOptions.limit': () => expect(fraudConfig().rules[0].limit.default).toBe('99.5'),
  'AmountRuleOptions.currencies': () => expect(fraudConfig().rules[0].limit.JPY).toBe('15000'),

  'WebhookEndpointOptions.name': () => expect(providers()[0].name).toBe('stripe-eu'),
  'WebhookProviderOptions.secret': () => {
    expect(providers()[0].secretArn).toBe(SECRET_ARN);
    const generated = subject.all('AWS::SecretsManager::Secret').map(({ Properties }) => Properties.Description);
    expect(generated.filter((description) => description.includes('stripe'))).toEqual([]);
  },
  'PayPalOptions.trustedRoots': () => expect(providers()[2].options.trustedRoots).toEqual([ROOT]),
  'PayPalOptions.sandbox': () => expect(providers()[2].options.sandbox).toBe(true),
  'SquareOptions.notificationUrl': () => expect(providers()[3].options).toEqual({ notificationUrl: 'https://hooks.example.com/webhook/square' }),
  'MollieOptions.classic': () => expect(providers()[4].options).toEqual({ classic: true }),
  ...ALARM_OVERRIDES,
  ...SCREENING_OVERRIDES,
  ...REPOSITORY_OVERRIDES,
  ...HMAC_OVERRIDES,
  ...VENDOR_OVERRIDES,
  ...OPTION_OVERRIDES,
  ...CAPACITY_OVERRIDES,
  'ContainerPackagingOptions.baseImage': () => {
    const baseImage = 'registry.example.com/lambda/nodejs:24';
    const { dockerImages } = synthesize({ packaging: HandlerPackaging.container({ baseImage }) }).assetManifest;
    expect(Object.values(dockerImages).map(({ source }) => source.dockerBuildArgs)).toEqual(Array(4).fill({ BASE_IMAGE: baseImage }));
  },
};

describe('overrides', () => {
  it.each(Object.entries(OVERRIDES))('%s', (_, assert) => assert());
});

test('every optional prop is overridden here', () => {
  expect(documentedProps().map(({ name }) => name).sort()).toEqual(Object.keys(OVERRIDES).sort());
});

test('a tier that is neither screened nor notified starts no workflow, but medium and high value always notify', () => {
  const unscreened = synthesize({ fraudDetection: { screenedTiers: [] } });
  const rules = ['low', 'medium', 'high'].map((tier) => unscreened.propertiesOf((unscreened.system as any)[`${tier}ValueRule`]));
  const templates = rules.map(({ Targets = [] }) => Targets.filter(({ Arn }: any) => Arn.Ref === unscreened.idOf(unscreened.system.workflow))
    .map(({ InputTransformer }: any) => InputTransformer.InputTemplate));
  expect(templates).toEqual([[], ...Array(2).fill([expect.stringContaining('"screen":false,"notify":true')])]);
});
