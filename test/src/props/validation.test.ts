import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import * as fc from 'fast-check';
import { AlertSubscriber, FraudRule, RetentionProps, WebhookProcessingSystemProps, WebhookProvider } from '../../../src';
import { resolveThresholds } from '../../../src/routing/tiers';
import { resolveFraudDetection } from '../../../src/screening/fraud-detection';
import { Refusal, refuses, takes } from './refusal';

const days = Duration.days;

const retention = (props: RetentionProps, prop: string, value: string, fix: string): Refusal =>
  ({ props: () => ({ retention: props }), prop: `retention.${prop}`, value, fix });
const wholeDays = (prop: keyof RetentionProps, duration: Duration, value: string, range: string) =>
  retention({ [prop]: duration }, prop, `"${value} days"`, `use ${range} whole days`);
const thresholds = (value: WebhookProcessingSystemProps['thresholds'], prop: string, shown: string, fix: string): Refusal =>
  ({ props: () => ({ thresholds: value }), prop: `thresholds.${prop}`, value: shown, fix });
const fraud = (props: () => WebhookProcessingSystemProps['fraudDetection'], prop: string, value: string, fix: string): Refusal =>
  ({ props: () => ({ fraudDetection: props() }), prop: `fraudDetection.${prop}`, value, fix });
const FUNCTIONS = ['validator', 'relay', 'fraudDetector', 'archiver'];
const fn = (options: object, prop: string, value: string, fix: string, names = FUNCTIONS): Refusal[] => names.map((name) =>
  ({ props: () => ({ functions: { [name]: options } }), prop: `functions.${name}.${prop}`, value, fix }));
const timeout = (seconds: number, range: string, names = FUNCTIONS) =>
  fn({ timeout: Duration.millis(seconds * 1000) }, 'timeout in seconds', String(seconds), `use a whole number from ${range}`, names);

/** As many currencies as wanted, of which none exists. */
const currencies = <T>(count: number, value: T): { [currency: string]: T } => Object.fromEntries(Array.from({ length: count }, (_, index) =>
  [`X${String.fromCharCode(65 + Math.floor(index / 26), 65 + index % 26)}`, value]));

