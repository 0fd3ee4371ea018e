import { randomUUID } from 'node:crypto';
import { decimal, DemoProvider, dollars, hmac, isoSeconds, isoTime, numericId, signedJson } from './provider';

/** @see https://shopify.dev/docs/apps/build/webhooks/subscribe/https */
export const shopify: DemoProvider = {
  kind: 'shopify',

  /** The endpoint says by its option `money` whether it counts transactions or orders. */
  write(transaction, now, { money }) {
    const { cents, customer, metadata } = transaction;
    const id = numericId(transaction);
    const common = { id, created_at: isoSeconds(now), processed_at: isoSeconds(now), currency: 'USD', test: true };
    const body = JSON.stringify(money === 'orders'
      ? { ...common, name: `#${metadata.order_id}`, financial_status: 'paid', total_price: decimal(cents), ...(customer && { customer: { id: customer } }) }
      : {
        ...common,
        order_id: id + 1,
        kind: 'sale',
        gateway: 'shopify_payments',
        status: 'success',
        amount: decimal(cents),
        payment_id: `#${metadata.order_id}.1`,
      });
    return { transactionId: String(id), body, money: dollars(transaction) };
  },

  sign(body, secret, now, { money }) {
    return signedJson(body, {
      'x-shopify-hmac-sha256': hmac('sha256', secret, body).toString('base64'),
      'x-shopify-topic': money === 'orders' ? 'orders/paid' : 'order_transactions/create',
      'x-shopify-shop-domain': 'example.myshopify.com',
      'x-shopify-api-version': '2025-07',
      'x-shopify-webhook-id': randomUUID(),
      'x-shopify-event-id': randomUUID(),
      'x-shopify-triggered-at': isoTime(now),
    });
  },
};
