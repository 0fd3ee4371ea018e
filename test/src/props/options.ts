import {
  aws_certificatemanager as acm, aws_dynamodb as dynamodb, aws_ec2 as ec2, aws_events as events, aws_kms as kms, aws_logs as logs,
  aws_route53 as route53, aws_s3 as s3, aws_sns as sns, Stack,
} from 'aws-cdk-lib';
import { EndpointDomainOptions, RiskBand, TransactionEvent, TransactionTier, WebAcl, WebhookProcessingSystemProps, WebhookProvider } from '../../../src';
import { once, plainSystem, render, Synthesized, SynthesizedSystem, synthesize } from '../../helpers/template';

const REGION = 'eu-west-1';
const ACCOUNT = '111122223333';

export const KEY_ARN = `arn:aws:kms:${REGION}:${ACCOUNT}:key/0a1b2c3d-4e5f-6789-abcd-ef0123456789`;
export const ACL_ARN = `arn:aws:wafv2:${REGION}:${ACCOUNT}:regional/webacl/front/0a1b2c3d-4e5f-6789-abcd-ef0123456789`;

export const certificate = (scope: Stack) =>
  acm.Certificate.fromCertificateArn(scope, 'Certificate', `arn:aws:acm:${REGION}:${ACCOUNT}:certificate/0a1b2c3d-4e5f-6789-abcd-ef0123456789`);
export const domain = (scope: Stack, options: Partial<EndpointDomainOptions> = {}): EndpointDomainOptions =>
  ({ domainName: 'hooks.example.com', certificate: certificate(scope), ...options });
export const vpc = (scope: Stack) => ec2.Vpc.fromVpcAttributes(scope, 'Vpc', {
  vpcId: 'vpc-1', availabilityZones: [`${REGION}a`], privateSubnetIds: ['subnet-private'], isolatedSubnetIds: ['subnet-isolated'],
});
export const existing = (scope: Stack): WebhookProcessingSystemProps => ({
  table: dynamodb.Table.fromTableAttributes(scope, 'Given', {
    tableArn: `arn:aws:dynamodb:${REGION}:${ACCOUNT}:table/given`, tableStreamArn: `arn:aws:dynamodb:${REGION}:${ACCOUNT}:table/given/stream/1`,
  }),
  auditBucket: s3.Bucket.fromBucketName(scope, 'GivenBucket', 'given-bucket'),
  bus: events.EventBus.fromEventBusName(scope, 'GivenBus', 'given-bus'),
  alertTopic: sns.Topic.fromTopicArn(scope, 'GivenTopic', `arn:aws:sns:${REGION}:${ACCOUNT}:given-topic`),
});

/** Everything about the surroundings set to something. */
const everything = (scope: Stack): WebhookProcessingSystemProps => ({
  ...existing(scope),
  encryptionKey: new kms.Key(scope, 'Key'),
  vpc: vpc(scope),
  vpcSubnets: { subnetType: ec2.SubnetType.PRIVATE_ISOLATED },
  securityGroups: [ec2.SecurityGroup.fromSecurityGroupId(scope, 'Group', 'sg-given')],
  providers: [WebhookProvider.stripe({ allowedCidrs: ['192.0.2.0/24'] }), WebhookProvider.gitHub()],
  functions: {
    validator: {
      provisionedConcurrentExecutions: 3, logGroup: logs.LogGroup.fromLogGroupName(scope, 'GivenLogs', 'given-logs'),
    },
  },
  endpoint: {
    domain: domain(scope, {
      hostedZone: route53.HostedZone.fromHostedZoneAttributes(scope, 'Zone', { hostedZoneId: 'Z1', zoneName: 'example.com' }),
      mutualTls: { bucket: s3.Bucket.fromBucketName(scope, 'Trust', 'trust'), key: 'store.pem', version: 'v1' },
    }),
    disableExecuteApiEndpoint: true,
    webAcl: WebAcl.managedRules({ requestsPerAddress: 50_000 }),
    accessLogGroup: logs.LogGroup.fromLogGroupName(scope, 'GivenAccessLogs', 'given-access-logs'),
  },
});

