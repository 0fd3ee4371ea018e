import { createHmac } from 'node:crypto';
import { paystack } from '../../../runtime/providers/paystack';
import { mapped } from './harness';
import { behavesLikeAProvider, unreadable } from './suite';
import vectors from './vectors/paystack.json';

const SECRET = 'sk_test_made_up';

const sign = (body: string | Buffer, secret: string) => ({
  headers: { 'x-paystack-signature': createHmac('sha512', secret).update(body).digest('hex') }, body,
});

const bodyOf = (event = 'charge.success', data: Readonly<Record<string, unknown>> = {}) => JSON.stringify({
  event,
  data: {
    id: 302961, status: 'success', reference: 'ref_1', amount: 10000, paid_at: '2025-10-09T08:53:00.000Z', created_at: '2025-10-09T08:52:50.000Z',
    currency: 'NGN', metadata: { order_id: 'A-1' }, customer: { id: 1, customer_code: 'CUS_1' }, ...data,
  },
});

const map = (body: string) => mapped(paystack, { body })[0];

behavesLikeAProvider({ adapter: paystack, secret: SECRET, header: 'x-paystack-signature', body: bodyOf(), sign, vectors });

test('a charge', () => {
  expect(map(bodyOf())).toEqual({
    key: 'charge.success:302961',
    event: {
      transaction_id: '302961',
      event_id: 'charge.success:302961',
      event_type: 'charge.success',
      amount: '100.00',
      currency: 'NGN',
      provider: 'paystack',
      customer_id: 'CUS_1',
      occurred_at: '2025-10-09T08:53:00.000Z',
      metadata: { order_id: 'A-1', reference: 'ref_1', status: 'success' },
      money_moved: true,
      needs_fetch: false,
    },
  });
});

test('a refund has no id but a reference, and its amount is text', () => {
  const body = bodyOf('refund.processed', {
    id: undefined, refund_reference: '132013318360', transaction_reference: 'tx_1', amount: '10000', paid_at: undefined,
  });
  expect(map(body)).toMatchObject({
    key: 'refund.processed:132013318360',
    event: {
      transaction_id: '132013318360', event_id: 'refund.processed:132013318360', amount: '100.00', money_moved: true,
      metadata: { transaction_reference: 'tx_1' },
    },
  });
});

test.each([
  ['NGN', '1', '0.01'], ['KES', '"150"', '1.50'], ['XOF', '50000', '500.00'], ['RWF', '50000', '500.00'],
  ['ZAR', '9007199254740993', '90071992547409.93'], ['KWD', '5120', '5.120'], ['JPY', '500', '500'],
])('%s %s is %s', (currency, minor, amount) => {
  expect(map(bodyOf('charge.success', { currency }).replace('10000', minor)).event).toMatchObject({ amount, currency, money_moved: true });
});

test.each(['10.5', '"ten"', '""', 'null', '[]', '1e400'])('a charge of %s is refused', (minor) => {
  expect(() => map(bodyOf().replace('10000', minor))).toThrow(unreadable);
});

test('a charge in an unknown currency or without an id is refused', () => {
  expect(() => map(bodyOf('charge.success', { currency: 'XXX' }))).toThrow(unreadable);
  expect(() => map(bodyOf('charge.success', { id: '' }))).toThrow(unreadable);
});

test.each(['charge.success', 'refund.processed', 'transfer.success'])('%s moved money', (event) => {
  expect(map(bodyOf(event)).event.money_moved).toBe(true);
});

test.each([
  'refund.pending', 'refund.processing', 'refund.failed', 'transfer.failed', 'transfer.reversed', 'charge.dispute.create',
  'invoice.update', '__proto__',
])('%s did not', (event) => {
  expect(map(bodyOf(event)).event).toMatchObject({ event_type: event, money_moved: false, amount: '100.00' });
});

test('only what moves money happens once: other events are told apart by their bodies', () => {
  const updates = ['pending', 'success'].map((status) => map(bodyOf('invoice.update', { status })).key);
  expect(new Set(updates).size).toBe(2);
  expect(map(bodyOf('charge.success', { channel: 'ussd' })).key).toBe(map(bodyOf()).key);
});

test.each([0, '', null, '{"a":1}'])('metadata %j is none', (metadata) => {
  expect(map(bodyOf('charge.success', { metadata })).event.metadata).toEqual({ reference: 'ref_1', status: 'success' });
});

test('the first readable time counts', () => {
  const times = { paid_at: null, transferred_at: 'soon', updated_at: '2025-10-09T09:00:00Z' };
  expect(map(bodyOf('transfer.success', times)).event.occurred_at).toBe('2025-10-09T09:00:00.000Z');
});
