import type { FraudDetectionConfig, TransactionDetail } from '../../../src/contract';

/** The rules a system has unless told otherwise. */
export const CONFIG: FraudDetectionConfig = {
  rules: [
    { id: 'high_amount', weight: 300, limit: { default: '5000', JPY: '750000' } },
    { id: 'very_high_amount', weight: 250, limit: { default: '20000' } },
    { id: 'round_amount', weight: 150 },
    { id: 'country_mismatch', weight: 300 },
    { id: 'unknown_customer', weight: 200, limit: { default: '1000' } },
    { id: 'just_below_limit', weight: 200, limit: { default: '10000' } },
  ],
  mediumRiskAbove: 400,
  highRiskAbove: 700,
};

export function detail(overrides: Partial<TransactionDetail> = {}): TransactionDetail {
  return {
    transaction_id: 'pi_1',
    reference: 'pi_1',
    key: { transaction_id: 'stripe#pi_1', event_id: 'evt_1' },
    provider: 'stripe',
    endpoint: 'stripe',
    event_type: 'payment_intent.succeeded',
    amount_text: '42.00',
    currency: 'USD',
    tier: 'low',
    customer_id: 'cus_1',
    occurred_at: '2025-10-09T08:53:00.000Z',
    received_at: '2025-10-09T08:53:20.000Z',
    received_epoch_s: 1_760_000_000,
    metadata: {},
    ...overrides,
  };
}

/** Scores 0.3 + 0.25 + 0.15 + 0.3 = 1. */
export const RISKY = detail({ amount_text: '50000.00', tier: 'high', metadata: { country: 'DE', card_country: 'US', card: '4111111111111111' } });
