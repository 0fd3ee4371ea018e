import { createHash } from 'node:crypto';
import type { APIGatewayProxyResult } from 'aws-lambda';
import { DIMENSION, METRIC, ProviderConfig, SUBSEGMENT, TierThresholds } from '../../src/contract';
import { TooDeep } from '../aws/attributes';
import type { SecretSource } from '../aws/secrets';
import type { Store, StoreOutcome } from '../aws/store';
import { currentTrace, emit, logger, traced } from '../aws/telemetry';
import type { CanonicalEvent, ProviderAdapter, WebhookRequest } from '../providers/adapter';
import { adapterOf } from '../providers/registry';
import { malformed, Rejection } from '../providers/rejection';
import { UnknownCurrency } from '../transaction/currency';
import { InvalidDecimal } from '../transaction/decimal';
import { MalformedJson } from '../transaction/json';
import { Row, rowOf } from '../transaction/row';
import { accepted, rejected, unavailable } from './answers';
import { contentTypeOf } from './request';

export interface IngestDependencies {
  readonly providers: readonly ProviderConfig[];
  readonly thresholds: TierThresholds;
  readonly maxBodyBytes: number;
  readonly secrets: SecretSource;
  readonly store: Store;
}

/** Keys of DynamoDB are limited in bytes; ids beyond this are refused rather than cut. */
const MAX_ID_BYTES = 512;

/**
 * Verify the bytes, map, store, answer. 2xx only after the write is durable;
 * 5xx only when it was not.
 */
export async function ingest(endpoint: string | undefined, request: WebhookRequest, deps: IngestDependencies): Promise<APIGatewayProxyResult> {
  const provider = deps.providers.find((candidate) => (endpoint === undefined ? candidate.isDefault : candidate.name === endpoint));
  try {
    if (!provider) throw new Rejection('unknown_provider', 'no such endpoint');
    const rows = await traced(SUBSEGMENT.validate, () => validate(provider, request, deps));
    const outcomes = await traced(SUBSEGMENT.store, () => Promise.all(rows.map((row) => deps.store(row))));
    rows.forEach((row, index) => report(row, outcomes[index]));
    return accepted(rows[0], outcomes[0]);
  } catch (error) {
    const name = provider?.name ?? 'unknown';
    const rejection = rejectionOf(error);
    if (rejection) {
      const { reason, status } = rejection;
      logger.warn('webhook rejected', { endpoint: name, reason, status, bytes: request.body.length });
      emit(METRIC.webhooksRejected, { [DIMENSION.provider]: name, [DIMENSION.reason]: reason });
      return rejected(rejection);
    }
    logger.error('webhook not stored', { endpoint: name, error: (error as Error).name, detail: (error as Error).message });
    return unavailable();
  }
}

async function validate(provider: ProviderConfig, request: WebhookRequest, deps: IngestDependencies): Promise<readonly Row[]> {
  const adapter = adapterOf(provider.kind);
  if (request.body.length > deps.maxBodyBytes) {
    throw new Rejection('body_too_large', `The body has ${request.body.length} bytes, ${deps.maxBodyBytes} are allowed`);
  }
  if (!adapter.description.contentTypes.includes(contentTypeOf(request))) {
    throw new Rejection('wrong_content_type', `The content type must be ${adapter.description.contentTypes.join(' or ')}`);
  }
  await verify(adapter, provider, request, deps.secrets);
  const receipt = {
    endpoint: provider.name,
    receivedAt: new Date(request.receivedAt).toISOString(),
    payload: request.body.toString('utf8'),
    fingerprint: createHash('sha256').update(adapter.fingerprint?.(request) ?? request.body).digest('hex'),
    trace: currentTrace(),
  };
  return adapter.map(request, provider.options ?? {}).map((event) => rowOf(checkIds(event), receipt, deps.thresholds));
}

/** A signature that fits no known secret may be newer than the cache: look once more before refusing. */
async function verify(adapter: ProviderAdapter, provider: ProviderConfig, request: WebhookRequest, secrets: SecretSource): Promise<void> {
  const { secretArn } = provider;
  const options = provider.options ?? {};
  const attempt = (values: readonly string[]) => {
    const { secretIndex } = adapter.verify(request, values, options);
    if (secretIndex > 0) emit(METRIC.previousSecretUsed, { [DIMENSION.provider]: provider.name });
  };
  try {
    attempt((await secrets(secretArn)).values);
  } catch (error) {
    if (!(error instanceof Rejection) || error.reason !== 'signature_mismatch') throw error;
    const { values, refreshed } = await secrets(secretArn, { refresh: true });
    if (!refreshed) throw error;
    attempt(values);
  }
}

/** Ids end up in keys and, by templates that escape nothing, in messages. */
function checkIds(event: CanonicalEvent): CanonicalEvent {
  for (const field of ['transaction_id', 'event_id', 'event_type', 'provider'] as const) {
    const bytes = Buffer.byteLength(event[field]);
    if (bytes === 0 || bytes > MAX_ID_BYTES) throw malformed(`${field} must have 1 to ${MAX_ID_BYTES} bytes`);
    if (/[\p{Cc}"\\]/u.test(event[field])) throw malformed(`${field} must not contain quotes, backslashes or control characters`);
  }
  return event;
}

/** What is wrong with a webhook, in words its sender may read; undefined when the fault is ours. */
function rejectionOf(error: unknown): Rejection | undefined {
  if (error instanceof Rejection) return error;
  const readable = [InvalidDecimal, UnknownCurrency, MalformedJson, TooDeep].some((type) => error instanceof type);
  return readable ? malformed((error as Error).message) : undefined;
}

const OUTCOME_METRIC: Readonly<Record<StoreOutcome, string>> = {
  stored: METRIC.webhooksAccepted,
  duplicate: METRIC.webhooksDuplicate,
  conflict: METRIC.webhooksConflict,
};

function report(row: Row, outcome: StoreOutcome): void {
  logger.info(`webhook ${outcome}`, { endpoint: row.endpoint, transaction_id: row.transaction_id, event_id: row.event_id, tier: row.tier });
  emit(OUTCOME_METRIC[outcome], { [DIMENSION.provider]: row.endpoint });
}
