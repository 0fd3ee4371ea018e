import { aws_cloudwatch as cloudwatch, aws_iam as iam, aws_kms as kms, Duration } from 'aws-cdk-lib';
import { RiskBand, TransactionEvent, TransactionTier, WebAcl, WebhookProvider } from '../../src';
import { permissionsOf } from '../helpers/iam';
import { plainSystem, PropsOrFactory, SynthesizedSystem, synthesize } from '../helpers/template';

test('every log group and every secret can be reached', () => {
  const subject = synthesize({ endpoint: { webAcl: WebAcl.managedRules() } });
  const { system } = subject;
  const reachable = [
    system.accessLogGroup, system.batchLogGroup, system.workflowLogGroup, system.archiveWorkflowLogGroup, system.webAclLogGroup!,
    ...[system.validator, system.relay, system.fraudDetector, system.archiver].map(({ logGroup }) => logGroup), ...Object.values(system.secrets),
  ].map((construct) => subject.idOf(construct)).sort();
  const created = ['AWS::Logs::LogGroup', 'AWS::SecretsManager::Secret'].flatMap((type) => subject.all(type)).map(({ logicalId }) => logicalId);
  expect(reachable).toEqual(created.sort());
});

describe('a rule of your own', () => {
  it('matches new events of this system on its bus', () => {
    const subject = synthesize({ providers: [WebhookProvider.stripe(), WebhookProvider.adyen()] });
    const rule = subject.system.addRule('LargeYen', { tiers: [TransactionTier.HIGH], currencies: ['JPY'], endpoints: ['stripe', 'adyen'] });
    const { Properties } = readd(subject).resources[subject.stack.getLogicalId(rule.node.defaultChild as never)];
    expect(Properties.EventBusName.Ref).toBe(subject.idOf(subject.system.bus));
    expect(Properties.EventPattern).toEqual({
      'source': ['webhook.transaction'],
      'detail-type': ['Transaction Created'],
      'detail': { tier: ['high'], currency: ['JPY'], endpoint: ['stripe', 'adyen'], replay: [{ exists: false }] },
      'replay-name': [{ exists: false }],
    });
  });

  it.each([
    ['risk bands of a transaction that has no verdict yet', { riskBands: [RiskBand.HIGH] }, 'addRule riskBands is ["high_risk"]: leave it out: only TransactionEvent.SCREENED'],
    ['tiers of a verdict', { event: TransactionEvent.SCREENED, tiers: [TransactionTier.LOW] }, 'addRule tiers is ["low"]: leave it out: only TransactionEvent.CREATED'],
    ['currencies of a verdict', { event: TransactionEvent.SCREENED, currencies: ['EUR'] }, 'addRule currencies is ["EUR"]: leave it out: only any event but'],
    ['an empty list, which matches nothing', { endpoints: [] }, 'addRule endpoints is []: name one at least'],
    ['an endpoint there is not', { endpoints: ['standard-webhooks', 'strpie'] }, 'addRule endpoints is "strpie": use the name of an endpoint: standard-webhooks'],
    ['no currency', { currencies: ['yen'] }, 'addRule currencies is "yen": use an ISO 4217 code'],
  ])('refuses %s', (_, options, message) => {
    expect(() => plainSystem().system.addRule('Mine', options)).toThrow(`WebhookProcessingSystem: ${message}`);
  });
});

test.each([
  ['webhookUrl', (name: string) => synthesize({ providers: [WebhookProvider.stripe(), WebhookProvider.adyen()] }).system.webhookUrl(name)],
  ['metricWebhooksAccepted endpoint', (name: string) => synthesize({ providers: [WebhookProvider.stripe(), WebhookProvider.adyen()] }).system.metricWebhooksAccepted(name)],
])('%s of an endpoint there is not is refused', (prop, ask) => {
  expect(() => ask('strpie')).toThrow(`WebhookProcessingSystem: ${prop} is "strpie": use the name of an endpoint: stripe, adyen`);
});

/** The template again, with what was added after the first look. */
function readd(subject: SynthesizedSystem) {
  return { resources: subject.stack.resolve((subject.stack as any)._toCloudFormation()).Resources };
}

