import type { ProviderConfig } from '../../src/contract';
import type { SecretSource } from '../aws/secrets';
import type { Credentials, WebhookRequest } from '../providers/adapter';
import { adapterOf } from '../providers/registry';
import { Rejection } from '../providers/rejection';

/** Where credentials come from. */
export interface CredentialSource {
  readonly secrets: SecretSource;
  /** Fetches a certificate chain; called only with an address the adapter has approved. */
  readonly certificates: (url: string) => Promise<string>;
}

/** Uses the credentials of an endpoint; a signature that fits none may be newer than the cache, so they are fetched once more before it is refused. */
export async function withCredentials<T>(
  { kind, secretArn, options = {} }: ProviderConfig,
  request: WebhookRequest,
  { secrets, certificates }: CredentialSource,
  use: (credentials: Credentials) => T,
): Promise<T> {
  const url = adapterOf(kind).certificateUrl?.(request);
  const certificate = url === undefined ? undefined : await certificates(url);
  if (secretArn === undefined) return use({ secrets: [], options, certificate });
  try {
    return use({ secrets: (await secrets(secretArn)).values, options, certificate });
  } catch (error) {
    if (!(error instanceof Rejection) || error.reason !== 'signature_mismatch') throw error;
    const { values, refreshed } = await secrets(secretArn, { refresh: true });
    if (!refreshed) throw error;
    return use({ secrets: values, options, certificate });
  }
}
