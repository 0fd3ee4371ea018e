import { createHmac } from 'node:crypto';
import Razorpay from 'razorpay';
import { razorpay } from '../../../runtime/providers/razorpay';
import { mapped, request } from './harness';
import { behavesLikeAProvider, unreadable } from './suite';
import vectors from './vectors/razorpay.json';

const SECRET = 'made_up_razorpay_secret';

const sign = (body: string | Buffer, secret: string) => ({
  headers: { 'x-razorpay-signature': createHmac('sha256', secret).update(body).digest('hex'), 'x-razorpay-event-id': 'evt_1' },
  body,
});

interface EventParts {
  readonly event?: string;
  readonly entity?: Readonly<Record<string, unknown>>;
  readonly kind?: string;
  readonly rest?: Readonly<Record<string, unknown>>;
}

const bodyOf = ({ event = 'payment.captured', entity = {}, kind = event.split('.')[0], rest = {} }: EventParts = {}) => JSON.stringify({
  entity: 'event',
  account_id: 'acc_1',
  event,
  contains: [kind],
  payload: { [kind]: { entity: { id: 'pay_1', amount: 50000, currency: 'INR', customer_id: 'cust_1', notes: { order_id: 'A-1' }, ...entity } } },
  created_at: 1_759_999_980,
  ...rest,
});

const map = (body: string, eventId = 'evt_1') => mapped(razorpay, { body, headers: { 'x-razorpay-event-id': eventId } })[0];

behavesLikeAProvider({ adapter: razorpay, secret: SECRET, header: 'x-razorpay-signature', body: bodyOf(), sign, vectors });

test('the official library agrees on what is valid', () => {
  const { headers, body } = sign(bodyOf(), SECRET);
  const signature = headers['x-razorpay-signature'];
  expect(Razorpay.validateWebhookSignature(body as string, signature, SECRET)).toBe(true);
  expect(razorpay.verify(request({ headers, body }), { secrets: [SECRET], options: {} })).toEqual({ secretIndex: 0 });
  expect(Razorpay.validateWebhookSignature(`${body as string} `, signature, SECRET)).toBe(false);
});

test.each([
  ['INR', '50000', '500.00'], ['JPY', '1000', '1000'], ['KWD', '99990', '99.990'], ['BHD', '10', '0.010'], ['CLP', '5000', '5000'],
  ['USD', '9007199254740993', '90071992547409.93'],
])('%s %s is %s', (currency, minor, amount) => {
  expect(map(bodyOf({ entity: { currency } }).replace('50000', minor)).event).toMatchObject({ amount, currency, money_moved: true });
});

test.each(['1.5', '1e400', 'null', '"x"', '{}', '9'.repeat(39)])('a payment of %s is refused', (minor) => {
  expect(() => map(bodyOf().replace('50000', minor))).toThrow(unreadable);
});

test.each(['XXX', '', null])('a payment in %p is refused', (currency) => {
  expect(() => map(bodyOf({ entity: { currency } }))).toThrow(unreadable);
});

test.each(['payment.captured', 'refund.processed', 'payout.processed'])('%s moved money', (event) => {
  expect(map(bodyOf({ event })).event).toMatchObject({ money_moved: true, amount: '500.00', transaction_id: 'pay_1' });
});

test.each([
  'payment.authorized', 'payment.failed', 'payment.dispute.created', 'order.paid', 'refund.created', 'refund.failed', 'payout.reversed',
  'invoice.paid', 'toString',
])('%s did not', (event) => {
  expect(map(bodyOf({ event })).event).toMatchObject({ event_type: event, money_moved: false });
});

test('what moved no money may have money that cannot be read', () => {
  expect(map(bodyOf({ event: 'payment.failed', entity: { currency: 'XXX' } })).event).toMatchObject({ amount: null, currency: null });
});

test('an event is about what its type names, else about the first thing it contains', () => {
  const entities = {
    payment: { entity: { id: 'pay_1' } }, dispute: { entity: { id: 'disp_1' } }, refund: { entity: { id: 'rfnd_1', payment_id: 'pay_1' } },
  };
  const about = (event: string) => map(bodyOf({ event, rest: { contains: ['refund', 'payment', 'dispute'], payload: entities } })).event;
  expect(about('payment.dispute.created').transaction_id).toBe('disp_1');
  expect(about('payment.failed').transaction_id).toBe('pay_1');
  expect(about('something.new')).toMatchObject({ transaction_id: 'rfnd_1', metadata: { razorpay_payment_id: 'pay_1' } });
});

test('empty notes come as a list, a payment without customer has none', () => {
  const { event } = map(bodyOf({ entity: { notes: [], customer_id: null, order_id: 'order_1' } }));
  expect(event).toMatchObject({ customer_id: null, metadata: { account_id: 'acc_1', razorpay_order_id: 'order_1' } });
});

test('the key is made of what is signed: another event id is the same event', () => {
  expect(map(bodyOf(), 'evt_other')).toMatchObject({ key: map(bodyOf()).key, event: { event_id: 'evt_other' } });
  expect(map(bodyOf()).key).toBe('payment.captured:pay_1:1759999980');
  expect(map(bodyOf(), '').event.event_id).toBe('payment.captured:pay_1:1759999980');
});

test('money without an id is refused', () => {
  expect(() => map(bodyOf({ entity: { id: null } }))).toThrow(unreadable);
});
