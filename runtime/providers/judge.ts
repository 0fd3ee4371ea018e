import { cachedCertificates } from '../aws/certificates';
import type { Acknowledgement, AdapterOptions, CanonicalEvent, Credentials, ProviderAdapter, WebhookRequest } from './adapter';
import { ADAPTERS } from './registry';
import { rejectionOf } from './rejection-of';

/** A captured request, and what it is to be judged by. */
export interface CapturedRequest {
  readonly id?: string;
  readonly provider: string;
  /** Unix seconds at which it arrived; default the clock. */
  readonly now?: number;
  readonly method?: string;
  readonly url?: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly headers?: Readonly<Record<string, string | readonly string[]>>;
  readonly body?: string;
  readonly body_base64?: string;
  readonly secret?: string;
  readonly secrets?: readonly string[];
  readonly public_key?: string;
  /** Options of the adapter, in snake case. */
  readonly config?: Readonly<Record<string, unknown>>;
}

export interface Judgement {
  readonly id?: string;
  readonly verdict: 'valid' | 'invalid' | 'unsigned' | 'unknown_provider';
  /** Why it is refused: one of the rejection reasons, or `configuration` when what it is judged by is at fault. */
  readonly reason: string | null;
  /** The same in a sentence. */
  readonly detail?: string;
  readonly acknowledgement: Pick<Acknowledgement, 'status' | 'body'> | null;
  readonly events: readonly CanonicalEvent[];
  readonly money_moved: boolean;
  readonly needs_fetch: boolean;
}

/** What captures may call a provider beside its kind, and what goes without saying in them. */
const ALIASES: Readonly<Record<string, { readonly kind: string; readonly options?: AdapterOptions; readonly unsigned?: true }>> = {
  'svix': { kind: 'standard-webhooks' },
  // A capture does not say which environment it is from.
  'paypal': { kind: 'paypal', options: { sandbox: true } },
  'adyen-platform': { kind: 'adyen' },
  'mollie-classic': { kind: 'mollie', options: { classic: true }, unsigned: true },
  'generic-hmac-hex': { kind: 'hmac', options: { header: 'x-signature', encoding: 'hex' } },
  'generic-hmac-base64': { kind: 'hmac', options: { header: 'x-signature', encoding: 'base64' } },
};

const NOTHING = { acknowledgement: null, events: [], money_moved: false, needs_fetch: false } as const;

/** Judges a captured request with the very functions the validator uses. */
export async function judge(captured: CapturedRequest, fetchCertificate = cachedCertificates()): Promise<Judgement> {
  const alias = Object.hasOwn(ALIASES, captured.provider) ? ALIASES[captured.provider] : undefined;
  const adapter = ADAPTERS.find(({ kind }) => kind === (alias?.kind ?? captured.provider));
  if (!adapter) return { id: captured.id, verdict: 'unknown_provider', reason: 'unknown_provider', ...NOTHING };
  const request = requestOf(captured);
  try {
    const credentials = await credentialsOf(captured, adapter, request, alias?.options, fetchCertificate);
    return request.method === 'GET' && adapter.challenge
      ? answered(captured, adapter.challenge(request, credentials))
      : judged(captured, adapter, request, credentials, alias?.unsigned);
  } catch (error) {
    const reason = rejectionOf(error)?.reason ?? 'configuration';
    return { id: captured.id, verdict: 'invalid', reason, detail: (error as Error).message, ...NOTHING };
  }
}

function judged({ id }: CapturedRequest, adapter: ProviderAdapter, request: WebhookRequest, credentials: Credentials, unsigned?: true): Judgement {
  adapter.verify(request, credentials);
  const events = adapter.map(request, credentials.options).map(({ event }) => event);
  const { status, body } = adapter.acknowledgement ?? { status: 200, body: null };
  return {
    id,
    verdict: unsigned ? 'unsigned' : 'valid',
    reason: null,
    acknowledgement: body === null ? null : { status, body },
    events,
    money_moved: events.some(({ money_moved }) => money_moved),
    needs_fetch: events.some(({ needs_fetch }) => needs_fetch),
  };
}

function answered({ id }: CapturedRequest, { status, body }: Acknowledgement): Judgement {
  return { id, verdict: 'valid', reason: null, ...NOTHING, acknowledgement: { status, body } };
}

function requestOf({ method = 'POST', url, query, headers = {}, body = '', body_base64: base64, now }: CapturedRequest): WebhookRequest {
  const fromUrl = url === undefined ? [] : new URL(url, 'https://captured.invalid').searchParams;
  return {
    method: method.toUpperCase(),
    headers: new Map(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), Array.isArray(value) ? value : [value as string]])),
    query: new Map([...fromUrl, ...Object.entries(query ?? {})]),
    body: base64 === undefined ? Buffer.from(body) : Buffer.from(base64, 'base64'),
    receivedAt: now === undefined ? Date.now() : now * 1000,
  };
}

async function credentialsOf(
  { secret, secrets, public_key: publicKey, config = {} }: CapturedRequest,
  adapter: ProviderAdapter,
  request: WebhookRequest,
  preset: AdapterOptions | undefined,
  fetchCertificate: (url: string) => Promise<string>,
): Promise<Credentials> {
  const { cert_url_response: captured, trusted_root: root, ...rest } = config;
  const url = adapter.certificateUrl?.(request);
  return {
    secrets: [secret, ...(secrets ?? []), publicKey].filter((value) => value !== undefined),
    options: {
      ...preset,
      ...camelCased(rest),
      ...(root !== undefined && { trustedRoots: [root] }),
      // A chain that comes with the capture was fetched after it, so its validity is today's matter.
      ...(captured !== undefined && { certificateTime: Date.now() }),
    },
    certificate: url === undefined ? undefined : await (captured === undefined ? fetchCertificate(url) : String(captured)),
  };
}

function camelCased(config: Readonly<Record<string, unknown>>): AdapterOptions {
  return Object.fromEntries(Object.entries(config).map(([key, value]) => [key.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase()), value]));
}
