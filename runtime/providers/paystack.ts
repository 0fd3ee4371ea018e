import type { ExponentOverrides } from '../transaction/currency';
import { JsonObject, member, textAt } from '../transaction/json';
import type { MappedEvent, ProviderAdapter, WebhookRequest } from './adapter';
import { digestOf, idAt, minorMoney, moneyFields, objectAt, objectBody, present, sourceAt, timeOf, UNKNOWN_TYPE } from './mapping';
import { RawBodyHmac, verifyRawBody } from './raw-body-hmac';
import { malformed } from './rejection';

const SCHEME: RawBodyHmac = { header: 'x-paystack-signature', algorithm: 'sha512', encoding: 'hex' };

const MONEY_TYPES = ['charge.success', 'refund.processed', 'transfer.success'];

/** Paystack counts hundredths even where a currency has none. */
const EXPONENTS: ExponentOverrides = { RWF: 2, XOF: 2 };

function map(request: WebhookRequest): readonly MappedEvent[] {
  const body = objectBody(request);
  const data = objectAt(body, 'data');
  const type = textAt(body, 'event') || UNKNOWN_TYPE;
  const digest = digestOf(request);
  const id = idAt(data, 'id') ?? idAt(data, 'refund_reference');
  const moved = MONEY_TYPES.includes(type);
  if (moved && !id) throw malformed(`a ${type} event has data.id or data.refund_reference`);
  // Paystack sends no event id. Only what moves money happens once: an invoice may be updated again and again.
  const eventId = `${type}:${idAt(data, 'refund_reference') ?? id ?? digest}`;
  return [{
    key: moved ? eventId : `${type}:${digest}`,
    event: {
      transaction_id: id ?? digest,
      event_id: eventId,
      event_type: type,
      ...moneyFields(moved, () => minorMoney(sourceAt(data, 'amount'), textAt(data, 'currency'), EXPONENTS)),
      provider: 'paystack',
      customer_id: idAt(data, 'customer', 'customer_code') ?? null,
      occurred_at: timeOf(request, ...['paid_at', 'transferred_at', 'updated_at', 'created_at'].map((field) => textAt(data, field))),
      metadata: metadataOf(data),
      needs_fetch: false,
    },
  }];
}

/** `metadata` is the merchant's own; without any it is 0 or empty text. */
function metadataOf(data: JsonObject): JsonObject {
  return {
    ...objectAt(data, 'metadata'),
    ...present({
      reference: member(data, 'reference'),
      transaction_reference: member(data, 'transaction_reference'),
      transfer_code: member(data, 'transfer_code'),
      status: member(data, 'status'),
    }),
  };
}

/**
 * Paystack charges, refunds and transfers, signed with the account's secret API key.
 * @see https://paystack.com/docs/payments/webhooks/
 */
export const paystack: ProviderAdapter = {
  kind: 'paystack',
  description: {
    title: 'Paystack',
    signatureHeader: 'X-Paystack-Signature',
    algorithm: 'HMAC-SHA512 of the body, hex',
    contentTypes: ['application/json'],
    batch: false,
    retryHorizonDays: 3,
    unconfirmed: ['Amounts in XOF and RWF are read as hundredths, as in every other currency; a widely used shop plug-in multiplies XOF by 100.'],
  },
  verify: (request, credentials) => verifyRawBody(SCHEME, request, credentials),
  map,
};
