import { UnknownCurrency } from '../transaction/currency';
import { InvalidDecimal } from '../transaction/decimal';
import { MalformedJson, TooDeep } from '../transaction/json';
import { InvalidTime } from '../transaction/time';
import { malformed, Rejection } from './rejection';

const READABLE = [InvalidDecimal, UnknownCurrency, InvalidTime, MalformedJson, TooDeep];

/** What is wrong with a webhook, in words its sender may read; undefined when the fault is ours. */
export function rejectionOf(error: unknown): Rejection | undefined {
  if (error instanceof Rejection) return error;
  return READABLE.some((type) => error instanceof type) ? malformed((error as Error).message) : undefined;
}
