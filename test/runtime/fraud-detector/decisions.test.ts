import fc from 'fast-check';
import { rulesToFuse } from '../../../runtime/fraud-detector/fuse';
import { analyze } from '../../../runtime/fraud-detector/score';
import type { FraudDetectionConfig, FraudRuleConfig } from '../../../src/contract';
import { CONFIG, detail, RISKY } from './setup';

const always: FraudRuleConfig = { id: 'high_amount', weight: 300, limit: { default: '0' } };
const config = (rules: FraudRuleConfig[], more: Partial<FraudDetectionConfig> = {}): FraudDetectionConfig => ({ ...CONFIG, rules, ...more });

describe('lists', () => {
  const allow: FraudRuleConfig = { id: 'allow_list', weight: 1000, list: { customers: ['cus_1'] } };
  const block: FraudRuleConfig = { id: 'block_list', weight: 1000, list: { countries: ['KP'], providers: ['acme'] } };

  test('an allowed customer scores 0, and is no risk factor', () => {
    expect(analyze(RISKY, config([...CONFIG.rules, allow]))).toMatchObject({ fraud_score: 0, fraud_status: 'low_risk' });
    expect(analyze(RISKY, config([allow]))).toMatchObject({ risk_factors: [], rules: [{ hit: true, contribution: -1, observed: 'listed by customer' }] });
  });

  test('a blocked one scores 1, allowed or not', () => {
    const transaction = detail({ metadata: { country: 'kp' } });
    expect(analyze(transaction, config([allow, block]))).toMatchObject({ fraud_score: 1, risk_factors: ['block_list'] });
    expect(analyze(detail({ provider: 'acme' }), config([block])).fraud_score).toBe(1);
  });

  test('everybody else is judged as without them', () => {
    const transaction = detail({ customer_id: null, amount_text: '6000' });
    expect(analyze(transaction, config([...CONFIG.rules, allow, block])).fraud_score).toBe(analyze(transaction, CONFIG).fraud_score);
  });
});

describe('shadow', () => {
  test('a rule in shadow is judged and stored, and decides nothing; what it would have done is stored, too', () => {
    expect(analyze(detail(), config([{ ...always, weight: 900, shadow: true }]))).toMatchObject({
      fraud_score: 0, fraud_status: 'low_risk', risk_factors: [], rules: [{ hit: true, weight: 0.9, contribution: 0, shadow: 'configured' }],
      shadow: { fraud_score: 0.9, fraud_status: 'high_risk' },
    });
  });

  test('a rule whose fuse has blown is the same, and says why', () => {
    const { fraud_score, rules } = analyze(RISKY, CONFIG, { fused: new Set(['country_mismatch']) });
    expect(fraud_score).toBe(0.7);
    expect(rules.filter(({ shadow }) => shadow).map(({ id, shadow }) => [id, shadow])).toEqual([['country_mismatch', 'fuse']]);
  });

  test('a list in shadow decides nothing', () => {
    expect(analyze(detail(), config([{ id: 'block_list', weight: 1000, list: { currencies: ['USD'] }, shadow: true }])).fraud_score).toBe(0);
  });

  test('without any there is nothing to say about it', () => expect(analyze(RISKY, CONFIG)).not.toHaveProperty('shadow'));
});

describe('a model', () => {
  const model = { kind: 'function', target: 'fn', weight: 250, timeout_ms: 1000 } as const;

  test.each([[0, 0.225], [1, 0.475], [0.5, 0.35], [0.001, 0.225], [0.002, 0.226]])('rules of 0.3 and a model of %p with a quarter of the say make %p', (score, expected) => {
    expect(analyze(detail(), config([always], { model }), { model: { target: 'fn', score } }).fraud_score).toBe(expected);
  });

  test('the score stays within 0 and 1, in thousandths', () => {
    const thousandth = fc.integer({ min: 0, max: 1000 });
    fc.assert(fc.property(thousandth, thousandth, thousandth, (weight, rule, score) => {
      const rules = config([{ ...always, weight: rule }], { model: { ...model, weight } });
      const { fraud_score } = analyze(detail(), rules, { model: { target: 'fn', score: score / 1000 } });
      expect(fraud_score * 1000).toBeCloseTo(Math.round(((1000 - weight) * rule + weight * score) / 1000), 0);
      expect(fraud_score).toBeGreaterThanOrEqual(Math.min(rule, score) / 1000);
      expect(fraud_score).toBeLessThanOrEqual(Math.max(rule, score) / 1000);
    }));
  });

  test('without an answer the rules decide alone, and the reason is kept', () => {
    const result = { target: 'fn', failure: 'no answer in 1000 ms' };
    expect(analyze(detail(), config([always], { model }), { model: result })).toMatchObject({ fraud_score: 0.3, model: result });
  });

  test('in shadow its score is stored, and decides nothing', () => {
    expect(analyze(detail(), config([always], { model: { ...model, shadow: true } }), { model: { target: 'fn', score: 1, shadow: true } }))
      .toMatchObject({ fraud_score: 0.3, model: { score: 1 }, shadow: { fraud_score: 0.475 } });
  });
});

describe('the fuse', () => {
  const fuse = { share: 500, window_s: 3600, minimum: 10, reset_s: 7200 };

  test.each([
    [10, 5, []], [10, 6, ['a']], [9, 9, []], [1000, 501, ['a']],
  ])('of %i verdicts %i are high risk by a rule: %p falls back', (verdicts, highRisk, rules) => {
    expect(rulesToFuse([{ verdicts, highRisk: { a: highRisk, b: 1 } }], fuse)).toEqual(rules);
  });

  test('counts of all moments and counters are added up', () => {
    expect(rulesToFuse([{ verdicts: 5, highRisk: { a: 3 } }, { verdicts: 5, highRisk: { a: 3, b: 5 } }, { verdicts: 1, highRisk: { b: 1 } }], fuse)).toEqual(['a', 'b']);
  });
});
