import { DemoProvider, dollars, hmac, isoTime, signedJson } from './provider';

/** @see https://www.checkout.com/docs/developer-resources/event-notifications/receive-webhooks */
export const checkoutCom: DemoProvider = {
  kind: 'checkout-com',

  write(transaction, now) {
    const { id, cents, customer, metadata } = transaction;
    const transactionId = `pay_${id}`;
    const body = JSON.stringify({
      id: `evt_${id}`,
      type: 'payment_captured',
      version: '1.0.0',
      timestamp: isoTime(now),
      data: {
        id: transactionId,
        action_id: `act_${id}`,
        reference: metadata.order_id,
        amount: cents,
        currency: 'USD',
        metadata,
        ...(customer && { customer: { id: customer } }),
      },
      _links: {},
    });
    return { transactionId, body, money: dollars(transaction) };
  },

  sign(body, secret) {
    return signedJson(body, { 'cko-signature': hmac('sha256', secret, body).toString('hex') });
  },
};
