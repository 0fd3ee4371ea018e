/**
 * What AWS allows and charges: the one place with numbers that are not ours. Quotas are the defaults of an
 * account, prices the list prices of us-east-1 without free tier. Look them up again, then change the date.
 */

/** When this table was compiled. */
export const FACTS_AS_OF = '2026-11-23';

/** A default quota, per account and region. `elsewhere` is the smallest there is. */
export interface Quota {
  readonly byRegion: Readonly<Record<string, number>>;
  readonly elsewhere: number;
  readonly unit: string;
  readonly source: string;
}

function regions(value: number, names: string): Record<string, number> {
  return Object.fromEntries(names.split(' ').map((name) => [name, value]));
}

const LARGEST = 'us-east-1 us-west-2 eu-west-1';
const EVENTBRIDGE_QUOTAS = 'https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-quota.html';
const DYNAMODB_QUOTAS = 'https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/ServiceQuotas.html';
const SNS_QUOTAS = 'https://docs.aws.amazon.com/general/latest/gr/sns.html';

/** By the name of the prop in `expectedLoad.quotas` that says otherwise. */
export const QUOTAS = {
  apiGatewayRequestsPerSecond: {
    byRegion: regions(10_000, `${LARGEST} us-east-2 us-west-1 ap-east-1 ap-northeast-1 ap-northeast-2 ap-northeast-3 ap-south-1 ap-southeast-1 `
      + 'ap-southeast-2 ca-central-1 eu-central-1 eu-north-1 eu-west-2 eu-west-3 me-south-1 sa-east-1'),
    elsewhere: 2500,
    unit: 'requests per second',
    source: 'https://docs.aws.amazon.com/apigateway/latest/developerguide/limits.html',
  },
  lambdaConcurrentExecutions: {
    byRegion: {},
    elsewhere: 1000,
    unit: 'concurrent executions',
    source: 'https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html',
  },
  tableWriteUnitsPerSecond: { byRegion: {}, elsewhere: 40_000, unit: 'write units per second', source: DYNAMODB_QUOTAS },
  tableReadUnitsPerSecond: { byRegion: {}, elsewhere: 40_000, unit: 'read units per second', source: DYNAMODB_QUOTAS },
  putEventsPerSecond: {
    byRegion: {
      ...regions(10_000, LARGEST),
      ...regions(2400, 'us-east-2 eu-central-1 eu-south-2'),
      ...regions(1200, 'us-west-1 ap-northeast-1 ap-southeast-1 ap-southeast-2 eu-west-2'),
      ...regions(600, 'ap-east-1 ap-northeast-2 ap-south-1 ca-central-1 eu-north-1 eu-west-3 sa-east-1'),
    },
    elsewhere: 400,
    unit: 'PutEvents requests per second',
    source: EVENTBRIDGE_QUOTAS,
  },
  ruleInvocationsPerSecond: {
    byRegion: {
      ...regions(18_750, LARGEST),
      ...regions(4500, 'us-east-2 eu-central-1 eu-south-2'),
      ...regions(2250, 'us-west-1 ap-northeast-1 ap-southeast-1 ap-southeast-2 eu-west-2'),
      ...regions(1100, 'ap-east-1 ap-northeast-2 ap-south-1 ca-central-1 eu-north-1 eu-west-3 sa-east-1'),
    },
    elsewhere: 750,
    unit: 'rule invocations per second',
    source: EVENTBRIDGE_QUOTAS,
  },
  expressStartsPerSecond: {
    byRegion: {},
    elsewhere: 6000,
    unit: 'EXPRESS starts per second',
    source: 'https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html',
  },
  topicPublishesPerSecond: {
    byRegion: {
      ...regions(30_000, 'us-east-1'),
      ...regions(9000, 'us-west-2 eu-west-1'),
      ...regions(1500, 'us-east-2 us-west-1 ap-south-1 ap-northeast-1 ap-northeast-2 ap-southeast-1 ap-southeast-2 eu-central-1'),
    },
    elsewhere: 300,
    unit: 'messages published per second',
    source: SNS_QUOTAS,
  },
  emailsPerSecond: { byRegion: {}, elsewhere: 10, unit: 'emails per second and subscription', source: SNS_QUOTAS },
  smsPerSecond: { byRegion: {}, elsewhere: 20, unit: 'SMS per second', source: SNS_QUOTAS },
  logWritesPerSecond: {
    byRegion: {},
    elsewhere: 5000,
    unit: 'PutLogEvents requests per second',
    source: 'https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/cloudwatch_limits_cwl.html',
  },
} satisfies Record<string, Quota>;
export type QuotaName = keyof typeof QUOTAS;

