import { Duration, Token, Tokenization } from 'aws-cdk-lib';

/** Refuses a prop with a message that names it, its value and the fix. Tokens are known only at deployment and pass. */
export function check(holds: boolean, prop: string, value: unknown, fix: string): void {
  if (!holds && !Token.isUnresolved(value)) throw invalid(prop, value, fix);
}

/** Refuses a token where synthesis itself needs the value. */
export function refuseToken(prop: string, value: unknown): void {
  const unresolved = value instanceof Duration ? value.isUnresolved() : Token.isUnresolved(value);
  if (unresolved) throw invalid(prop, 'a token', 'use a value that is known when the app is synthesized');
}

export function checkWholeNumber(prop: string, value: number | undefined, min: number, max: number): void {
  if (value === undefined) return;
  check(Number.isInteger(value) && value >= min && value <= max, prop, value, `use a whole number from ${min} to ${max}`);
}

/** A duration must be whole days, and at least `min` of them; one that is a token cannot be converted into days. */
export function checkDays(prop: string, value: Duration, min: number, max: number): void {
  if (value.isUnresolved()) {
    check(value.unitLabel() === 'days', prop, `a token in ${value.unitLabel()}`, 'use Duration.days()');
    return;
  }
  const days = value.toMilliseconds() / Duration.days(1).toMilliseconds();
  check(Number.isInteger(days) && days >= min && days <= max, prop, `${days} days`, `use ${min} to ${max} whole days`);
}

/** One number must be below another; tokens are not compared. */
export function checkBelow(prop: string, value: number, limitProp: string, limit: number, consequence: string): void {
  check(value < limit || Token.isUnresolved(limit), prop, value, `use less than ${limitProp} (${limit}), or ${consequence}`);
}

export function checkCurrency(prop: string, currency: string): void {
  check(/^[A-Z]{3}$/.test(currency), prop, currency, 'use an ISO 4217 code in capitals, e.g. JPY');
}

/** A number that stands for an exact amount: printed without an exponent. */
export function amountText(prop: string, value: number): string {
  if (Token.isUnresolved(value)) return Tokenization.stringifyNumber(value);
  const text = String(value);
  check(/^\d{1,15}(\.\d{1,6})?$/.test(text), prop, value, 'use an amount from 0 to 999999999999999 with at most 6 decimals');
  return text;
}

function invalid(prop: string, value: unknown, fix: string): Error {
  const shown = typeof value === 'number' ? String(value) : JSON.stringify(value) ?? 'undefined';
  return new Error(`WebhookProcessingSystem: ${prop} is ${shown}: ${fix}`);
}
