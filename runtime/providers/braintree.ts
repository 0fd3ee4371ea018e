import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import { MONEY_EVENTS } from '../../src/contract';
import { fromMajor } from '../transaction/amount';
import { parseForm } from '../transaction/form';
import { fromIso } from '../transaction/time';
import type { Acknowledgement, AdapterOptions, CanonicalEvent, Credentials, MappedEvent, ProviderAdapter, Verification, WebhookRequest } from './adapter';
import { elementAt, parseXml, XmlElement, xmlTextAt } from './braintree-xml';
import { moneyEvents, readable } from './money-events';
import { malformed, Rejection } from './rejection';
import { decodeBase64, decodeHex } from './signature';

/** What may be asked of the endpoint, and gets signed with the key that signs webhooks. */
const CHALLENGE = /^[a-f0-9]{20,32}$/;

/** Braintree's choice: SHA-1 throughout, keyed with a hash of the private key. As an HMAC it still holds. */
function hmacOf(privateKey: string, text: string): Buffer {
  return createHmac('sha1', createHash('sha1').update(privateKey).digest()).update(text).digest();
}

/** The public keys of the endpoint, newest first: several while an API key is replaced. */
function publicKeysOf({ publicKey }: AdapterOptions): readonly string[] {
  const keys: unknown[] = Array.isArray(publicKey) ? publicKey : [publicKey];
  if (keys.length === 0 || !keys.every((key) => typeof key === 'string' && key !== '')) throw new Error('Braintree needs the option publicKey');
  return keys as string[];
}

function fieldsOf({ body }: WebhookRequest): { readonly signature: string; readonly payload: string } {
  const form = parseForm(body);
  if (!form) throw malformed('the body is not a form');
  const signature = form.get('bt_signature');
  const payload = form.get('bt_payload');
  if (!signature) throw new Rejection('missing_signature', 'no bt_signature');
  if (!payload || !/^[A-Za-z0-9+/=\n]+$/.test(payload)) throw malformed('bt_payload is not base64');
  return { signature, payload };
}

function verify(request: WebhookRequest, { secrets, options }: Credentials): Verification {
  const publicKeys = publicKeysOf(options);
  const { signature, payload } = fieldsOf(request);
  const pairs = signature.split('&').map((pair) => pair.split('|')).filter(({ length }) => length === 2);
  if (pairs.length === 0) throw new Rejection('malformed_signature', 'bt_signature has no public key and signature');
  const own = pairs.filter(([publicKey]) => publicKeys.includes(publicKey));
  if (own.length === 0) throw new Rejection('unknown_key', 'bt_signature is for other public keys');
  const digests = own.map(([, hex]) => decodeHex(hex, 20)).filter((digest) => digest !== undefined);
  if (digests.length === 0) throw new Rejection('malformed_signature', 'bt_signature is not 40 lower-case hex digits');
  // Whoever asks the endpoint can have these signed by it.
  if (CHALLENGE.test(payload.trimEnd())) throw new Rejection('signature_mismatch', 'a signed challenge is not a webhook');
  return { secretIndex: match(secrets, payload, digests) };
}

/** Some front ends lose the line break at the end of what was signed. */
function match(secrets: readonly string[], payload: string, digests: readonly Buffer[]): number {
  let found = -1;
  secrets.forEach((secret, index) => {
    for (const text of [payload, `${payload}\n`]) {
      const expected = hmacOf(secret, text);
      for (const digest of digests) {
        if (timingSafeEqual(digest, expected) && found < 0) found = index;
      }
    }
  });
  if (found < 0) throw new Rejection('signature_mismatch', 'no live private key gives this signature');
  return found;
}

function challenge({ query }: WebhookRequest, { secrets, options }: Credentials): Acknowledgement {
  const [publicKey] = publicKeysOf(options);
  const asked = query.get('bt_challenge') ?? '';
  if (!CHALLENGE.test(asked)) throw malformed('bt_challenge must be 20 to 32 lower-case hex digits');
  if (secrets.length === 0) throw new Error('Braintree needs a private key');
  return { status: 200, contentType: 'text/plain', body: `${publicKey}|${hmacOf(secrets[0], asked).toString('hex')}` };
}