/** Limits that no request raises. */
export const FIXED = {
  /** Write units one partition of a table takes, and one shard of its stream carries. */
  partitionWriteUnits: 1000,
  /** Partitions of a new table on demand. */
  newTablePartitions: 4,
  /** Write units a new table on demand takes at once. */
  newTableWriteUnits: 4000,
  /** AWS Lambda starts at most this many requests per second and environment. */
  requestsPerEnvironment: 10,
  /** Environments a function gains in ten seconds. */
  environmentsPerTenSeconds: 1000,
  /** Integration timeout of API Gateway. */
  apiTimeoutMs: 29_000,
  /** Longest EXPRESS execution. */
  expressMs: 300_000,
} as const;

/** US dollars for a number of units, as text. */
export const PRICES = {
  apiRequests: ['3.50', 1_000_000, 'https://aws.amazon.com/api-gateway/pricing/'],
  lambdaRequests: ['0.20', 1_000_000, 'https://aws.amazon.com/lambda/pricing/'],
  lambdaGbSeconds: ['0.0000133334', 1, 'https://aws.amazon.com/lambda/pricing/'],
  writeUnits: ['0.625', 1_000_000, 'https://aws.amazon.com/dynamodb/pricing/on-demand/'],
  readUnits: ['0.125', 1_000_000, 'https://aws.amazon.com/dynamodb/pricing/on-demand/'],
  tableGbMonths: ['0.25', 1, 'https://aws.amazon.com/dynamodb/pricing/on-demand/'],
  recoveryGbMonths: ['0.20', 1, 'https://aws.amazon.com/dynamodb/pricing/on-demand/'],
  events: ['1.00', 1_000_000, 'https://aws.amazon.com/eventbridge/pricing/'],
  eventArchiveGb: ['0.10', 1, 'https://aws.amazon.com/eventbridge/pricing/'],
  eventArchiveGbMonths: ['0.023', 1, 'https://aws.amazon.com/eventbridge/pricing/'],
  expressRequests: ['1.00', 1_000_000, 'https://aws.amazon.com/step-functions/pricing/'],
  expressGbSeconds: ['0.00001667', 1, 'https://aws.amazon.com/step-functions/pricing/'],
  publishes: ['0.50', 1_000_000, 'https://aws.amazon.com/sns/pricing/'],
  emails: ['2.00', 100_000, 'https://aws.amazon.com/sns/pricing/'],
  httpDeliveries: ['0.60', 1_000_000, 'https://aws.amazon.com/sns/pricing/'],
  firehoseDeliveries: ['0.19', 1_000_000, 'https://aws.amazon.com/sns/pricing/'],
  /** To the United States, without the carrier's fee. */
  smsMessages: ['0.00645', 1, 'https://aws.amazon.com/sns/sms-pricing/'],
  logGb: ['0.50', 1, 'https://aws.amazon.com/cloudwatch/pricing/'],
  traces: ['5.00', 1_000_000, 'https://aws.amazon.com/xray/pricing/'],
  objectWrites: ['0.005', 1000, 'https://aws.amazon.com/s3/pricing/'],
  objectReads: ['0.0004', 1000, 'https://aws.amazon.com/s3/pricing/'],
  standardGbMonths: ['0.023', 1, 'https://aws.amazon.com/s3/pricing/'],
  infrequentGbMonths: ['0.0125', 1, 'https://aws.amazon.com/s3/pricing/'],
  glacierGbMonths: ['0.0036', 1, 'https://aws.amazon.com/s3/pricing/'],
  alarmMonths: ['0.10', 1, 'https://aws.amazon.com/cloudwatch/pricing/'],
  dashboardMonths: ['3.00', 1, 'https://aws.amazon.com/cloudwatch/pricing/'],
  metricMonths: ['0.30', 1, 'https://aws.amazon.com/cloudwatch/pricing/'],
  secretMonths: ['0.40', 1, 'https://aws.amazon.com/secrets-manager/pricing/'],
} satisfies Record<string, readonly [usd: string, units: number, source: string]>;
export type PriceName = keyof typeof PRICES;

/** Milliseconds from one hop to the next: half of all webhooks are faster than the first, 99 in 100 than the second. */
export const LATENCIES = {
  apiGateway: [10, 40, 'estimate'],
  coldStart: [0, 400, 'https://maxday.github.io/lambda-perf/'],
  stream: [213, 552, 'https://bitesizedserverless.com/bite/serverless-messaging-latency-compared'],
  eventBus: [148, 387, 'https://bitesizedserverless.com/bite/serverless-messaging-latency-compared'],
  express: [118, 298, 'https://bitesizedserverless.com/bite/serverless-messaging-latency-compared'],
  topic: [73, 225, 'https://bitesizedserverless.com/bite/serverless-messaging-latency-compared'],
} satisfies Record<string, readonly [p50: number, p99: number, source: string]>;

/** Seconds after which a provider gives up on an answer and sends again, where it says so. */
export const PROVIDER_TIMEOUT_S: Readonly<Record<string, number>> = {
  'adyen': 10, 'braintree': 30, 'checkout-com': 10, 'github': 10, 'mollie': 15, 'paddle': 5, 'paystack': 30, 'razorpay': 5, 'shopify': 5, 'square': 10,
  'standard-webhooks': 15,
};
