import { createHash } from 'node:crypto';
import { decimal, DemoProvider, dollars, hmac, isoSeconds } from './provider';

/** @see https://developer.paypal.com/braintree/docs/guides/webhooks/parse/node */
export const braintree: DemoProvider = {
  kind: 'braintree',

  /** The XML; the form around it comes with the signature. */
  write(transaction, now) {
    const { id, cents, customer, metadata } = transaction;
    const body = `<notification>
  <timestamp type="datetime">${isoSeconds(now)}</timestamp>
  <kind>transaction_settled</kind>
  <subject>
    <transaction>
      <id>${id}</id>
      <status>settled</status>
      <type>sale</type>
      <currency-iso-code>USD</currency-iso-code>
      <amount>${decimal(cents)}</amount>
      <merchant-account-id>example_merchant_account</merchant-account-id>
      <order-id>${metadata.order_id}</order-id>
      <customer>${customer ? `<id>${customer}</id>` : '<id nil="true"/>'}</customer>
    </transaction>
  </subject>
</notification>
`;
    return { transactionId: id, body, money: dollars(transaction) };
  },

  /** SHA-1 throughout, keyed with a hash of the private key, over base64 in lines of 60. */
  sign(body, privateKey, _now, { publicKey }) {
    const payload = body.toString('base64').replace(/.{1,60}/g, '$&\n');
    const [own] = [publicKey].flat();
    const signature = hmac('sha1', createHash('sha1').update(privateKey).digest(), payload).toString('hex');
    const form = new URLSearchParams({ bt_signature: `${own}|${signature}`, bt_payload: payload });
    return { headers: { 'content-type': 'application/x-www-form-urlencoded' }, body: Buffer.from(form.toString()) };
  },
};
