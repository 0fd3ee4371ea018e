import { aws_dynamodb as dynamodb, aws_ec2 as ec2, aws_s3 as s3, aws_sns as sns, aws_sqs as sqs, Duration, Stack } from 'aws-cdk-lib';
import { AlertSubscriber, EndpointProps, RetentionProps, WebAcl, WebhookProvider } from '../../../src';
import { domain, existing, vpc } from './options';
import { Refusal, refuses, takes } from './refusal';

const endpoint = (props: (scope: Stack) => EndpointProps, prop: string, value: string, fix: string): Refusal =>
  ({ props: (scope) => ({ endpoint: props(scope) }), prop: `endpoint.${prop}`, value, fix });
const allowed = (cidrs: string[], value: string, fix: string): Refusal =>
  ({ props: () => ({ providers: [WebhookProvider.stripe({ allowedCidrs: cidrs })] }), prop: 'providers.stripe.allowedCidrs', value, fix });
const trust = (scope: Stack) => ({ bucket: s3.Bucket.fromBucketName(scope, 'Trust', 'trust'), key: 'store.pem' });
const bucketOnly = (retention: RetentionProps, prop: string): Refusal => ({
  props: (scope) => ({ auditBucket: existing(scope).auditBucket, retention }),
  prop: `retention.${prop}`, value: '"set beside auditBucket"', fix: 'leave it out: what already exists keeps its own settings',
});
const table = (scope: Stack, partition: string, options: Partial<dynamodb.TableProps> = {}) => new dynamodb.Table(scope, 'Own', {
  partitionKey: { name: partition, type: dynamodb.AttributeType.STRING }, stream: dynamodb.StreamViewType.NEW_IMAGE, ...options,
});
const keyed: dynamodb.TableOptions = {
  partitionKey: { name: 'transaction_id', type: dynamodb.AttributeType.STRING }, sortKey: { name: 'event_id', type: dynamodb.AttributeType.STRING },
};
const { NEW_IMAGE, NEW_AND_OLD_IMAGES, KEYS_ONLY, OLD_IMAGE } = dynamodb.StreamViewType;

