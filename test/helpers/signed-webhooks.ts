import { createHmac } from 'node:crypto';
import { Webhook } from 'standardwebhooks';
import Stripe from 'stripe';
import type { Credentials, WebhookRequest } from '../../runtime/providers/adapter';

/** The clock of these tests, in Unix seconds. */
export const NOW = 1_760_000_000;

export const STRIPE_SECRET = 'whsec_made_up_for_tests_0001';
export const STANDARD_SECRET = `whsec_${Buffer.from('made-up-for-tests-0123456789').toString('base64')}`;

const sdk = new Stripe('sk_test_made_up');

export function credentials(...secrets: string[]): Credentials {
  return { secrets, options: {} };
}

/** An error that is answered with 400: the fault is the sender's. */
export const unreadable: Error = expect.objectContaining({
  name: expect.stringMatching(/^(Rejection|MalformedJson|InvalidDecimal|InvalidTime|UnknownCurrency)$/) as string,
}) as Error;

export function requestWith(headers: Readonly<Record<string, string | readonly string[]>>, body: string | Buffer, now = NOW): WebhookRequest {
  const all = { 'content-type': 'application/json', ...headers };
  return {
    method: 'POST',
    query: new Map(),
    headers: new Map(Object.entries(all).map(([name, value]) => [name, typeof value === 'string' ? [value] : value])),
    body: Buffer.from(body),
    receivedAt: now * 1000,
  };
}

export interface StripeOptions {
  readonly secret?: string;
  readonly at?: number;
}

/** `Stripe-Signature` by the official SDK. */
export function stripeHeader(body: string, { secret = STRIPE_SECRET, at = NOW }: StripeOptions = {}): string {
  return sdk.webhooks.generateTestHeaderString({ payload: body, secret, timestamp: at });
}

/** Whether the official SDK accepts it. */
export function stripeAccepts(body: string, header: string, secret = STRIPE_SECRET): boolean {
  try {
    sdk.webhooks.constructEvent(body, header, secret, 300, undefined, NOW * 1000);
    return true;
  } catch {
    return false;
  }
}

export function signedStripe(body: string | Buffer, options: StripeOptions = {}): WebhookRequest {
  const { secret = STRIPE_SECRET, at = NOW } = options;
  const header = typeof body === 'string' ? stripeHeader(body, options) : handSignedStripeHeader(body, String(at), secret);
  return requestWith({ 'stripe-signature': header }, body);
}

/** The SDK signs text at a number of seconds; this signs any bytes at anything. */
export function handSignedStripeHeader(body: string | Buffer, at: string, secret = STRIPE_SECRET): string {
  return `t=${at},v1=${createHmac('sha256', secret).update(`${at}.`).update(body).digest('hex')}`;
}

export interface StripeEventOptions {
  readonly id?: string;
  readonly type?: string;
  readonly object?: Readonly<Record<string, unknown>>;
  readonly event?: Readonly<Record<string, unknown>>;
}

/** A Stripe event as text: a payment of 10.99 USD unless told otherwise. */
export function stripeEvent({ id = 'evt_1', type = 'payment_intent.succeeded', object = {}, event = {} }: StripeEventOptions = {}): string {
  return JSON.stringify({
    id,
    object: 'event',
    created: 1_759_999_980,
    data: { object: { id: 'pi_1', object: 'payment_intent', amount: 1099, amount_received: 1099, currency: 'usd', customer: 'cus_1', metadata: {}, ...object } },
    pending_webhooks: 1,
    type,
    ...event,
  });
}

export interface StandardOptions {
  readonly secret?: string;
  readonly id?: string;
  readonly at?: number;
}

/** The three headers by the official library. */
export function standardHeaders(body: string, { secret = STANDARD_SECRET, id = 'msg_1', at = NOW }: StandardOptions = {}): Record<string, string> {
  return {
    'webhook-id': id,
    'webhook-timestamp': String(at),
    'webhook-signature': new Webhook(secret).sign(id, new Date(at * 1000), body),
  };
}

export function signedStandard(body: string, options: StandardOptions = {}): WebhookRequest {
  return requestWith(standardHeaders(body, options), body);
}

/** The flat transaction as text; a member given as undefined is left out. */
export function flatTransaction(overrides: Readonly<Record<string, unknown>> = {}): string {
  return JSON.stringify({
    transaction_id: 'txn_1', amount: '99.90', currency: 'USD', provider: 'acme', customer_id: 'c_1', metadata: { order: 'A-1' }, ...overrides,
  });
}

/** Every text that differs from `text` in one bit of one character of Latin-1. */
export function* bitFlips(text: string): Generator<string> {
  const bytes = Buffer.from(text, 'latin1');
  for (const flipped of byteFlips(bytes)) yield flipped.toString('latin1');
}

/** Every buffer that differs from `bytes` in one bit. */
export function* byteFlips(bytes: Buffer): Generator<Buffer> {
  for (let bit = 0; bit < bytes.length * 8; bit += 1) {
    const flipped = Buffer.from(bytes);
    const index = Math.floor(bit / 8);
    const weight = 2 ** (bit % 8);
    flipped[index] += Math.floor(flipped[index] / weight) % 2 === 0 ? weight : -weight;
    yield flipped;
  }
}
