import { RULES } from '../../runtime/fraud-detector/rules';
import { parseDecimal } from '../../runtime/transaction/decimal';
import type { AmountsByCurrency, FraudDetectionConfig, FraudRuleConfig } from '../../src/contract';

/** Members a rule cannot do without. */
const NEEDS: Readonly<Record<string, readonly (keyof FraudRuleConfig)[]>> = {
  high_amount: ['limit'],
  very_high_amount: ['limit'],
  unknown_customer: ['limit'],
  just_below_limit: ['limit'],
  velocity_count: ['count', 'window_s'],
  velocity_sum: ['limit', 'window_s'],
  structuring: ['limit', 'margin', 'count', 'window_s'],
  unusual_currency: ['count', 'window_s'],
  unusual_country: ['count', 'window_s'],
  new_customer: ['limit', 'window_s'],
  allow_list: ['list'],
  block_list: ['list'],
};

/** Checks a rule set in the form of `FRAUD_DETECTION`; an error says what is wrong where. */
export function parseRules(file: object): FraudDetectionConfig {
  const config = file as FraudDetectionConfig;
  const { rules, mediumRiskAbove: medium, highRiskAbove: high } = config;
  demand(Array.isArray(rules), 'rules', 'is no list');
  demand(isThousandth(medium) && isThousandth(high) && medium < high, 'mediumRiskAbove and highRiskAbove', 'use thousandths, the first below the second');
  rules.forEach((rule, index) => checkRule(rule, `rules[${index}]`));
  return config;
}

function checkRule(rule: FraudRuleConfig, where: string): void {
  demand(Object.hasOwn(RULES, rule.id), `${where}.id`, `is ${JSON.stringify(rule.id)}: use one of ${Object.keys(RULES).join(', ')}`);
  demand(isThousandth(rule.weight), `${where}.weight`, 'use thousandths, 0 to 1000');
  for (const name of NEEDS[rule.id] ?? []) demand(rule[name] !== undefined, `${where}.${name}`, `is missing, and ${rule.id} needs it`);
  for (const name of ['count', 'window_s', 'margin'] as const) {
    demand(rule[name] === undefined || (Number.isInteger(rule[name]) && rule[name]! > 0), `${where}.${name}`, 'use a whole number above 0');
  }
  if (rule.limit) checkAmounts(rule.limit, `${where}.limit`);
}

function checkAmounts(limit: AmountsByCurrency, where: string): void {
  demand(limit.default !== undefined, `${where}.default`, 'is missing');
  for (const [currency, amount] of Object.entries(limit)) {
    demand(typeof amount === 'string', `${where}.${currency}`, 'write the amount as text, e.g. "5000"');
    parseDecimal(amount);
  }
}

function isThousandth(value: unknown): boolean {
  return Number.isInteger(value) && (value as number) >= 0 && (value as number) <= 1000;
}

function demand(holds: boolean, where: string, problem: string): void {
  if (!holds) throw new Error(`The rules are no rules: ${where} ${problem}`);
}
