import { standardWebhooks } from '../../../runtime/providers/standard-webhooks';
import { UnknownCurrency } from '../../../runtime/transaction/currency';
import { InvalidDecimal } from '../../../runtime/transaction/decimal';
import { printJson } from '../../../runtime/transaction/json';
import { flatTransaction, NOW, requestWith, unreadable } from '../../helpers/signed-webhooks';

const map = (body: string) => standardWebhooks.map(requestWith({ 'webhook-id': 'msg_1' }, body), {})[0].event;
const ARRIVAL = new Date(NOW * 1000).toISOString();
const flat = (overrides: object = {}) => map(flatTransaction({ ...overrides }));

describe('the flat transaction', () => {
  test('is mapped member by member, with the signed message id as event id', () => {
    expect(flat({ occurred_at: '2025-10-09T10:53:00+02:00' })).toEqual({
      transaction_id: 'txn_1', event_id: 'msg_1', event_type: 'transaction', amount: '99.90', currency: 'USD', provider: 'acme', customer_id: 'c_1',
      occurred_at: '2025-10-09T08:53:00.000Z', metadata: { order: 'A-1' }, money_moved: true, needs_fetch: false,
    });
  });

  test('happened when it arrived if it does not say', () => {
    expect(flat().occurred_at).toBe(ARRIVAL);
  });

  test.each([
    'yesterday', '1760000000', '09/10/2025', '2025-13-01T00:00:00Z', '2025-10-09', '2025-10-09T08:53:00', '2025-10-09T08:53:00Z and more', '', 1_760_000_000, true, [],
    { toString: 1 },
  ])('at the time %j is refused', (timestamp) => {
    expect(() => flat({ timestamp })).toThrow(unreadable);
  });

  test.each(['transaction_id', 'amount', 'currency', 'provider', 'customer_id'])('without %s is refused by name', (field) => {
    expect(() => flat({ [field]: undefined })).toThrow(`Missing required field: ${field}`);
  });

  test.each(['transaction_id', 'currency', 'provider', 'customer_id'])('%s must be text of a sensible length', (field) => {
    for (const value of [1, null, true, '', 'x'.repeat(257), ['a'], {}]) expect(() => flat({ [field]: value })).toThrow(unreadable);
  });

  test.each([[[]], ['x'], [1]])('metadata %j is refused', (metadata) => {
    expect(() => flat({ metadata })).toThrow(unreadable);
  });

  test('needs no metadata, and keeps numbers in it as written', () => {
    expect(flat({ metadata: undefined }).metadata).toEqual({});
    expect(flat({ metadata: null }).metadata).toEqual({});
    expect(printJson(map(flatTransaction().replace('"A-1"', '1.10')).metadata)).toBe('{"order":1.10}');
  });
});

describe('amounts', () => {
  test.each([
    ['"99.90"', 'USD', '99.90'], ['99.90', 'USD', '99.90'], ['1e3', 'USD', '1000'], ['12345', 'KRW', '12345'], ['500', 'ISK', '500'], ['5000', 'UGX', '5000'],
    ['"5.120"', 'KWD', '5.120'], ['100.00', 'JPY', '100.00'], ['90071992547409.93', 'usd', '90071992547409.93'], ['"0.0001"', 'CLF', '0.0001'],
  ])('%s %s is %s', (amount, currency, expected) => {
    expect(map(flatTransaction({ currency }).replace('"99.90"', amount))).toMatchObject({ amount: expected, currency: currency.toUpperCase() });
  });

  test.each([
    ['"99.999"', 'USD'], ['1.5', 'JPY'], ['0.5', 'ISK'], ['"5.1201"', 'KWD'], ['0', 'USD'], ['-1', 'USD'], ['"0.00"', 'USD'], ['-0', 'USD'], ['null', 'USD'], ['true', 'USD'], ['[1]', 'USD'],
    ['{"isLosslessNumber":true,"value":"1"}', 'USD'],
  ])('%s %s is refused', (amount, currency) => {
    expect(() => map(flatTransaction({ currency }).replace('"99.90"', amount))).toThrow(unreadable);
  });

  test.each(['1e400', '"NaN"', '"Infinity"', '"0x10"', '" 1"', '"01"', '"+1"', '""', '"1,000.00"', '1'.repeat(39)])('%s is refused as a number', (amount) => {
    expect(() => map(flatTransaction().replace('"99.90"', amount))).toThrow(InvalidDecimal);
  });

  test.each(['XXX', 'BTC', 'dollars', '__proto__', 'US$'])('the currency %s is refused', (currency) => {
    expect(() => flat({ currency })).toThrow(UnknownCurrency);
  });
});

