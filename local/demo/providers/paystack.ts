import { DemoProvider, dollars, hmac, isoTime, numericId, signedJson } from './provider';

/** @see https://paystack.com/docs/payments/webhooks/ */
export const paystack: DemoProvider = {
  kind: 'paystack',

  write(transaction, now) {
    const { id, cents, customer, metadata } = transaction;
    const number = numericId(transaction);
    const body = JSON.stringify({
      event: 'charge.success',
      data: {
        id: number,
        domain: 'test',
        status: 'success',
        reference: id,
        amount: cents,
        gateway_response: 'Approved',
        paid_at: isoTime(now),
        created_at: isoTime(now),
        channel: 'card',
        currency: 'USD',
        metadata,
        customer: { email: 'customer@example.com', customer_code: customer ?? null },
      },
    });
    return { transactionId: String(number), body, money: dollars(transaction) };
  },

  sign(body, secret) {
    return signedJson(body, { 'x-paystack-signature': hmac('sha512', secret, body).toString('hex') });
  },
};
