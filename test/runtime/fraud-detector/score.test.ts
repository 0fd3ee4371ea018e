import fc from 'fast-check';
import { analyze, bandOf } from '../../../runtime/fraud-detector/score';
import { FraudDetectionConfig, FraudRuleConfig, RISK_BANDS } from '../../../src/contract';
import { CONFIG, detail, RISKY } from './setup';

const only = (id: string): FraudDetectionConfig => ({ ...CONFIG, rules: CONFIG.rules.filter((rule) => rule.id === id) });
const factors = (id: string, overrides: Parameters<typeof detail>[0]) => analyze(detail(overrides), only(id)).risk_factors;
const HIT = true;
const MISS = false;

describe('each rule at its boundary', () => {
  test.each([
    ['high_amount', '-5000.00', 'USD', MISS], ['high_amount', '-5000.01', 'USD', HIT], ['round_amount', '-1000', 'USD', HIT],
    ['high_amount', '5000.00', 'USD', MISS], ['high_amount', '5000.01', 'USD', HIT],
    ['high_amount', '750000', 'JPY', MISS], ['high_amount', '750001', 'JPY', HIT], ['high_amount', '5001', 'JPY', MISS],
    ['very_high_amount', '20000', 'USD', MISS], ['very_high_amount', '20000.01', 'USD', HIT],
    ['round_amount', '1000', 'USD', HIT], ['round_amount', '1000.00', 'USD', HIT], ['round_amount', '1000.01', 'USD', MISS],
    ['round_amount', '1500', 'USD', MISS], ['round_amount', '0.00', 'USD', MISS], ['round_amount', '999', 'USD', MISS],
    ['just_below_limit', '9499.99', 'USD', MISS], ['just_below_limit', '9500.00', 'USD', HIT], ['just_below_limit', '9999.99', 'USD', HIT],
    ['just_below_limit', '10000.00', 'USD', MISS],
  ])('%s: %s %s, hit: %p', (id, amount_text, currency, hit) => {
    expect(factors(id, { amount_text, currency })).toEqual(hit ? [id] : []);
  });

  test.each([
    ['DE', 'US', HIT], ['DE', 'DE', MISS], ['de', 'DE', MISS], ['DE', undefined, MISS], [undefined, 'US', MISS], [49, 1, MISS], ['DE', null, MISS],
  ])('country_mismatch: customer %p, card %p, hit: %p', (country, card_country, hit) => {
    expect(factors('country_mismatch', { metadata: { country, card_country } })).toEqual(hit ? ['country_mismatch'] : []);
  });

  test.each([
    [null, '1000.01', HIT], ['', '1000.01', HIT], [null, '1000.00', MISS], ['cus_1', '1000.01', MISS],
  ])('unknown_customer: customer %p, %s, hit: %p', (customer_id, amount_text, hit) => {
    expect(factors('unknown_customer', { customer_id, amount_text })).toEqual(hit ? ['unknown_customer'] : []);
  });

  test('an amount no double can hold is compared exactly', () => {
    const config = { ...CONFIG, rules: [{ id: 'high_amount', weight: 1000, limit: { default: '9007199254740992' } }] };
    expect(analyze(detail({ amount_text: '9007199254740992' }), config).fraud_score).toBe(0);
    expect(analyze(detail({ amount_text: '9007199254740993' }), config).fraud_score).toBe(1);
  });
});

describe('the bands', () => {
  test.each([[0, 'low_risk'], [400, 'low_risk'], [401, 'medium_risk'], [700, 'medium_risk'], [701, 'high_risk'], [1000, 'high_risk']])('%i thousandths are %s', (score, band) => {
    expect(bandOf(score, CONFIG)).toBe(band);
  });

  test('every band can be reached by a transaction under the default rules', () => {
    const reached = [
      detail(),
      detail({ amount_text: '6000.00' }),
      detail({ amount_text: '6001.00', customer_id: null }),
      RISKY,
    ].map((transaction) => analyze(transaction, CONFIG));
    expect(reached.map(({ fraud_status }) => fraud_status)).toEqual(['low_risk', 'medium_risk', 'medium_risk', 'high_risk']);
    expect(new Set(reached.map(({ fraud_status }) => fraud_status))).toEqual(new Set(RISK_BANDS));
  });
});

