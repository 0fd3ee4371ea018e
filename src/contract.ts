/**
 * Every name that crosses the deploy boundary: what the constructs write into
 * the template and the handlers read back. Imports nothing, is never exported
 * from the package.
 */

// ── Events ──────────────────────────────────────────────────────────────────

export const EVENT_SOURCE = 'webhook.transaction';

export const DETAIL_TYPE = {
  /** Money moved: routed by tier. */
  transactionCreated: 'Transaction Created',
  /** Authentic, but no money moved (or the amount must be fetched): published, never routed by amount. */
  webhookReceived: 'Webhook Received',
  /** A known event id came again with another body. */
  transactionConflict: 'Transaction Conflict',
  /** The verdict of the fraud detector on a transaction; at least once, never routed by amount. */
  transactionScreened: 'Transaction Screened',
} as const;

export const TIERS = ['low', 'medium', 'high'] as const;
export type Tier = (typeof TIERS)[number];

export const RISK_BANDS = ['low_risk', 'medium_risk', 'high_risk'] as const;
export type RiskBand = (typeof RISK_BANDS)[number];

/** `detail` of every event the relay publishes. */
export interface TransactionDetail {
  /** The provider's id of the transaction. */
  readonly transaction_id: string;
  /** The same for people: digits that look like a card number are masked. */
  readonly reference: string;
  /** Keys of the stored row. */
  readonly key: RowKey;
  readonly provider: string;
  /** Name of the webhook endpoint that received it, the last part of its path. */
  readonly endpoint: string;
  readonly event_type: string;
  /** The exact amount in major units as text; `null` when the event has none. */
  readonly amount_text: string | null;
  /** The same as a JSON number, present only when a double holds it exactly enough to print it back unchanged. */
  readonly amount?: unknown;
  readonly currency: string | null;
  readonly tier?: Tier;
  readonly customer_id: string | null;
  readonly occurred_at: string;
  readonly received_at: string;
  /** The same in whole seconds since 1970, for whatever cannot compute with text. */
  readonly received_epoch_s: number;
  readonly metadata: Readonly<Record<string, unknown>>;
  /** True when the metadata was too large to travel on the bus; the row has it. */
  readonly metadata_omitted?: true;
  /** Present on a conflict: the row that was stored first. */
  readonly conflicts_with?: RowKey;
  /** Name of the replay that published the event again, from archive objects. EventBridge's own replays say it in `replay-name`, beside the detail. */
  readonly replay?: string;
}

// ── Rows ────────────────────────────────────────────────────────────────────

/** Primary key of the transactions table. */
export interface RowKey {
  /** `<endpoint>#<provider's transaction id>`. */
  readonly transaction_id: string;
  readonly event_id: string;
}

export const TABLE = {
  partitionKey: 'transaction_id',
  sortKey: 'event_id',
  /** Epoch seconds; tombstones and the rows of screening carry it. */
  timeToLive: 'expires_at',
} as const;

/** What a row is, in its attribute `record`. */
export const RECORD = {
  transaction: 'transaction',
  event: 'event',
  conflict: 'conflict',
  /** Stands in for an archived row until the dedupe window ends. */
  tombstone: 'tombstone',
  /** Progress of one archive segment, or a day whose objects are not all in a manifest; never published. */
  archiveIntent: 'archive-intent',
  /** One transaction in the history of its customer; never published, never archived. */
  customerHistory: 'customer-history',
  /** Verdicts of a short time, counted for the fuse; never published, never archived. */
  fuseCount: 'fuse-count',
  /** A rule that has fallen back to shadow; never published, never archived. */
  fuseBlown: 'fuse-blown',
  /** Alerts of one cause in one window; never published, never archived. */
  alertFold: 'alert-fold',
} as const;
export type RecordKind = (typeof RECORD)[keyof typeof RECORD];

/** Rows the relay publishes. */
export const PUBLISHED_RECORDS = [RECORD.transaction, RECORD.event, RECORD.conflict] as const;

// ── Objects of the audit bucket ─────────────────────────────────────────────

