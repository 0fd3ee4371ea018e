import { randomUUID } from 'node:crypto';

/** A transaction to be sent; how a provider writes it down is the provider's matter. */
export interface SampleTransaction {
  readonly id: string;
  /** Minor units. */
  readonly cents: number;
  readonly customer?: string;
  readonly metadata: Readonly<Record<string, string>>;
}

/** Amounts and circumstances that between them reach every tier and every risk band. */
const MIX: readonly Omit<SampleTransaction, 'id'>[] = [
  { cents: 1_999, customer: 'cus_1001', metadata: { order_id: 'A-1' } },
  { cents: 245_050, customer: 'cus_1002', metadata: { order_id: 'A-2' } },
  { cents: 1_500_000, customer: 'cus_1003', metadata: { order_id: 'A-3' } },
  { cents: 99_999, customer: 'cus_1004', metadata: { order_id: 'A-4' } },
  { cents: 100_000, customer: 'cus_1005', metadata: { order_id: 'A-5' } },
  { cents: 1_000_000, customer: 'cus_1006', metadata: { order_id: 'A-6' } },
  { cents: 1_000_001, customer: 'cus_1007', metadata: { order_id: 'A-7' } },
  { cents: 975_000, metadata: { order_id: 'A-8' } },
  { cents: 4_200_000, customer: 'cus_1009', metadata: { order_id: 'A-9', country: 'DE', card_country: 'BR' } },
  { cents: 54_321, customer: 'cus_1010', metadata: { order_id: 'A-10' } },
];

export function sampleTransaction(index: number): SampleTransaction {
  return { ...MIX[index % MIX.length], id: `${randomUUID().replaceAll('-', '').slice(0, 16)}` };
}

interface Written {
  readonly transactionId: string;
  readonly body: string;
}

export type Write = (transaction: SampleTransaction, now: number) => Written;

function asCanonical({ id, cents, customer, metadata }: SampleTransaction): Written {
  const transactionId = `txn_${id}`;
  const amount = `${Math.floor(cents / 100)}.${String(cents % 100).padStart(2, '0')}`;
  return {
    transactionId,
    // The number is written as text, so that 42000.00 stays 42000.00.
    body: `{"transaction_id":"${transactionId}","amount":${amount},"currency":"USD","provider":"demo",`
      + `"customer_id":"${customer ?? 'cus_guest'}","metadata":${JSON.stringify(metadata)}}`,
  };
}

function asStripe({ id, cents, customer, metadata }: SampleTransaction, now: number): Written {
  const transactionId = `pi_${id}`;
  const created = Math.floor(now / 1000);
  const body = JSON.stringify({
    id: `evt_${id}`,
    object: 'event',
    api_version: '2025-09-30.clover',
    created,
    data: {
      object: {
        id: transactionId,
        object: 'payment_intent',
        amount: cents,
        amount_received: cents,
        currency: 'usd',
        customer: customer ?? null,
        metadata,
        status: 'succeeded',
        created,
      },
    },
    livemode: false,
    pending_webhooks: 1,
    request: { id: null, idempotency_key: null },
    type: 'payment_intent.succeeded',
  });
  return { transactionId, body };
}

const WRITERS: Readonly<Record<string, Write>> = {
  'standard-webhooks': asCanonical,
  'stripe': asStripe,
};

export function writerOf(kind: string): Write {
  const write = WRITERS[kind];
  if (!write) throw new Error(`There is no sample for providers of the kind ${kind}`);
  return write;
}

/** The transaction the printed command sends. */
export const SAMPLE_BODY = JSON.stringify({
  transaction_id: 'txn_123456',
  amount: 15000,
  currency: 'USD',
  provider: 'stripe',
  customer_id: 'cust_789',
  metadata: { order_id: 'order_123' },
});