describe('a combination that cannot work is refused before deployment', () => refuses([
  {
    props: () => ({ vpcSubnets: { subnetType: ec2.SubnetType.PRIVATE_ISOLATED } }), prop: 'vpcSubnets', value: '"set without vpc"', fix: 'set vpc as well',
  },
  {
    props: (scope) => ({ securityGroups: [ec2.SecurityGroup.fromSecurityGroupId(scope, 'Group', 'sg-1')] }),
    prop: 'securityGroups', value: '"set without vpc"', fix: 'set vpc as well',
  },
  { props: (scope) => ({ vpc: vpc(scope), securityGroups: [] }), prop: 'securityGroups', value: '[]', fix: 'name one at least' },

  endpoint(() => ({ disableExecuteApiEndpoint: true }), 'disableExecuteApiEndpoint', 'true', 'set endpoint.domain as well, or there is no way in'),
  endpoint(
    (scope) => ({ domain: domain(scope, { mutualTls: trust(scope) }), disableExecuteApiEndpoint: false }), 'disableExecuteApiEndpoint', 'false',
    'leave it out: without a certificate callers would get in there',
  ),
  ...['https://hooks.example.com', 'hooks.example.com/in', 'Hooks.example.com', 'localhost', '-a.example.com'].map((domainName) => endpoint(
    (scope) => ({ domain: domain(scope, { domainName }) }), 'domain.domainName', JSON.stringify(domainName), 'use a name in lower case',
  )),
  ...['front', 'arn:aws:wafv2:us-east-1:111122223333:global/webacl/front/1'].map((arn) =>
    endpoint(() => ({ webAcl: WebAcl.fromArn(arn) }), 'webAcl', JSON.stringify(arn), 'use the ARN of a regional web ACL')),
  ...[9, 1.5].map((requestsPerAddress) => endpoint(
    () => ({ webAcl: WebAcl.managedRules({ requestsPerAddress }) }), 'webAcl.requestsPerAddress', String(requestsPerAddress), 'use a whole number from 10',
  )),
  allowed([], '[]', 'name a range at least'),
  ...['192.0.2.1', '192.0.2.0/33', '300.0.2.0/24', '2001:db8::/129', 'stripe.com/32', ''].map((cidr) =>
    allowed([cidr], JSON.stringify(cidr), 'use ranges such as 192.0.2.0/24')),
  {
    props: () => ({ providers: [WebhookProvider.stripe({ allowedCidrs: Array.from({ length: 600 }, (_, index) => `192.0.${Math.floor(index / 256)}.${index % 256}/32`) })] }),
    prop: 'providers', value: '"an allow-list of ', fix: 'API Gateway takes 8192: use fewer or larger ranges',
  },

  ...[0, 1.5, 10_001].map((count): Refusal => ({
    props: () => ({ functions: { relay: { provisionedConcurrentExecutions: count } } }),
    prop: 'functions.relay.provisionedConcurrentExecutions', value: String(count), fix: 'use a whole number from 1 to 10000',
  })),
  {
    props: () => ({ functions: { validator: { provisionedConcurrentExecutions: 5, reservedConcurrentExecutions: 4 } } }),
    prop: 'functions.validator.provisionedConcurrentExecutions', value: '5', fix: 'use at most functions.validator.reservedConcurrentExecutions (4)',
  },

  {
    props: (scope) => ({ table: dynamodb.Table.fromTableName(scope, 'Given', 'given') }), prop: 'table', value: '"Test/Given"',
    fix: 'turn its stream on with new images, and import it with tableStreamArn',
  },
  { props: (scope) => ({ table: table(scope, 'id') }), prop: 'table', value: '"a table with the keys id (S)"', fix: 'use one with the partition key transaction_id' },
  {
    props: (scope) => ({ table: new dynamodb.TableV2(scope, 'Own', { partitionKey: { name: 'id', type: dynamodb.AttributeType.STRING }, dynamoStream: NEW_IMAGE }) }),
    prop: 'table', value: '"a table with the keys id (S)"', fix: 'use one with the partition key transaction_id',
  },
  ...[KEYS_ONLY, OLD_IMAGE].map((stream): Refusal => ({
    props: (scope) => ({ table: new dynamodb.Table(scope, 'Own', { ...keyed, stream }) }),
    prop: 'table', value: `"a table with a stream of ${stream}"`, fix: 'use StreamViewType.NEW_IMAGE',
  })),
  {
    props: (scope) => ({ table: new dynamodb.TableV2(scope, 'Own', { ...keyed as dynamodb.TablePropsV2, dynamoStream: KEYS_ONLY }) }),
    prop: 'table', value: '"a table with a stream of KEYS_ONLY"', fix: 'use StreamViewType.NEW_IMAGE',
  },
  ...[undefined, 'ttl'].map((timeToLiveAttribute): Refusal => ({
    props: (scope) => ({ table: new dynamodb.Table(scope, 'Own', { ...keyed, stream: NEW_IMAGE, timeToLiveAttribute }) }),
    prop: 'table', value: `"a table with time to live by ${timeToLiveAttribute ?? 'nothing'}"`, fix: 'set timeToLiveAttribute to expires_at',
  })),
  {
    props: (scope) => ({ alertTopic: new sns.Topic(scope, 'Ordered', { fifo: true }) }), prop: 'alertTopic', value: '"a FIFO topic"', fix: 'use a standard topic',
  },
  {
    props: (scope) => ({ alertTopic: sns.Topic.fromTopicArn(scope, 'Ordered', 'arn:aws:sns:eu-west-1:111122223333:alerts.fifo') }),
    prop: 'alertTopic', value: '"a FIFO topic"', fix: 'use a standard topic',
  },
  {
    props: (scope) => ({ alertSubscribers: [AlertSubscriber.queue(new sqs.Queue(scope, 'Ordered', { fifo: true }))] }),
    prop: 'alertSubscribers queue', value: '"Test/Ordered"', fix: 'use a standard queue',
  },
  {
    props: (scope) => ({ table: existing(scope).table, retention: { pointInTimeRecovery: Duration.days(7) } }),
    prop: 'retention.pointInTimeRecovery', value: '"set beside table"', fix: 'leave it out',
  },
  bucketOnly({ infrequentAccessAfter: Duration.days(30) }, 'infrequentAccessAfter'),
  bucketOnly({ glacierAfter: Duration.days(90) }, 'glacierAfter'),
  bucketOnly({ expireAfter: Duration.days(365) }, 'expireAfter'),
  {
    props: (scope) => ({
      auditBucket: existing(scope).auditBucket, archival: { objectLock: s3.ObjectLockRetention.governance(Duration.days(1)) },
    }),
    prop: 'archival.objectLock', value: '"set beside auditBucket"', fix: 'leave it out',
  },
  {
    props: (scope) => ({
      auditBucket: existing(scope).auditBucket, archival: { serverAccessLogsBucket: s3.Bucket.fromBucketName(scope, 'Logs', 'logs') },
    }),
    prop: 'archival.serverAccessLogsBucket', value: '"set beside auditBucket"', fix: 'leave it out',
  },
]));

describe('what only looks wrong is taken', () => takes({
  'a table with old images too': (scope) => ({ table: new dynamodb.Table(scope, 'Own', { ...keyed, stream: NEW_AND_OLD_IMAGES, timeToLiveAttribute: 'expires_at' }) }),
  'a table of the second kind': (scope) => ({
    table: new dynamodb.TableV2(scope, 'Own', { ...keyed as dynamodb.TablePropsV2, dynamoStream: NEW_IMAGE, timeToLiveAttribute: 'expires_at' }),
  }),
  'a topic of another account': (scope) => ({ alertTopic: sns.Topic.fromTopicArn(scope, 'Other', 'arn:aws:sns:eu-west-1:999999999999:alerts') }),
}));

describe('the last value that works is taken', () => takes({
  'as much provisioned as reserved': { functions: { validator: { provisionedConcurrentExecutions: 4, reservedConcurrentExecutions: 4 } } },
  'smallest limit by address': { endpoint: { webAcl: WebAcl.managedRules({ requestsPerAddress: 10 }) } },
  'widest and narrowest ranges': { providers: [WebhookProvider.stripe({ allowedCidrs: ['0.0.0.0/0', '192.0.2.1/32', '::/0', '2001:db8::1/128'] })] },
  'a domain name of two labels': (scope) => ({ endpoint: { domain: domain(scope, { domainName: 'example.com' }) } }),
}));
