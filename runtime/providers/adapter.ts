import type { Json } from '../transaction/json';
import { Rejection } from './rejection';

/** A request as it arrived: the bytes are what was signed. */
export interface WebhookRequest {
  readonly method: string;
  /** All values of each header, names in lower case. */
  readonly headers: ReadonlyMap<string, readonly string[]>;
  readonly query: ReadonlyMap<string, string>;
  readonly body: Buffer;
  /** When the front door received it, milliseconds since the epoch: what time windows are judged by. */
  readonly receivedAt: number;
}

/** Options an endpoint was configured with. */
export type AdapterOptions = Readonly<Record<string, unknown>>;

/** What a signature is held against. */
export interface Credentials {
  /** Live secrets, newest first; empty for providers that sign with a certificate. */
  readonly secrets: readonly string[];
  readonly options: AdapterOptions;
  /** The certificate chain the adapter asked for, PEM. */
  readonly certificate?: string;
}

/** What a verified signature says. */
export interface Verification {
  /** Which of the live secrets it was made with. */
  readonly secretIndex: number;
}

/** One event of a webhook in the shape all providers share. Amounts are exact text in major units. */
export interface CanonicalEvent {
  /** The provider's id of the payment, refund or payout. */
  readonly transaction_id: string;
  readonly event_id: string;
  readonly event_type: string;
  readonly amount: string | null;
  readonly currency: string | null;
  readonly provider: string;
  readonly customer_id: string | null;
  /** ISO 8601, UTC. */
  readonly occurred_at: string;
  readonly metadata: { readonly [key: string]: Json | undefined };
  /** Whether money moved: an authentic event often only says that it may. */
  readonly money_moved: boolean;
  /** The payload has no amount; it must be fetched from the provider. */
  readonly needs_fetch: boolean;
}

/** An event and what tells its deliveries apart. */
export interface MappedEvent {
  readonly event: CanonicalEvent;
  /** Unique over deliveries of different events and made of signed material only; default the event id. */
  readonly key?: string;
  /** Equal for two deliveries of the same event; default the body. */
  readonly content?: string;
  /** What is kept of the webhook with this event; default the body. For batches, the part that is this event's. */
  readonly payload?: string;
}

/** What an endpoint answers when it does not answer in its own words. */
export interface Acknowledgement {
  readonly status: number;
  readonly contentType: string;
  readonly body: string;
}

/** What a provider does, in data: shown in the documentation and the console, obeyed by the validator. */
export interface AdapterDescription {
  readonly title: string;
  /** Where the signature is. */
  readonly signatureHeader: string;
  readonly algorithm: string;
  /** Seconds a signed time may differ from arrival, on both sides; absent where no time is signed. */
  readonly toleranceSeconds?: number;
  readonly contentTypes: readonly string[];
  /** Whether one request may carry several events. */
  readonly batch: boolean;
  /** How long the provider goes on retrying. */
  readonly retryHorizonDays: number;
  /** What nobody could confirm, in a sentence each. */
  readonly unconfirmed?: readonly string[];
}

/** A provider: two pure functions and a description. */
export interface ProviderAdapter {
  readonly kind: string;
  readonly description: AdapterDescription;
  /** What the provider expects to hear; default the endpoint's own words. */
  readonly acknowledgement?: Acknowledgement;
  /** Throws a {@link Rejection} unless the signature over the bytes is good. */
  verify(request: WebhookRequest, credentials: Credentials): Verification;
  /** The events of a verified webhook; throws a {@link Rejection} when the body cannot be read as one. */
  map(request: WebhookRequest, options: AdapterOptions): readonly MappedEvent[];
  /** Address of the certificate a request is signed with; throws a {@link Rejection} for any but the provider's own. */
  certificateUrl?(request: WebhookRequest): string;
  /** Answers a GET by which the provider checks the endpoint before it sends anything. */
  challenge?(request: WebhookRequest, credentials: Credentials): Acknowledgement;
}

/** The one value of a header; several are refused rather than guessed between. */
export function singleHeader(request: WebhookRequest, ...names: string[]): string | undefined {
  for (const name of names) {
    const values = request.headers.get(name);
    if (!values) continue;
    if (values.length > 1) throw new Rejection('malformed_signature', `the header ${name} occurs ${values.length} times`);
    return values[0];
  }
  return undefined;
}
