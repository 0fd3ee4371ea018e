import { Rejection } from '../providers/rejection';

/** Limits of a fetch from a provider: a certificate chain is a few kilobytes, and the caller waits for it. */
const MAX_BYTES = 64 * 1024;
const TIMEOUT_MS = 3_000;
const FRESH_FOR_MS = 6 * 3_600_000;
const MAX_CACHED = 20;

/** Statuses that say there is no certificate at an address: the fault is the sender's, who named it. */
const NOT_THERE = [400, 404, 410];

export type Fetch = (url: string, init: { readonly redirect: 'error'; readonly signal: AbortSignal }) => Promise<Response>;

interface Cached {
  readonly pem: string;
  readonly fetchedAt: number;
}

/**
 * Certificates by address. The address has been approved by the adapter; still
 * no redirect is followed, and neither size nor time is left to the other side.
 */
export function cachedCertificates(get: Fetch = fetch, now: () => number = Date.now): (url: string) => Promise<string> {
  const cache = new Map<string, Cached>();
  return async (url) => {
    const cached = cache.get(url);
    if (cached && now() - cached.fetchedAt < FRESH_FOR_MS) return cached.pem;
    try {
      const pem = await fetchPem(get, url);
      // Set anew, it is the youngest, and evicts no other.
      cache.delete(url);
      if (cache.size >= MAX_CACHED) cache.delete(cache.keys().next().value!);
      cache.set(url, { pem, fetchedAt: now() });
      return pem;
    } catch (error) {
      // During an outage the old one serves: whether it is still valid is judged at every use.
      if (!cached || error instanceof Rejection) throw error;
      return cached.pem;
    }
  };
}

async function fetchPem(get: Fetch, url: string): Promise<string> {
  const response = await get(url, { redirect: 'error', signal: AbortSignal.timeout(TIMEOUT_MS) });
  if (!response.ok) {
    await response.body?.cancel();
    if (NOT_THERE.includes(response.status)) throw new Rejection('unknown_key', 'there is no certificate at the address the webhook names');
    throw new Error(`The certificate could not be fetched: status ${response.status}`);
  }
  const text = await limitedText(response);
  // A page that says "try later" with status 200 must not be kept for hours.
  if (!text.includes('-----BEGIN CERTIFICATE-----')) throw new Error('The address of the certificate answered with something else');
  return text;
}

async function limitedText(response: Response): Promise<string> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of response.body ?? []) {
    bytes += chunk.length;
    if (bytes > MAX_BYTES) throw new Error(`The certificate has more than ${MAX_BYTES} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}
