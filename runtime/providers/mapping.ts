import { createHash } from 'node:crypto';
import { fromMajor, fromMinor } from '../transaction/amount';
import { ExponentOverrides } from '../transaction/currency';
import { isLosslessNumber, isObject, Json, JsonObject, member, parseJson, printJson } from '../transaction/json';
import { fromIso } from '../transaction/time';
import type { CanonicalEvent, MappedEvent, WebhookRequest } from './adapter';
import { readable } from './money-events';
import { malformed } from './rejection';

/** Stands for a type the provider did not send. */
export const UNKNOWN_TYPE = 'unknown';

export interface Money {
  readonly amount: string;
  readonly currency: string;
}

/** The body of a verified webhook, for providers that send a JSON object. */
export function objectBody(request: WebhookRequest): JsonObject {
  const body = parseJson(request.body);
  if (!isObject(body)) throw malformed('the body must be a JSON object');
  return body;
}

/** Stands in for an id that is missing or not signed: the same for every replay of the same bytes. */
export function digestOf(request: WebhookRequest): string {
  return `sha256:${createHash('sha256').update(request.body).digest('hex')}`;
}

/** Text, or the source text of a number: ids and amounts come as either. */
export function sourceAt(value: Json | undefined, ...path: string[]): string | undefined {
  const found = member(value, ...path);
  return isLosslessNumber(found) ? found.value : typeof found === 'string' ? found : undefined;
}

/** As {@link sourceAt}; an empty id is none. */
export function idAt(value: Json | undefined, ...path: string[]): string | undefined {
  return sourceAt(value, ...path) || undefined;
}

export function objectAt(value: Json | undefined, ...path: string[]): JsonObject {
  const found = member(value, ...path);
  return isObject(found) ? found : {};
}

/** The members that are there. */
export function present(members: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined && value !== null));
}

/** The first readable time, else the arrival: an authentic event is not lost over a date. */
export function timeOf(request: WebhookRequest, ...candidates: readonly (string | undefined)[]): string {
  for (const candidate of candidates) {
    const time = candidate === undefined ? undefined : readable(() => fromIso(candidate));
    if (time !== undefined) return time;
  }
  return new Date(request.receivedAt).toISOString();
}

/** Money in minor units; undefined when a part is missing. */
export function minorMoney(amount: string | undefined, currency: string | undefined, overrides?: ExponentOverrides): Money | undefined {
  return moneyIn(fromMinor, amount, currency, overrides);
}

/** Money in major units; undefined when a part is missing. */
export function majorMoney(amount: string | undefined, currency: string | undefined, overrides?: ExponentOverrides): Money | undefined {
  return moneyIn(fromMajor, amount, currency, overrides);
}

function moneyIn(read: typeof fromMinor, amount: string | undefined, currency: string | undefined, overrides?: ExponentOverrides): Money | undefined {
  if (amount === undefined || !currency) return undefined;
  const code = currency.toUpperCase();
  return { amount: read(amount, code, overrides), currency: code };
}

/** Money that moved must be readable; what else an event says of money is kept only if it is. */
export function moneyFields(moved: boolean, read: () => Money | undefined): Pick<CanonicalEvent, 'amount' | 'currency' | 'money_moved'> {
  const money = moved ? read() : readable(read);
  if (moved && !money) throw malformed('an event that moves money has an amount and a currency');
  return { amount: money?.amount ?? null, currency: money?.currency ?? null, money_moved: moved };
}

/**
 * For money that several events tell of, each under an id of its own: the first counts, the others are its duplicates
 * unless they tell of another sum.
 */
export function onceOnly(key: string, { amount, currency }: Pick<CanonicalEvent, 'amount' | 'currency'>): Pick<MappedEvent, 'key' | 'content'> {
  return { key, content: printJson([key, amount, currency]) };
}
