/** A column of the archive in SQL. */
export interface RecordColumn {
  readonly name: string;
  /** In the words of Hive. */
  readonly type: string;
  readonly comment: string;
}

/** The digits of DynamoDB, ten of them behind the point: more than any currency has. */
const AMOUNT = 'decimal(38,10)';
/** 0 to 1 in thousandths; what an allow list takes away is negative. */
const SHARE = 'decimal(4,3)';
const KEY = struct({ transaction_id: 'string', event_id: 'string' });

const RULE = struct({
  id: 'string', version: 'int', weight: SHARE, hit: 'boolean', observed: 'string', limit: 'string', contribution: SHARE, shadow: 'string',
});

const FRAUD_ANALYSIS = struct({
  fraud_score: SHARE,
  fraud_status: 'string',
  risk_factors: 'array<string>',
  rules: `array<${RULE}>`,
  shadow: struct({ fraud_score: SHARE, fraud_status: 'string' }),
  model: struct({ target: 'string', score: SHARE, failure: 'string', shadow: 'boolean' }),
  history: struct({ transactions: 'int', since: 'string', truncated: 'boolean' }),
  analyzed_at: 'string',
});

/** Every attribute that an archived row may have; times are ISO 8601 in UTC. */
export const RECORD_COLUMNS: readonly RecordColumn[] = [
  { name: 'transaction_id', type: 'string', comment: '<endpoint>#<id of the transaction at the provider>' },
  { name: 'event_id', type: 'string', comment: 'Signed id of the event; with transaction_id the key of the row' },
  { name: 'record', type: 'string', comment: 'transaction, event (no money moved) or conflict (a known event id with another body)' },
  { name: 'status', type: 'string', comment: 'pending or analyzed' },
  { name: 'revision', type: 'bigint', comment: 'Counts the changes of the row; a row may be archived in several, the highest one counts' },
  { name: 'provider', type: 'string', comment: 'e.g. stripe' },
  { name: 'endpoint', type: 'string', comment: 'Name of the webhook endpoint that received it' },
  { name: 'provider_transaction_id', type: 'string', comment: 'Id of the transaction at the provider' },
  { name: 'provider_event_id', type: 'string', comment: 'Id of the event at the provider' },
  { name: 'event_type', type: 'string', comment: 'In the words of the provider' },
  { name: 'amount', type: AMOUNT, comment: 'Amount in major units, exact' },
  { name: 'amount_text', type: 'string', comment: 'The same as it is printed, e.g. 10.90' },
  { name: 'currency', type: 'string', comment: 'ISO 4217' },
  { name: 'tier', type: 'string', comment: 'low, medium or high' },
  { name: 'customer_id', type: 'string', comment: 'Id of the customer at the provider' },
  { name: 'occurred_at', type: 'string', comment: 'Time of the event according to the provider' },
  { name: 'received_at', type: 'string', comment: 'Time of receipt; its date is the day of the partition' },
  { name: 'metadata', type: 'string', comment: 'JSON object: json_extract_scalar(metadata, \'$.order_id\')' },
  { name: 'needs_fetch', type: 'boolean', comment: 'The provider sent a notice without the amount' },
  { name: 'payload', type: 'string', comment: 'What was signed' },
  { name: 'fingerprint', type: 'string', comment: 'SHA-256 of the signed content in hex' },
  { name: 'fraud_analysis', type: FRAUD_ANALYSIS, comment: 'The verdict, with what each rule saw' },
  { name: 'alert_owner', type: 'string', comment: 'Execution that may send the alert of high risk' },
  { name: 'alert_sent_at', type: 'string', comment: 'When that alert was sent' },
  { name: 'alert_folded_at', type: 'string', comment: 'When it was folded into another of the same cause instead' },
  { name: 'notification_owner', type: 'string', comment: 'Run that may send the notification of its tier, or of the conflict' },
  { name: 'notified_at', type: 'string', comment: 'When that was sent' },
  { name: 'notification_folded_at', type: 'string', comment: 'When it was folded into another of the same cause instead' },
  { name: 'conflicts_with', type: KEY, comment: 'Of a conflict: the row that was stored first' },
  { name: 'trace', type: 'string', comment: 'X-Ray trace of its receipt' },
];

function struct(members: { readonly [name: string]: string }): string {
  return `struct<${Object.entries(members).map(([name, type]) => `${name}:${type}`).join(',')}>`;
}
