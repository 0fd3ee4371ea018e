import { fromMajor, isPositive } from '../transaction/amount';
import { isLosslessNumber, isObject, Json, JsonObject, member, parseJson, textAt } from '../transaction/json';
import { fromIso } from '../transaction/time';
import type { CanonicalEvent, Credentials, MappedEvent, ProviderAdapter, Verification, WebhookRequest } from './adapter';
import { singleHeader } from './adapter';
import { malformed, Rejection } from './rejection';
import { checkTimestamp, decodeBase64, matchHmac } from './signature';

const TOLERANCE_SECONDS = 300;
const KIND = 'standard-webhooks';

/** Event types that move money when the sender wraps its data in an envelope. */
const MONEY_TYPES = ['payment.succeeded', 'payment.captured', 'payment.completed', 'refund.succeeded', 'payout.paid'];

function verify(request: WebhookRequest, { secrets }: Credentials): Verification {
  const id = singleHeader(request, 'webhook-id', 'svix-id');
  const timestamp = singleHeader(request, 'webhook-timestamp', 'svix-timestamp');
  const header = singleHeader(request, 'webhook-signature', 'svix-signature');
  if (!id || !timestamp || !header) throw new Rejection('missing_signature', 'webhook-id, webhook-timestamp or webhook-signature is missing');
  const digests = header.split(' ')
    .map((part) => (part.startsWith('v1,') ? decodeBase64(part.slice('v1,'.length)) : undefined))
    .filter((digest) => digest !== undefined);
  if (digests.length === 0) throw new Rejection('malformed_signature', 'webhook-signature has no v1 signature in base64');

  const secretIndex = matchHmac('sha256', secrets.map(keyOf), [id, '.', timestamp, '.', request.body], digests);
  checkTimestamp(timestamp, request.receivedAt, TOLERANCE_SECONDS);
  return { secretIndex };
}

/** The key behind `whsec_` + base64; the prefix is optional. A bad secret is the receiver's fault, so not a rejection. */
function keyOf(secret: string): Buffer {
  const key = decodeBase64(secret.replace(/^whsec_/, ''));
  if (!key || key.length < 24 || key.length > 64) throw new Error('A Standard Webhooks secret is 24 to 64 bytes in base64, with or without "whsec_"');
  return key;
}

function map(request: WebhookRequest): readonly MappedEvent[] {
  const body = parseJson(request.body);
  if (!isObject(body)) throw malformed('the body must be a JSON object');
  const eventId = singleHeader(request, 'webhook-id', 'svix-id')!;
  const received = new Date(request.receivedAt).toISOString();
  const event = isObject(body.data) && typeof body.type === 'string'
    ? fromEnvelope(body, body.type, body.data, eventId, received)
    : fromTransaction(body, eventId, received);
  return [{ event }];
}

/** The flat transaction: transaction_id, amount, currency, provider, customer_id, metadata. */
function fromTransaction(body: JsonObject, eventId: string, received: string): CanonicalEvent {
  return {
    transaction_id: requiredText(body, 'transaction_id'),
    event_id: eventId,
    event_type: textAt(body, 'event_type') ?? 'transaction',
    ...requiredMoney(body),
    provider: requiredText(body, 'provider'),
    customer_id: requiredText(body, 'customer_id'),
    occurred_at: timeOf(body.occurred_at ?? body.timestamp) ?? received,
    metadata: optionalObject(body, 'metadata'),
    money_moved: true,
    needs_fetch: false,
  };
}

/** The envelope the scheme recommends: type, timestamp, data. */
function fromEnvelope(body: JsonObject, type: string, data: JsonObject, eventId: string, received: string): CanonicalEvent {
  const moneyMoved = MONEY_TYPES.includes(type);
  const money = moneyMoved ? requiredMoney(data) : { amount: null, currency: null };
  return {
    transaction_id: textAt(data, 'transaction_id') ?? textAt(data, 'id') ?? eventId,
    event_id: eventId,
    event_type: type,
    ...money,
    provider: KIND,
    customer_id: textAt(data, 'customer_id') ?? null,
    occurred_at: timeOf(body.timestamp) ?? received,
    metadata: optionalObject(data, 'metadata'),
    money_moved: moneyMoved,
    needs_fetch: false,
  };
}

function requiredText(body: JsonObject, field: string): string {
  const value = member(body, field);
  if (value === undefined) throw malformed(`Missing required field: ${field}`);
  if (typeof value !== 'string' || value === '' || value.length > 256) throw malformed(`${field} must be text of 1 to 256 characters`);
  return value;
}

function optionalObject(body: JsonObject, field: string): JsonObject {
  const value = member(body, field) ?? {};
  if (!isObject(value)) throw malformed(`${field} must be a JSON object`);
  return value;
}

function requiredMoney(body: JsonObject): { amount: string; currency: string } {
  const value = member(body, 'amount');
  if (value === undefined) throw malformed('Missing required field: amount');
  const source = isLosslessNumber(value) ? value.value : value;
  if (typeof source !== 'string') throw malformed('amount must be a number or decimal text');
  const currency = requiredText(body, 'currency').toUpperCase();
  const amount = fromMajor(source, currency);
  if (!isPositive(amount)) throw malformed('amount must be positive');
  return { amount, currency };
}

function timeOf(value: Json | undefined): string | undefined {
  return value === undefined || value === null ? undefined : fromIso(String(value));
}

/**
 * Any sender that follows Standard Webhooks (or signs with the `svix-` headers).
 * @see https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
 */
export const standardWebhooks: ProviderAdapter = {
  kind: KIND,
  description: {
    title: 'Standard Webhooks',
    signatureHeader: 'webhook-signature',
    algorithm: 'HMAC-SHA256 of "{id}.{timestamp}.{body}", base64, v1 only',
    toleranceSeconds: TOLERANCE_SECONDS,
    contentTypes: ['application/json'],
    batch: false,
    retryHorizonDays: 4,
  },
  verify,
  map,
};
