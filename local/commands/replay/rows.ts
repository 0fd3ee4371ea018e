import { dayPath } from '../../../runtime/archiver/manifest';
import { ReadRow, rowsIn } from '../../../runtime/archiver/objects';
import { PREFIX } from '../../../src/contract';
import { AuditBucket, COLD } from '../archive/bucket';
import { daysBetween } from '../aws/days';

/** Which archived transactions to replay. */
export interface Selection {
  readonly from: Date;
  /** Not included. */
  readonly to: Date;
  readonly tier?: string;
  /** The provider's id, or the row's, `<endpoint>#<id>`. */
  readonly transactionId?: string;
}

/** Rows of the selection in the order they were received, each in its last revision, a day at a time. */
export async function* selectedRows(bucket: AuditBucket, selection: Selection): AsyncGenerator<readonly ReadRow[]> {
  for (const day of daysBetween(selection.from, selection.to)) {
    const last = new Map<string, ReadRow>();
    for (const { key } of await bucket.list(`${PREFIX.transactions}${dayPath(day)}`)) {
      const body = await bucket.read(key);
      if (body === COLD) throw new Error(`${key} is in cold storage: restore it first ("aws s3api restore-object")`);
      for (const row of body ? rowsIn(body) : []) {
        const id = JSON.stringify([row.key.transaction_id, row.key.event_id]);
        if (isSelected(row, selection) && !(Number(last.get(id)?.revision) >= Number(row.revision))) last.set(id, withoutPayload(row));
      }
    }
    yield [...last.values()].sort((a, b) => (a.receivedAt < b.receivedAt ? -1 : 1));
  }
}

/** A day of events has to fit into memory; what was signed is the most of each, and is not published. */
function withoutPayload(row: ReadRow): ReadRow {
  const { payload: _, ...attributes } = row.attributes;
  return { ...row, attributes };
}

function isSelected({ receivedAt, attributes }: ReadRow, { from, to, tier, transactionId }: Selection): boolean {
  const at = Date.parse(receivedAt);
  if (!(at >= from.getTime() && at < to.getTime())) return false;
  if (tier !== undefined && attributes.tier !== tier) return false;
  return transactionId === undefined || [attributes.transaction_id, attributes.provider_transaction_id].includes(transactionId);
}
