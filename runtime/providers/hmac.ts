import { isLosslessNumber, isObject, Json, JsonObject } from '../transaction/json';
import type { AdapterOptions, Credentials, MappedEvent, ProviderAdapter, Verification, WebhookRequest } from './adapter';
import { singleHeader } from './adapter';
import { headerName, HmacMapping, hmacScheme, HmacScheme, SignedPart } from './hmac-options';
import { digestOf, majorMoney, minorMoney, Money, moneyFields, objectBody, timeOf, UNKNOWN_TYPE } from './mapping';
import { malformed, Rejection } from './rejection';
import { checkTimestamp, decodeBase64, decodeHex, keysOf, matchHmac } from './signature';

const DIGEST_BYTES = { sha256: 32, sha512: 64 } as const;

function verify(request: WebhookRequest, { secrets, options }: Credentials): Verification {
  const scheme = hmacScheme(options);
  const { header, prefix, separator, algorithm, timestamp } = scheme;
  const value = requiredHeader(request, header);
  const digests = (separator === undefined ? [value] : value.split(separator).map((one) => one.trim()))
    .map((one) => (one.startsWith(prefix) ? decodeDigest(one.slice(prefix.length), scheme) : undefined))
    .filter((digest) => digest !== undefined);
  if (digests.length === 0) throw new Rejection('malformed_signature', `${header} has no signature as configured`);

  const parts = scheme.parts.map((part) => signedBytes(part, request, scheme));
  const secretIndex = matchHmac(algorithm, keysOf(secrets, (secret) => keyOf(secret, scheme)), parts, digests);
  if (timestamp) checkTimestamp(secondsOf(requiredHeader(request, timestamp.header), timestamp.unit), request.receivedAt, timestamp.toleranceSeconds);
  return { secretIndex };
}

function requiredHeader(request: WebhookRequest, name: string): string {
  const value = singleHeader(request, name);
  if (!value) throw new Rejection('missing_signature', `no ${name} header`);
  return value;
}

function decodeDigest(text: string, { algorithm, encoding }: HmacScheme): Buffer | undefined {
  const digest = encoding === 'hex' ? decodeHex(text, DIGEST_BYTES[algorithm]) : decodeBase64(text);
  return digest?.length === DIGEST_BYTES[algorithm] ? digest : undefined;
}

function signedBytes(part: SignedPart, request: WebhookRequest, { timestamp }: HmacScheme): string | Buffer {
  if ('text' in part) return part.text;
  if ('header' in part) return requiredHeader(request, part.header);
  return part.slot === 'body' ? request.body : requiredHeader(request, timestamp!.header);
}

/** A bad secret is the receiver's fault, so not a rejection. */
function keyOf(secret: string, { keyDecoding }: HmacScheme): Buffer {
  if (keyDecoding === 'text') return Buffer.from(secret);
  const key = keyDecoding === 'hex' ? decodeHex(secret.toLowerCase(), Math.floor(secret.length / 2)) : decodeBase64(secret);
  if (!key?.length) throw new Error(`The secret of this hmac endpoint is not ${keyDecoding}`);
  return key;
}

/** Whole seconds of a signed time; anything unreadable is left for the check to refuse. */
function secondsOf(text: string, unit: 's' | 'ms'): string {
  return unit === 's' ? text : /^\d{4,15}$/.test(text) ? text.slice(0, -3) : '';
}

function map(request: WebhookRequest, options: AdapterOptions): readonly MappedEvent[] {
  const { mapping } = hmacScheme(options);
  const body = objectBody(request);
  const source = (path: string | undefined) => sourceOf(request, body, path);
  const eventId = source(mapping.eventId) ?? digestOf(request);
  const type = source(mapping.eventType) ?? UNKNOWN_TYPE;
  const id = source(mapping.transactionId);
  const moved = (mapping.moneyTypes ?? []).includes(type);
  if (moved && id === undefined) throw malformed(`a ${type} event has ${mapping.transactionId}`);
  const metadata = at(body, mapping.metadata);
  return [{
    event: {
      transaction_id: id ?? eventId,
      event_id: eventId,
      event_type: type,
      ...moneyFields(moved, () => moneyOf(body, mapping)),
      provider: mapping.provider ?? 'hmac',
      customer_id: source(mapping.customerId) ?? null,
      occurred_at: timeOf(request, isoOf(source(mapping.occurredAt), mapping.occurredAtUnit)),
      metadata: isObject(metadata) ? metadata : {},
      needs_fetch: false,
    },
  }];
}

function moneyOf(body: JsonObject, { amount, amountUnit, currency, exponents }: HmacMapping): Money | undefined {
  const code = currency !== undefined && /^[A-Z]{3}$/.test(currency) ? currency : textOf(at(body, currency));
  return (amountUnit === 'minor' ? minorMoney : majorMoney)(textOf(at(body, amount)), code, exponents);
}

/** Text from the body, or from a header that was signed. */
function sourceOf(request: WebhookRequest, body: JsonObject, path: string | undefined): string | undefined {
  const header = headerName(path);
  return (header === undefined ? textOf(at(body, path)) : singleHeader(request, header)) || undefined;
}

function textOf(value: Json | undefined): string | undefined {
  return isLosslessNumber(value) ? value.value : typeof value === 'string' ? value : undefined;
}

/** What a JSON pointer or a dotted path leads to. */
function at(body: JsonObject, path: string | undefined): Json | undefined {
  if (path === undefined) return undefined;
  const steps = path.startsWith('/')
    ? path.slice(1).split('/').map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'))
    : path.split('.');
  return steps.reduce<Json | undefined>((value, step) => {
    if (Array.isArray(value)) return /^(0|[1-9]\d*)$/.test(step) ? (value as readonly Json[])[Number(step)] : undefined;
    return isObject(value) && Object.hasOwn(value, step) ? value[step] : undefined;
  }, body);
}

function isoOf(text: string | undefined, unit: HmacMapping['occurredAtUnit']): string | undefined {
  if (text === undefined || unit === undefined || unit === 'iso') return text;
  const digits = unit === 's' ? /^\d{1,12}$/ : /^\d{1,15}$/;
  return digits.test(text) ? new Date(Number(text) * (unit === 's' ? 1000 : 1)).toISOString() : undefined;
}

/** Any sender that signs with a plain HMAC; everything about it is in {@link HmacOptions}. */
export const hmac: ProviderAdapter = {
  kind: 'hmac',
  description: {
    title: 'Any HMAC',
    signatureHeader: 'as configured',
    algorithm: 'HMAC-SHA256 or HMAC-SHA512 of a text with the body in it, hex or base64, as configured',
    contentTypes: ['application/json'],
    batch: false,
    retryHorizonDays: 7,
    unconfirmed: ['How long the sender goes on retrying; a week is assumed.'],
  },
  verify,
  map,
};