const SUBJECTS = {
  plain: plainSystem,
  ruled: once(synthesize),
  full: once(() => synthesize(everything)),
  withLogs: once(() => synthesize((scope) => ({ archival: { serverAccessLogsBucket: s3.Bucket.fromBucketName(scope, 'AccessLogs', 'access-logs') } }))),
  inVpc: once(() => synthesize((scope) => ({ vpc: vpc(scope) }))),
  withDomain: once(() => synthesize((scope) => ({ endpoint: { domain: domain(scope) } }))),
};
const handlersOf = ({ system }: SynthesizedSystem) => [system.validator, system.relay, system.fraudDetector, system.archiver];
const count = (subject: Synthesized, type: string) => subject.all(type).length;
const api = (subject: Synthesized) => subject.all('AWS::ApiGateway::RestApi')[0].Properties;
let added = 0;
const ruleOf = (options?: Parameters<SynthesizedSystem['system']['addRule']>[1]): Pick<events.CfnRuleProps, 'eventPattern' | 'targets'> => {
  const { system, stack } = SUBJECTS.ruled();
  const { eventPattern, targets } = system.addRule(`Mine${added += 1}`, options).node.defaultChild as events.CfnRule;
  return stack.resolve({ eventPattern, targets });
};
const patternOf = (options?: Parameters<typeof ruleOf>[0]) => ruleOf(options).eventPattern;
const NEW = { replay: [{ exists: false }] };

type Assertions = { [prop: string]: () => void };

export const OPTION_DEFAULTS: Assertions = {
  'ExistingResourceProps.table': () => expect(count(SUBJECTS.plain(), 'AWS::DynamoDB::Table')).toBe(1),
  'ExistingResourceProps.auditBucket': () => expect(count(SUBJECTS.plain(), 'AWS::S3::Bucket')).toBe(1),
  'ExistingResourceProps.bus': () => expect(count(SUBJECTS.plain(), 'AWS::Events::EventBus')).toBe(1),
  'ExistingResourceProps.alertTopic': () => expect(count(SUBJECTS.plain(), 'AWS::SNS::Topic')).toBe(1),
  'NetworkProps.vpc': () => {
    for (const fn of handlersOf(SUBJECTS.plain())) expect(SUBJECTS.plain().propertiesOf(fn)).not.toHaveProperty('VpcConfig');
  },
  'NetworkProps.vpcSubnets': () => {
    const subject = SUBJECTS.inVpc();
    for (const fn of handlersOf(subject)) expect(subject.propertiesOf(fn).VpcConfig.SubnetIds).toEqual(['subnet-private']);
  },
  'NetworkProps.securityGroups': () => {
    const subject = SUBJECTS.inVpc();
    const groups = subject.all('AWS::EC2::SecurityGroup');
    expect(groups).toHaveLength(4);
    for (const { Properties } of groups) {
      expect(Properties).not.toHaveProperty('SecurityGroupIngress');
      expect(Properties.SecurityGroupEgress).toMatchObject([{ CidrIp: '0.0.0.0/0', IpProtocol: '-1' }]);
    }
  },
  'WebhookProcessingSystemProps.encryptionKey': () => expect(count(SUBJECTS.plain(), 'AWS::KMS::Key')).toBe(0),
  'FunctionOptions.provisionedConcurrentExecutions': () => {
    expect(count(SUBJECTS.plain(), 'AWS::Lambda::Alias')).toBe(0);
    expect(SUBJECTS.plain().system.functionAliases).toEqual({});
  },
  'FunctionOptions.logGroup': () => {
    for (const fn of handlersOf(SUBJECTS.plain())) expect(SUBJECTS.plain().propertiesOf(fn).LoggingConfig.LogGroup.Ref).toMatch(/LogGroup/);
  },
  'EndpointProps.domain': () => expect(count(SUBJECTS.plain(), 'AWS::ApiGateway::DomainName')).toBe(0),
  'EndpointProps.disableExecuteApiEndpoint': () => {
    expect(api(SUBJECTS.plain()).DisableExecuteApiEndpoint).toBe(false);
    expect(api(SUBJECTS.withDomain()).DisableExecuteApiEndpoint).toBe(true);
  },
  'EndpointProps.webAcl': () => expect(count(SUBJECTS.plain(), 'AWS::WAFv2::WebACLAssociation')).toBe(0),
  'EndpointProps.accessLogGroup': () => expect(SUBJECTS.plain().idOf(SUBJECTS.plain().system.accessLogGroup)).toMatch(/AccessLogs/),
  'EndpointDomainOptions.hostedZone': () => {
    const subject = SUBJECTS.withDomain();
    expect(count(subject, 'AWS::Route53::RecordSet')).toBe(0);
  },
  'EndpointDomainOptions.mutualTls': () => {
    const subject = SUBJECTS.withDomain();
    expect(subject.propertiesOf(subject.system.domain!)).not.toHaveProperty('MutualTlsAuthentication');
  },
  'ManagedWebAclOptions.requestsPerAddress': () => {
    const subject = synthesize({ endpoint: { webAcl: WebAcl.managedRules() } });
    expect(JSON.stringify(subject.all('AWS::WAFv2::WebACL')[0].Properties.Rules)).not.toContain('RateBased');
  },
  'ArchivalProps.serverAccessLogsBucket': () =>
    expect(SUBJECTS.plain().propertiesOf(SUBJECTS.plain().system.auditBucket)).not.toHaveProperty('LoggingConfiguration'),
  'WebhookEndpointOptions.allowedCidrs': () => expect(api(SUBJECTS.plain())).not.toHaveProperty('Policy'),
  'TransactionRuleOptions.event': () => expect(patternOf()['detail-type']).toEqual(['Transaction Created']),
  'TransactionRuleOptions.tiers': () => expect(patternOf().detail).toEqual(NEW),
  'TransactionRuleOptions.riskBands': () => expect(patternOf({ event: TransactionEvent.SCREENED }).detail).toEqual(NEW),
  'TransactionRuleOptions.endpoints': () => expect(patternOf().detail).toEqual(NEW),
  'TransactionRuleOptions.currencies': () => expect(patternOf().detail).toEqual(NEW),
  'TransactionRuleOptions.replays': () => expect(patternOf()).toMatchObject({ 'replay-name': [{ exists: false }], 'detail': NEW }),
  'TransactionRuleOptions.targets': () => {
    expect(ruleOf().targets).toBeUndefined();
  },
};

