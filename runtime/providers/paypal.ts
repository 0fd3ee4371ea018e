import { constants, createHash, verify as verifySignature } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { fromMajor, isPositive } from '../transaction/amount';
import { ExponentOverrides, UnknownCurrency } from '../transaction/currency';
import { InvalidDecimal } from '../transaction/decimal';
import { isObject, Json, JsonObject, member, parseJson, textAt } from '../transaction/json';
import { fromIso } from '../transaction/time';
import type { AdapterOptions, CanonicalEvent, Credentials, MappedEvent, ProviderAdapter, Verification, WebhookRequest } from './adapter';
import { singleHeader } from './adapter';
import { signingKey } from './paypal-certificate';
import { malformed, Rejection } from './rejection';
import { decodeBase64 } from './signature';

/**
 * Three days of retries, which may all carry the time of the first attempt, and
 * a day for a queue that is late. No minutes: a retry would be refused for good.
 */
const MAX_AGE_SECONDS = 4 * 86_400;
/** A transmission cannot be signed after it arrived; this is for clocks. */
const MAX_AHEAD_SECONDS = 300;

const ALGORITHM = 'SHA256withRSA';
const LIVE_SIGNER = 'messageverificationcerts.paypal.com';
const SANDBOX_SIGNER = 'messageverificationcerts.sandbox.paypal.com';

/** The whole address as text, so that no second spelling of a host or a path can slip in. */
const CERTIFICATE_URL = /^https:\/\/(?:api|api-m)(\.sandbox)?\.paypal\.com\/v1\/notifications\/certs\/[A-Za-z0-9_-]{1,128}$/;

/** Neither may contain the `|` that separates the parts of the signed text. */
const TRANSMISSION_ID = /^[A-Za-z0-9-]{1,64}$/;
const TRANSMISSION_TIME = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d{1,9})?Z$/;
const WEBHOOK_ID = /^[A-Za-z0-9_-]{1,64}$/;

/**
 * Two currencies have decimals by ISO 4217 and none at PayPal.
 * @see https://developer.paypal.com/api/rest/reference/currency-codes/
 */
const EXPONENTS: ExponentOverrides = { HUF: 0, TWD: 0 };

const REVERSALS = ['PAYMENT.CAPTURE.REFUNDED', 'PAYMENT.CAPTURE.REVERSED', 'PAYMENT.SALE.REFUNDED', 'PAYMENT.SALE.REVERSED'];
const MONEY_TYPES = ['PAYMENT.CAPTURE.COMPLETED', 'PAYMENT.SALE.COMPLETED', ...REVERSALS];
/** What the payment may say of itself meanwhile; some resources say nothing. */
const MONEY_STATUSES = ['COMPLETED', 'PARTIALLY_REFUNDED', 'REFUNDED', 'REVERSED'];

const REFERENCES: Readonly<Record<string, readonly string[]>> = {
  custom_id: ['custom_id'],
  invoice_id: ['invoice_id'],
  order_id: ['supplementary_data', 'related_ids', 'order_id'],
  authorization_id: ['supplementary_data', 'related_ids', 'authorization_id'],
  capture_id: ['supplementary_data', 'related_ids', 'capture_id'],
  // Payments made through the first version of the API, subscriptions among them.
  sale_id: ['sale_id'],
  custom: ['custom'],
  invoice_number: ['invoice_number'],
  parent_payment: ['parent_payment'],
  billing_agreement_id: ['billing_agreement_id'],
};

interface Transmission {
  readonly id: string;
  readonly time: string;
  readonly signature: Buffer;
  readonly certificateUrl: string;
  readonly sandbox: boolean;
}

