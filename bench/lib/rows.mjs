// Pages of a table of screened transactions, near the 1 MB at which DynamoDB cuts a page.
import { createHash } from 'node:crypto';
import { bodyOf } from './webhooks.mjs';

const PAGE_ROWS = 400;

const receivedAt = '2025-01-02T03:04:05.678Z';

/** A row as the validator and the fraud detector leave it. */
function rowOf(index, page) {
  const id = `txn_${page}_${index}`;
  const payload = bodyOf(id, 1999 + index);
  const text = {
    transaction_id: `standard-webhooks#${id}`, event_id: `msg_${id}`, record: 'transaction', status: 'analyzed', provider: 'stripe', endpoint: 'standard-webhooks',
    provider_transaction_id: id, provider_event_id: `msg_${id}`, event_type: 'transaction', amount_text: '19.99', currency: 'USD', tier: 'low',
    customer_id: `cus_${id}`, occurred_at: receivedAt, received_at: receivedAt, timestamp: receivedAt, created_at: receivedAt, payload,
    fingerprint: createHash('sha256').update(payload).digest('hex'), trace: 'Root=1-67891233-000000000000000000000001;Parent=53995c3f42cd8ad8;Sampled=0',
  };
  return {
    ...Object.fromEntries(Object.entries(text).map(([key, value]) => [key, { S: value }])),
    amount: { N: '19.99' },
    revision: { N: '1' },
    metadata: { M: Object.fromEntries(Object.entries(JSON.parse(payload).metadata).map(([key, value]) => [key, { S: value }])) },
    fraud_analysis: { M: { fraud_score: { N: '0.1' }, fraud_status: { S: 'low_risk' }, risk_factors: { L: [] }, analyzed_at: { S: receivedAt }, note: { S: 'x'.repeat(500) } } },
  };
}

/** Text of a page's items; one text serves every page, so that making it costs nothing while others are timed. */
const items = Array.from({ length: PAGE_ROWS }, (_, index) => rowOf(index, 0));
const texts = new Map([[PAGE_ROWS, JSON.stringify(items)]]);

function itemsText(count) {
  if (!texts.has(count)) texts.set(count, JSON.stringify(items.slice(0, count)));
  return texts.get(count);
}

/** The answer to a Scan of a table of `total` rows; the start key says how many came before. */
export function pageOf({ ExclusiveStartKey: start }, total) {
  const done = start ? Number(start.event_id?.S ?? start.timestamp.S) : 0;
  const count = Math.min(PAGE_ROWS, total - done);
  const next = done + count;
  const last = next < total ? `,"LastEvaluatedKey":{"transaction_id":{"S":"page"},"event_id":{"S":"${next}"}}` : '';
  return `{"Count":${count},"ScannedCount":${count},"Items":${itemsText(count)}${last}}`;
}
