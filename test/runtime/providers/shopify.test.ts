import '@shopify/shopify-api/adapters/node';
import { createHmac } from 'node:crypto';
import { ApiVersion, shopifyApi } from '@shopify/shopify-api';
import { shopify } from '../../../runtime/providers/shopify';
import { because, mapped, request } from './harness';
import { behavesLikeAProvider, unreadable, Vector } from './suite';
import vectors from './vectors/shopify.json';

const SECRET = 'made_up_client_secret';
const HEADER = 'x-shopify-hmac-sha256';

const digest = (body: string | Buffer, secret = SECRET) => createHmac('sha256', secret).update(body).digest('base64');

const context = (topic: string, prefix = 'x-') => ({
  [`${prefix}shopify-topic`]: topic,
  [`${prefix}shopify-shop-domain`]: 'made-up.myshopify.com',
  [`${prefix}shopify-api-version`]: '2025-07',
  [`${prefix}shopify-webhook-id`]: 'w-1',
  [`${prefix}shopify-event-id`]: 'e-1',
});

const sign = (body: string | Buffer, secret: string) => ({
  headers: { [HEADER]: digest(body, secret), ...context('order_transactions/create') }, body,
});

type Parts = Readonly<Record<string, unknown>>;

const transaction = (parts: Parts = {}) => JSON.stringify({
  id: 11, order_id: 22, kind: 'sale', gateway: 'cards', status: 'success',
  created_at: '2025-10-09T04:53:00-04:00', processed_at: '2025-10-09T04:53:00-04:00', amount: '598.94', currency: 'USD', test: false, ...parts,
});

const order = (parts: Parts = {}) => JSON.stringify({
  id: 22, name: '#1001', total_price: '598.94', currency: 'USD', financial_status: 'paid', customer: { id: 7 },
  created_at: '2025-10-09T04:53:00-04:00', ...parts,
});

const refund = (...transactions: Parts[]) => JSON.stringify({
  id: 33, order_id: 22, created_at: '2025-10-09T04:53:00-04:00',
  transactions: transactions.map((one) => ({ kind: 'refund', status: 'success', amount: '10.50', currency: 'USD', ...one })),
});

const map = (body: string, topic = 'order_transactions/create', options: Parts = {}) =>
  mapped(shopify, { body, headers: context(topic) }, options)[0];
const ORDERS = { money: 'orders' };
const vectorOf = (id: string) => (vectors as readonly unknown[] as readonly Vector[]).find((vector) => vector.id === id)!;

behavesLikeAProvider({ adapter: shopify, secret: SECRET, header: HEADER, body: transaction(), sign, vectors });

test('the official library agrees on what is valid, under either name of the header', async () => {
  const api = shopifyApi({
    apiKey: 'made-up', apiSecretKey: SECRET, hostName: 'hooks.example.com', apiVersion: ApiVersion.July26, isEmbeddedApp: false,
    logger: { log: () => undefined },
  });
  for (const prefix of ['x-', '']) {
    for (const [body, good] of [[transaction(), true], [`${transaction()} `, false]] as const) {
      const headers = { [`${prefix}shopify-hmac-sha256`]: digest(transaction()), ...context('order_transactions/create', prefix) };
      const { valid } = await api.webhooks.validate({ rawBody: body, rawRequest: { method: 'POST', url: '/', headers }, rawResponse: {} });
      expect(valid).toBe(good);
      const verify = () => shopify.verify(request({ headers, body }), { secrets: [SECRET], options: {} });
      if (good) expect(verify()).toEqual({ secretIndex: 0 });
      else expect(verify).toThrow(because('signature_mismatch') as Error);
    }
  }
});

test('a sale', () => {
  expect(map(transaction())).toEqual({
    key: 'order_transactions/create:sale:success',
    event: {
      transaction_id: '11',
      event_id: 'e-1',
      event_type: 'order_transactions/create',
      amount: '598.94',
      currency: 'USD',
      provider: 'shopify',
      customer_id: null,
      occurred_at: '2025-10-09T08:53:00.000Z',
      metadata: { shop: 'made-up.myshopify.com', order_id: '22', kind: 'sale', status: 'success', gateway: 'cards', test: false },
      money_moved: true,
      needs_fetch: false,
    },
  });
});

test.each([
  ['USD', '598.94', '598.94'], ['JPY', '1000', '1000'], ['JPY', '1000.00', '1000.00'], ['KWD', '5.120', '5.120'], ['ISK', '500', '500'],
  ['USD', '90071992547409.93', '90071992547409.93'],
])('%s %s stays %s', (currency, amount, text) => {
  expect(map(transaction({ currency, amount })).event).toMatchObject({ amount: text, currency, money_moved: true });
});

test.each([
  { amount: '1.234' }, { amount: 'x' }, { amount: '' }, { currency: 'JPYY' }, { currency: null }, { currency: 'JPY', amount: '1.50' }, { id: '' },
])('a sale with %j is refused', (parts) => {
  expect(() => map(transaction(parts))).toThrow(unreadable);
});

