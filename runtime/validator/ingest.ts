import type { APIGatewayProxyResult } from 'aws-lambda';
import { DIMENSION, METRIC, ProviderConfig, SUBSEGMENT, TierThresholds } from '../../src/contract';
import type { Store, StoreOutcome } from '../aws/store';
import { currentTrace, emit, logger, traced } from '../aws/telemetry';
import type { MappedEvent, WebhookRequest } from '../providers/adapter';
import { adapterOf } from '../providers/registry';
import { malformed, Rejection } from '../providers/rejection';
import { rejectionOf } from '../providers/rejection-of';
import { Row, rowOf } from '../transaction/row';
import { accepted, acceptedWithoutEvents, acknowledged, rejected, unavailable } from './answers';
import { CredentialSource, withCredentials } from './credentials';
import { contentTypeOf } from './request';

export interface IngestDependencies extends CredentialSource {
  readonly providers: readonly ProviderConfig[];
  readonly thresholds: TierThresholds;
  readonly maxBodyBytes: number;
  readonly store: Store;
}

/** Keys of DynamoDB are limited in bytes; ids beyond this are refused rather than cut. */
const MAX_ID_BYTES = 512;

/**
 * Verify the bytes, map, store, answer. 2xx only after every write is durable;
 * 5xx only when one was not.
 */
export async function ingest(endpoint: string | undefined, request: WebhookRequest, deps: IngestDependencies): Promise<APIGatewayProxyResult> {
  const provider = deps.providers.find((candidate) => (endpoint === undefined ? candidate.isDefault : candidate.name === endpoint));
  try {
    if (!provider) throw new Rejection('unknown_provider', 'no such endpoint');
    if (request.method === 'GET') return await challenge(provider, request, deps);
    const rows = await traced(SUBSEGMENT.validate, () => validate(provider, request, deps));
    const outcomes = await traced(SUBSEGMENT.store, () => Promise.all(rows.map((row) => deps.store(row))));
    rows.forEach((row, index) => report(row, outcomes[index]));
    const { acknowledgement } = adapterOf(provider.kind);
    if (acknowledgement) return acknowledged(acknowledgement);
    return rows.length > 0 ? accepted(rows[0], outcomes[0]) : acceptedWithoutEvents(new Date(request.receivedAt).toISOString());
  } catch (error) {
    return refuse(error, provider?.name ?? 'unknown', request);
  }
}

async function challenge(provider: ProviderConfig, request: WebhookRequest, deps: IngestDependencies): Promise<APIGatewayProxyResult> {
  const adapter = adapterOf(provider.kind);
  if (!adapter.challenge) throw new Rejection('unknown_provider', 'this endpoint takes no GET');
  return acknowledged(await withCredentials(provider, request, deps, (credentials) => adapter.challenge!(request, credentials)));
}

async function validate(provider: ProviderConfig, request: WebhookRequest, deps: IngestDependencies): Promise<readonly Row[]> {
  const adapter = adapterOf(provider.kind);
  if (request.body.length > deps.maxBodyBytes) {
    throw new Rejection('body_too_large', `The body has ${request.body.length} bytes, ${deps.maxBodyBytes} are allowed`);
  }
  if (!adapter.description.contentTypes.includes(contentTypeOf(request))) {
    throw new Rejection('wrong_content_type', `The content type must be ${adapter.description.contentTypes.join(' or ')}`);
  }
  const { secretIndex } = await withCredentials(provider, request, deps, (credentials) => adapter.verify(request, credentials));
  if (secretIndex > 0) emit(METRIC.previousSecretUsed, { [DIMENSION.provider]: provider.name });

  const receipt = { endpoint: provider.name, receivedAt: new Date(request.receivedAt).toISOString(), body: request.body, trace: currentTrace() };
  return adapter.map(request, provider.options ?? {}).map((mapped) => rowOf(checkIds(mapped), receipt, deps.thresholds));
}

/** Ids end up in keys and, by templates that escape nothing, in messages. */
function checkIds(mapped: MappedEvent): MappedEvent {
  const { transaction_id, event_id, event_type, provider } = mapped.event;
  for (const [field, value] of Object.entries({ transaction_id, event_id, event_type, provider, key: mapped.key ?? event_id })) {
    const bytes = Buffer.byteLength(value);
    if (bytes === 0 || bytes > MAX_ID_BYTES) throw malformed(`${field} must have 1 to ${MAX_ID_BYTES} bytes`);
    // Half of a surrogate pair has no form in UTF-8: as keys, two of them would be one.
    if (/[\p{Cc}\p{Cs}"\\]/u.test(value)) throw malformed(`${field} must not contain quotes, backslashes, control characters or halves of characters`);
  }
  return mapped;
}

function refuse(error: unknown, endpoint: string, { body }: WebhookRequest): APIGatewayProxyResult {
  const rejection = rejectionOf(error);
  if (rejection) {
    const { reason, status } = rejection;
    logger.warn('webhook rejected', { endpoint, reason, status, bytes: body.length });
    emit(METRIC.webhooksRejected, { [DIMENSION.provider]: endpoint, [DIMENSION.reason]: reason });
    return rejected(rejection);
  }
  logger.error('webhook not stored', { endpoint, error: (error as Error).name, detail: (error as Error).message });
  return unavailable();
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
