import { createSign, randomUUID } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { DEMO_KEY } from '../paypal-certificate';
import { decimal, DemoProvider, dollars, isoSeconds, isoTime, signedJson } from './provider';

/** @see https://developer.paypal.com/api/rest/webhooks/rest/ */
export const paypal: DemoProvider = {
  kind: 'paypal',

  write(transaction, now) {
    const { id, cents, customer, metadata } = transaction;
    const transactionId = id.toUpperCase();
    const time = isoSeconds(now);
    const body = JSON.stringify({
      id: `WH-${transactionId.slice(0, 8)}-${transactionId.slice(8)}`,
      event_version: '1.0',
      create_time: isoTime(now),
      resource_type: 'capture',
      resource_version: '2.0',
      event_type: 'PAYMENT.CAPTURE.COMPLETED',
      summary: `Payment completed for $ ${decimal(cents)} USD`,
      resource: {
        id: transactionId,
        status: 'COMPLETED',
        amount: { currency_code: 'USD', value: decimal(cents) },
        final_capture: true,
        seller_protection: { status: 'ELIGIBLE', dispute_categories: ['ITEM_NOT_RECEIVED', 'UNAUTHORIZED_TRANSACTION'] },
        custom_id: metadata.order_id,
        ...(customer && { payer: { payer_id: customer } }),
        create_time: time,
        update_time: time,
      },
      links: [],
    });
    return { transactionId, body, money: dollars(transaction) };
  },

  sign(body, _secret, now, { webhookId, sandbox }) {
    const id = randomUUID();
    const time = isoSeconds(now);
    const signature = createSign('sha256').update([id, time, webhookId, crc32(body)].join('|')).sign(DEMO_KEY, 'base64');
    return signedJson(body, {
      'paypal-transmission-id': id,
      'paypal-transmission-time': time,
      'paypal-transmission-sig': signature,
      'paypal-auth-algo': 'SHA256withRSA',
      'paypal-cert-url': `https://api.${sandbox ? 'sandbox.' : ''}paypal.com/v1/notifications/certs/CERT-00000000-demo`,
    });
  },
};
