import { randomUUID } from 'node:crypto';

/** A transaction to be sent; how a provider writes it down is the provider's matter. */
export interface SampleTransaction {
  /** 16 hex digits, another for every transaction. */
  readonly id: string;
  /** Hundredths of the provider's currency. */
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

/** The transaction the printed command sends. */
export const SAMPLE_BODY = JSON.stringify({
  transaction_id: 'txn_123456',
  amount: 15000,
  currency: 'USD',
  provider: 'stripe',
  customer_id: 'cust_789',
  metadata: { order_id: 'order_123' },
});