test('an action is added to every alarm', () => {
  const subject = synthesize();
  const { alarms } = subject.system;
  subject.system.addAlarmAction({ bind: () => ({ alarmActionArn: 'arn:aws:sns:eu-west-1:111122223333:on-call' }) });
  expect(Object.keys(alarms).length).toBeGreaterThan(8);
  const { resources } = readd(subject);
  for (const alarm of Object.values(alarms)) {
    expect(resources[subject.stack.getLogicalId(alarm.node.defaultChild as cloudwatch.CfnAlarm)].Properties.AlarmActions).toEqual(['arn:aws:sns:eu-west-1:111122223333:on-call']);
  }
});

describe('grants', () => {
  const granted = (grant: 'grantReadTransactions' | 'grantReadArchive', props?: PropsOrFactory) => {
    const subject = synthesize(props);
    const role = new iam.Role(subject.stack, 'Analyst', { assumedBy: new iam.AccountRootPrincipal() });
    subject.system[grant](role);
    const fresh = Object.create(subject, { resources: { value: readd(subject).resources } });
    fresh.idOf = (construct: any) => subject.stack.resolve((construct.node.defaultChild ?? construct).logicalId);
    return { permissions: permissionsOf(fresh, role), subject };
  };

  it('read transactions by key, and nothing else', () => {
    const { permissions, subject } = granted('grantReadTransactions');
    const table = [`\${${subject.idOf(subject.system.table)}.Arn}`];
    expect(permissions).toEqual({ 'dynamodb:GetItem': table, 'dynamodb:BatchGetItem': table, 'dynamodb:Query': table });
  });

  it('read the archive and its manifests, but no failed records', () => {
    const { permissions } = granted('grantReadArchive');
    const objects = permissions['s3:GetObject*'].filter((resource) => resource.includes('/'));
    expect(objects.map((resource) => resource.replace(/^\$\{.*\}/, ''))).toEqual(['/manifests/*', '/transactions/*']);
    expect(Object.keys(permissions).every((action) => /^s3:(Get|List)/.test(action))).toBe(true);
  });

  it.each(['grantReadTransactions', 'grantReadArchive'] as const)('%s comes with the key', (grant) => {
    const { permissions } = granted(grant, (scope) => ({ encryptionKey: new kms.Key(scope, 'Key') }));
    expect(Object.keys(permissions)).toContain('kms:Decrypt');
  });
});

describe('metrics', () => {
  const { system } = plainSystem();
  const System = () => plainSystem().propertiesOf(system.validator).Environment.Variables.SYSTEM_NAME;

  it('are those of this system', () => {
    expect(system.metricWebhooksAccepted('standard-webhooks').toMetricConfig().metricStat).toMatchObject({
      namespace: 'WebhookProcessing', metricName: 'WebhooksAccepted', statistic: 'Sum', period: Duration.minutes(5),
      dimensions: [{ name: 'Provider', value: 'standard-webhooks' }, { name: 'System', value: System() }],
    });
    expect(system.metricTransactionsScreened(RiskBand.HIGH).toMetricConfig().metricStat)
      .toMatchObject({ metricName: 'TransactionsScreened', dimensions: [{ name: 'RiskBand', value: 'high_risk' }, { name: 'System', value: System() }] });
    expect(system.metric('RowsArchived').toMetricConfig().metricStat).toMatchObject({ metricName: 'RowsArchived', dimensions: [{ name: 'System', value: System() }] });
  });

  it('take options as those of the CDK do', () => {
    expect(system.metricTimeToVerdict().toMetricConfig().metricStat?.statistic).toBe('p99');
    expect(system.metricTimeToVerdict({ statistic: 'p50', period: Duration.minutes(1) }).toMetricConfig().metricStat)
      .toMatchObject({ metricName: 'StoreToVerdictLatency', statistic: 'p50', period: Duration.minutes(1) });
    expect(system.metric('WebhooksAccepted', { dimensionsMap: { Provider: 'adyen' } }).toMetricConfig().metricStat?.dimensions)
      .toEqual([{ name: 'Provider', value: 'adyen' }, { name: 'System', value: System() }]);
  });
});
