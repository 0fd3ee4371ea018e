import { createHmac } from 'node:crypto';
import { checkoutCom } from '../../../runtime/providers/checkout-com';
import { mapped } from './harness';
import { behavesLikeAProvider, unreadable } from './suite';
import vectors from './vectors/checkout-com.json';

const SECRET = 'made_up_signature_key%1';

const sign = (body: string | Buffer, secret: string) => ({
  headers: { 'cko-signature': createHmac('sha256', secret).update(body).digest('hex') }, body,
});

type Parts = Readonly<Record<string, unknown>>;

const bodyOf = (type = 'payment_captured', data: Parts = {}, rest: Parts = {}) => JSON.stringify({
  id: 'evt_1', type, version: '1.0.0', timestamp: '2025-10-09T08:53:00.1234567Z',
  data: {
    id: 'pay_1', action_id: 'act_1', reference: 'A-1', amount: 2000, currency: 'USD', metadata: { k: 'v' }, customer: { id: 'cus_1' }, ...data,
  },
  ...rest,
});

const map = (body: string) => mapped(checkoutCom, { body })[0];

behavesLikeAProvider({ adapter: checkoutCom, secret: SECRET, header: 'cko-signature', body: bodyOf(), sign, vectors });

test('a capture', () => {
  expect(map(bodyOf())).toEqual({
    event: {
      transaction_id: 'pay_1',
      event_id: 'evt_1',
      event_type: 'payment_captured',
      amount: '20.00',
      currency: 'USD',
      provider: 'checkout-com',
      customer_id: 'cus_1',
      occurred_at: '2025-10-09T08:53:00.123Z',
      metadata: { k: 'v', action_id: 'act_1', reference: 'A-1' },
      money_moved: true,
      needs_fetch: false,
    },
  });
});

test.each([
  [0, 'BIF DJF GNF ISK JPY KMF KRW PYG RWF UGX VUV VND XAF XOF XPF', '2000'],
  [2, 'USD EUR CLP CLF HUF MGA UYW', '20.00'],
  [3, 'BHD IQD JOD KWD LYD OMR TND', '2.000'],
])('%i decimals: %s', (_, currencies, amount) => {
  for (const currency of currencies.split(' ')) {
    expect(map(bodyOf('payment_captured', { currency })).event).toMatchObject({ amount, currency, money_moved: true });
  }
});

test.each(['20.5', 'null', 'true', '1e-1', '9'.repeat(39)])('a capture of %s is refused', (minor) => {
  expect(() => map(bodyOf().replace('2000', minor))).toThrow(unreadable);
});

test('a capture in an unknown currency or without an id is refused', () => {
  expect(() => map(bodyOf('payment_captured', { currency: 'XXX' }))).toThrow(unreadable);
  expect(() => map(bodyOf('payment_captured', { id: null }))).toThrow(unreadable);
});

test.each(['payment_captured', 'payment_refunded', 'payment_paid'])('%s moved money', (type) => {
  expect(map(bodyOf(type)).event.money_moved).toBe(true);
});

test.each([
  'payment_approved', 'payment_declined', 'payment_capture_pending', 'payment_voided', 'dispute_received', 'constructor',
])('%s did not', (type) => {
  expect(map(bodyOf(type)).event).toMatchObject({ money_moved: false, amount: '20.00' });
});

test('a dispute tells its payment', () => {
  const { event } = map(bodyOf('dispute_received', { id: 'dsp_1', payment_id: 'pay_1' }));
  expect(event).toMatchObject({ transaction_id: 'dsp_1', metadata: { payment_id: 'pay_1' } });
});

test('the time has two names', () => {
  expect(map(bodyOf('payment_captured', {}, { created_on: '2025-10-09T09:00:00Z' })).event.occurred_at).toBe('2025-10-09T09:00:00.000Z');
});
