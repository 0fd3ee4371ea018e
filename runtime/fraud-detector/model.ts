import type { FraudModelConfig } from '../../src/contract';
import { AwsCredentials, signedHeaders } from '../aws/signed-fetch';
import { formatDecimal } from '../transaction/decimal';
import type { Screened } from './rules';
import type { ModelResult } from './score';

export type Model = (screened: Screened) => Promise<ModelResult>;

export interface ModelDependencies {
  readonly region: string;
  readonly credentials: () => Promise<AwsCredentials>;
  /** Address of all services, for a system that does not run in AWS. */
  readonly endpoint?: string;
  readonly now?: () => Date;
}

/** An answer larger than this is no score. */
const MAX_ANSWER_CHARACTERS = 10_000;

/** Asks a model of the user's own. It never fails: without a score in time, the rules decide alone, and the result says why. */
export function remoteModel(config: FraudModelConfig, { region, credentials, endpoint, now = () => new Date() }: ModelDependencies): Model {
  const { service, url } = addressOf(config, region, endpoint);
  const ask = async (body: string): Promise<number> => {
    const headers = signedHeaders({ service, region, url, headers: { 'content-type': 'application/json' }, body }, await credentials(), now());
    const { host: _, ...sent } = headers;
    const response = await fetch(url, { method: 'POST', headers: sent, body, redirect: 'error', signal: AbortSignal.timeout(config.timeout_ms) });
    const text = await response.text();
    if (!response.ok) throw new Error(`status ${response.status}`);
    if (response.headers.has('x-amz-function-error')) throw new Error('the function failed');
    return scoreIn(text);
  };

  return async (screened) => {
    const about = { target: config.target, ...(config.shadow && { shadow: true as const }) };
    try {
      return { ...about, score: await ask(questionOf(screened)) };
    } catch (error) {
      const { name, message } = error as Error;
      return { ...about, failure: name === 'TimeoutError' ? `no answer in ${config.timeout_ms} ms` : message };
    }
  };
}

/** What the model is told: the transaction and its metadata, and the customer's other transactions. */
export function questionOf({ transaction, currency, country, history }: Screened): string {
  const { transaction_id, provider, event_type, amount_text, tier, customer_id, occurred_at, metadata } = transaction;
  return JSON.stringify({
    transaction_id, provider, event_type, amount: amount_text, currency, tier, customer_id, country, occurred_at, metadata,
    history: history.entries.map((entry) => ({ ...entry, of: undefined, amount: formatDecimal(entry.amount) })),
  });
}

/** `{"score": 0.25}`, or the bare number that many built-in algorithms answer with; kept to the thousandth. */
export function scoreIn(text: string): number {
  if (text.length > MAX_ANSWER_CHARACTERS) throw new Error('the answer is too long');
  let answer: unknown;
  try {
    answer = JSON.parse(text);
  } catch {
    throw new Error('the answer is not JSON');
  }
  const score = typeof answer === 'object' && answer !== null ? (answer as { score?: unknown }).score : answer;
  if (typeof score !== 'number' || !(score >= 0 && score <= 1)) throw new Error('the answer has no score from 0 to 1');
  return Math.round(score * 1000) / 1000;
}

function addressOf({ kind, target }: FraudModelConfig, region: string, endpoint?: string): { readonly service: string; readonly url: URL } {
  const suffix = region.startsWith('cn-') ? 'amazonaws.com.cn' : 'amazonaws.com';
  const name = encodeURIComponent(target);
  return kind === 'function'
    ? { service: 'lambda', url: new URL(`/2015-03-31/functions/${name}/invocations`, endpoint ?? `https://lambda.${region}.${suffix}`) }
    : { service: 'sagemaker', url: new URL(`/endpoints/${name}/invocations`, endpoint ?? `https://runtime.sagemaker.${region}.${suffix}`) };
}
