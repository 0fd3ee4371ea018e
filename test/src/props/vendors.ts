import { createHash, createHmac } from 'node:crypto';
import { adyen } from '../../../runtime/providers/adyen';
import { braintree } from '../../../runtime/providers/braintree';
import { mollie } from '../../../runtime/providers/mollie';
import { shopify } from '../../../runtime/providers/shopify';
import { ShopifyMoney, WebhookProvider } from '../../../src';
import { once, synthesize } from '../../helpers/template';
import { mapped, refusal, request } from '../../runtime/providers/harness';

type Options = { readonly [option: string]: unknown };

/** Adapter options as the handler reads them: they go the whole way, into the template, out of it, and through the adapter. */
function optionsOf(...providers: WebhookProvider[]): { [provider: string]: Options } {
  const subject = synthesize({ providers });
  const configs: any[] = JSON.parse(subject.environmentOf(subject.system.validator).PROVIDERS);
  return Object.fromEntries(configs.map(({ name, options }) => [name, options]));
}

const bare = once(() => optionsOf(WebhookProvider.adyen(), WebhookProvider.braintree({ publicKey: 'pub1' }), WebhookProvider.mollie(), WebhookProvider.shopify()));
const chosen = once(() => optionsOf(
  WebhookProvider.adyen({ moneyEvents: ['CAPTURE'] }),
  WebhookProvider.braintree({ publicKey: 'pub1', previousPublicKey: 'pub0', defaultCurrency: 'USD', moneyEvents: ['transaction_settled'] }),
  WebhookProvider.mollie({ moneyEvents: ['payout.completed'] }),
  WebhookProvider.shopify({ money: ShopifyMoney.ORDERS }),
));

/** Which of some events move money. */
const counted = <T>(events: T[], map: (event: T) => { readonly money_moved: boolean }) => events.filter((event) => map(event).money_moved);

const adyenCounts = ({ adyen: options }: ReturnType<typeof bare>) => counted(['AUTHORISATION', 'CAPTURE'], (eventCode) => {
  const NotificationRequestItem = {
    eventCode, success: 'true', pspReference: 'P1', merchantAccountCode: 'M', merchantReference: 'o-1', eventDate: '2025-10-09T08:53:00+00:00',
    amount: { value: 1099, currency: 'EUR' }, additionalData: { hmacSignature: Buffer.alloc(32).toString('base64') },
  };
  return mapped(adyen, { body: JSON.stringify({ live: 'false', notificationItems: [{ NotificationRequestItem }] }) }, options)[0].event;
});

const mollieCounts = ({ mollie: options }: ReturnType<typeof bare>) => counted(['payment.paid', 'payout.completed'], (type) => {
  const entity = { id: 'tr_1', amount: { value: '24.95', currency: 'EUR' } };
  const body = JSON.stringify({ resource: 'event', id: 'event_1', type, entityId: 'tr_1', createdAt: '2025-10-09T08:53:00+00:00', _embedded: { entity } });
  return mapped(mollie, { headers: { 'x-mollie-signature': 'verified before' }, body }, options)[0].event;
});

const shopifyCounts = ({ shopify: options }: ReturnType<typeof bare>) => counted(['order_transactions/create', 'orders/paid'], (topic) => {
  const body = topic === 'orders/paid'
    ? { id: 22, name: '#1001', total_price: '598.94', currency: 'USD', financial_status: 'paid', created_at: '2025-10-09T04:53:00-04:00' }
    : { id: 11, order_id: 22, kind: 'sale', status: 'success', amount: '598.94', currency: 'USD', created_at: '2025-10-09T04:53:00-04:00', test: false };
  const headers = { 'x-shopify-topic': topic, 'x-shopify-shop-domain': 'made-up.myshopify.com', 'x-shopify-webhook-id': 'w-1', 'x-shopify-event-id': 'e-1' };
  return mapped(shopify, { body: JSON.stringify(body), headers }, options)[0].event;
});

function braintreeForm(kind: string, currency: string, publicKey: string, privateKey: string): string {
  const transaction = `<transaction><id>tx1</id><amount>10.99</amount>${currency && `<currency-iso-code>${currency}</currency-iso-code>`}</transaction>`;
  const subject = `<timestamp type="datetime">2025-10-09T08:53:00Z</timestamp><kind>${kind}</kind><subject>${transaction}</subject>`;
  const payload = `${Buffer.from(`<notification>${subject}</notification>`).toString('base64')}\n`;
  const signature = createHmac('sha1', createHash('sha1').update(privateKey).digest()).update(payload).digest('hex');
  return new URLSearchParams({ bt_signature: `${publicKey}|${signature}`, bt_payload: payload }).toString();
}
const braintreeEvent = ({ braintree: options }: ReturnType<typeof bare>, kind: string, currency = 'USD') =>
  mapped(braintree, { body: braintreeForm(kind, currency, 'pub1', 'private1') }, options)[0].event;
const braintreeCounts = (options: ReturnType<typeof bare>) =>
  counted(['transaction_settled', 'transaction_disbursed'], (kind) => braintreeEvent(options, kind));
const braintreeTakes = ({ braintree: options }: ReturnType<typeof bare>, publicKey: string, privateKey: string) =>
  refusal(() => braintree.verify(
    request({ body: braintreeForm('transaction_settled', 'USD', publicKey, privateKey) }), { secrets: ['private1', 'private0'], options },
  ));

export const VENDOR_DEFAULTS: { [prop: string]: () => void } = {
  'AdyenOptions.moneyEvents': () => expect(adyenCounts(bare())).toEqual(['AUTHORISATION', 'CAPTURE']),
  'BraintreeOptions.previousPublicKey': () => expect([braintreeTakes(bare(), 'pub1', 'private1'), braintreeTakes(bare(), 'pub0', 'private0')])
    .toEqual([undefined, 'unknown_key']),
  'BraintreeOptions.defaultCurrency': () => expect(braintreeEvent(bare(), 'transaction_settled', ''))
    .toMatchObject({ currency: null, money_moved: false, needs_fetch: true }),
  'BraintreeOptions.moneyEvents': () => expect(braintreeCounts(bare())).toEqual(['transaction_settled', 'transaction_disbursed']),
  'MollieOptions.moneyEvents': () => expect(mollieCounts(bare())).toEqual(['payment.paid', 'payout.completed']),
  'ShopifyOptions.money': () => expect(shopifyCounts(bare())).toEqual(['order_transactions/create']),
};

export const VENDOR_OVERRIDES: { [prop: string]: () => void } = {
  'AdyenOptions.moneyEvents': () => expect(adyenCounts(chosen())).toEqual(['CAPTURE']),
  'BraintreeOptions.previousPublicKey': () => expect([braintreeTakes(chosen(), 'pub1', 'private1'), braintreeTakes(chosen(), 'pub0', 'private0')])
    .toEqual([undefined, undefined]),
  'BraintreeOptions.defaultCurrency': () => expect(braintreeEvent(chosen(), 'transaction_settled', ''))
    .toMatchObject({ amount: '10.99', currency: 'USD', money_moved: true, needs_fetch: false }),
  'BraintreeOptions.moneyEvents': () => expect(braintreeCounts(chosen())).toEqual(['transaction_settled']),
  'MollieOptions.moneyEvents': () => expect(mollieCounts(chosen())).toEqual(['payout.completed']),
  'ShopifyOptions.money': () => expect(shopifyCounts(chosen())).toEqual(['orders/paid']),
};
