import { DemoProvider, dollars, hmac, isoTime, signedJson, unixSeconds } from './provider';

/** @see https://developer.paddle.com/webhooks/signature-verification */
export const paddle: DemoProvider = {
  kind: 'paddle',

  write(transaction, now) {
    const { id, cents, customer, metadata } = transaction;
    const transactionId = `txn_${id}`;
    const time = isoTime(now).replace('Z', '000Z');
    const total = String(cents);
    const body = JSON.stringify({
      event_id: `evt_${id}`,
      event_type: 'transaction.completed',
      occurred_at: time,
      notification_id: `ntf_${id}`,
      data: {
        id: transactionId,
        status: 'completed',
        customer_id: customer ?? null,
        currency_code: 'USD',
        custom_data: metadata,
        details: { totals: { subtotal: total, discount: '0', tax: '0', total, grand_total: total, currency_code: 'USD' } },
        billed_at: time,
      },
    });
    return { transactionId, body, money: dollars(transaction) };
  },

  sign(body, secret, now) {
    const timestamp = unixSeconds(now);
    return signedJson(body, { 'paddle-signature': `ts=${timestamp};h1=${hmac('sha256', secret, `${timestamp}:`, body).toString('hex')}` });
  },
};