describe('the envelope of the specification', () => {
  const envelope = (type: string, data: object = {}) =>
    map(JSON.stringify({ type, timestamp: '2025-10-09T08:53:00Z', data: { id: 'pay_1', amount: '10.99', currency: 'USD', customer_id: 'c_1', ...data } }));

  test.each(['payment.succeeded', 'payment.captured', 'payment.completed', 'refund.succeeded', 'payout.paid'])('%s moved money', (type) => {
    expect(envelope(type)).toMatchObject({ transaction_id: 'pay_1', event_type: type, amount: '10.99', currency: 'USD', money_moved: true });
  });

  test.each(['payment.created', 'payment.failed', 'refund.created', 'payout.failed', 'user.created', '__proto__', ''])('%j did not, whatever amount it mentions', (type) => {
    expect(envelope(type)).toMatchObject({ amount: null, currency: null, money_moved: false });
  });

  test('money that moved has an amount and a currency', () => {
    expect(() => envelope('payment.succeeded', { amount: undefined })).toThrow('Missing required field: amount');
    expect(() => envelope('payment.succeeded', { currency: undefined })).toThrow('Missing required field: currency');
  });

  test('the id of the message stands in for an id of the data', () => {
    expect(envelope('user.created', { id: undefined }).transaction_id).toBe('msg_1');
    expect(envelope('user.created', { transaction_id: 'txn_9' }).transaction_id).toBe('txn_9');
    expect(envelope('', { id: '' })).toMatchObject({ transaction_id: 'msg_1', event_type: 'unknown' });
  });

  test('has ids that are numbers as written', () => {
    const body = '{"type":"payment.succeeded","data":{"id":9007199254740993,"customer_id":7,"amount":"10.99","currency":"USD"}}';
    expect(map(body)).toMatchObject({ transaction_id: '9007199254740993', customer_id: '7' });
  });

  test.each([1_654_012_591_835, 1_716_883_200, 'yesterday', '', null, [], { toString: 1 }])('is not lost over the time %j: it happened when it arrived', (timestamp) => {
    for (const type of ['user.created', 'payment.succeeded']) {
      const event = map(JSON.stringify({ type, timestamp, data: { id: 'x', amount: '10.99', currency: 'USD' } }));
      expect(event).toMatchObject({ transaction_id: 'x', occurred_at: ARRIVAL });
    }
  });

  test.each([['text'], [[]], [7], [null]])('is not lost over the metadata %j', (metadata) => {
    expect(envelope('payment.succeeded', { metadata })).toMatchObject({ amount: '10.99', metadata: {} });
  });
});

describe('bodies that are something else', () => {
  test.each(['[]', 'null', '1', '"x"', '[{}]'])('%s is refused', (body) => {
    expect(() => map(body)).toThrow(unreadable);
  });

  test('members that only a prototype has do not count', () => {
    expect(() => map(`{"__proto__":${flatTransaction()}}`)).toThrow('Missing required field: transaction_id');
  });

  test('two amounts are refused', () => {
    expect(() => map(flatTransaction().replace('"currency"', '"amount":"1.00","currency"'))).toThrow(/occurs twice/);
  });
});
