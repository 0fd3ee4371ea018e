import { Duration } from 'aws-cdk-lib';
import { AmountsByCurrency, FraudList, TierThresholds } from '../contract';
import { check, checkCurrency, checkWholeNumber, refuseToken } from '../validate';
import { FraudListOptions, UnusualOptions } from './fraud-rule-options';

/** The part of a rule's configuration that is its own. */
export type RuleDetails = (prop: string, thresholds: TierThresholds) => {
  readonly limit?: AmountsByCurrency;
  readonly window_s?: number;
  readonly count?: number;
  readonly margin?: number;
  readonly list?: FraudList;
};

/** A share from 0 to 1, kept as a whole number so that no float decides. */
export function thousandths(prop: string, value: number): number {
  refuseToken(prop, value);
  const scaled = Math.round(value * 1000);
  check(value >= 0 && value <= 1 && Math.abs(value * 1000 - scaled) < 1e-9, prop, value, 'use 0 to 1 in steps of 0.001');
  return scaled;
}

/** A duration as whole seconds within bounds. */
export function wholeSeconds(prop: string, value: Duration, min: number, max: number): number {
  refuseToken(prop, value);
  const seconds = value.toSeconds({ integral: false });
  checkWholeNumber(`${prop} in seconds`, seconds, min, max);
  return seconds;
}

export function unusual(options: UnusualOptions): RuleDetails {
  return (prop) => ({ ...counted(prop, options.count ?? 3, 1), ...windowed(prop, options.window ?? Duration.days(30)) });
}

/** Histories are read up to 500 entries: a count must stay below. */
export function counted(prop: string, count: number, min: number) {
  refuseToken(`${prop}.count`, count);
  checkWholeNumber(`${prop}.count`, count, min, 400);
  return { count };
}

export function windowed(prop: string, window: Duration) {
  return { window_s: wholeSeconds(`${prop}.window`, window, 1, Duration.days(90).toSeconds()) };
}

export function listOf(prop: string, { customers, countries, currencies, providers }: FraudListOptions): FraudList {
  const lists = Object.entries({ customers, countries, currencies, providers }).filter(([, values]) => values?.length);
  for (const [name, values] of lists) refuseToken(`${prop}.${name}`, values);
  check(lists.length > 0, prop, 'empty', 'name at least one customer, country, currency or provider, or leave the rule out');
  for (const country of countries ?? []) check(/^[A-Z]{2,3}$/.test(country), `${prop}.countries`, country, 'use an ISO 3166 code in capitals, e.g. DE');
  for (const currency of currencies ?? []) checkCurrency(`${prop}.currencies`, currency);
  return Object.fromEntries(lists);
}
