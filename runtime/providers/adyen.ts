import { createHash } from 'node:crypto';
import { MONEY_EVENTS } from '../../src/contract';
import { fromMinor } from '../transaction/amount';
import { ExponentOverrides } from '../transaction/currency';
import { parseDecimal } from '../transaction/decimal';
import { isLosslessNumber, isObject, Json, JsonObject, member, numberAt, parseJson, printJson, textAt } from '../transaction/json';
import { fromIso } from '../transaction/time';
import type { AdapterDescription, AdapterOptions, CanonicalEvent, Credentials, MappedEvent, ProviderAdapter, Verification, WebhookRequest } from './adapter';
import { singleHeader } from './adapter';
import { onceOnly } from './mapping';
import { moneyEvents, readable } from './money-events';
import { malformed, Rejection } from './rejection';
import { decodeBase64, keysOf, matchHmac } from './signature';

const HEADER = 'hmacsignature';

/**
 * Adyen counts these unlike ISO 4217.
 * @see https://docs.adyen.com/development-resources/currency-codes
 */
const EXPONENTS: ExponentOverrides = { CLP: 2, CVE: 0, IDR: 0, ISK: 2 };

const TRANSFER = 'balancePlatform.transfer.updated';
const TRANSACTION = 'balancePlatform.transaction.created';
/** What is signed of a payment item, in this order, joined by colons and not escaped. */
const SIGNED_FIELDS = [
  ['pspReference'], ['originalReference'], ['merchantAccountCode'], ['merchantReference'],
  ['amount', 'value'], ['amount', 'currency'], ['eventCode'], ['success'],
];
const MERCHANT_REFERENCE = 3;

/** One element of notificationItems. */
interface PaymentItem {
  readonly element: Json;
  readonly item: JsonObject;
  /** The values of {@link SIGNED_FIELDS}. */
  readonly signed: readonly string[];
  readonly signature: Buffer;
}

/** The key in a secret. */
export function keyOf(secret: string): Buffer {
  if (!/^[0-9a-f]{64}$/i.test(secret)) throw new Error('An Adyen HMAC key is 64 hex digits');
  return Buffer.from(secret, 'hex');
}

function digestOf(text: string): Buffer {
  const digest = decodeBase64(text);
  if (digest?.length !== 32) throw new Rejection('malformed_signature', 'the HMAC signature is not base64 of 32 bytes');
  return digest;
}

/** Every item must be good: one bad item refuses the request, so that nothing of a doctored batch is stored. */
function verifyPayments(request: WebhookRequest, { secrets }: Credentials): Verification {
  const keys = keysOf(secrets, keyOf);
  const indexes = itemsOf(request).map(({ signed, signature }) => matchHmac('sha256', keys, [signed.join(':')], [signature]));
  return { secretIndex: Math.max(...indexes) };
}

function verifyPlatform(request: WebhookRequest, { secrets }: Credentials): Verification {
  const header = singleHeader(request, HEADER);
  if (!header) throw new Rejection('missing_signature', 'no HmacSignature header');
  return { secretIndex: matchHmac('sha256', keysOf(secrets, keyOf), [request.body], [digestOf(header)]) };
}

/** The items of a payment notification with what is signed of each. */
export function itemsOf(request: WebhookRequest): readonly PaymentItem[] {
  const body = parseJson(request.body);
  if (!isObject(body)) throw malformed('the body must be a JSON object');
  const elements = member(body, 'notificationItems');
  if (!Array.isArray(elements) || elements.length === 0) throw new Rejection('missing_signature', 'no HmacSignature header and no notificationItems');
  return elements.map(itemOf);
}

function itemOf(element: Json): PaymentItem {
  const item = member(element, 'NotificationRequestItem');
  const signature = textAt(item, 'additionalData', 'hmacSignature');
  if (!isObject(item) || !signature) throw new Rejection('missing_signature', 'an item has no hmacSignature');
  const signed = SIGNED_FIELDS.map((path) => signedText(member(item, ...path)));
  // Colons are not escaped: were they allowed in more than one field, two items could share a signature.
  if (signed.some((text, index) => index !== MERCHANT_REFERENCE && text.includes(':')) || !['true', 'false'].includes(signed[7])) {
    throw new Rejection('malformed_signature', 'the signed fields of an item are ambiguous');
  }
  return { element, item, signed, signature: digestOf(signature) };
}

/** A signed value as it stands in the signed text; a missing one is empty. */
function signedText(value: Json | undefined): string {
  const text = isLosslessNumber(value) ? value.value : value ?? '';
  if (typeof text !== 'string' && typeof text !== 'boolean') throw new Rejection('malformed_signature', 'a signed field is not a text or number');
  return String(text);
}

function mapPayments(request: WebhookRequest, options: AdapterOptions): readonly MappedEvent[] {
  const types = moneyEvents(options, MONEY_EVENTS.adyen);
  return itemsOf(request).map(({ element, item, signed }) => {
    const [pspReference, originalReference, , merchantReference, value, currency, eventCode, success] = signed;
    const eventId = [pspReference, eventCode, success].join(':');
    return {
      content: signed.join(':'),
      payload: printJson(element),
      event: {
        transaction_id: pspReference || eventId,
        event_id: eventId,
        event_type: eventCode || 'unknown',
        ...moneyOf(value, currency, success === 'true' && types.includes(eventCode)),
        provider: 'adyen',
        customer_id: shopperOf(item),
        occurred_at: timeOf(textAt(item, 'eventDate'), request),
        metadata: present({ merchantReference, originalReference }),
        needs_fetch: false,
      },
    };
  });
}