const REFUSED: Refusal[] = [
  ...['payments', 'a@b', 'a b@example.com', ''].map((address): Refusal => ({
    props: () => ({ alertSubscribers: [AlertSubscriber.email(address)] }),
    prop: 'alertSubscribers email', value: JSON.stringify(address), fix: 'use an address such as payments@example.com',
  })),
  ...['4155550100', '+04155550100', '+1 415 555', '+12345678901234567'].map((number): Refusal => ({
    props: () => ({ alertSubscribers: [AlertSubscriber.sms(number)] }),
    prop: 'alertSubscribers sms', value: JSON.stringify(number), fix: 'use E.164, e.g. +14155550100',
  })),
  {
    props: () => ({ alertSubscribers: ['a@example.com', 'b@example.com', 'a@example.com'].map((address) => AlertSubscriber.email(address)) }),
    prop: 'alertSubscribers', value: '"a@example.com"', fix: 'name each subscriber once',
  },
  {
    props: () => ({ alertSubscribers: [AlertSubscriber.sms('+14155550100'), AlertSubscriber.sms('+14155550100')] }),
    prop: 'alertSubscribers', value: '"+14155550100"', fix: 'name each subscriber once',
  },
  ...[RemovalPolicy.SNAPSHOT, RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE].map((removalPolicy): Refusal => ({
    props: () => ({ removalPolicy }), prop: 'removalPolicy', value: `"${removalPolicy}"`, fix: 'use RemovalPolicy.RETAIN or RemovalPolicy.DESTROY',
  })),
  ...[0, 41, 1.5, Number.NaN].map((segments): Refusal => ({
    props: () => ({ archival: { segments } }), prop: 'archival.segments', value: String(segments), fix: 'use a whole number from 1 to 40',
  })),
  ...[1023, 190 * 1024 + 1, 2048.5].map((maxBodyBytes): Refusal => ({
    props: () => ({ endpoint: { maxBodyBytes } }),
    prop: 'endpoint.maxBodyBytes', value: String(maxBodyBytes), fix: 'use a whole number from 1024 to 194560',
  })),
  ...['throttlingRateLimit', 'throttlingBurstLimit'].flatMap((prop) => [0, 100_001, 0.5].map((limit): Refusal => ({
    props: () => ({ endpoint: { [prop]: limit } }), prop: `endpoint.${prop}`, value: String(limit), fix: 'use a whole number from 1 to 100000',
  }))),
  { props: () => ({ providers: [] }), prop: 'providers', value: '[]', fix: 'name at least one provider, or leave it out for the default' },
  {
    props: () => ({ providers: [WebhookProvider.stripe(), WebhookProvider.standardWebhooks({ name: 'stripe' })] }),
    prop: 'providers', value: '"stripe"', fix: 'each endpoint needs a name of its own: set the option name',
  },
  {
    props: () => ({ providers: Array.from({ length: 40 }, (_, index) => WebhookProvider.stripe({ name: `merchant-${index}` })) }),
    prop: 'providers and thresholds', value: '"', fix: 'AWS Lambda takes 4096: use fewer endpoints or currencies, or a second system',
  },
  {
    props: () => ({ thresholds: { currencies: currencies(200, { medium: 5 }) } }),
    prop: 'fraudDetection and thresholds', value: '"', fix: 'AWS Lambda leaves room for 3500: use fewer currencies or shorter lists',
  },
  {
    props: () => ({ thresholds: { currencies: currencies(200, { medium: 5 }) }, fraudDetection: { rules: [] } }),
    prop: 'providers and thresholds', value: '"', fix: 'AWS Lambda takes 4096: use fewer endpoints or currencies, or a second system',
  },
  ...['', 'Stripe', 'a_b', '-a', 'a-', 'a--b', 'a/b', 'a b', 'a'.repeat(65)].map((name): Refusal => ({
    props: () => ({ providers: [WebhookProvider.stripe({ name })] }),
    prop: 'providers.name', value: JSON.stringify(name), fix: 'use up to 64 lower-case letters and digits, with single hyphens between them',
  })),
  ...[[[], '[]', 'name one at least'], [['root.pem'], '"root.pem"', 'use one certificate in PEM for each']].map(([trustedRoots, value, fix]): Refusal => ({
    props: () => ({ providers: [WebhookProvider.payPal({ webhookId: '8PT597110X687430LKGECATA', trustedRoots: trustedRoots as string[] })] }),
    prop: 'WebhookProvider.payPal trustedRoots', value: value as string, fix: fix as string,
  })),
  {
    props: () => ({ providers: [WebhookProvider.payPal({ webhookId: 'no id' })] }),
    prop: 'WebhookProvider.payPal webhookId', value: '"no id"', fix: 'use the id PayPal shows for the webhook',
  },
  {
    props: () => ({ providers: [WebhookProvider.braintree({ publicKey: '' })] }),
    prop: 'WebhookProvider.braintree publicKey', value: '""', fix: 'use the public key of the API key pair',
  },
  {
    props: () => ({ providers: [WebhookProvider.braintree({ publicKey: 'abc123', previousPublicKey: 'a|b' })] }),
    prop: 'WebhookProvider.braintree previousPublicKey', value: '"a|b"', fix: 'use the public key of the API key pair',
  },
  {
    props: () => ({ providers: [WebhookProvider.adyen({ moneyEvents: ['CAPTURED'] })] }),
    prop: 'WebhookProvider.adyen moneyEvents', value: '"CAPTURED"', fix: 'use some of AUTHORISATION, CAPTURE, ',
  },
  {
    props: () => ({ providers: [WebhookProvider.mollie({ moneyEvents: ['payment.failed'] })] }),
    prop: 'WebhookProvider.mollie moneyEvents', value: '"payment.failed"', fix: 'use some of payment.paid, ',
  },
  {
    props: () => ({ providers: [WebhookProvider.braintree({ publicKey: 'abc123', moneyEvents: ['settled'] })] }),
    prop: 'WebhookProvider.braintree moneyEvents', value: '"settled"', fix: 'use some of transaction_settled, ',
  },
  {
    props: () => ({ providers: [WebhookProvider.braintree({ publicKey: 'abc123', defaultCurrency: 'usd' })] }),
    prop: 'WebhookProvider.braintree defaultCurrency', value: '"usd"', fix: 'use an ISO 4217 code in capitals, e.g. JPY',
  },
  ...['', 'Dev', 'dev-', '-dev', 'de_v', 'a'.repeat(21)].map((environmentSuffix): Refusal => ({
    props: () => ({ environmentSuffix }),
    prop: 'environmentSuffix', value: JSON.stringify(environmentSuffix), fix: 'use 1 to 20 lower-case letters, digits and inner hyphens',
  })),
  ...fn({ memorySize: 127 }, 'memorySize', '127', 'use a whole number from 128 to 10240'),
  ...fn({ memorySize: 10_241 }, 'memorySize', '10241', 'use a whole number from 128 to 10240'),
  ...fn({ reservedConcurrentExecutions: 0 }, 'reservedConcurrentExecutions', '0', 'use a whole number from 1 to 10000'),
  ...[901, 1.5, 0].flatMap((seconds) => timeout(seconds, '1 to 900', ['validator', 'relay'])),
  // Every attempt at screening ends before the execution does.
  ...[61, 300, 1.5].flatMap((seconds) => timeout(seconds, '1 to 60', ['fraudDetector'])),
  // A segment is copied for about a minute before the archiver asks to go on.
  ...[119, 60, 901].flatMap((seconds) => timeout(seconds, '120 to 900', ['archiver'])),

  retention({ archiveAfter: Duration.minutes(59) }, 'archiveAfter', '"0.98', 'use at least 1 whole hour'),
  retention({ archiveAfter: Duration.minutes(90) }, 'archiveAfter', '"1.5 hours"', 'use at least 1 whole hour'),
  wholeDays('dedupe', days(3651), '3651', '1 to 3650'),
  wholeDays('pointInTimeRecovery', days(36), '36', '1 to 35'),
  wholeDays('pointInTimeRecovery', days(0), '0', '1 to 35'),
  wholeDays('infrequentAccessAfter', days(29), '29', '30 to 36500'),
  wholeDays('glacierAfter', days(0), '0', '1 to 36500'),
  wholeDays('expireAfter', Duration.hours(36), '1.5', '1 to 36500'),
  wholeDays('deadLetters', days(15), '15', '1 to 14'),
  wholeDays('deadLetters', Duration.hours(12), '0.5', '1 to 14'),
  retention({ glacierAfter: days(59) }, 'glacierAfter', '"59 days"', 'S3 keeps objects in Standard-IA for 30 days at least: use 60 days or more'),
  retention({ expireAfter: days(90) }, 'expireAfter', '"90 days"', 'use more than the 90 days of retention.glacierAfter'),
  retention(
    { dedupe: days(2), archiveAfter: days(2) }, 'dedupe', '"2 days"',
    'use more than retention.archiveAfter (48 hours), or an archived event would be accepted again',
  ),

  thresholds({ medium: -1 }, 'medium', '-1', 'use an amount from 0 to 999999999999999 with at most 6 decimals'),
  thresholds({ medium: Number.NaN }, 'medium', 'NaN:', 'use an amount from 0 to 999999999999999 with at most 6 decimals'),
  thresholds({ high: Number.POSITIVE_INFINITY }, 'high', 'Infinity:', 'use an amount from 0 to 999999999999999 with at most 6 decimals'),
  thresholds({ high: 1e21 }, 'high', '1e+21', 'use an amount from 0 to 999999999999999 with at most 6 decimals'),
  thresholds({ high: 10_000.000_000_1 }, 'high', '10000.0000001', 'use an amount from 0 to 999999999999999 with at most 6 decimals'),
  thresholds({ medium: 0 }, 'medium', '0', 'use more than 0, or there is no low tier'),
  thresholds({ medium: 5, high: 5 }, 'medium', '5', 'use less than thresholds.high (5), or there is no medium tier'),
  thresholds({ currencies: { jpy: { medium: 5 } } }, 'currencies.jpy', '"jpy"', 'use an ISO 4217 code in capitals, e.g. JPY'),
  thresholds(
    { currencies: { JPY: { medium: 150_000 } } }, 'currencies.JPY.medium', '150000',
    'use less than thresholds.currencies.JPY.high (10000), or there is no medium tier',
  ),
  thresholds({ currencies: { JPY: { medium: 0 } } }, 'currencies.JPY.medium', '0', 'use more than 0, or there is no low tier'),

  fraud(() => ({ rules: [...FraudRule.defaults(), FraudRule.roundAmount()] }), 'rules', '"round_amount"', 'name each rule once'),
  fraud(() => ({ mediumRiskAbove: 0.7 }), 'mediumRiskAbove', '0.7', 'use less than fraudDetection.highRiskAbove (0.7), or medium_risk is unreachable'),
  fraud(() => ({ highRiskAbove: Number.NaN }), 'highRiskAbove', 'NaN:', 'use 0 to 1 in steps of 0.001'),
  fraud(() => ({ highRiskAbove: 1.001 }), 'highRiskAbove', '1.001', 'use 0 to 1 in steps of 0.001'),
  fraud(() => ({ mediumRiskAbove: 0.0005 }), 'mediumRiskAbove', '0.0005', 'use 0 to 1 in steps of 0.001'),
  fraud(() => ({ rules: [FraudRule.highAmount({ weight: -0.1 })] }), 'rules.high_amount.weight', '-0.1', 'use 0 to 1 in steps of 0.001'),
  fraud(() => ({ rules: [FraudRule.highAmount({ limit: -1 })] }), 'rules.high_amount.limit', '-1', 'use an amount from 0'),
  fraud(
    () => ({ rules: [FraudRule.highAmount({ currencies: { yen: 1 } })] }), 'rules.high_amount.limit', '"yen"',
    'use an ISO 4217 code in capitals, e.g. JPY',
  ),
  fraud(() => ({ rules: [FraudRule.highAmount({ currencies: { JPY: -5 } })] }), 'rules.high_amount.limit.JPY', '-5', 'use an amount from 0'),
  fraud(
    () => ({ rules: [FraudRule.highAmount({ weight: 0.7 })] }), 'rules', '"weights of 0.7 in all"',
    'no score can exceed fraudDetection.highRiskAbove (0.7), so high_risk is unreachable: raise weights or lower the band',
  ),
  {
    props: () => ({ fraudDetection: { rules: [FraudRule.highAmount({ weight: 1, currencies: currencies(300, 15_000) })] } }),
    prop: 'fraudDetection and thresholds', value: '"', fix: 'AWS Lambda leaves room for 3500: use fewer currencies',
  },
];