test('ids beyond what a double holds stay exact', () => {
  const body = transaction().replace('"id":11', '"id":9007199254740993').replace('"order_id":22', '"order_id":820982911946154508');
  expect(map(body).event).toMatchObject({ transaction_id: '9007199254740993', metadata: { order_id: '820982911946154508' } });
});

test.each(['sale', 'capture', 'refund'])('a %s moved money', (kind) => {
  expect(map(transaction({ kind })).event.money_moved).toBe(true);
});

test.each([
  ['authorization', 'success'], ['void', 'success'], ['sale', 'pending'], ['sale', 'failure'], ['capture', 'error'], ['toString', 'success'],
])('%s, %s did not', (kind, status) => {
  expect(map(transaction({ kind, status })).event).toMatchObject({ money_moved: false, amount: '598.94' });
});

describe('a body that is replayed', () => {
  test('under another topic and other ids is the same row and the same money', () => {
    const [replay, original] = ['shopify-replay-new-topic-and-id', 'shopify-valid-transaction'].map(vectorOf);
    expect(mapped(shopify, replay)).toEqual(mapped(shopify, original));
    const [renamed] = mapped(shopify, { ...original, headers: { ...original.headers, 'x-shopify-event-id': 'e-ATTACKER' } });
    expect(renamed).toMatchObject({ key: mapped(shopify, original)[0].key, event: { transaction_id: '389404469', money_moved: true } });
  });

  test('as something else is still what it is', () => {
    expect(map(order(), 'order_transactions/create').event.money_moved).toBe(false);
    expect(map(transaction(), 'orders/paid', ORDERS).event.money_moved).toBe(false);
    expect(map(order({ financial_status: 'pending' }), 'orders/paid', ORDERS).event.money_moved).toBe(false);
    expect(map(order(), 'refunds/create', ORDERS).event.money_moved).toBe(false);
  });
});

describe('orders', () => {
  test('are mapped, but do not count beside their transactions', () => {
    expect(map(order(), 'orders/paid').event).toMatchObject({
      transaction_id: '22', event_type: 'orders/paid', amount: '598.94', customer_id: '7', money_moved: false,
      metadata: { order_name: '#1001', financial_status: 'paid' },
    });
  });

  test('of the same bytes under two topics are two events', () => {
    expect(map(order(), 'orders/create').key).not.toBe(map(order(), 'orders/paid').key);
  });

  test('count instead of transactions when so configured, once each', () => {
    const [paid, again] = [order(), order({ note: 'later' })].map((body) => map(body, 'orders/paid', ORDERS));
    expect(paid).toMatchObject({ key: 'orders/paid', event: { money_moved: true, amount: '598.94' } });
    expect([again.key, again.content]).toEqual([paid.key, paid.content]);
    expect(map(order({ total_price: '1.00' }), 'orders/paid', ORDERS).content).not.toBe(paid.content);
    expect(map(transaction(), undefined, ORDERS).event.money_moved).toBe(false);
    expect(map(order(), 'orders/updated', ORDERS).event.money_moved).toBe(false);
  });

  test.each(['both', '', 1, null])('an option money of %p is the owner’s fault', (money) => {
    expect(() => map(order(), 'orders/paid', { money })).toThrow(/The Shopify option money/);
    expect(() => map(order(), 'orders/paid', { money })).not.toThrow(unreadable);
  });
});

describe('refunds', () => {
  test('are the sum of what went back', () => {
    const parts = [{}, { amount: '0.50' }, { status: 'failure', amount: '7.00' }, { kind: 'void', amount: '9.00' }];
    expect(map(refund(...parts), 'refunds/create').event).toMatchObject({
      transaction_id: '33', amount: '11.00', currency: 'USD', money_moved: false,
    });
    expect(map(refund(...parts), 'refunds/create', ORDERS).event).toMatchObject({ amount: '11.00', money_moved: true });
  });

  test('of several currencies or of nothing have no sum', () => {
    expect(map(refund({}, { currency: 'EUR' }), 'refunds/create').event).toMatchObject({ amount: null, currency: null });
    expect(map(refund(), 'refunds/create', ORDERS).event).toMatchObject({ amount: null, money_moved: false });
    expect(() => map(refund({}, { currency: 'EUR' }), 'refunds/create', ORDERS)).toThrow(unreadable);
  });
});

test('newer headers have no X-, and none at all is no obstacle', () => {
  const [{ event }] = mapped(shopify, { body: order(), headers: context('orders/create', '') });
  expect(event).toMatchObject({ event_id: 'e-1', event_type: 'orders/create' });
  const [{ event: bare, key }] = mapped(shopify, { body: order() });
  expect(bare).toMatchObject({ event_type: 'unknown', event_id: expect.stringMatching(/^sha256:/) as string });
  expect(key).toBe(`unknown:${bare.event_id}`);
});