/** Everything but the signature itself is checked here: what cannot be accepted must not cost a fetch. */
function transmissionOf(request: WebhookRequest): Transmission {
  const [id, time, signature, certificateUrl, algorithm] = ['transmission-id', 'transmission-time', 'transmission-sig', 'cert-url', 'auth-algo']
    .map((name) => singleHeader(request, `paypal-${name}`));
  if (!id || !time || !signature || !certificateUrl || !algorithm) throw new Rejection('missing_signature', 'one of the five PayPal headers is missing');
  const address = CERTIFICATE_URL.exec(certificateUrl);
  if (!address) throw new Rejection('unknown_key', 'the certificate is not at an address of PayPal');
  const bytes = decodeBase64(signature);
  const signedAt = TRANSMISSION_TIME.test(time) ? Date.parse(time) : NaN;
  if (algorithm !== ALGORITHM || !TRANSMISSION_ID.test(id) || !bytes || Number.isNaN(signedAt)) {
    throw new Rejection('malformed_signature', `a transmission has an id, a time in UTC, a signature in base64 and the algorithm ${ALGORITHM}`);
  }
  checkAge((request.receivedAt - signedAt) / 1000);
  return { id, time, signature: bytes, certificateUrl, sandbox: address[1] !== undefined };
}

function checkAge(seconds: number): void {
  if (seconds > MAX_AGE_SECONDS) throw new Rejection('timestamp_too_old', `signed ${seconds} s before arrival, ${MAX_AGE_SECONDS} s are allowed`);
  if (-seconds > MAX_AHEAD_SECONDS) throw new Rejection('timestamp_in_future', `signed ${-seconds} s after arrival, ${MAX_AHEAD_SECONDS} s are allowed`);
}

function verify(request: WebhookRequest, { options, certificate }: Credentials): Verification {
  const { webhookId, sandbox, trustedRoots, certificateTime = request.receivedAt } = readOptions(options);
  const transmission = transmissionOf(request);
  if (transmission.sandbox && !sandbox) throw new Rejection('unknown_key', 'the sandbox does not sign for this endpoint');
  if (certificate === undefined) throw new Error('The certificate of the webhook has not been fetched');
  const key = signingKey(certificate, { names: sandbox ? [LIVE_SIGNER, SANDBOX_SIGNER] : [LIVE_SIGNER], at: certificateTime, trustedRoots });
  const signed = [transmission.id, transmission.time, webhookId, crc32(request.body)].join('|');
  if (!verifySignature('sha256', Buffer.from(signed), { key, padding: constants.RSA_PKCS1_PADDING }, transmission.signature)) {
    throw new Rejection('signature_mismatch', 'the certificate does not give this signature');
  }
  return { secretIndex: 0 };
}

/** The last two are for requests that are judged later: the anchors, and the time in milliseconds, a recorded chain is held against. */
function readOptions({ webhookId, sandbox, trustedRoots, certificateTime }: AdapterOptions) {
  if (typeof webhookId !== 'string' || !WEBHOOK_ID.test(webhookId)) throw new Error('The option webhookId is the id PayPal shows for the webhook');
  if (trustedRoots !== undefined && !isTexts(trustedRoots)) throw new Error('The option trustedRoots is a list of PEM certificates');
  if (certificateTime !== undefined && typeof certificateTime !== 'number') throw new Error('The option certificateTime is in milliseconds since the epoch');
  return { webhookId, sandbox: sandbox === true, trustedRoots, certificateTime };
}

function isTexts(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((element) => typeof element === 'string');
}

function map(request: WebhookRequest): readonly MappedEvent[] {
  const body = parseJson(request.body);
  if (!isObject(body)) throw malformed('the body must be a JSON object');
  const type = textAt(body, 'event_type') || 'unknown';
  const resource = isObject(body.resource) ? body.resource : {};
  const id = textAt(body, 'id');
  const transactionId = textAt(resource, 'id') || textAt(resource, 'dispute_id');
  const money = moneyOf(type, resource);
  if (money.money_moved && (!id || !transactionId)) throw malformed(`a ${type} event has id and resource.id`);
  const eventId = id || `sha256-${createHash('sha256').update(request.body).digest('hex')}`;
  return [{
    event: {
      transaction_id: transactionId || eventId,
      event_id: eventId,
      event_type: type,
      ...money,
      provider: 'paypal',
      customer_id: textAt(resource, 'payer', 'payer_id') ?? null,
      occurred_at: timeOf(body) ?? new Date(request.receivedAt).toISOString(),
      metadata: metadataOf(resource),
      needs_fetch: false,
    },
  }];
}