export const OPTION_OVERRIDES: Assertions = {
  'ExistingResourceProps.table': () => {
    const full = SUBJECTS.full();
    expect(count(full, 'AWS::DynamoDB::Table')).toBe(0);
    for (const fn of [full.system.validator, full.system.fraudDetector, full.system.archiver]) expect(full.environmentOf(fn).TABLE_NAME).toBe('given');
    expect(full.all('AWS::Lambda::EventSourceMapping')[0].Properties.EventSourceArn).toContain('table/given/stream/1');
  },
  'ExistingResourceProps.auditBucket': () => {
    const full = SUBJECTS.full();
    expect(count(full, 'AWS::S3::Bucket')).toBe(0);
    expect(full.environmentOf(full.system.archiver).AUDIT_BUCKET_NAME).toBe('given-bucket');
  },
  'ExistingResourceProps.bus': () => {
    const full = SUBJECTS.full();
    expect(count(full, 'AWS::Events::EventBus')).toBe(0);
    expect(full.propertiesOf(full.system.highValueRule).EventBusName).toBe('given-bus');
  },
  'ExistingResourceProps.alertTopic': () => {
    const full = SUBJECTS.full();
    expect(count(full, 'AWS::SNS::Topic')).toBe(0);
    expect(full.environmentOf(full.system.fraudDetector).ALERT_TOPIC_ARN).toContain(':given-topic');
  },
  'NetworkProps.vpc': () => {
    for (const fn of handlersOf(SUBJECTS.full())) expect(SUBJECTS.full().propertiesOf(fn)).toHaveProperty('VpcConfig');
  },
  'NetworkProps.vpcSubnets': () => {
    for (const fn of handlersOf(SUBJECTS.full())) expect(SUBJECTS.full().propertiesOf(fn).VpcConfig.SubnetIds).toEqual(['subnet-isolated']);
  },
  'NetworkProps.securityGroups': () => {
    for (const fn of handlersOf(SUBJECTS.full())) expect(SUBJECTS.full().propertiesOf(fn).VpcConfig.SecurityGroupIds).toEqual(['sg-given']);
  },
  'WebhookProcessingSystemProps.encryptionKey': () => {
    for (const fn of handlersOf(SUBJECTS.full())) expect(render(SUBJECTS.full().propertiesOf(fn).KmsKeyArn)).toMatch(/^\$\{Key\w+\.Arn\}$/);
  },
  'FunctionOptions.provisionedConcurrentExecutions': () => {
    const full = SUBJECTS.full();
    expect(full.propertiesOf(full.system.functionAliases.validator)).toMatchObject({
      Name: 'live', ProvisionedConcurrencyConfig: { ProvisionedConcurrentExecutions: 3 },
    });
  },
  'FunctionOptions.logGroup': () => {
    expect(SUBJECTS.full().propertiesOf(SUBJECTS.full().system.validator).LoggingConfig.LogGroup).toBe('given-logs');
  },
  'EndpointProps.domain': () => {
    const full = SUBJECTS.full();
    expect(full.propertiesOf(full.system.domain!)).toMatchObject({ DomainName: 'hooks.example.com', SecurityPolicy: 'TLS_1_2' });
    expect(full.system.webhookUrl('stripe')).toMatch(/\/webhook\/stripe$/);
  },
  'EndpointProps.disableExecuteApiEndpoint': () => expect(api(SUBJECTS.full()).DisableExecuteApiEndpoint).toBe(true),
  'EndpointProps.webAcl': () => expect(count(SUBJECTS.full(), 'AWS::WAFv2::WebACLAssociation')).toBe(1),
  'EndpointProps.accessLogGroup': () => {
    expect(render(SUBJECTS.full().all('AWS::ApiGateway::Stage')[0].Properties.AccessLogSetting.DestinationArn)).toContain(':log-group:given-access-logs');
  },
  'EndpointDomainOptions.hostedZone': () => {
    const records = SUBJECTS.full().all('AWS::Route53::RecordSet').map(({ Properties }) => [Properties.Name, Properties.Type]);
    expect(records).toEqual([['hooks.example.com.', 'A'], ['hooks.example.com.', 'AAAA']]);
  },
  'EndpointDomainOptions.mutualTls': () => {
    const full = SUBJECTS.full();
    expect(full.propertiesOf(full.system.domain!).MutualTlsAuthentication).toEqual({ TruststoreUri: 's3://trust/store.pem', TruststoreVersion: 'v1' });
  },
  'ManagedWebAclOptions.requestsPerAddress': () => {
    const rules = SUBJECTS.full().all('AWS::WAFv2::WebACL')[0].Properties.Rules;
    expect(rules[rules.length - 1].Statement.RateBasedStatement).toEqual({ Limit: 50_000, AggregateKeyType: 'IP' });
  },
  'ArchivalProps.serverAccessLogsBucket': () => {
    const withLogs = SUBJECTS.withLogs();
    expect(withLogs.propertiesOf(withLogs.system.auditBucket).LoggingConfiguration)
      .toEqual({ DestinationBucketName: 'access-logs', LogFilePrefix: 'transaction-audit-logs/' });
  },
  'WebhookEndpointOptions.allowedCidrs': () =>
    expect(api(SUBJECTS.full()).Policy.Statement[0].Condition).toEqual({ IpAddress: { 'aws:SourceIp': ['192.0.2.0/24'] } }),
  'TransactionRuleOptions.event': () => {
    const types = Object.values(TransactionEvent).map((event) => patternOf({ event })['detail-type'][0]);
    expect(types).toEqual(['Transaction Created', 'Transaction Screened', 'Transaction Conflict', 'Webhook Received']);
  },
  'TransactionRuleOptions.tiers': () => expect(patternOf({ tiers: [TransactionTier.HIGH] }).detail).toEqual({ ...NEW, tier: ['high'] }),
  'TransactionRuleOptions.riskBands': () => {
    expect(patternOf({ event: TransactionEvent.SCREENED, riskBands: [RiskBand.HIGH] }).detail)
      .toEqual({ ...NEW, fraud_analysis: { fraud_status: ['high_risk'] } });
  },
  'TransactionRuleOptions.endpoints': () => expect(patternOf({ endpoints: ['standard-webhooks'] }).detail).toEqual({ ...NEW, endpoint: ['standard-webhooks'] }),
  'TransactionRuleOptions.currencies': () => expect(patternOf({ currencies: ['JPY'] }).detail).toEqual({ ...NEW, currency: ['JPY'] }),
  'TransactionRuleOptions.replays': () => expect(patternOf({ replays: true })).toEqual({ 'source': ['webhook.transaction'], 'detail-type': ['Transaction Created'] }),
  'TransactionRuleOptions.targets': () => {
    expect(ruleOf({ targets: [{ bind: () => ({ arn: 'arn:aws:sqs:eu-west-1:111122223333:mine' }) }] }).targets).toMatchObject([{ arn: 'arn:aws:sqs:eu-west-1:111122223333:mine' }]);
  },
};
