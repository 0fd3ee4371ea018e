import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { DETAIL_TYPE, RECORD, RowKey, Tier, TransactionDetail } from '../../src/contract';
import { fromAttribute } from '../aws/attributes';
import { fitsJsonNumber, parseDecimal } from '../transaction/decimal';
import { LosslessNumber, printJson } from '../transaction/json';
import { maskCardNumbers } from '../transaction/mask';
import { fromIso } from '../transaction/time';

export type Image = Readonly<Record<string, AttributeValue>>;

/** Step Functions takes 256 KiB of input; larger metadata stays in the row. */
const MAX_DETAIL_BYTES = 200 * 1024;

const DETAIL_TYPE_OF: Readonly<Record<string, string>> = {
  [RECORD.transaction]: DETAIL_TYPE.transactionCreated,
  [RECORD.event]: DETAIL_TYPE.webhookReceived,
  [RECORD.conflict]: DETAIL_TYPE.transactionConflict,
};

export interface Publication {
  readonly detailType: string;
  readonly detail: string;
  readonly time: Date;
  readonly trace?: string;
}

/** What a stored row says on the bus; undefined for rows that say nothing. */
export function publicationOf(image: Image): Publication | undefined {
  const detailType = DETAIL_TYPE_OF[image.record?.S ?? ''];
  if (!detailType) return undefined;
  const detail = detailOf(image);
  const text = printJson(detail);
  return {
    detailType,
    detail: Buffer.byteLength(text) <= MAX_DETAIL_BYTES ? text : printJson({ ...detail, metadata: {}, metadata_omitted: true }),
    // One call takes several events, and fails for all of them over a time that is none.
    time: new Date(fromIso(image.received_at.S!)),
    trace: image.trace?.S,
  };
}

function detailOf(image: Image): TransactionDetail {
  const amount = image.amount_text?.S ?? null;
  return {
    transaction_id: image.provider_transaction_id.S!,
    reference: maskCardNumbers(image.provider_transaction_id.S!),
    key: { transaction_id: image.transaction_id.S!, event_id: image.event_id.S! },
    provider: image.provider.S!,
    endpoint: image.endpoint.S!,
    event_type: image.event_type.S!,
    ...(amount !== null && fitsJsonNumber(parseDecimal(amount)) && { amount: new LosslessNumber(amount) }),
    amount_text: amount,
    currency: image.currency?.S ?? null,
    ...(image.tier?.S && { tier: image.tier.S as Tier }),
    customer_id: image.customer_id?.S ?? null,
    occurred_at: image.occurred_at.S!,
    received_at: image.received_at.S!,
    received_epoch_s: Math.floor(Date.parse(image.received_at.S!) / 1000),
    metadata: fromAttribute(image.metadata) as Record<string, unknown>,
    ...(image.conflicts_with && { conflicts_with: fromAttribute(image.conflicts_with) as RowKey }),
  };
}