type Money = Pick<CanonicalEvent, 'amount' | 'currency' | 'money_moved'>;

function moneyOf(type: string, resource: JsonObject): Money {
  const value = textAt(resource, 'amount', 'value') ?? textAt(resource, 'amount', 'total');
  const currency = textAt(resource, 'amount', 'currency_code') ?? textAt(resource, 'amount', 'currency');
  const status = (textAt(resource, 'status') ?? textAt(resource, 'state'))?.toUpperCase();
  const moved = MONEY_TYPES.includes(type) && (status === undefined || MONEY_STATUSES.includes(status));
  if (!moved) return { ...readable(value, currency), money_moved: false };
  if (value === undefined || currency === undefined) throw malformed(`a ${type} event has resource.amount`);
  // Reversals come with either sign; their type tells the direction.
  const amount = fromMajor(REVERSALS.includes(type) ? value.replace(/^-/, '') : value, currency, EXPONENTS);
  if (!isPositive(amount)) throw malformed('an amount that moved is positive');
  return { amount, currency, money_moved: true };
}

/** The amount of an event in which it is only a remark. */
function readable(value: string | undefined, currency: string | undefined): Omit<Money, 'money_moved'> {
  if (value === undefined || currency === undefined) return { amount: null, currency: null };
  try {
    return { amount: fromMajor(value, currency, EXPONENTS), currency };
  } catch (error) {
    if (error instanceof InvalidDecimal || error instanceof UnknownCurrency) return { amount: null, currency: null };
    throw error;
  }
}

function timeOf(body: Json): string | undefined {
  try {
    return fromIso(textAt(body, 'create_time') ?? '');
  } catch {
    return undefined;
  }
}

function metadataOf(resource: JsonObject): CanonicalEvent['metadata'] {
  const found = Object.entries(REFERENCES).map(([name, path]) => [name, member(resource, ...path)] as const);
  return Object.fromEntries(found.filter(([, value]) => typeof value === 'string'));
}

/**
 * PayPal's REST webhooks: signed with a certificate, over a CRC-32 of the body.
 * A CRC is no hash. Who has captured a transmission can make another JSON body
 * that passes under it; only TLS and the ids of the first keep that out, so high
 * amounts should be looked up at PayPal before they are acted upon.
 *
 * @see https://developer.paypal.com/api/rest/webhooks/rest/
 * @see https://developer.paypal.com/api/rest/webhooks/event-names/
 */
export const paypal: ProviderAdapter = {
  kind: 'paypal',
  description: {
    title: 'PayPal',
    signatureHeader: 'PAYPAL-TRANSMISSION-SIG',
    algorithm: 'RSA (PKCS #1 v1.5) with SHA-256 of "{transmission id}|{transmission time}|{webhook id}|{CRC-32 of the body}", base64, certificate from PayPal',
    toleranceSeconds: MAX_AGE_SECONDS,
    contentTypes: ['application/json'],
    batch: false,
    retryHorizonDays: 3,
    unconfirmed: [
      'Whether a retry carries a new transmission id and time: up to four days of age and 300 s ahead are accepted, and deliveries are told apart by the event id.',
      'The body is protected by a CRC-32 only: another body can be made to pass under a captured transmission.',
      'Whether the certificate address answers with the intermediate certificates; if not, name them in the option trustedRoots.',
      'Events of the dashboard simulator cannot be verified: they are signed for the webhook id WEBHOOK_ID.',
      'How long PayPal waits for an answer.',
    ],
  },
  verify,
  map,
  certificateUrl: (request) => transmissionOf(request).certificateUrl,
};
