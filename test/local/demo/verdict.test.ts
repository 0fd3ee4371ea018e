import { Roads } from '../../../local/demo/road';
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
  told: [{ alert_type: 'medium_value' }],
};
const NO_MONEY: Outcome = { stored: [{ record: 'event' }], published: [{ detail_type: 'Webhook Received' }], rules: [], workflow: [], score: null, told: [] };
const PASSED_BY = { rules: ['low'], workflows: 0, screened: false, notified: false };
const ROADS: Roads = { rules: ['low', 'medium'], byTier: { low: PASSED_BY, medium: { rules: ['medium'], workflows: 1, screened: true, notified: true }, high: PASSED_BY } };
const MEDIUM: Expectation = { tier: 'medium' };

test('nothing is wrong with what went as it should', () => {
  expect(verdictOn(200, MEDIUM, MONEY, ROADS)).toEqual([]);
  expect(verdictOn(200, MEDIUM, { ...MONEY, rules: [...MONEY.rules, { rule: 'of the app', matched: true }] }, ROADS)).toEqual([]);
  expect(verdictOn(200, {}, NO_MONEY, ROADS)).toEqual([]);
});

test.each<[string, Expectation, Partial<Outcome>, string]>([
  ['two rows', MEDIUM, { stored: [...MONEY.stored, ...MONEY.stored] }, 'was stored 2 times'],
  ['another tier', MEDIUM, { stored: [{ record: 'transaction', tier: 'low' }] }, 'has the tier low, expected medium'],
  ['no publication', MEDIUM, { published: [] }, 'was published 0 times'],
  ['another publication', MEDIUM, { published: NO_MONEY.published }, 'was published as Webhook Received, expected Transaction Created'],
  ['no rule', MEDIUM, { rules: [] }, 'matched the rules [], expected [medium]'],
  ['another rule', MEDIUM, { rules: MONEY.rules.map(({ rule }) => ({ rule, matched: true })) }, 'matched the rules [low, medium], expected [medium]'],
  ['no workflow', MEDIUM, { workflow: [] }, 'started 0 workflows, expected 1'],
  ['no verdict', MEDIUM, { score: null }, 'was not screened'],
  ['a verdict where none is wanted', { tier: 'low' }, { stored: [{ record: 'transaction', tier: 'low' }], rules: [{ rule: 'low', matched: true }], workflow: [], told: [] }, 'was screened'],
  ['a second message of another kind', MEDIUM, { told: [...MONEY.told, {}] }, '2 messages went to the alert topic, expected 1'],
  ['a failed workflow', MEDIUM, { workflow: [{ status: 'FAILED' }] }, 'its workflow failed'],
  ['a tier without money', {}, { ...NO_MONEY, stored: [{ record: 'event', tier: 'low' }] }, 'has the tier low, expected undefined'],
  ['money where none moved', {}, { ...NO_MONEY, stored: MONEY.stored.map(({ record }) => ({ record })) }, 'was stored as transaction, expected event'],
  ['a rule without money', {}, { ...NO_MONEY, rules: MONEY.rules }, 'matched the rules [medium], expected []'],
  ['a workflow without money', {}, { ...NO_MONEY, workflow: MONEY.workflow }, 'started 1 workflows, expected 0'],
  ['an alert without money', {}, { ...NO_MONEY, told: [{ alert_type: 'conflict' }] }, '1 messages went to the alert topic, expected 0'],
])('%s is a problem', (_, expected, outcome, problem) => {
  expect(verdictOn(200, expected, { ...MONEY, ...outcome }, ROADS)).toEqual([problem]);
});

test.each<[string, Partial<Outcome>, string[]]>([
  ['not told of', { told: [] }, ['its value was told of 0 times, expected 1', '0 messages went to the alert topic, expected 1']],
  ['folded', { told: [], stored: [{ ...MONEY.stored[0], notification_folded_at: '2026-01-01' }] }, []],
  ['of high risk and alerted', { score: { fraud_status: 'high_risk' }, told: [...MONEY.told, { alert_type: 'fraud_detection' }] }, []],
  ['of high risk and folded', { score: { fraud_status: 'high_risk' }, stored: [{ ...MONEY.stored[0], alert_folded_at: '2026-01-01' }] }, []],
  ['of high risk and not told of', { score: { fraud_status: 'high_risk' } }, ['its risk was told of 0 times, expected 1', '1 messages went to the alert topic, expected 2']],
])('what was published to the alert topic is counted: a transaction %s', (_, outcome, problems) => {
  expect(verdictOn(200, MEDIUM, { ...MONEY, ...outcome }, ROADS)).toEqual(problems);
});

test('a refusal and a loss are problems', () => {
  expect(verdictOn(401, MEDIUM, undefined, ROADS)).toEqual(['was answered 401']);
  expect(verdictOn(200, MEDIUM, undefined, ROADS)).toEqual(['was accepted and is nowhere']);
});
