import type { ExponentOverrides } from '../transaction/currency';
import { JsonObject, member, textAt } from '../transaction/json';
import type { MappedEvent, ProviderAdapter, WebhookRequest } from './adapter';
import { digestOf, idAt, minorMoney, moneyFields, objectAt, objectBody, present, sourceAt, timeOf, UNKNOWN_TYPE } from './mapping';
import { RawBodyHmac, verifyRawBody } from './raw-body-hmac';
import { malformed } from './rejection';

const SCHEME: RawBodyHmac = { header: 'cko-signature', algorithm: 'sha256', encoding: 'hex' };

/** `payment_approved` is an authorisation: nothing has moved yet. */
const MONEY_TYPES = ['payment_captured', 'payment_refunded', 'payment_paid'];

/**
 * Whatever is on neither of its lists has two decimals here, Chilean pesos too.
 * @see https://www.checkout.com/docs/payments/accept-payments/format-the-amount-value
 */
const EXPONENTS: ExponentOverrides = { CLF: 2, CLP: 2, UYI: 2, UYW: 2 };

function map(request: WebhookRequest): readonly MappedEvent[] {
  const body = objectBody(request);
  const data = objectAt(body, 'data');
  const type = textAt(body, 'type') || UNKNOWN_TYPE;
  const eventId = idAt(body, 'id') ?? digestOf(request);
  const id = idAt(data, 'id');
  const moved = MONEY_TYPES.includes(type);
  if (moved && !id) throw malformed(`a ${type} event has data.id`);
  return [{
    event: {
      transaction_id: id ?? eventId,
      event_id: eventId,
      event_type: type,
      ...moneyFields(moved, () => minorMoney(sourceAt(data, 'amount'), textAt(data, 'currency'), EXPONENTS)),
      provider: 'checkout-com',
      customer_id: idAt(data, 'customer', 'id') ?? null,
      occurred_at: timeOf(request, textAt(body, 'created_on'), textAt(body, 'timestamp')),
      metadata: metadataOf(data),
      needs_fetch: false,
    },
  }];
}

function metadataOf(data: JsonObject): JsonObject {
  return {
    ...objectAt(data, 'metadata'),
    ...present({
      action_id: member(data, 'action_id'),
      payment_id: member(data, 'payment_id'),
      reference: member(data, 'reference'),
    }),
  };
}

/**
 * Checkout.com payments, signed with the signature key of a workflow's webhook action.
 * @see https://www.checkout.com/docs/developer-resources/event-notifications/receive-webhooks
 */
export const checkoutCom: ProviderAdapter = {
  kind: 'checkout-com',
  description: {
    title: 'Checkout.com',
    signatureHeader: 'Cko-Signature',
    algorithm: 'HMAC-SHA256 of the body, hex',
    contentTypes: ['application/json'],
    batch: false,
    retryHorizonDays: 2,
  },
  verify: (request, credentials) => verifyRawBody(SCHEME, request, credentials),
  map,
};
