import { randomUUID } from 'node:crypto';
import { decimal, DemoProvider, dollars, hmac, signedJson, unixSeconds } from './provider';

/** @see https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md */
export const standardWebhooks: DemoProvider = {
  kind: 'standard-webhooks',

  write(transaction) {
    const { id, cents, customer, metadata } = transaction;
    const transactionId = `txn_${id}`;
    return {
      transactionId,
      money: dollars(transaction),
      // The number is written as text, so that 42000.00 stays 42000.00.
      body: `{"transaction_id":"${transactionId}","amount":${decimal(cents)},"currency":"USD","provider":"demo",`
        + `"customer_id":"${customer ?? 'cus_guest'}","metadata":${JSON.stringify(metadata)}}`,
    };
  },

  sign(body, secret, now) {
    const id = `msg_${randomUUID().replaceAll('-', '')}`;
    const timestamp = String(unixSeconds(now));
    const key = Buffer.from(secret.replace(/^whsec_/, ''), 'base64');
    const signature = hmac('sha256', key, `${id}.${timestamp}.`, body).toString('base64');
    return signedJson(body, { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': `v1,${signature}` });
  },
};
