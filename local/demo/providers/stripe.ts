import { DemoProvider, dollars, hmac, signedJson, unixSeconds } from './provider';

/** @see https://docs.stripe.com/webhooks#verify-manually */
export const stripe: DemoProvider = {
  kind: 'stripe',

  write(transaction, now) {
    const { id, cents, customer, metadata } = transaction;
    const transactionId = `pi_${id}`;
    const created = unixSeconds(now);
    const body = JSON.stringify({
      id: `evt_${id}`,
      object: 'event',
      api_version: '2025-09-30.clover',
      created,
      data: {
        object: {
          id: transactionId,
          object: 'payment_intent',
          amount: cents,
          amount_received: cents,
          currency: 'usd',
          customer: customer ?? null,
          metadata,
          status: 'succeeded',
          created,
        },
      },
      livemode: false,
      pending_webhooks: 1,
      request: { id: null, idempotency_key: null },
      type: 'payment_intent.succeeded',
    });
    return { transactionId, body, money: dollars(transaction) };
  },

  sign(body, secret, now) {
    const timestamp = unixSeconds(now);
    const signature = hmac('sha256', secret, `${timestamp}.`, body).toString('hex');
    return signedJson(body, { 'stripe-signature': `t=${timestamp},v1=${signature}` });
  },
};
