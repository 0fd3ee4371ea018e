import { Expectation, expectationOf, Outcome, verdictOn } from '../../../local/demo/verdict';

const THRESHOLDS = { medium: { default: '1000', INR: '80000', KWD: '300.125' }, high: { default: '10000', INR: '800000', KWD: '3000' } };

test.each([
  ['999.99', 'USD', 'low'],
  ['1000', 'USD', 'medium'],
  ['10000.00', 'USD', 'medium'],
  ['10000.01', 'USD', 'high'],
  ['42000.00', 'INR', 'low'],
  ['80000.00', 'INR', 'medium'],
  ['300.124', 'KWD', 'low'],
  ['300.125', 'KWD', 'medium'],
])('%s %s is %s', (amount, currency, tier) => {
  expect(expectationOf({ amount, currency }, THRESHOLDS)).toEqual({ tier });
});

test('no tier is expected where no money moved', () => {
  expect(expectationOf(undefined, THRESHOLDS)).toEqual({});
});

const MONEY: Outcome = {
  stored: [{ record: 'transaction', tier: 'medium' }],
  published: [{ detail_type: 'Transaction Created' }],
  rules: [{ rule: 'medium', matched: true }, { rule: 'low', matched: false }],
  workflow: [{ status: 'SUCCEEDED' }],
  score: { fraud_status: 'low_risk' },
  alerts: [],
};
const NO_MONEY: Outcome = { stored: [{ record: 'event' }], published: [{ detail_type: 'Webhook Received' }], rules: [], workflow: [], score: null, alerts: [] };
const MEDIUM: Expectation = { tier: 'medium' };

test('nothing is wrong with what went as it should', () => {
  expect(verdictOn(200, MEDIUM, MONEY)).toEqual([]);
  expect(verdictOn(200, {}, NO_MONEY)).toEqual([]);
});

test.each<[string, Expectation, Partial<Outcome>, string]>([
  ['two rows', MEDIUM, { stored: [...MONEY.stored, ...MONEY.stored] }, 'was stored 2 times'],
  ['another tier', MEDIUM, { stored: [{ record: 'transaction', tier: 'low' }] }, 'has the tier low, expected medium'],
  ['no publication', MEDIUM, { published: [] }, 'was published 0 times'],
  ['another publication', MEDIUM, { published: NO_MONEY.published }, 'was published as Webhook Received, expected Transaction Created'],
  ['no rule', MEDIUM, { rules: [] }, 'matched 0 rules'],
  ['a failed workflow', MEDIUM, { workflow: [{ status: 'FAILED' }] }, 'its workflow failed'],
  ['a tier without money', {}, { ...NO_MONEY, stored: [{ record: 'event', tier: 'low' }] }, 'has the tier low, expected undefined'],
  ['money where none moved', {}, { ...NO_MONEY, stored: MONEY.stored.map(({ record }) => ({ record })) }, 'was stored as transaction, expected event'],
  ['a rule without money', {}, { ...NO_MONEY, rules: MONEY.rules }, 'matched 1 rules'],
  ['a workflow without money', {}, { ...NO_MONEY, workflow: MONEY.workflow, score: MONEY.score }, 'started 1 workflows'],
  ['an alert without money', {}, { ...NO_MONEY, alerts: [{ body: '' }] }, 'alerted although no money moved'],
])('%s is a problem', (_, expected, outcome, problem) => {
  expect(verdictOn(200, expected, { ...MONEY, ...outcome })).toEqual([problem]);
});

test('a refusal and a loss are problems', () => {
  expect(verdictOn(401, MEDIUM, undefined)).toEqual(['was answered 401']);
  expect(verdictOn(200, MEDIUM, undefined)).toEqual(['was accepted and is nowhere']);
});
