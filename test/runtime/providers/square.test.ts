import { createHmac } from 'node:crypto';
import { WebhooksHelper } from 'square';
import { square } from '../../../runtime/providers/square';
import { because, mapped, request } from './harness';
import { behavesLikeAProvider, unreadable } from './suite';
import vectors from './vectors/square.json';

const SECRET = 'made-up-signature-key';
const URL_ = 'https://hooks.example.com/prod/webhook/square';
const HEADER = 'x-square-hmacsha256-signature';
const options = { notificationUrl: URL_ };

const signFor = (url: string) => (body: string | Buffer, secret: string) => ({
  headers: { [HEADER]: createHmac('sha256', secret).update(url).update(body).digest('base64') }, body,
});
const sign = signFor(URL_);

interface EventParts {
  readonly type?: string;
  readonly object?: Readonly<Record<string, unknown>>;
  readonly eventId?: string;
}

const bodyOf = ({ type = 'payment.updated', object = {}, eventId = 'e-1' }: EventParts = {}) => JSON.stringify({
  merchant_id: 'M1', type, event_id: eventId, created_at: '2025-10-09T08:53:00.123Z',
  data: {
    type: 'payment', id: 'p1',
    object: {
      [type.split('.')[0]]: {
        id: 'p1', amount_money: { amount: 1234, currency: 'USD' }, total_money: { amount: 1334, currency: 'USD' },
        customer_id: 'C1', status: 'COMPLETED', order_id: 'O1', version: 3, ...object,
      },
    },
  },
});

const map = (parts: EventParts = {}) => mapped(square, { body: bodyOf(parts) }, options)[0];

behavesLikeAProvider({ adapter: square, options, secret: SECRET, header: HEADER, body: bodyOf(), sign, vectors });

describe('the address is signed with the body', () => {
  const verify = (url: string) => square.verify(request(signFor(url)(bodyOf(), SECRET)), { secrets: [SECRET], options });

  test('and the official library agrees', async () => {
    for (const url of [URL_, `${URL_}/`, 'https://hooks.example.com/webhook/square']) {
      const { headers, body } = signFor(url)(bodyOf(), SECRET);
      const accepted = await WebhooksHelper.verifySignature({
        requestBody: body as string, signatureHeader: headers[HEADER], signatureKey: SECRET, notificationUrl: URL_,
      });
      expect(accepted).toBe(url === URL_);
      if (accepted) expect(verify(url)).toEqual({ secretIndex: 0 });
      else expect(() => verify(url)).toThrow(because('signature_mismatch') as Error);
    }
  });

  test.each([undefined, '', 'hooks.example.com', 7, 'https://a b'])('so %p for it is the owner’s fault', (notificationUrl) => {
    const attempt = () => square.verify(request(sign(bodyOf(), SECRET)), { secrets: [SECRET], options: { notificationUrl } });
    expect(attempt).toThrow(/notificationUrl/);
    expect(attempt).not.toThrow(unreadable);
  });
});

test.each([
  ['USD', 1334, '13.34'], ['JPY', 1100, '1100'], ['KWD', 5120, '5.120'], ['EUR', 0, '0.00'],
])('%s %i is %s, with the tip', (currency, amount, text) => {
  expect(map({ object: { total_money: { amount, currency } } }).event).toMatchObject({ amount: text, currency, money_moved: true });
});

test('without a total the amount counts, as in refunds and payouts', () => {
  const refund = map({ type: 'refund.updated', object: { total_money: undefined, payment_id: 'p0', customer_id: undefined } }).event;
  expect(refund).toMatchObject({ amount: '12.34', money_moved: true, customer_id: null, metadata: { payment_id: 'p0' } });
  for (const status of ['PAID', undefined]) {
    expect(map({ type: 'payout.paid', object: { total_money: undefined, status } }).event).toMatchObject({ amount: '12.34', money_moved: true });
  }
});

test.each([
  { total_money: { amount: 13.5, currency: 'USD' } }, { total_money: { amount: 1, currency: 'XXX' } }, { total_money: {} }, { total_money: null },
  { id: '' },
])('a completed payment with %j is refused', (object) => {
  expect(() => map({ object })).toThrow(unreadable);
});

test.each([
  ['payment.updated', 'APPROVED'], ['payment.updated', 'PENDING'], ['payment.updated', 'CANCELED'], ['payment.updated', undefined],
  ['payment.created', 'APPROVED'], ['refund.created', 'PENDING'], ['refund.updated', 'PENDING'], ['payout.sent', 'SENT'],
  ['invoice.payment_made', 'PAID'], ['toString', 'COMPLETED'],
])('%s when %s moved no money', (type, status) => {
  expect(map({ type, object: { status } }).event).toMatchObject({ event_type: type, money_moved: false });
});

test.each(['payment', 'refund'])('a %s that is complete when it is created counts, and not again when it is updated', (family) => {
  const [created, updated] = ['created', 'updated'].map((change, index) => map({ type: `${family}.${change}`, eventId: `e-${index}` }));
  expect(created.event).toMatchObject({ event_id: 'e-0', amount: '13.34', money_moved: true });
  expect([updated.key, updated.content]).toEqual([created.key, created.content]);
});

test('a completed payment that is updated again does not count again, unless the sum differs', () => {
  const first = map();
  const later = map({ eventId: 'e-2', object: { version: 4, processing_fee: [{}] } });
  const other = map({ eventId: 'e-3', object: { total_money: { amount: 1, currency: 'USD' } } });
  expect([later.key, later.content]).toEqual([first.key, first.content]);
  expect(other.key).toBe(first.key);
  expect(other.content).not.toBe(first.content);
  expect(map({ object: { status: 'APPROVED' } })).not.toHaveProperty('key');
});