describe('a value that cannot work is refused before deployment', () => refuses(REFUSED));

describe('the last value that works is taken', () => takes({
  'segments': { archival: { segments: 40 } },
  'smallest body limit': { endpoint: { maxBodyBytes: 1024, throttlingRateLimit: 1, throttlingBurstLimit: 1 } },
  'largest body limit': { endpoint: { maxBodyBytes: 190 * 1024, throttlingRateLimit: 100_000, throttlingBurstLimit: 100_000 } },
  'shortest timeouts': {
    functions: {
      validator: { timeout: Duration.seconds(1) }, relay: { timeout: Duration.seconds(1) }, fraudDetector: { timeout: Duration.seconds(1) },
      archiver: { timeout: Duration.minutes(2) },
    },
  },
  'longest timeouts': {
    functions: {
      validator: { timeout: Duration.minutes(15) }, relay: { timeout: Duration.minutes(15) }, fraudDetector: { timeout: Duration.minutes(1) },
      archiver: { timeout: Duration.minutes(15) },
    },
  },
  'suffix': { environmentSuffix: 'a'.repeat(20) },
  'provider name': { providers: ['a'.repeat(64), 'a-1-b', '1', '3d-secure'].map((name) => WebhookProvider.stripe({ name })) },
  'shortest retention': {
    retention: {
      archiveAfter: Duration.hours(1), dedupe: days(1), pointInTimeRecovery: days(1),
      glacierAfter: days(60), expireAfter: days(61), deadLetters: days(1),
    },
  },
  'the same durations in other units': {
    retention: { archiveAfter: Duration.minutes(120), dedupe: Duration.hours(48), deadLetters: Duration.hours(48) },
  },
  'two accounts of one provider': { providers: ['stripe-eu', 'stripe-us'].map((name) => WebhookProvider.stripe({ name })) },
  'ten providers': { providers: Array.from({ length: 10 }, (_, index) => WebhookProvider.stripe({ name: `merchant-${index}` })) },
  'no rules at all': { fraudDetection: { rules: [] } },
  'limits of sixty currencies': {
    thresholds: { currencies: currencies(60, { medium: 150_000, high: 1_500_000 }) },
    fraudDetection: { rules: [...FraudRule.defaults().slice(1), FraudRule.highAmount({ currencies: currencies(60, 750_000) })] },
  },
}));

