import { createHash } from 'node:crypto';
import { MONEY_EVENTS } from '../../src/contract';
import { fromMajor } from '../transaction/amount';
import { parseForm } from '../transaction/form';
import { isObject, Json, member, parseJson, textAt } from '../transaction/json';
import { fromIso } from '../transaction/time';
import type { AdapterOptions, CanonicalEvent, Credentials, MappedEvent, ProviderAdapter, Verification, WebhookRequest } from './adapter';
import { moneyEvents, readable } from './money-events';
import { malformed, Rejection } from './rejection';
import { decodeHex, matchHmac } from './signature';

const HEADER = 'x-mollie-signature';
const PREFIX = 'sha256=';

function verify(request: WebhookRequest, { secrets, options }: Credentials): Verification {
  if (isHint(request, options)) return { secretIndex: 0 };
  // While a secret is rotated there are two headers, which front ends join with a comma.
  const signatures = (request.headers.get(HEADER) ?? []).flatMap((value) => value.split(',')).map((value) => value.trim()).filter((value) => value !== '');
  if (signatures.length === 0) throw new Rejection('missing_signature', 'no X-Mollie-Signature header');
  const digests = signatures.map((value) => (value.startsWith(PREFIX) ? decodeHex(value.slice(PREFIX.length), 32) : undefined));
  const readableDigests = digests.filter((digest) => digest !== undefined);
  if (readableDigests.length === 0) throw new Rejection('malformed_signature', 'X-Mollie-Signature has no sha256= of 64 lower-case hex digits');
  return { secretIndex: matchHmac('sha256', secrets.map((secret) => Buffer.from(secret)), [request.body], readableDigests) };
}

/**
 * A classic webhook: an id and no signature. Anybody can send one, so it is taken only where the
 * endpoint asks for them, is nothing but an id, and never says more than "fetch this".
 */
function isHint(request: WebhookRequest, { classic }: AdapterOptions): boolean {
  return classic === true && !request.headers.has(HEADER) && hintedId(request) !== undefined;
}

function hintedId({ body }: WebhookRequest): string | undefined {
  const fields = parseForm(body);
  const id = fields?.get('id');
  return fields?.size === 1 && id !== undefined && /^[a-z]{2,10}_[A-Za-z0-9]{1,64}$/.test(id) ? id : undefined;
}

function map(request: WebhookRequest, options: AdapterOptions): readonly MappedEvent[] {
  if (isHint(request, options)) return [mapHint(request, hintedId(request)!)];
  const body = parseJson(request.body);
  if (!isObject(body)) throw malformed('the body must be a JSON object');
  const type = textAt(body, 'type') || 'unknown';
  const eventId = textAt(body, 'id') || `${type}:${createHash('sha256').update(request.body).digest('hex')}`;
  const entity = member(body, '_embedded', 'entity');
  const expected = moneyEvents(options, MONEY_EVENTS.mollie).includes(type);
  const money = moneyOf(entity, expected);
  return [{
    event: {
      transaction_id: textAt(body, 'entityId') || textAt(entity, 'id') || eventId,
      event_id: eventId,
      event_type: type,
      ...money,
      provider: 'mollie',
      customer_id: textAt(entity, 'customerId') ?? null,
      occurred_at: timeOf(textAt(body, 'createdAt'), request),
      metadata: metadataOf(entity),
      money_moved: expected && money.amount !== null,
      // Simple payloads leave the entity out.
      needs_fetch: money.amount === null && (expected || !isObject(entity)),
    },
  }];
}

/** Mollie tells of every change of status with the same id, so each arrival is an event of its own. */
function mapHint({ receivedAt }: WebhookRequest, id: string): MappedEvent {
  const received = new Date(receivedAt).toISOString();
  return {
    event: {
      transaction_id: id,
      event_id: `${id}:${received}`,
      event_type: 'classic',
      amount: null,
      currency: null,
      provider: 'mollie',
      customer_id: null,
      occurred_at: received,
      metadata: {},
      money_moved: false,
      needs_fetch: true,
    },
  };
}

function moneyOf(entity: Json | undefined, expected: boolean): Pick<CanonicalEvent, 'amount' | 'currency'> {
  const value = textAt(entity, 'amount', 'value');
  const currency = textAt(entity, 'amount', 'currency');
  const read = () => (value !== undefined && currency !== undefined ? { amount: fromMajor(value, currency), currency } : undefined);
  return (expected ? read() : readable(read)) ?? { amount: null, currency: null };
}

function metadataOf(entity: Json | undefined): CanonicalEvent['metadata'] {
  const own = member(entity, 'metadata');
  const payment = textAt(entity, 'paymentId');
  return {
    ...(isObject(own) ? own : own !== undefined && own !== null && { metadata: own }),
    ...(payment !== undefined && { paymentId: payment }),
  };
}

function timeOf(text: string | undefined, { receivedAt }: WebhookRequest): string {
  return (text === undefined ? undefined : readable(() => fromIso(text))) ?? new Date(receivedAt).toISOString();
}

/**
 * Mollie's signed events and, where the option `classic` is true, its unsigned classic webhooks.
 * @see https://docs.mollie.com/reference/webhooks-new
 * @see https://docs.mollie.com/reference/webhooks
 */
export const mollie: ProviderAdapter = {
  kind: 'mollie',
  description: {
    title: 'Mollie',
    signatureHeader: 'X-Mollie-Signature',
    algorithm: 'HMAC-SHA256 of the body, "sha256=" and hex; classic webhooks are not signed',
    contentTypes: ['application/json', 'application/x-www-form-urlencoded'],
    batch: false,
    retryHorizonDays: 2,
    unconfirmed: ['Which accounts get payment.* events with the full payload.'],
  },
  verify,
  map,
};
