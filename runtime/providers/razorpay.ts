import { JsonObject, member, numberAt, textAt } from '../transaction/json';
import { fromUnixSeconds } from '../transaction/time';
import type { MappedEvent, ProviderAdapter, WebhookRequest } from './adapter';
import { singleHeader } from './adapter';
import { digestOf, idAt, minorMoney, moneyFields, objectAt, objectBody, present, sourceAt, timeOf, UNKNOWN_TYPE } from './mapping';
import { RawBodyHmac, verifyRawBody } from './raw-body-hmac';
import { malformed } from './rejection';

const SCHEME: RawBodyHmac = { header: 'x-razorpay-signature', algorithm: 'sha256', encoding: 'hex' };

/** `order.paid` repeats a captured payment. */
const MONEY_TYPES = ['payment.captured', 'refund.processed', 'payout.processed'];

function map(request: WebhookRequest): readonly MappedEvent[] {
  const body = objectBody(request);
  const type = textAt(body, 'event') || UNKNOWN_TYPE;
  const entity = entityOf(body, type);
  const id = idAt(entity, 'id');
  const created = numberAt(body, 'created_at');
  const moved = MONEY_TYPES.includes(type);
  if (moved && !id) throw malformed(`a ${type} event has an entity with an id`);
  // The event id is a header nobody signed.
  const key = id && created ? `${type}:${id}:${created}` : digestOf(request);
  return [{
    key,
    event: {
      transaction_id: id ?? key,
      event_id: singleHeader(request, 'x-razorpay-event-id') || key,
      event_type: type,
      ...moneyFields(moved, () => minorMoney(sourceAt(entity, 'amount'), textAt(entity, 'currency'))),
      provider: 'razorpay',
      customer_id: idAt(entity, 'customer_id') ?? null,
      occurred_at: timeOf(request, secondsOf(created), secondsOf(numberAt(entity, 'created_at'))),
      metadata: metadataOf(body, entity),
      needs_fetch: false,
    },
  }];
}

/** What the event is about: `payment.dispute.created` is about a dispute and comes with its payment. */
function entityOf(body: JsonObject, type: string): JsonObject {
  const contained = member(body, 'contains');
  const named = Array.isArray(contained) ? contained.filter((name) => typeof name === 'string') : [];
  const kind = [...type.split('.').slice(0, -1).reverse(), ...named].find((name) => member(body, 'payload', name, 'entity') !== undefined);
  return kind === undefined ? {} : objectAt(body, 'payload', kind, 'entity');
}

/** `notes` are the merchant's own; empty ones come as a list. */
function metadataOf(body: JsonObject, entity: JsonObject): JsonObject {
  return {
    ...objectAt(entity, 'notes'),
    ...present({
      account_id: member(body, 'account_id'),
      razorpay_order_id: member(entity, 'order_id'),
      razorpay_payment_id: member(entity, 'payment_id'),
      status: member(entity, 'status'),
    }),
  };
}

function secondsOf(text: string | undefined): string | undefined {
  return text !== undefined && /^\d{1,11}$/.test(text) ? fromUnixSeconds(text) : undefined;
}

/**
 * Razorpay payments, refunds and payouts, signed with the webhook's secret (not the API secret).
 * @see https://razorpay.com/docs/webhooks/validate-test/
 */
export const razorpay: ProviderAdapter = {
  kind: 'razorpay',
  description: {
    title: 'Razorpay',
    signatureHeader: 'X-Razorpay-Signature',
    algorithm: 'HMAC-SHA256 of the body, hex',
    contentTypes: ['application/json'],
    batch: false,
    retryHorizonDays: 1,
  },
  verify: (request, credentials) => verifyRawBody(SCHEME, request, credentials),
  map,
};