function map(request: WebhookRequest, options: AdapterOptions): readonly MappedEvent[] {
  const xml = xmlOf(fieldsOf(request).payload);
  const notification = parseXml(xml);
  const kind = xmlTextAt(notification, 'kind');
  if (notification.name !== 'notification' || !kind) throw malformed('the XML is not a notification with a kind');
  const timestamp = xmlTextAt(notification, 'timestamp');
  const time = timestamp === undefined ? undefined : readable(() => fromIso(timestamp));
  const subject = subjectOf(notification);
  const subjectId = idOf(subject);
  const transaction = transactionOf(kind, subject);
  const eventId = subjectId && time ? `${kind}:${subjectId}:${timestamp}` : `${kind}:${createHash('sha256').update(xml).digest('hex')}`;
  return [{
    // The signature covers the payload, not how it was escaped or which other keys signed it too.
    content: xml,
    event: {
      transaction_id: xmlTextAt(transaction, 'id') ?? subjectId ?? eventId,
      event_id: eventId,
      event_type: kind,
      ...moneyOf(kind, subject, transaction, options),
      provider: 'braintree',
      customer_id: xmlTextAt(transaction, 'customer', 'id') ?? null,
      occurred_at: time ?? new Date(request.receivedAt).toISOString(),
      metadata: metadataOf(subject, transaction),
    },
  }];
}

function xmlOf(payload: string): string {
  const bytes = decodeBase64(payload.replaceAll('\n', ''));
  if (!bytes) throw malformed('bt_payload is not canonical base64');
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw malformed('the XML is not valid UTF-8');
  }
}

/** What the notification is about; a failed request wraps it once more. */
function subjectOf(notification: XmlElement): XmlElement | undefined {
  const children = elementAt(notification, 'subject')?.children ?? [];
  const subject = children.length === 1 ? children[0] : undefined;
  if (subject?.name !== 'api-error-response') return subject;
  return elementAt(subject, 'transaction') ?? elementAt(subject, 'merchant-account') ?? subject;
}

function idOf(subject: XmlElement | undefined): string | undefined {
  return ['id', 'transaction-id', 'payment-id', 'token'].map((name) => xmlTextAt(subject, name)).find((id) => id !== undefined);
}

/** A subscription lists its transactions, the newest first; only a charge is about that one. */
function transactionOf(kind: string, subject: XmlElement | undefined): XmlElement | undefined {
  if (subject?.name === 'transaction') return subject;
  if (subject?.name !== 'subscription') return elementAt(subject, 'transaction');
  return kind.startsWith('subscription_charged_') ? elementAt(subject, 'transactions')?.children[0] : undefined;
}

function moneyOf(
  kind: string,
  subject: XmlElement | undefined,
  transaction: XmlElement | undefined,
  options: AdapterOptions,
): Pick<CanonicalEvent, 'amount' | 'currency' | 'money_moved' | 'needs_fetch'> {
  const { defaultCurrency } = options;
  if (defaultCurrency !== undefined && typeof defaultCurrency !== 'string') throw new Error('defaultCurrency is a currency code');
  const expected = moneyEvents(options, MONEY_EVENTS.braintree).includes(kind);
  // A dispute has an amount of its own, which need not be the transaction's.
  const holder = xmlTextAt(subject, 'amount') === undefined ? transaction : subject;
  const text = xmlTextAt(holder, 'amount');
  const currency = xmlTextAt(holder, 'currency-iso-code') ?? defaultCurrency;
  const read = () => (text !== undefined && currency !== undefined ? { amount: fromMajor(text, currency), currency } : undefined);
  const money = expected ? read() : readable(read);
  return { amount: null, currency: null, ...money, money_moved: expected && money !== undefined, needs_fetch: expected && money === undefined };
}

function metadataOf(subject: XmlElement | undefined, transaction: XmlElement | undefined): CanonicalEvent['metadata'] {
  const values = {
    order_id: xmlTextAt(transaction, 'order-id'),
    refunded_transaction_id: xmlTextAt(transaction, 'refunded-transaction-id'),
    ...(subject !== undefined && subject !== transaction && { [`${subject.name.replaceAll('-', '_')}_id`]: idOf(subject) }),
  };
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined));
}

/**
 * Braintree notifications: XML in base64 in a form, beside its signature.
 * @see https://developer.paypal.com/braintree/docs/guides/webhooks/parse/node
 * @see https://developer.paypal.com/braintree/docs/reference/general/webhooks/overview
 */
export const braintree: ProviderAdapter = {
  kind: 'braintree',
  description: {
    title: 'Braintree',
    signatureHeader: 'none: the form field bt_signature',
    algorithm: 'HMAC-SHA1 of bt_payload, keyed with the SHA-1 of the private key, hex, by public key',
    contentTypes: ['application/x-www-form-urlencoded'],
    batch: false,
    retryHorizonDays: 1,
    unconfirmed: ['Whether live notifications start with an XML declaration or hold numeric character references; both are read.'],
  },
  verify,
  map,
  challenge,
};
