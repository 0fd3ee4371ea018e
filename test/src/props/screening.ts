import { aws_sqs as sqs, Duration } from 'aws-cdk-lib';
import { AlertFilter, AlertSubscriber, FraudDetectionProps, FraudModel, FraudRule, RiskBand, TransactionTier } from '../../../src';
import { once, synthesize } from '../../helpers/template';
import { subscriptionOf } from '../alerts/subscription';

/** The configuration as the fraud detector reads it. */
function configOf(fraudDetection: FraudDetectionProps = {}) {
  const subject = synthesize({ fraudDetection });
  const config = JSON.parse(subject.environmentOf(subject.system.fraudDetector).FRAUD_DETECTION);
  return { ...config, rule: (id: string) => config.rules.find((rule: { id: string }) => rule.id === id) };
}

const [HOUR, DAY] = [3600, 86_400];
const names = { customers: ['cus_1'], countries: ['DE'], currencies: ['EUR'], providers: ['stripe'] };
const window = Duration.minutes(5);

const bare = once(() => configOf({
  rules: [...FraudRule.defaults(), FraudRule.newCustomer(), FraudRule.blockList({ customers: ['cus_1'] })],
  model: FraudModel.sageMakerEndpoint('fraud'),
}));
const chosen = once(() => configOf({
  rules: [
    FraudRule.highAmount({ weight: 0.9, shadow: true }),
    FraudRule.velocityCount({ count: 5, window }), FraudRule.velocitySum({ window }), FraudRule.structuring({ count: 4, margin: 0.05, window }),
    FraudRule.unusualCurrency({ count: 9, window }), FraudRule.newCustomer({ window }), FraudRule.blockList({ ...names, shadow: true }),
  ],
  model: FraudModel.sageMakerEndpoint('fraud', { weight: 0.25, timeout: Duration.seconds(1), shadow: true }),
  fuse: { share: 0.75, window: Duration.minutes(30), minimumVerdicts: 7, resetAfter: Duration.hours(2) },
  foldAlerts: Duration.minutes(10),
  mediumRiskAbove: 0.2,
  highRiskAbove: 0.4,
}));
const onlyCustomersListed = () => expect(bare().rule('block_list').list).toEqual({ customers: ['cus_1'] });
const filtered = (filter: AlertFilter) => subscriptionOf(() => AlertSubscriber.email('a@example.com', { filter })).FilterPolicy;
const unfiltered = () => expect(subscriptionOf(() => AlertSubscriber.email('a@example.com'))).not.toHaveProperty('FilterPolicy');

export const SCREENING_DEFAULTS: { [prop: string]: () => void } = {
  'FraudDetectionProps.model': () => expect(configOf()).not.toHaveProperty('model'),
  'FraudDetectionProps.fuse': () => expect(bare().fuse).toEqual({ share: 500, window_s: HOUR, minimum: 100, reset_s: 4 * HOUR }),
  'FraudDetectionProps.foldAlerts': () => expect(bare()).not.toHaveProperty('fold_s'),
  'FraudFuseOptions.enabled': () => expect(bare().fuse).toBeDefined(),
  'FraudFuseOptions.share': () => expect(bare().fuse.share).toBe(500),
  'FraudFuseOptions.window': () => expect(bare().fuse.window_s).toBe(HOUR),
  'FraudFuseOptions.minimumVerdicts': () => expect(bare().fuse.minimum).toBe(100),
  'FraudFuseOptions.resetAfter': () => expect(configOf({ fuse: { window: Duration.minutes(10) } }).fuse.reset_s).toBe(4 * 600),
  'FraudModelOptions.weight': () => expect(bare().model.weight).toBe(500),
  'FraudModelOptions.timeout': () => expect(bare().model.timeout_ms).toBe(2000),
  'FraudModelOptions.shadow': () => expect(bare().model).not.toHaveProperty('shadow'),
  'FraudRuleOptions.shadow': () => expect(bare().rules.filter(({ shadow }: { shadow?: boolean }) => shadow)).toEqual([]),
  'VelocityCountOptions.count': () => expect(bare().rule('velocity_count').count).toBe(10),
  'VelocityCountOptions.window': () => expect(bare().rule('velocity_count').window_s).toBe(HOUR),
  'VelocitySumOptions.window': () => expect(bare().rule('velocity_sum').window_s).toBe(DAY),
  'StructuringOptions.count': () => expect(bare().rule('structuring').count).toBe(3),
  'StructuringOptions.margin': () => expect(bare().rule('structuring').margin).toBe(100),
  'StructuringOptions.window': () => expect(bare().rule('structuring').window_s).toBe(DAY),
  'UnusualOptions.count': () => expect([bare().rule('unusual_currency').count, bare().rule('unusual_country').count]).toEqual([3, 3]),
  'UnusualOptions.window': () => expect([bare().rule('unusual_currency').window_s, bare().rule('unusual_country').window_s]).toEqual([30 * DAY, 30 * DAY]),
  'NewCustomerOptions.window': () => expect(bare().rule('new_customer').window_s).toBe(DAY),
  'FraudListOptions.customers': () => {
    const countries = configOf({ rules: [FraudRule.blockList({ countries: ['KP'] })] });
    expect(countries.rule('block_list').list).toEqual({ countries: ['KP'] });
  },
  'FraudListOptions.countries': onlyCustomersListed,
  'FraudListOptions.currencies': onlyCustomersListed,
  'FraudListOptions.providers': onlyCustomersListed,
  'FraudListOptions.shadow': () => expect(bare().rule('block_list')).not.toHaveProperty('shadow'),
  'AlertSubscriberOptions.filter': unfiltered,
  'AlertFilter.tiers': () => expect(filtered({ currencies: ['EUR'] })).not.toHaveProperty('tier'),
  'AlertFilter.riskBands': () => expect(filtered({ currencies: ['EUR'] })).not.toHaveProperty('risk_band'),
  'AlertFilter.currencies': () => expect(filtered({ providers: ['stripe'] })).not.toHaveProperty('currency'),
  'AlertFilter.providers': () => expect(filtered({ currencies: ['EUR'] })).not.toHaveProperty('provider'),
  'MachineSubscriberOptions.rawMessage': () =>
    expect(subscriptionOf((scope) => AlertSubscriber.queue(new sqs.Queue(scope, 'Queue')))).not.toHaveProperty('RawMessageDelivery', true),
};

