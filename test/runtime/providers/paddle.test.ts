import { createHmac } from 'node:crypto';
import { Paddle, Webhooks } from '@paddle/paddle-node-sdk';
import { paddle } from '../../../runtime/providers/paddle';
import { because, mapped, NOW, request } from './harness';
import { behavesLikeAProvider, unreadable } from './suite';
import vectors from './vectors/paddle.json';

const SECRET = 'pdl_ntfset_made_up';
const HEADER = 'paddle-signature';

type Time = number | string;

const digest = (body: string | Buffer, secret: string, at: Time) => createHmac('sha256', secret).update(`${at}:`).update(body).digest('hex');
const sign = (body: string | Buffer, secret: string, at: Time) => ({ headers: { [HEADER]: `ts=${at};h1=${digest(body, secret, at)}` }, body });

type Parts = Readonly<Record<string, unknown>>;

const bodyOf = (type = 'transaction.completed', data: Parts = {}, rest: Parts = {}) => JSON.stringify({
  event_id: 'evt_1', event_type: type, occurred_at: '2025-10-09T08:53:00.123456Z', notification_id: 'ntf_1',
  data: {
    id: 'txn_1', status: 'completed', customer_id: 'ctm_1', currency_code: 'USD', custom_data: { order_id: 'A-1' },
    details: { totals: { total: '4000', grand_total: '4550' } }, ...data,
  },
  ...rest,
});

const map = (body: string) => mapped(paddle, { body })[0];

behavesLikeAProvider({ adapter: paddle, secret: SECRET, header: HEADER, body: bodyOf(), sign, toleranceSeconds: 300, vectors });

describe('the header', () => {
  const verify = (header: string) => paddle.verify(request({ headers: { [HEADER]: header }, body: bodyOf() }), { secrets: [SECRET], options: {} });
  const good = digest(bodyOf(), SECRET, NOW);
  const other = digest(bodyOf(), 'the other', NOW);

  test('may hold several signatures, in any order', () => {
    expect(verify(`ts=${NOW};h1=${good};h1=${other}`)).toEqual({ secretIndex: 0 });
    expect(verify(`ts=${NOW};h1=${other};h1=${good}`)).toEqual({ secretIndex: 0 });
    expect(() => verify(`ts=${NOW};h1=${other};h1=${other}`)).toThrow(because('signature_mismatch') as Error);
  });

  test.each([
    ['no time', `h1=${good}`],
    ['two times', `ts=${NOW};ts=${NOW};h1=${good}`],
    ['no signature', `ts=${NOW}`],
    ['another scheme', `ts=${NOW};h2=${good}`],
    ['upper case', `ts=${NOW};h1=${good.toUpperCase()}`],
    ['more behind it', `ts=${NOW};h1=${good}=`],
    ['commas', `ts=${NOW},h1=${good}`],
    ['spaces', `ts=${NOW}; h1=${good}`],
  ])('with %s is malformed', (_, header) => {
    expect(() => verify(header)).toThrow(because('malformed_signature') as Error);
  });

  test.each(['', '0', '-1', `0${NOW}`, `${NOW}.0`, `${NOW}000`, 'NaN'])('with the well-signed time %j is malformed', (at) => {
    expect(() => verify(sign(bodyOf(), SECRET, at).headers[HEADER])).toThrow(because('malformed_signature') as Error);
  });
});

test('the official library agrees on what is valid', async () => {
  jest.useFakeTimers({ now: NOW * 1000, doNotFake: ['nextTick', 'setImmediate', 'queueMicrotask'] });
  try {
    new Paddle('made-up');
    const accepts = (body: string, secret: string) => new Webhooks().isSignatureValid(body, secret, sign(bodyOf(), SECRET, NOW).headers[HEADER]);
    await expect(accepts(bodyOf(), SECRET)).resolves.toBe(true);
    await expect(accepts(`${bodyOf()} `, SECRET)).resolves.toBe(false);
    await expect(accepts(bodyOf(), 'another')).resolves.toBe(false);
  } finally {
    jest.useRealTimers();
  }
});

