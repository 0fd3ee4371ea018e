/** Limits of a fetch from a provider: a certificate chain is a few kilobytes, and the caller waits for it. */
const MAX_BYTES = 64 * 1024;
const TIMEOUT_MS = 3_000;
const FRESH_FOR_MS = 6 * 3_600_000;
const MAX_CACHED = 20;

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
    const response = await get(url, { redirect: 'error', signal: AbortSignal.timeout(TIMEOUT_MS) });
    if (!response.ok) throw new Error(`The certificate could not be fetched: status ${response.status}`);
    const pem = await limitedText(response);
    if (cache.size >= MAX_CACHED) cache.delete(cache.keys().next().value!);
    cache.set(url, { pem, fetchedAt: now() });
    return pem;
  };
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
