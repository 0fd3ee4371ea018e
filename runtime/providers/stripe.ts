import { fromMinor } from '../transaction/amount';
import { ExponentOverrides } from '../transaction/currency';
import { isObject, Json, JsonObject, member, numberAt, parseJson, printJson, textAt } from '../transaction/json';
import { fromUnixSeconds } from '../transaction/time';
import type { CanonicalEvent, Credentials, MappedEvent, ProviderAdapter, Verification, WebhookRequest } from './adapter';
import { singleHeader } from './adapter';
import { minorMoney, onceOnly } from './mapping';
import { readable } from './money-events';
import { malformed, Rejection } from './rejection';
import { checkTimestamp, decodeHex, matchHmac } from './signature';

const TOLERANCE_SECONDS = 300;

/**
 * Stripe counts these unlike ISO 4217.
 * @see https://docs.stripe.com/currencies#special-cases
 */
const EXPONENTS: ExponentOverrides = { ISK: 2, UGX: 2, MGA: 0 };

/**
 * One sale raises payment_intent, charge, checkout and invoice events: only one
 * family may count as money, or each sale counts several times.
 */
const AMOUNT_FIELD: Readonly<Record<string, string>> = {
  'payment_intent.succeeded': 'amount_received',
  'refund.created': 'amount',
  'refund.updated': 'amount',
  'charge.refund.updated': 'amount',
  'payout.paid': 'amount',
};

/** A refund may have succeeded when it is created, and is updated again when its reference is known; the last is its older name. */
const REFUNDS = ['refund.created', 'refund.updated', 'charge.refund.updated'];

function verify(request: WebhookRequest, { secrets }: Credentials): Verification {
  const header = singleHeader(request, 'stripe-signature');
  if (!header) throw new Rejection('missing_signature', 'no Stripe-Signature header');
  const pairs = header.split(',').map((part) => part.split('=', 2) as [string, string | undefined]);
  const timestamps = pairs.filter(([key]) => key === 't').map(([, value]) => value ?? '');
  const signatures = pairs.filter(([key]) => key === 'v1').map(([, value]) => decodeHex(value ?? '', 32));
  const digests = signatures.filter((digest) => digest !== undefined);
  if (timestamps.length !== 1 || digests.length === 0) {
    throw new Rejection('malformed_signature', 'Stripe-Signature has no single t and v1 of 64 lower-case hex digits');
  }

  const secretIndex = matchHmac('sha256', secrets.map((secret) => Buffer.from(secret)), [timestamps[0], '.', request.body], digests);
  checkTimestamp(timestamps[0], request.receivedAt, TOLERANCE_SECONDS);
  return { secretIndex };
}

function map(request: WebhookRequest): readonly MappedEvent[] {
  const event = parseJson(request.body);
  const object = member(event, 'data', 'object');
  const id = textAt(event, 'id');
  const type = textAt(event, 'type');
  const created = numberAt(event, 'created');
  if (!isObject(event) || !id || !type || !created || !isObject(object)) throw malformed('a Stripe event has id, type, created and data.object');

  // pending_webhooks counts down between deliveries of the same event.
  const { pending_webhooks: _, ...stable } = event;
  const money = moneyOf(type, object);
  return [{
    ...(money.money_moved && REFUNDS.includes(type) ? onceOnly('refund:succeeded', money) : { content: printJson(stable) }),
    event: {
      transaction_id: textAt(object, 'id') ?? id,
      event_id: id,
      event_type: type,
      ...money,
      provider: 'stripe',
      customer_id: textAt(object, 'customer') ?? textAt(object, 'customer', 'id') ?? null,
      occurred_at: fromUnixSeconds(created),
      metadata: metadataOf(event, object),
      needs_fetch: false,
    },
  }];
}

function moneyOf(type: string, object: JsonObject): Pick<CanonicalEvent, 'amount' | 'currency' | 'money_moved'> {
  const field = Object.hasOwn(AMOUNT_FIELD, type) ? AMOUNT_FIELD[type] : 'amount';
  const minor = numberAt(object, field);
  const currency = textAt(object, 'currency')?.toUpperCase() ?? null;
  const moved = Object.hasOwn(AMOUNT_FIELD, type) && (!REFUNDS.includes(type) || textAt(object, 'status') === 'succeeded');
  if (moved) {
    if (minor === undefined || !currency) throw malformed(`a ${type} event has ${field} and currency`);
    return { amount: fromMinor(minor, currency, EXPONENTS), currency, money_moved: true };
  }
  return { ...readableMoney(minor, currency), money_moved: false };
}

/** Where no money moved, an amount that cannot be read is no reason to refuse the event. */
function readableMoney(minor: string | undefined, currency: string | null): Pick<CanonicalEvent, 'amount' | 'currency'> {
  return readable(() => minorMoney(minor, currency ?? undefined, EXPONENTS)) ?? { amount: null, currency: null };
}

function metadataOf(event: Json, object: JsonObject): CanonicalEvent['metadata'] {
  const own = member(object, 'metadata');
  const related = {
    payment_intent: textAt(object, 'payment_intent'),
    account: textAt(event, 'account'),
  };
  const present = Object.entries(related).filter(([, value]) => value !== undefined);
  return { ...(isObject(own) ? own : {}), ...Object.fromEntries(present) };
}

/**
 * Stripe events, signed with the endpoint's `whsec_…` secret used as text.
 * @see https://docs.stripe.com/webhooks#verify-manually
 */
export const stripe: ProviderAdapter = {
  kind: 'stripe',
  description: {
    title: 'Stripe',
    signatureHeader: 'Stripe-Signature',
    algorithm: 'HMAC-SHA256 of "{t}.{body}", hex, v1 only',
    toleranceSeconds: TOLERANCE_SECONDS,
    contentTypes: ['application/json'],
    batch: false,
    retryHorizonDays: 3,
  },
  verify,
  map,
};