export const SCREENING_OVERRIDES: { [prop: string]: () => void } = {
  'FraudDetectionProps.model': () => expect(chosen().model).toMatchObject({ kind: 'sagemaker', target: 'fraud' }),
  'FraudDetectionProps.fuse': () => expect(chosen().fuse).toEqual({ share: 750, window_s: 1800, minimum: 7, reset_s: 2 * HOUR }),
  'FraudDetectionProps.foldAlerts': () => expect(chosen().fold_s).toBe(600),
  'FraudFuseOptions.enabled': () => expect(configOf({ fuse: { enabled: false } })).not.toHaveProperty('fuse'),
  'FraudFuseOptions.share': () => expect(chosen().fuse.share).toBe(750),
  'FraudFuseOptions.window': () => expect(chosen().fuse.window_s).toBe(1800),
  'FraudFuseOptions.minimumVerdicts': () => expect(chosen().fuse.minimum).toBe(7),
  'FraudFuseOptions.resetAfter': () => expect(chosen().fuse.reset_s).toBe(2 * HOUR),
  'FraudModelOptions.weight': () => expect(chosen().model.weight).toBe(250),
  'FraudModelOptions.timeout': () => expect(chosen().model.timeout_ms).toBe(1000),
  'FraudModelOptions.shadow': () => expect(chosen().model.shadow).toBe(true),
  'FraudRuleOptions.shadow': () => expect(chosen().rule('high_amount').shadow).toBe(true),
  'VelocityCountOptions.count': () => expect(chosen().rule('velocity_count').count).toBe(5),
  'VelocityCountOptions.window': () => expect(chosen().rule('velocity_count').window_s).toBe(300),
  'VelocitySumOptions.window': () => expect(chosen().rule('velocity_sum').window_s).toBe(300),
  'StructuringOptions.count': () => expect(chosen().rule('structuring').count).toBe(4),
  'StructuringOptions.margin': () => expect(chosen().rule('structuring').margin).toBe(50),
  'StructuringOptions.window': () => expect(chosen().rule('structuring').window_s).toBe(300),
  'UnusualOptions.count': () => expect(chosen().rule('unusual_currency').count).toBe(9),
  'UnusualOptions.window': () => expect(chosen().rule('unusual_currency').window_s).toBe(300),
  'NewCustomerOptions.window': () => expect(chosen().rule('new_customer').window_s).toBe(300),
  'FraudListOptions.customers': () => expect(chosen().rule('block_list').list.customers).toEqual(['cus_1']),
  'FraudListOptions.countries': () => expect(chosen().rule('block_list').list.countries).toEqual(['DE']),
  'FraudListOptions.currencies': () => expect(chosen().rule('block_list').list.currencies).toEqual(['EUR']),
  'FraudListOptions.providers': () => expect(chosen().rule('block_list').list.providers).toEqual(['stripe']),
  'FraudListOptions.shadow': () => expect(chosen().rule('block_list').shadow).toBe(true),
  'AlertSubscriberOptions.filter': () => expect(filtered({ currencies: ['EUR'] })).toEqual({ currency: ['EUR'] }),
  'AlertFilter.tiers': () => expect(filtered({ tiers: [TransactionTier.HIGH] })).toEqual({ tier: ['high'] }),
  'AlertFilter.riskBands': () => expect(filtered({ riskBands: [RiskBand.HIGH] })).toEqual({ risk_band: ['high_risk'] }),
  'AlertFilter.currencies': () => expect(filtered({ currencies: ['EUR', 'USD'] })).toEqual({ currency: ['EUR', 'USD'] }),
  'AlertFilter.providers': () => expect(filtered({ providers: ['stripe'] })).toEqual({ provider: ['stripe'] }),
  'MachineSubscriberOptions.rawMessage': () =>
    expect(subscriptionOf((scope) => AlertSubscriber.queue(new sqs.Queue(scope, 'Queue'), { rawMessage: true })).RawMessageDelivery).toBe(true),
};
