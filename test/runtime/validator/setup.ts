import type { SecretSource } from '../../../runtime/aws/secrets';
import type { Store, StoreOutcome } from '../../../runtime/aws/store';
import type { WebhookRequest } from '../../../runtime/providers/adapter';
import type { Row } from '../../../runtime/transaction/row';
import { conflictOf } from '../../../runtime/transaction/row';
import { ingest, IngestDependencies } from '../../../runtime/validator/ingest';
import { STANDARD_SECRET, STRIPE_SECRET } from '../../helpers/signed-webhooks';

export const STRIPE_ARN = 'arn:aws:secretsmanager:eu-west-1:111122223333:secret:stripe';
export const STANDARD_ARN = 'arn:aws:secretsmanager:eu-west-1:111122223333:secret:partners';

/** A table in memory with the promises of the real one. */
export function memoryStore(): { store: Store; rows: Map<string, Row> } {
  const rows = new Map<string, Row>();
  const keyOf = (row: Row) => JSON.stringify([row.transaction_id, row.event_id]);
  const store: Store = async (row): Promise<StoreOutcome> => {
    const known = rows.get(keyOf(row));
    if (known?.fingerprint === row.fingerprint) return 'duplicate';
    const kept = known ? conflictOf(row) : row;
    rows.set(keyOf(kept), kept);
    return known ? 'conflict' : 'stored';
  };
  return { store, rows };
}

export const fixedSecrets: SecretSource = async (arn) => ({ values: [arn === STRIPE_ARN ? STRIPE_SECRET : STANDARD_SECRET], refreshed: false });

/** A validator with two endpoints: `stripe`, and `partners`, which is the default. */
export function validator(overrides: Partial<IngestDependencies> = {}) {
  const { store, rows } = memoryStore();
  const deps: IngestDependencies = {
    providers: [
      { name: 'stripe', kind: 'stripe', secretArn: STRIPE_ARN },
      { name: 'partners', kind: 'standard-webhooks', secretArn: STANDARD_ARN, isDefault: true },
    ],
    thresholds: { medium: { default: '1000' }, high: { default: '10000' } },
    maxBodyBytes: 4096,
    secrets: fixedSecrets,
    certificates: async () => { throw new Error('no certificates here'); },
    store,
    ...overrides,
  };
  const post = async (endpoint: string | undefined, request: WebhookRequest) => {
    const { statusCode, headers, body } = await ingest(endpoint, request, deps);
    return { statusCode, headers, body: JSON.parse(body) as Record<string, unknown>, text: body };
  };
  return { rows, post };
}
