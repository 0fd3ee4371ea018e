import { randomUUID } from 'node:crypto';
import { decimal, DemoProvider, hmac, signedJson, unixSeconds } from './provider';

/**
 * Razorpay settles in rupees.
 * @see https://razorpay.com/docs/webhooks/validate-test/
 */
export const razorpay: DemoProvider = {
  kind: 'razorpay',

  write({ id, cents, customer, metadata }, now) {
    const transactionId = `pay_${id}`;
    const created = unixSeconds(now);
    const entity = {
      id: transactionId,
      entity: 'payment',
      amount: cents,
      currency: 'INR',
      status: 'captured',
      order_id: `order_${id}`,
      method: 'upi',
      captured: true,
      ...(customer && { customer_id: customer }),
      notes: metadata,
      created_at: created,
    };
    const body = JSON.stringify({
      entity: 'event',
      account_id: 'acc_Example0000001',
      event: 'payment.captured',
      contains: ['payment'],
      payload: { payment: { entity } },
      created_at: created,
    });
    return { transactionId, body, money: { amount: decimal(cents), currency: 'INR' } };
  },

  sign(body, secret) {
    return signedJson(body, {
      'x-razorpay-signature': hmac('sha256', secret, body).toString('hex'),
      'x-razorpay-event-id': randomUUID().replaceAll('-', '').slice(0, 14),
    });
  },
};
