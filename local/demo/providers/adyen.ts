import { DemoProvider, dollars, hmac, isoSeconds, signedJson } from './provider';

interface Item {
  readonly pspReference?: string;
  readonly originalReference?: string;
  readonly merchantAccountCode?: string;
  readonly merchantReference?: string;
  readonly amount?: { readonly value?: number; readonly currency?: string };
  readonly eventCode?: string;
  readonly success?: string;
  readonly additionalData?: Readonly<Record<string, string>>;
}

interface Batch {
  readonly notificationItems: readonly { readonly NotificationRequestItem: Item }[];
}

/** @see https://docs.adyen.com/development-resources/webhooks/secure-webhooks/verify-hmac-signatures */
export const adyen: DemoProvider = {
  kind: 'adyen',

  write(transaction, now) {
    const { id, cents, customer, metadata } = transaction;
    const transactionId = id.toUpperCase();
    const item = {
      additionalData: { authCode: '060494', cardSummary: '1111', expiryDate: '03/2030', ...(customer && { shopperReference: customer }) },
      amount: { currency: 'USD', value: cents },
      eventCode: 'AUTHORISATION',
      eventDate: isoSeconds(now).replace('Z', '+00:00'),
      merchantAccountCode: 'ExampleMerchantECOM',
      merchantReference: metadata.order_id,
      operations: ['CANCEL', 'CAPTURE', 'REFUND'],
      paymentMethod: 'visa',
      pspReference: transactionId,
      reason: '060494:1111:03/2030',
      success: 'true',
    };
    const body = JSON.stringify({ live: 'false', notificationItems: [{ NotificationRequestItem: item }] });
    return { transactionId, body, money: dollars(transaction) };
  },

  /** Payment items carry their signatures themselves; whatever else Adyen sends is signed as a whole. */
  sign(body, secret) {
    const key = Buffer.from(secret, 'hex');
    const batch = batchIn(body);
    if (!batch) return signedJson(body, { hmacsignature: hmac('sha256', key, body).toString('base64'), protocol: 'HmacSHA256' });
    const notificationItems = batch.notificationItems.map(({ NotificationRequestItem: item }) => ({
      NotificationRequestItem: { ...item, additionalData: { ...item.additionalData, hmacSignature: hmac('sha256', key, signedText(item)).toString('base64') } },
    }));
    return signedJson(Buffer.from(JSON.stringify({ ...batch, notificationItems })), {});
  },
};

function batchIn(body: Buffer): Batch | undefined {
  try {
    const value = JSON.parse(body.toString('utf8')) as Partial<Batch> | null;
    const items: unknown = value?.notificationItems;
    return Array.isArray(items) && items.every((element) => element?.NotificationRequestItem) ? value as Batch : undefined;
  } catch {
    return undefined;
  }
}

/** Nothing is escaped, and a missing field is empty. */
function signedText(item: Item): string {
  const { pspReference, originalReference, merchantAccountCode, merchantReference, amount, eventCode, success } = item;
  return [pspReference, originalReference, merchantAccountCode, merchantReference, amount?.value, amount?.currency, eventCode, success]
    .map((value) => value ?? '').join(':');
}
