import { DemoProvider, dollars, hmac, isoTime, signedJson } from './provider';

/** @see https://developer.squareup.com/docs/webhooks/step3validate */
export const square: DemoProvider = {
  kind: 'square',

  write(transaction, now) {
    const { id, cents, customer, metadata } = transaction;
    const time = isoTime(now);
    const money = { amount: cents, currency: 'USD' };
    const payment = {
      id,
      amount_money: money,
      total_money: money,
      status: 'COMPLETED',
      source_type: 'CARD',
      order_id: metadata.order_id,
      ...(customer && { customer_id: customer }),
      location_id: 'LEXAMPLE00001',
      created_at: time,
      updated_at: time,
      version: 3,
    };
    const body = JSON.stringify({
      merchant_id: 'MLEXAMPLE0001',
      type: 'payment.updated',
      event_id: `${id.slice(0, 8)}-${id.slice(8, 12)}-4000-8000-${id.slice(4)}`,
      created_at: time,
      data: { type: 'payment', id, object: { payment } },
    });
    return { transactionId: id, body, money: dollars(transaction) };
  },

  sign(body, secret, _now, { notificationUrl }) {
    return signedJson(body, { 'x-square-hmacsha256-signature': hmac('sha256', secret, String(notificationUrl), body).toString('base64') });
  },
};