/** Prefixes of the keys, each with a day below it as `yyyy/mm/dd`, but for the failures, which AWS Lambda names. */
export const PREFIX = {
  /** gzip NDJSON, a row a line. */
  transactions: 'transactions/',
  /** What each archived day consists of. */
  manifests: 'manifests/',
  /** Records the stream mapping of the relay gave up on. */
  failures: 'aws/lambda/',
} as const;

// ── Configuration of the handlers ───────────────────────────────────────────

/** Environment variables, by handler. */
export const ENV = {
  /** Value of the `System` dimension of every metric. */
  system: 'SYSTEM_NAME',
  table: 'TABLE_NAME',
  bus: 'EVENT_BUS_NAME',
  topic: 'ALERT_TOPIC_ARN',
  bucket: 'AUDIT_BUCKET_NAME',
  providers: 'PROVIDERS',
  thresholds: 'TIER_THRESHOLDS',
  maxBodyBytes: 'MAX_BODY_BYTES',
  fraud: 'FRAUD_DETECTION',
  dedupeDays: 'DEDUPE_DAYS',
  archiveAfterHours: 'ARCHIVE_AFTER_HOURS',
  archiveUnfinishedAfterHours: 'ARCHIVE_UNFINISHED_AFTER_HOURS',
  workflowTiers: 'WORKFLOW_TIERS',
} as const;

/** One webhook endpoint, an element of the JSON list in `PROVIDERS`. */
export interface ProviderConfig {
  /** Last part of the path, `/webhook/<name>`, and scope of its ids. */
  readonly name: string;
  /** Which adapter verifies and maps, e.g. `stripe`. */
  readonly kind: string;
  /** ARN of the signing secret; absent only for providers that sign with a certificate. */
  readonly secretArn?: string;
  /** Serves the bare path `/webhook` too. */
  readonly isDefault?: true;
  /** Options of the adapter. */
  readonly options?: Readonly<Record<string, unknown>>;
}

/** Limits in major units, as decimal text, by currency; `default` for all others. */
export type AmountsByCurrency = Readonly<Record<string, string>> & { readonly default: string };

/** `TIER_THRESHOLDS`: low < medium ≤ medium tier ≤ high < high tier. */
export interface TierThresholds {
  readonly medium: AmountsByCurrency;
  readonly high: AmountsByCurrency;
}

/** `WORKFLOW_TIERS`: what the transaction workflow does for which tiers. */
export interface WorkflowTiers {
  readonly screened: readonly Tier[];
  readonly notified: readonly Tier[];
}

/** What an allow or a block list names. */
export interface FraudList {
  readonly customers?: readonly string[];
  readonly countries?: readonly string[];
  readonly currencies?: readonly string[];
  readonly providers?: readonly string[];
}

/** One rule in `FRAUD_DETECTION`. */
export interface FraudRuleConfig {
  readonly id: string;
  /** Contribution to the score in thousandths. */
  readonly weight: number;
  /** Judged and stored, but decides nothing. */
  readonly shadow?: true;
  /** Amount limit of the rules that compare amounts. */
  readonly limit?: AmountsByCurrency;
  /** How far back the rules that read the customer's history look. */
  readonly window_s?: number;
  /** Number of transactions of the rules that count. */
  readonly count?: number;
  /** Width of a band below the limit, in thousandths of it. */
  readonly margin?: number;
  /** What an allow or a block list names. */
  readonly list?: FraudList;
}

/** A model beside the rules. */
export interface FraudModelConfig {
  readonly kind: 'function' | 'sagemaker';
  /** ARN of the function, name of the endpoint. */
  readonly target: string;
  /** Share of the model in the score, in thousandths; the rules have the rest. */
  readonly weight: number;
  readonly timeout_ms: number;
  /** Its score is stored, but decides nothing. */
  readonly shadow?: true;
}

/** When a rule falls back to shadow by itself. */
export interface FraudFuseConfig {
  /** Share of high-risk verdicts a rule may have a part in, in thousandths. */
  readonly share: number;
  readonly window_s: number;
  /** Verdicts in the window below which no rule is judged. */
  readonly minimum: number;
  /** How long a rule stays in shadow. */
  readonly reset_s: number;
}

