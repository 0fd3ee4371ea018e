import { createHmac, randomBytes } from 'node:crypto';
import { hmacScheme } from '../../runtime/providers/hmac-options';
import { adapterOf } from '../../runtime/providers/registry';
import type { ProviderConfig } from '../../src/contract';
import { demoProviderOf } from '../demo/providers';
import { sampleTransaction, SampleTransaction } from '../demo/samples';
import { Services } from '../runner/services';

/** A webhook as it goes over the wire. */
export interface OutgoingWebhook {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

export interface SigningOptions {
  /** Milliseconds to sign at; the clock without it. */
  readonly at?: number;
  /** Another secret than the endpoint's. */
  readonly secret?: string;
  /** An earlier delivery of the same event, whose id this one keeps. */
  readonly again?: OutgoingWebhook;
}

/** Ids of events that travel in headers beside the signature. */
const ID_HEADERS = ['x-github-delivery', 'x-shopify-event-id', 'x-shopify-webhook-id', 'x-razorpay-event-id'];

/** A payment as the provider of an endpoint writes it. */
export function sampleBody({ kind, options = {} }: ProviderConfig, now: number, transaction: SampleTransaction): Buffer {
  return Buffer.from(demoProviderOf(kind).write(transaction, now, options).body);
}

/** Whether the payments of a provider tell of money: only then are they routed and screened. */
export function tellsOfMoney({ kind, options = {} }: ProviderConfig, now: number): boolean {
  return demoProviderOf(kind).write(sampleTransaction(0), now, options).money !== undefined;
}

export { sampleTransaction };

/** Seconds a signed time may differ from arrival; undefined where no time is signed. */
export function toleranceOf({ kind, options = {} }: Pick<ProviderConfig, 'kind' | 'options'>): number | undefined {
  return kind === 'hmac' ? hmacScheme(options).timestamp?.toleranceSeconds : adapterOf(kind).description.toleranceSeconds;
}

/** The current secret of an endpoint; empty where the provider signs with a certificate. */
export function secretOf({ secrets }: Services, { secretArn }: ProviderConfig): string {
  return secretArn === undefined ? '' : secrets.value(secretArn);
}

/** The request by which the provider of an endpoint would send `body`. */
export function signWebhook(services: Services, endpoint: ProviderConfig, body: Buffer, options: SigningOptions = {}): OutgoingWebhook {
  const { at = services.clock.now(), secret = secretOf(services, endpoint), again } = options;
  if (again && endpoint.kind === 'standard-webhooks') return signStandardWebhook(body, secret, at, again.headers['webhook-id']);
  const signed = demoProviderOf(endpoint.kind).sign(body, secret, at, endpoint.options ?? {});
  const kept = ID_HEADERS.flatMap((name) => (again?.headers[name] === undefined ? [] : [[name, again.headers[name]]]));
  return { headers: { ...signed.headers, ...Object.fromEntries(kept) }, body: signed.body };
}

/** A secret of the same form, which nobody shares with the endpoint. */
export function otherSecret(secret: string): string {
  const [, prefix, text] = /^(whsec_)?(.*)$/s.exec(secret)!;
  if (/^[0-9a-fA-F]+$/.test(text)) return `${prefix ?? ''}${randomBytes(text.length / 2).toString('hex').toUpperCase()}`;
  const bytes = Buffer.from(text, 'base64');
  const isBase64 = bytes.toString('base64') === text && bytes.length >= 16;
  return `${prefix ?? ''}${isBase64 ? randomBytes(bytes.length).toString('base64') : randomBytes(24).toString('base64url')}`;
}

/** Its event id is a header that is signed, so another delivery of the same event is signed anew with it. */
function signStandardWebhook(body: Buffer, secret: string, at: number, id: string): OutgoingWebhook {
  const timestamp = String(Math.floor(at / 1000));
  const key = Buffer.from(secret.replace(/^whsec_/, ''), 'base64');
  const signature = createHmac('sha256', key).update(`${id}.${timestamp}.`).update(body).digest('base64');
  return { headers: { 'content-type': 'application/json', 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': `v1,${signature}` }, body };
}
