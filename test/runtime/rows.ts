import { itemOf } from '../../runtime/aws/store';
import { Row, rowOf } from '../../runtime/transaction/row';
import { NOW } from '../helpers/signed-webhooks';

export interface RowOptions {
  readonly transactionId?: string;
  readonly eventId?: string;
  readonly amount?: string | null;
  readonly currency?: string;
  readonly moneyMoved?: boolean;
  readonly customerId?: string | null;
  readonly metadata?: Row['event']['metadata'];
  readonly receivedAt?: string;
  readonly fingerprint?: string;
  readonly trace?: string;
}

/** A row as the validator makes it. */
export function rowWith({
  transactionId = 'pi_1', eventId = 'evt_1', amount = '10.99', currency = 'USD', moneyMoved = true, customerId = 'cus_1', metadata = {},
  receivedAt = new Date(NOW * 1000).toISOString(), fingerprint = '0123456789abcdef'.repeat(4), trace,
}: RowOptions = {}): Row {
  const event = {
    transaction_id: transactionId,
    event_id: eventId,
    event_type: 'payment_intent.succeeded',
    amount,
    currency: amount === null ? null : currency,
    provider: 'stripe',
    customer_id: customerId,
    occurred_at: '2025-10-09T08:53:00.000Z',
    metadata,
    money_moved: moneyMoved,
    needs_fetch: false,
  };
  const receipt = { endpoint: 'stripe', receivedAt, body: Buffer.from('{}'), trace };
  return { ...rowOf({ event }, receipt, { medium: { default: '1000' }, high: { default: '10000' } }), fingerprint };
}

/** The same as attributes of the table, and of its stream. */
export const imageWith = (options: RowOptions = {}) => itemOf(rowWith(options));
