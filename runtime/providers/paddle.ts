import { JsonObject, member, printJson, textAt } from '../transaction/json';
import type { Credentials, MappedEvent, ProviderAdapter, Verification, WebhookRequest } from './adapter';
import { singleHeader } from './adapter';
import { digestOf, idAt, minorMoney, moneyFields, objectAt, objectBody, onceOnly, present, sourceAt, timeOf, UNKNOWN_TYPE } from './mapping';
import { malformed, Rejection } from './rejection';
import { checkTimestamp, decodeHex, matchHmac } from './signature';

const TOLERANCE_SECONDS = 300;

/** Most refunds wait for approval; some are approved when they are created. */
const REFUNDS = ['adjustment.created', 'adjustment.updated'];

function verify(request: WebhookRequest, { secrets }: Credentials): Verification {
  const header = singleHeader(request, 'paddle-signature');
  if (!header) throw new Rejection('missing_signature', 'no Paddle-Signature header');
  const parts = header.split(';');
  const valuesOf = (key: string) => parts.filter((part) => part.startsWith(`${key}=`)).map((part) => part.slice(key.length + 1));
  const timestamps = valuesOf('ts');
  const digests = valuesOf('h1').map((value) => decodeHex(value, 32)).filter((digest) => digest !== undefined);
  if (timestamps.length !== 1 || digests.length === 0) {
    throw new Rejection('malformed_signature', 'Paddle-Signature has no single ts and h1 of 64 lower-case hex digits');
  }

  const secretIndex = matchHmac('sha256', secrets.map((secret) => Buffer.from(secret)), [timestamps[0], ':', request.body], digests);
  checkTimestamp(timestamps[0], request.receivedAt, TOLERANCE_SECONDS);
  return { secretIndex };
}

function map(request: WebhookRequest): readonly MappedEvent[] {
  const body = objectBody(request);
  const data = objectAt(body, 'data');
  const type = textAt(body, 'event_type') || UNKNOWN_TYPE;
  const eventId = idAt(body, 'event_id') ?? digestOf(request);
  const id = idAt(data, 'id');
  const moved = movesMoney(type, data);
  if (moved && !id) throw malformed(`a ${type} event has data.id`);

  // A replay of an event is another notification of it.
  const { notification_id: _, ...stable } = body;
  const money = moneyFields(moved, () => minorMoney(totalOf(type, data), textAt(data, 'currency_code')));
  return [{
    ...(moved && REFUNDS.includes(type) ? onceOnly('refund:approved', money) : { content: printJson(stable) }),
    event: {
      transaction_id: id ?? eventId,
      event_id: eventId,
      event_type: type,
      ...money,
      provider: 'paddle',
      customer_id: idAt(data, 'customer_id') ?? null,
      occurred_at: timeOf(request, textAt(body, 'occurred_at')),
      metadata: metadataOf(data),
      needs_fetch: false,
    },
  }];
}

/** `transaction.paid` comes before `transaction.completed` of the same sale; only one may count. */
function movesMoney(type: string, data: JsonObject): boolean {
  if (REFUNDS.includes(type)) return textAt(data, 'action') === 'refund' && textAt(data, 'status') === 'approved';
  return type === 'transaction.completed' || type === 'payout.paid';
}

function totalOf(type: string, data: JsonObject): string | undefined {
  const family = type.split('.')[0];
  if (family === 'adjustment') return sourceAt(data, 'totals', 'total');
  return family === 'payout' ? sourceAt(data, 'amount') : sourceAt(data, 'details', 'totals', 'grand_total');
}

/** `custom_data` is the merchant's own. */
function metadataOf(data: JsonObject): JsonObject {
  return {
    ...objectAt(data, 'custom_data'),
    ...present({
      action: member(data, 'action'),
      invoice_id: member(data, 'invoice_id'),
      status: member(data, 'status'),
      subscription_id: member(data, 'subscription_id'),
      transaction_id: member(data, 'transaction_id'),
    }),
  };
}

/**
 * Paddle Billing transactions, refunds and payouts, signed with the notification destination's secret.
 * @see https://developer.paddle.com/webhooks/signature-verification
 */
export const paddle: ProviderAdapter = {
  kind: 'paddle',
  description: {
    title: 'Paddle Billing',
    signatureHeader: 'Paddle-Signature',
    algorithm: 'HMAC-SHA256 of "{ts}:{body}", hex, h1 only',
    toleranceSeconds: TOLERANCE_SECONDS,
    contentTypes: ['application/json'],
    batch: false,
    retryHorizonDays: 3,
    unconfirmed: ['Minor units of CLP and VND (none) and of COP (two decimals) are taken to follow ISO 4217.'],
  },
  verify,
  map,
};