/** Unsigned, like all of additionalData. */
function shopperOf(item: JsonObject): string | null {
  const names = ['shopperReference', 'recurring.shopperReference', 'tokenization.shopperReference'];
  return names.map((name) => textAt(item, 'additionalData', name)).find((value) => value) ?? null;
}

function mapPlatform(request: WebhookRequest, options: AdapterOptions): readonly MappedEvent[] {
  const body = parseJson(request.body);
  if (!isObject(body)) throw malformed('the body must be a JSON object');
  const data = member(body, 'data');
  const type = textAt(body, 'type') || 'unknown';
  const id = textAt(data, 'id');
  const status = textAt(data, 'status');
  const eventId = platformEventId(request, type, data);
  const moved = moneyEvents(options, MONEY_EVENTS.adyen).includes(type) && (status === 'booked' || (type === TRANSACTION && status === undefined));
  const money = moneyOf(numberAt(data, 'amount', 'value'), textAt(data, 'amount', 'currency'), moved);
  return [{
    // A booked transfer is updated again, and stays booked, while it is tracked to the other bank.
    ...(money.money_moved && type === TRANSFER && id && onceOnly(`${id}:${type}:${status}`, money)),
    event: {
      transaction_id: id || eventId,
      event_id: eventId,
      event_type: type,
      ...money,
      provider: 'adyen-platform',
      customer_id: textAt(data, 'accountHolder', 'id') ?? textAt(data, 'balanceAccount', 'id') ?? null,
      occurred_at: timeOf(textAt(body, 'timestamp') ?? textAt(body, 'createdAt'), request),
      metadata: present({ reference: textAt(data, 'reference'), status, transfer: textAt(data, 'transfer', 'id') }),
      needs_fetch: false,
    },
  }];
}

/** Adyen gives these events no id. Something is created once, but updated often and not always with a sequence number. */
function platformEventId(request: WebhookRequest, type: string, data: Json | undefined): string {
  const id = textAt(data, 'id');
  const sequence = numberAt(data, 'sequenceNumber') ?? textAt(data, 'sequenceNumber');
  if (id && sequence) return `${id}:${type}:${sequence}`;
  if (id && type.endsWith('.created')) return `${id}:${type}`;
  return [...(id ? [id] : []), type, createHash('sha256').update(request.body).digest('hex')].join(':');
}

function moneyOf(value: string | undefined, currency: string | undefined, moved: boolean): Pick<CanonicalEvent, 'amount' | 'currency' | 'money_moved'> {
  const read = () => (value && currency ? { amount: fromMinor(value, currency, EXPONENTS), currency } : undefined);
  const money = moved ? read() : readable(read);
  if (!money && moved) throw malformed('an event that moves money has an amount and a currency');
  // An authorisation of zero only checks a card.
  return money ? { ...money, money_moved: moved && parseDecimal(money.amount).units !== 0n } : { amount: null, currency: null, money_moved: false };
}

function timeOf(text: string | undefined, { receivedAt }: WebhookRequest): string {
  return (text === undefined ? undefined : readable(() => fromIso(text))) ?? new Date(receivedAt).toISOString();
}

function present(values: Readonly<Record<string, string | undefined>>): CanonicalEvent['metadata'] {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value));
}

const DESCRIPTION = {
  contentTypes: ['application/json'],
  retryHorizonDays: 30,
  unconfirmed: ['Whether a retried platform event repeats its body byte for byte; those without a sequence number are told apart by it.'],
} satisfies Partial<AdapterDescription>;

/** The classic words; newer documentation takes any 2xx. */
const ACKNOWLEDGEMENT = { status: 200, contentType: 'text/plain', body: '[accepted]' };

/**
 * Adyen: payment webhooks, whose items are signed one by one, and, where there is an HmacSignature
 * header, platform and management webhooks, signed as a whole.
 * @see https://docs.adyen.com/development-resources/webhooks/secure-webhooks/verify-hmac-signatures
 */
export const adyen: ProviderAdapter = {
  kind: 'adyen',
  description: {
    ...DESCRIPTION,
    title: 'Adyen',
    signatureHeader: 'additionalData.hmacSignature of each item, or HmacSignature',
    algorithm: 'HMAC-SHA256 of eight fields of each item joined by ":", or of the body; base64',
    batch: true,
  },
  acknowledgement: ACKNOWLEDGEMENT,
  verify: (request, credentials) => (request.headers.has(HEADER) ? verifyPlatform : verifyPayments)(request, credentials),
  map: (request, options) => (request.headers.has(HEADER) ? mapPlatform : mapPayments)(request, options),
};

/**
 * Adyen platform and management webhooks alone.
 * @see https://docs.adyen.com/development-resources/webhooks/secure-webhooks/verify-hmac-signatures
 */
export const adyenPlatform: ProviderAdapter = {
  kind: 'adyen-platform',
  description: {
    ...DESCRIPTION,
    title: 'Adyen for Platforms',
    signatureHeader: 'HmacSignature',
    algorithm: 'HMAC-SHA256 of the body, base64',
    batch: false,
  },
  acknowledgement: ACKNOWLEDGEMENT,
  verify: verifyPlatform,
  map: mapPlatform,
};
