import { Duration, Token } from 'aws-cdk-lib';

/** Refuses a prop with a message that names it, its value and the fix. Tokens are known only at deployment and pass. */
export function check(holds: boolean, prop: string, value: unknown, fix: string): void {
  if (!holds && !Token.isUnresolved(value)) throw new Error(`WebhookProcessingSystem: ${prop} is ${JSON.stringify(value) ?? 'undefined'}: ${fix}`);
}

export function checkWholeNumber(prop: string, value: number | undefined, min: number, max: number): void {
  if (value === undefined) return;
  check(Number.isInteger(value) && value >= min && value <= max, prop, value, `use a whole number from ${min} to ${max}`);
}

/** A duration must be whole days, and at least `min` of them. */
export function checkDays(prop: string, value: Duration, min: number, max: number): void {
  if (value.isUnresolved()) return;
  const days = value.toMilliseconds() / Duration.days(1).toMilliseconds();
  check(Number.isInteger(days) && days >= min && days <= max, prop, `${days} days`, `use ${min} to ${max} whole days`);
}

/** A number that stands for an exact amount: printed without an exponent. */
export function amountText(prop: string, value: number): string {
  const text = String(value);
  check(Number.isFinite(value) && value >= 0 && /^\d{1,15}(\.\d{1,6})?$/.test(text), prop, value, 'use an amount from 0 to 999999999999999 with at most 6 decimals');
  return text;
}
