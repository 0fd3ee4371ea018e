import type { ProviderAdapter } from './adapter';
import { standardWebhooks } from './standard-webhooks';
import { stripe } from './stripe';

/** Every provider that can be configured. */
export const ADAPTERS: readonly ProviderAdapter[] = [standardWebhooks, stripe];

export function adapterOf(kind: string): ProviderAdapter {
  const adapter = ADAPTERS.find((candidate) => candidate.kind === kind);
  if (!adapter) throw new Error(`There is no adapter of the kind ${kind}`);
  return adapter;
}
