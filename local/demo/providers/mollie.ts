import { decimal, DemoProvider, dollars, hmac, isoSeconds, signedJson } from './provider';

/** @see https://docs.mollie.com/reference/webhooks-new */
export const mollie: DemoProvider = {
  kind: 'mollie',

  write(transaction, now) {
    const { id, cents, customer, metadata } = transaction;
    const transactionId = `tr_${id}`;
    const time = isoSeconds(now).replace('Z', '+00:00');
    const entity = {
      resource: 'payment',
      id: transactionId,
      mode: 'test',
      amount: { value: decimal(cents), currency: 'USD' },
      status: 'paid',
      ...(customer && { customerId: customer }),
      metadata,
      paidAt: time,
    };
    const body = JSON.stringify({
      resource: 'event', id: `event_${id}`, type: 'payment.paid', entityId: transactionId, createdAt: time, _embedded: { entity }, _links: {},
    });
    return { transactionId, body, money: dollars(transaction) };
  },

  sign(body, secret) {
    return signedJson(body, { 'x-mollie-signature': `sha256=${hmac('sha256', secret, body).toString('hex')}` });
  },
};
