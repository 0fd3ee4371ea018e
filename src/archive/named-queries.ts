/** A query to begin with; `?` stands for what Athena asks for when it is run. */
export interface NamedQuery {
  /** Construct id. */
  readonly id: string;
  readonly name: string;
  readonly description: string;
  readonly sql: string;
}

/** Queries over a table of archived rows, whose name is quoted already. */
export function namedQueries(table: string): readonly NamedQuery[] {
  return [
    {
      id: 'ByTransaction',
      name: 'transaction-by-id',
      description: 'Everything about one transaction: its id at the provider, the first and the last day to look at, as yyyy/mm/dd',
      sql: `${latest(table, 'provider_transaction_id = ? AND day BETWEEN ? AND ?')}
SELECT * FROM latest ORDER BY received_at`,
    },
    {
      id: 'ByDay',
      name: 'transactions-of-a-day',
      description: 'What was received on a day, as yyyy/mm/dd',
      sql: `${latest(table, 'day = ?')}
SELECT received_at, record, provider, endpoint, provider_transaction_id, event_type, amount_text, currency, tier, fraud_analysis.fraud_status
FROM latest ORDER BY received_at`,
    },
    {
      id: 'ProviderTotals',
      name: 'totals-by-provider',
      description: 'Number and sum of the transactions of each provider and currency, between two days, as yyyy/mm/dd',
      sql: `${latest(table, 'record = \'transaction\' AND day BETWEEN ? AND ?')}
SELECT day, provider, currency, event_type, count(*) AS transactions, sum(amount) AS total
FROM latest GROUP BY day, provider, currency, event_type ORDER BY day, provider, currency, event_type`,
    },
    {
      id: 'HighRisk',
      name: 'high-risk',
      description: 'Transactions of high risk with what made them so, between two days, as yyyy/mm/dd',
      sql: `${latest(table, 'record = \'transaction\' AND day BETWEEN ? AND ?')}
SELECT received_at, provider, provider_transaction_id, customer_id, amount_text, currency, fraud_analysis.fraud_score,
  array_join(fraud_analysis.risk_factors, ', ') AS risk_factors, coalesce(alert_sent_at, alert_folded_at) AS alerted_at
FROM latest WHERE fraud_analysis.fraud_status = 'high_risk' ORDER BY received_at`,
    },
  ];
}

/** Rows in their last revision: one that changed while it was archived is there in several. */
function latest(table: string, condition: string): string {
  return `WITH latest AS (
  SELECT * FROM (
    SELECT *, row_number() OVER (PARTITION BY transaction_id, event_id ORDER BY revision DESC) AS recency FROM ${table} WHERE ${condition}
  ) WHERE recency = 1
)`;
}
