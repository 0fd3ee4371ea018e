import { createHash } from 'node:crypto';
import { RECORD, RecordKind, RowKey, Tier, TierThresholds } from '../../src/contract';
import type { CanonicalEvent, MappedEvent } from '../providers/adapter';
import { parseDecimal } from './decimal';
import { tierOf } from './tier';

/** A received event as it is stored. */
export interface Row extends RowKey {
  readonly record: RecordKind;
  readonly event: CanonicalEvent;
  readonly endpoint: string;
  readonly tier?: Tier;
  readonly received_at: string;
  /** What was signed, as text. */
  readonly payload: string;
  /** SHA-256 that tells a retry from a conflict. */
  readonly fingerprint: string;
  readonly trace?: string;
  readonly conflicts_with?: RowKey;
}

export interface Receipt {
  readonly endpoint: string;
  readonly receivedAt: string;
  readonly body: Buffer;
  readonly trace?: string;
}

/** The row of one event. Ids are scoped by endpoint: one sender can never occupy another's. */
export function rowOf({ event, key, content, payload }: MappedEvent, receipt: Receipt, thresholds: TierThresholds): Row {
  const moved = event.money_moved && event.amount !== null && event.currency !== null;
  return {
    transaction_id: `${receipt.endpoint}#${event.transaction_id}`,
    event_id: key ?? event.event_id,
    record: moved ? RECORD.transaction : RECORD.event,
    event,
    endpoint: receipt.endpoint,
    tier: moved ? tierOf(parseDecimal(event.amount!), event.currency!, thresholds) : undefined,
    received_at: receipt.receivedAt,
    payload: payload ?? receipt.body.toString('utf8'),
    fingerprint: createHash('sha256').update(content ?? receipt.body).digest('hex'),
    trace: receipt.trace,
  };
}

/** The row that keeps a second body under a known event id; one per body. */
export function conflictOf(row: Row): Row {
  return {
    ...row,
    event_id: `${row.event_id}#conflict#${row.fingerprint.slice(0, 16)}`,
    record: RECORD.conflict,
    conflicts_with: { transaction_id: row.transaction_id, event_id: row.event_id },
  };
}