test('a sale', () => {
  expect(map(bodyOf()).event).toEqual({
    transaction_id: 'txn_1',
    event_id: 'evt_1',
    event_type: 'transaction.completed',
    amount: '45.50',
    currency: 'USD',
    provider: 'paddle',
    customer_id: 'ctm_1',
    occurred_at: '2025-10-09T08:53:00.123Z',
    metadata: { order_id: 'A-1', status: 'completed' },
    money_moved: true,
    needs_fetch: false,
  });
});

test.each([
  ['USD', '45.50'], ['JPY', '4550'], ['KRW', '4550'], ['CLP', '4550'], ['VND', '4550'], ['COP', '45.50'], ['KWD', '4.550'],
])('4550 %s is %s', (code, amount) => {
  expect(map(bodyOf('transaction.completed', { currency_code: code })).event).toMatchObject({ amount, currency: code });
});

test.each(['45.5', '', 'x', null, {}])('a sale of %j is refused', (total) => {
  expect(() => map(bodyOf('transaction.completed', { details: { totals: { grand_total: total } } }))).toThrow(unreadable);
});

test('a sale in an unknown currency or without an id is refused', () => {
  expect(() => map(bodyOf('transaction.completed', { currency_code: 'XXX' }))).toThrow(unreadable);
  expect(() => map(bodyOf('transaction.completed', { id: '' }))).toThrow(unreadable);
});

test('an approved refund and a payout moved money', () => {
  const refund = { id: 'adj_1', action: 'refund', status: 'approved', transaction_id: 'txn_1', totals: { total: '1000' }, details: undefined };
  expect(map(bodyOf('adjustment.updated', refund)).event).toMatchObject({
    transaction_id: 'adj_1', amount: '10.00', money_moved: true, metadata: { transaction_id: 'txn_1' },
  });
  expect(map(bodyOf('payout.paid', { id: 'pay_1', amount: '99' })).event).toMatchObject({ amount: '0.99', money_moved: true });
});

test.each([
  ['transaction.paid', {}], ['transaction.billed', {}], ['transaction.ready', {}], ['payout.created', {}], ['subscription.created', {}],
  ['constructor', {}],
  ['adjustment.updated', { action: 'refund', status: 'rejected' }], ['adjustment.updated', { action: 'credit', status: 'approved' }],
  ['adjustment.created', { action: 'refund', status: 'pending_approval' }], ['adjustment.created', { action: 'credit', status: 'approved' }],
])('%s %j moved none', (type, data) => {
  expect(map(bodyOf(type, data)).event).toMatchObject({ event_type: type, money_moved: false });
});

test('a refund that is approved when it is created counts, and once only when it is updated later', () => {
  const refund = (type: string, total: string, event: Parts) =>
    map(bodyOf(type, { id: 'adj_1', action: 'refund', status: 'approved', totals: { total }, details: undefined }, event));
  const created = refund('adjustment.created', '1000', { event_id: 'evt_1' });
  const updated = refund('adjustment.updated', '1000', { event_id: 'evt_2' });
  const other = refund('adjustment.updated', '999', { event_id: 'evt_3' });
  expect(created.event).toMatchObject({ transaction_id: 'adj_1', event_id: 'evt_1', amount: '10.00', money_moved: true });
  expect([updated.key, updated.content]).toEqual([created.key, created.content]);
  expect(other.key).toBe(created.key);
  expect(other.content).not.toBe(created.content);
});

test('a replay is another notification of the same event', () => {
  expect(map(bodyOf('transaction.completed', {}, { notification_id: 'ntf_2' })).content).toBe(map(bodyOf()).content);
  expect(map(bodyOf('transaction.completed', { status: 'x' })).content).not.toBe(map(bodyOf()).content);
});
