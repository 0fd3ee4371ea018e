import { member, textAt } from '../transaction/json';
import type { AdapterOptions, Credentials, MappedEvent, ProviderAdapter, Verification, WebhookRequest } from './adapter';
import { digestOf, idAt, minorMoney, moneyFields, objectAt, objectBody, onceOnly, present, sourceAt, timeOf, UNKNOWN_TYPE } from './mapping';
import { RawBodyHmac, verifyRawBody } from './raw-body-hmac';
import { malformed } from './rejection';

const SCHEME: RawBodyHmac = { header: 'x-square-hmacsha256-signature', algorithm: 'sha256', encoding: 'base64' };

/** Options of a Square endpoint. */
export interface SquareOptions {
  /** The address the subscription was made with, byte for byte: it is signed with the body. */
  readonly notificationUrl: string;
}

/** The state in which each event says that money moved: a payment at the till is complete when it is created. */
const MONEY_STATUS: Readonly<Record<string, string | undefined>> = {
  'payment.created': 'COMPLETED',
  'payment.updated': 'COMPLETED',
  'refund.created': 'COMPLETED',
  'refund.updated': 'COMPLETED',
  'payout.paid': undefined,
};

function verify(request: WebhookRequest, credentials: Credentials): Verification {
  const url = Buffer.from(notificationUrlOf(credentials.options));
  return verifyRawBody(SCHEME, { ...request, body: Buffer.concat([url, request.body]) }, credentials);
}

/** Never taken from the request: behind a custom domain that would be another address. */
function notificationUrlOf({ notificationUrl }: AdapterOptions): string {
  if (typeof notificationUrl !== 'string' || !/^https?:\/\/\S+$/.test(notificationUrl)) {
    throw new Error('Square needs the option notificationUrl, the address its subscription was made with');
  }
  return notificationUrl;
}

function map(request: WebhookRequest): readonly MappedEvent[] {
  const body = objectBody(request);
  const type = textAt(body, 'type') || UNKNOWN_TYPE;
  const [family] = type.split('.');
  const object = objectAt(body, 'data', 'object', family);
  const eventId = idAt(body, 'event_id') ?? digestOf(request);
  const id = idAt(object, 'id');
  const status = textAt(object, 'status');
  const moved = Object.hasOwn(MONEY_STATUS, type) && (MONEY_STATUS[type] ?? status) === status;
  if (moved && !id) throw malformed(`a ${type} event has an object with an id`);
  const money = member(object, 'total_money') === undefined ? objectAt(object, 'amount_money') : objectAt(object, 'total_money');
  const fields = moneyFields(moved, () => minorMoney(sourceAt(money, 'amount'), textAt(money, 'currency')));
  return [{
    // A completed payment is updated again when its fees are known or a part is refunded.
    ...(moved && onceOnly(`${family}:${status ?? ''}`, fields)),
    event: {
      transaction_id: id ?? idAt(body, 'data', 'id') ?? eventId,
      event_id: eventId,
      event_type: type,
      ...fields,
      provider: 'square',
      customer_id: idAt(object, 'customer_id') ?? null,
      occurred_at: timeOf(request, textAt(body, 'created_at')),
      metadata: present({
        merchant_id: member(body, 'merchant_id'),
        location_id: member(object, 'location_id'),
        order_id: member(object, 'order_id'),
        payment_id: member(object, 'payment_id'),
        reference_id: member(object, 'reference_id'),
        status,
      }),
      needs_fetch: false,
    },
  }];
}

/**
 * Square payments, refunds and payouts, signed with the subscription's signature key.
 * @see https://developer.squareup.com/docs/webhooks/step3validate
 */
export const square: ProviderAdapter = {
  kind: 'square',
  description: {
    title: 'Square',
    signatureHeader: 'X-Square-HmacSha256-Signature',
    algorithm: 'HMAC-SHA256 of "{notificationUrl}{body}", base64',
    contentTypes: ['application/json'],
    batch: false,
    retryHorizonDays: 3,
    unconfirmed: [
      'Minor units are taken to follow ISO 4217.',
      'Sources give 24, 48 and 72 hours of retries; the longest is assumed.',
    ],
  },
  verify,
  map,
};
