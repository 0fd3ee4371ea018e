import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';

/** Live secrets of an endpoint, newest first. */
export type SecretSource = (secretArn: string, options?: { readonly refresh: boolean }) => Promise<LiveSecrets>;

export interface LiveSecrets {
  readonly values: readonly string[];
  /** False when nothing fresher could have been fetched. */
  readonly refreshed: boolean;
}

const FRESH_FOR_MS = 5 * 60_000;
/** Asked at most this often, whether it answers or not, so that neither bad signatures nor an outage turn into calls. */
const ASK_EVERY_MS = 30_000;

interface Cached {
  readonly values: readonly string[];
  readonly staleAt: number;
  readonly askAgainAt: number;
}

/**
 * Secrets Manager behind a cache: AWSCURRENT and AWSPREVIOUS are both live, so a
 * rotation needs no redeploy and loses nothing that was signed before it.
 */
export function cachedSecrets(client: SecretsManagerClient, now: () => number = Date.now): SecretSource {
  const cache = new Map<string, Cached>();

  return async (secretArn, { refresh } = { refresh: false }) => {
    const cached = cache.get(secretArn);
    if (cached && (now() < cached.askAgainAt || (!refresh && now() < cached.staleAt))) return { values: cached.values, refreshed: false };
    try {
      const values = await fetchStages(client, secretArn);
      cache.set(secretArn, { values, staleAt: now() + FRESH_FOR_MS, askAgainAt: now() + ASK_EVERY_MS });
      return { values, refreshed: true };
    } catch (error) {
      if (!cached) throw error;
      cache.set(secretArn, { ...cached, askAgainAt: now() + ASK_EVERY_MS });
      return { values: cached.values, refreshed: false };
    }
  };
}

async function fetchStages(client: SecretsManagerClient, secretArn: string): Promise<readonly string[]> {
  const stages = await Promise.all(['AWSCURRENT', 'AWSPREVIOUS'].map((stage) => fetchStage(client, secretArn, stage)));
  const values = [...new Set(stages.flat())];
  if (values.length === 0) throw new Error('The signing secret is empty');
  return values;
}

class MalformedSecret extends Error {
  public readonly name = 'MalformedSecret';
}

/** Errors that say there is no such version, or none that will ever be of use: its key may be gone. Others pass. */
const OF_NO_USE = ['ResourceNotFoundException', 'DecryptionFailure', 'AccessDeniedException', 'InvalidRequestException', 'MalformedSecret'];

async function fetchStage(client: SecretsManagerClient, secretArn: string, stage: string): Promise<readonly string[]> {
  try {
    const { SecretString } = await client.send(new GetSecretValueCommand({ SecretId: secretArn, VersionStage: stage }));
    return secretsIn(SecretString ?? '');
  } catch (error) {
    if (stage === 'AWSPREVIOUS' && OF_NO_USE.includes((error as Error).name)) return [];
    throw error;
  }
}

/** A secret is plain text, or a JSON list of several that are live at once. Files often end with a line break that is no part of it. */
function secretsIn(written: string): string[] {
  const text = written.trim();
  const list = text.startsWith('[') ? listIn(text) : [text];
  if (!Array.isArray(list) || list.some((value) => typeof value !== 'string')) {
    throw new MalformedSecret('A signing secret is text or a JSON list of texts');
  }
  return list.filter((value) => value !== '');
}

/** The parser's own message would quote the secret. */
function listIn(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