describe('the score', () => {
  const rules: FraudRuleConfig[] = [100, 200].map((weight) => ({ id: 'high_amount', weight, limit: { default: '0' } }));

  test('0.1 + 0.2 is 0.3, and not above 0.3', () => {
    const analysis = analyze(detail(), { rules, mediumRiskAbove: 300, highRiskAbove: 700 });
    expect(analysis).toMatchObject({ fraud_score: 0.3, fraud_status: 'low_risk' });
  });

  test('is the sum of the weights of what hit, to the thousandth, however many they are', () => {
    fc.assert(fc.property(fc.array(fc.integer({ min: 1, max: 300 }), { maxLength: 12 }), (weights) => {
      const config = { ...CONFIG, rules: weights.map((weight) => ({ id: 'high_amount', weight, limit: { default: '0' } })) };
      const { fraud_score, fraud_status } = analyze(detail(), config);
      const thousandths = Math.min(1000, weights.reduce((sum, weight) => sum + weight, 0));
      expect(fraud_score.toFixed(3)).toBe(`${Math.floor(thousandths / 1000)}.${String(thousandths % 1000).padStart(3, '0')}`);
      expect(fraud_score).toBe(Number(fraud_score.toFixed(3)));
      expect(fraud_status).toBe(thousandths > 700 ? 'high_risk' : thousandths > 400 ? 'medium_risk' : 'low_risk');
    }));
  });

  test('never exceeds 1', () => {
    const everything = analyze({ ...RISKY, customer_id: null }, CONFIG);
    expect(everything.rules.reduce((sum, { contribution }) => sum + contribution, 0)).toBeGreaterThan(1);
    expect(everything.fraud_score).toBe(1);
  });

  test('is the same for the same input, every time', () => {
    const transactions = fc.record({
      amount_text: fc.integer({ min: 0, max: 10_000_000 }).map((cents) => (cents / 100).toFixed(2)),
      customer_id: fc.constantFrom(null, 'cus_1'),
      metadata: fc.record({ country: fc.constantFrom('DE', 'US'), card_country: fc.constantFrom('DE', 'US') }),
    });
    fc.assert(fc.property(transactions, (overrides) => {
      const transaction = detail(overrides);
      const before = JSON.stringify(transaction);
      expect(analyze(transaction, CONFIG)).toEqual(analyze(JSON.parse(before) as typeof transaction, CONFIG));
      expect(JSON.stringify(transaction)).toBe(before);
    }));
  });

  test('is explained: what every rule saw, and what it added', () => {
    const { fraud_score, risk_factors, rules: explained } = analyze(RISKY, CONFIG);
    expect(fraud_score).toBe(1);
    expect(risk_factors).toEqual(['high_amount', 'very_high_amount', 'round_amount', 'country_mismatch']);
    expect(explained.map(({ id, hit, contribution }) => [id, hit, contribution])).toEqual([
      ['high_amount', true, 0.3], ['very_high_amount', true, 0.25], ['round_amount', true, 0.15], ['country_mismatch', true, 0.3],
      ['unknown_customer', false, 0], ['just_below_limit', false, 0],
    ]);
    for (const { observed, limit, version } of explained) {
      expect([observed, limit]).toEqual([expect.stringMatching(/./), expect.stringMatching(/./)]);
      expect(version).toBeGreaterThan(0);
    }
  });
});

describe('what cannot be scored is an error, never a low score', () => {
  test.each([{ amount_text: null }, { currency: null }, { amount_text: 'NaN' }, { amount_text: '1e400' }])('%j', (overrides) => {
    expect(() => analyze(detail(overrides), CONFIG)).toThrow(/./);
  });

  test.each(['no_such_rule', 'constructor', '__proto__'])('a rule called %s', (id) => {
    expect(() => analyze(detail(), { ...CONFIG, rules: [{ id, weight: 100 }] })).toThrow(`There is no fraud rule ${id}`);
  });
});

test('a country that is no country neither hits nor fills the verdict', () => {
  const { rules } = analyze(detail({ metadata: { country: '"'.repeat(100_000), card_country: 'US' } }), only('country_mismatch'));
  expect(rules[0]).toMatchObject({ hit: false, observed: '? / US' });
});
