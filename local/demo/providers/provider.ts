import { createHash, createHmac } from 'node:crypto';
import { SampleTransaction } from '../samples';

/** Options an endpoint was configured with. */
export type EndpointOptions = Readonly<Record<string, unknown>>;

/** Money in major units. */
export interface Money {
  readonly amount: string;
  readonly currency: string;
}

/** A webhook as its provider writes it. */
export interface Written {
  /** The id under which the endpoint keeps it. */
  readonly transactionId: string;
  readonly body: string;
  /** What moved; absent where the webhook tells of no money. */
  readonly money?: Money;
}

export interface SignedRequest {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

/**
 * The sender's side of a provider, written from the provider's documentation and apart from the
 * handlers, so that neither can be wrong in the other's way.
 */
export interface DemoProvider {
  readonly kind: string;
  /** A payment that succeeded, at `now` in milliseconds. */
  write(transaction: SampleTransaction, now: number, options: EndpointOptions): Written;
  /** Signs any body; the secret is empty for an endpoint without one. */
  sign(body: Buffer, secret: string, now: number, options: EndpointOptions): SignedRequest;
}

export function signedJson(body: Buffer, headers: Readonly<Record<string, string>>): SignedRequest {
  return { headers: { 'content-type': 'application/json', ...headers }, body };
}

/** 1999 as 19.99. */
export function decimal(cents: number): string {
  return `${Math.floor(cents / 100)}.${String(cents % 100).padStart(2, '0')}`;
}

export function dollars({ cents }: SampleTransaction): Money {
  return { amount: decimal(cents), currency: 'USD' };
}

/** An id of 15 digits at most, which a JSON number holds. */
export function numericId({ id }: SampleTransaction): number {
  return Number(BigInt(`0x${id}`) % 10n ** 15n);
}

export function unixSeconds(now: number): number {
  return Math.floor(now / 1000);
}

export function isoTime(now: number): string {
  return new Date(now).toISOString();
}

/** ISO 8601 without fractions of a second. */
export function isoSeconds(now: number): string {
  return isoTime(now).replace(/\.\d+/, '');
}

export function hmac(algorithm: 'sha1' | 'sha256' | 'sha512', key: string | Buffer, ...parts: readonly (string | Buffer)[]): Buffer {
  return parts.reduce((mac, part) => mac.update(part), createHmac(algorithm, key)).digest();
}

export function sha256(data: string | Buffer): string {
  return createHash('sha256').update(data).digest('hex');
}