describe('amounts and weights', () => {
  const amount = fc.tuple(fc.integer({ min: 1, max: 1_000_000_000 }), fc.integer({ min: 0, max: 999_999 }))
    .map(([whole, micro]) => Number(`${whole}.${micro}`));

  it('go into the template as the exact decimal that was given', () => {
    fc.assert(fc.property(amount, amount, (one, other) => {
      fc.pre(one !== other);
      const [medium, high] = [Math.min(one, other), Math.max(one, other)];
      const resolved = resolveThresholds({ medium, high });
      expect(resolved.medium.default).toMatch(/^\d+(\.\d+)?$/);
      expect([Number(resolved.medium.default), Number(resolved.high.default)]).toEqual([medium, high]);
    }));
  });

  it('are counted in exact thousandths, although 0.3 + 0.4 is not 0.7 in floating point', () => {
    fc.assert(fc.property(fc.integer({ min: 0, max: 1000 }), (weight) => {
      const { config } = resolveFraudDetection({
        rules: [FraudRule.roundAmount({ weight: weight / 1000 }), FraudRule.highAmount({ weight: 1 })],
      });
      expect(config.rules[0].weight).toBe(weight);
    }));
  });

  it('of the default rules can reach every risk band', () => {
    const { config } = resolveFraudDetection();
    const total = config.rules.reduce((sum, { weight }) => sum + weight, 0);
    expect(config.mediumRiskAbove).toBeLessThan(config.highRiskAbove);
    expect(total).toBeGreaterThan(config.highRiskAbove);
  });
});