/** `FRAUD_DETECTION`. Scores and bands are in thousandths, so that no float decides. */
export interface FraudDetectionConfig {
  readonly rules: readonly FraudRuleConfig[];
  /** Scores above this are medium risk. */
  readonly mediumRiskAbove: number;
  /** Scores above this are high risk. */
  readonly highRiskAbove: number;
  readonly model?: FraudModelConfig;
  readonly fuse?: FraudFuseConfig;
  /** Alerts of one cause within this time are folded into one. */
  readonly fold_s?: number;
}

/** Event types that count as money, of the providers where an endpoint may choose among them. */
export const MONEY_EVENTS = {
  adyen: ['AUTHORISATION', 'CAPTURE', 'REFUND', 'CHARGEBACK', 'balancePlatform.transfer.updated', 'balancePlatform.transaction.created'],
  braintree: ['transaction_settled', 'transaction_disbursed', 'subscription_charged_successfully'],
  /** A paid payment link also raises payment.paid; only the payment counts. */
  mollie: ['payment.paid', 'refund.refunded', 'payout.completed'],
} as const;

// ── Workflows ───────────────────────────────────────────────────────────────

/** Input of the transaction workflow, made by the rules of the tiers and of conflicts. */
export interface WorkflowInput {
  readonly transaction: TransactionDetail;
  /** When the event was published, ISO 8601. */
  readonly timestamp: string;
  readonly screen: boolean;
  readonly notify: boolean;
  /** The tier in words for people, e.g. `High`, or `Conflict`. */
  readonly label: string;
}

/** Payload of the fraud detector. */
export interface ScreeningRequest {
  readonly transaction: TransactionDetail;
  /** ARN of the workflow execution that asks; owner of the alert it may send. */
  readonly execution: string;
}

/** Payload of the archiver: one segment of the table, from `cursor` on. */
export interface ArchiveRequest {
  /** Scheduled time of the run, ISO 8601: the archiver's only clock. */
  readonly now: string;
  /** Names the run in object keys. */
  readonly run: string;
  readonly segment: number;
  readonly total_segments: number;
  /** Where the last invocation stopped; absent at the start. */
  readonly cursor?: RowKey;
  readonly archived: number;
}

/** Answer of the archiver: ask again with it until `done`. */
export interface ArchiveProgress extends ArchiveRequest {
  readonly done: boolean;
}

/** Payload of the archiver when all segments are done: the manifests of the days they touched. */
export interface ManifestRequest {
  readonly manifest: true;
  readonly now: string;
  readonly run: string;
}

/** Answer of the archiver: ask again with it until `done`. */
export interface ManifestProgress extends ManifestRequest {
  readonly done: boolean;
}

// ── Metrics and traces ──────────────────────────────────────────────────────

export const METRICS_NAMESPACE = 'WebhookProcessing';

/** Dimensions beyond `System`, by metric, in the order in which they are added. */
export const METRIC = {
  webhooksAccepted: 'WebhooksAccepted',
  webhooksDuplicate: 'WebhooksDuplicate',
  webhooksConflict: 'WebhooksConflict',
  webhooksRejected: 'WebhooksRejected',
  previousSecretUsed: 'PreviousSecretUsed',
  eventsPublished: 'EventsPublished',
  eventsFailed: 'EventsFailed',
  storeToPublish: 'StoreToPublishLatency',
  transactionsScreened: 'TransactionsScreened',
  storeToVerdict: 'StoreToVerdictLatency',
  alertsSent: 'AlertsSent',
  alertsFolded: 'AlertsFolded',
  modelFailed: 'FraudModelFailed',
  ruleFused: 'FraudRuleFused',
  rowsArchived: 'RowsArchived',
  transactionsUnfinished: 'TransactionsUnfinished',
} as const;

export const DIMENSION = {
  system: 'System',
  provider: 'Provider',
  reason: 'Reason',
  tier: 'Tier',
  riskBand: 'RiskBand',
} as const;

/** Names of the X-Ray subsegments. */
export const SUBSEGMENT = {
  validate: 'validate_webhook',
  store: 'store_transaction',
  publish: 'publish_event',
  score: 'calculate_fraud_score',
  update: 'update_transaction_status',
  alert: 'send_fraud_alert',
  scan: 'scan_old_transactions',
  archive: 'archive_to_s3',
  bury: 'delete_archived_transactions',
  manifest: 'write_archive_manifest',
} as const;
