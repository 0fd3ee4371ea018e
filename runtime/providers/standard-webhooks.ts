import { createHmac, createPublicKey, timingSafeEqual, verify as verifySignature } from 'node:crypto';
import { fromMajor, isPositive } from '../transaction/amount';
import { isLosslessNumber, isObject, Json, JsonObject, member, parseJson, textAt } from '../transaction/json';
import { fromIso } from '../transaction/time';
import type { CanonicalEvent, Credentials, MappedEvent, ProviderAdapter, Verification, WebhookRequest } from './adapter';
import { singleHeader } from './adapter';
import { idAt, objectAt, timeOf, UNKNOWN_TYPE } from './mapping';
import { malformed, Rejection } from './rejection';
import { checkTimestamp, decodeBase64, keysOf, mismatch } from './signature';

const TOLERANCE_SECONDS = 300;
const KIND = 'standard-webhooks';

/** Event types that move money when the sender wraps its data in an envelope. */
const MONEY_TYPES = ['payment.succeeded', 'payment.captured', 'payment.completed', 'refund.succeeded', 'payout.paid'];

/** Digests of the header by version; other versions are ignored, and so is what is not in base64. */
interface Signatures {
  readonly v1: readonly Buffer[];
  readonly v1a: readonly Buffer[];
}

/** Whether one of the signatures over `content` was made with the key; each key knows its own version only. */
type Check = (content: Buffer, signatures: Signatures) => boolean;

const ED25519_KEY_BYTES = 32;
const ED25519_SIGNATURE_BYTES = 64;

function verify(request: WebhookRequest, { secrets }: Credentials): Verification {
  const id = singleHeader(request, 'webhook-id', 'svix-id');
  const timestamp = singleHeader(request, 'webhook-timestamp', 'svix-timestamp');
  const header = singleHeader(request, 'webhook-signature', 'svix-signature');
  if (!id || !timestamp || !header) throw new Rejection('missing_signature', 'webhook-id, webhook-timestamp or webhook-signature is missing');
  const signatures: Signatures = {
    v1: digestsOf('v1', header),
    v1a: digestsOf('v1a', header).filter(({ length }) => length === ED25519_SIGNATURE_BYTES),
  };
  if (signatures.v1.length + signatures.v1a.length === 0) throw new Rejection('malformed_signature', 'webhook-signature has no v1 or v1a signature in base64');

  const content = Buffer.concat([Buffer.from(`${id}.${timestamp}.`), request.body]);
  const checks = keysOf(secrets, checkOf);
  const secretIndex = checks.map((check) => !(check instanceof Error) && check(content, signatures)).indexOf(true);
  if (secretIndex < 0) throw mismatch(checks);
  checkTimestamp(timestamp, request.receivedAt, TOLERANCE_SECONDS);
  return { secretIndex };
}

function digestsOf(version: keyof Signatures, header: string): readonly Buffer[] {
  return header.split(' ')
    .map((part) => (part.startsWith(`${version},`) ? decodeBase64(part.slice(version.length + 1)) : undefined))
    .filter((digest) => digest !== undefined);
}

/** A secret says by its prefix what it is. A bad one is the receiver's fault, so not a rejection. */
function checkOf(secret: string): Check {
  return secret.startsWith('whpk_') ? ed25519Check(secret.slice('whpk_'.length)) : hmacCheck(secret.replace(/^whsec_/, ''));
}

function hmacCheck(secret: string): Check {
  const key = decodeBase64(secret);
  if (!key || key.length < 24 || key.length > 64) throw new Error('A Standard Webhooks secret is 24 to 64 bytes in base64, with or without "whsec_"');
  return (content, { v1 }) => {
    const expected = createHmac('sha256', key).update(content).digest();
    return v1.filter((digest) => digest.length === expected.length && timingSafeEqual(digest, expected)).length > 0;
  };
}

function ed25519Check(secret: string): Check {
  const bytes = decodeBase64(secret);
  if (bytes?.length !== ED25519_KEY_BYTES) throw new Error(`A Standard Webhooks public key is "whpk_" and ${ED25519_KEY_BYTES} bytes in base64`);
  const key = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x: bytes.toString('base64url') }, format: 'jwk' });
  return (content, { v1a }) => v1a.some((signature) => verifySignature(null, content, key, signature));
}

function map(request: WebhookRequest): readonly MappedEvent[] {
  const body = parseJson(request.body);
  if (!isObject(body)) throw malformed('the body must be a JSON object');
  const eventId = singleHeader(request, 'webhook-id', 'svix-id')!;
  const event = isObject(body.data) && typeof body.type === 'string'
    ? fromEnvelope(request, body, body.type, body.data, eventId)
    : fromTransaction(request, body, eventId);
  return [{ event }];
}

/** The flat transaction: transaction_id, amount, currency, provider, customer_id, metadata. */
function fromTransaction(request: WebhookRequest, body: JsonObject, eventId: string): CanonicalEvent {
  return {
    transaction_id: requiredText(body, 'transaction_id'),
    event_id: eventId,
    event_type: textAt(body, 'event_type') ?? 'transaction',
    ...requiredMoney(body),
    provider: requiredText(body, 'provider'),
    customer_id: requiredText(body, 'customer_id'),
    occurred_at: optionalTime(body.occurred_at ?? body.timestamp) ?? timeOf(request),
    metadata: optionalObject(body, 'metadata'),
    money_moved: true,
    needs_fetch: false,
  };
}

/** The envelope the scheme recommends: type, timestamp, data. Some senders write its time as a number: nothing is lost over that. */
function fromEnvelope(request: WebhookRequest, body: JsonObject, type: string, data: JsonObject, eventId: string): CanonicalEvent {
  const moneyMoved = MONEY_TYPES.includes(type);
  const money = moneyMoved ? requiredMoney(data) : { amount: null, currency: null };
  return {
    transaction_id: idAt(data, 'transaction_id') ?? idAt(data, 'id') ?? eventId,
    event_id: eventId,
    event_type: type || UNKNOWN_TYPE,
    ...money,
    provider: KIND,
    customer_id: idAt(data, 'customer_id') ?? null,
    occurred_at: timeOf(request, textAt(body, 'timestamp')),
    metadata: objectAt(data, 'metadata'),
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

function optionalTime(value: Json | undefined): string | undefined {
  if (value === undefined || value === null) return undefined;
  if (typeof value !== 'string') throw malformed('a time must be text in ISO 8601');
  return fromIso(value);
}

/**
 * Any sender that follows Standard Webhooks (or signs with the `svix-` headers).
 * The secret is `whsec_…` for HMAC, or the sender's public key `whpk_…` for Ed25519.
 * @see https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
 */
export const standardWebhooks: ProviderAdapter = {
  kind: KIND,
  description: {
    title: 'Standard Webhooks',
    signatureHeader: 'webhook-signature',
    algorithm: 'HMAC-SHA256 (v1) or, with a public key as secret, Ed25519 (v1a) of "{id}.{timestamp}.{body}", base64',
    toleranceSeconds: TOLERANCE_SECONDS,
    contentTypes: ['application/json'],
    batch: false,
    retryHorizonDays: 4,
  },
  verify,
  map,
};
