import { stripe } from '../../../runtime/providers/stripe';
import { exponentOf } from '../../../runtime/transaction/currency';
import { printJson } from '../../../runtime/transaction/json';
import { captureOutput } from '../../helpers/output';
import { requestWith, signedStripe, stripeEvent, StripeEventOptions, unreadable } from '../../helpers/signed-webhooks';
import { validator } from '../validator/setup';

captureOutput();

const map = (body: string | Buffer) => stripe.map(requestWith({}, body), {})[0].event;
const mapEvent = (options: StripeEventOptions) => map(stripeEvent(options));

describe('amounts are exact in the unit Stripe counts', () => {
  test.each([
    ['usd', '1099', '10.99'], ['usd', '5', '0.05'], ['usd', '0', '0.00'],
    ['krw', '12345', '12345'], ['jpy', '1', '1'], ['mga', '5000', '5000'],
    ['isk', '50000', '500.00'], ['ugx', '500000', '5000.00'],
    ['kwd', '5120', '5.120'], ['huf', '10000', '100.00'], ['twd', '10000', '100.00'],
    ['usd', '9007199254740993', '90071992547409.93'], ['usd', '1e3', '10.00'],
  ])('%s %s is %s', (currency, minor, amount) => {
    const body = stripeEvent({ object: { currency } }).replaceAll('1099', minor);
    expect(map(body)).toMatchObject({ amount, currency: currency.toUpperCase(), money_moved: true });
  });

  test.each(['10.5', '"1099"', 'null', '1e400', '1e-1', 'true', '[1099]', '{"isLosslessNumber":true,"value":"1099"}', '9'.repeat(39)])(
    'a payment of %s minor units is refused', (minor) => {
      expect(() => map(stripeEvent().replaceAll('1099', minor))).toThrow(unreadable);
    });

  test.each(['usdt', 'xxx', '', '__proto__'])('a payment in %j is refused', (currency) => {
    expect(() => mapEvent({ object: { currency } })).toThrow(unreadable);
  });

  test('what was received counts, not what was asked for', () => {
    expect(mapEvent({ object: { amount: 5000, amount_received: 2500 } }).amount).toBe('25.00');
  });

  test.each([
    [0, 'BIF CLP DJF GNF JPY KMF KRW MGA PYG RWF VND VUV XAF XOF XPF'],
    [3, 'BHD JOD KWD OMR TND'],
    [2, 'ISK UGX USD EUR'],
  ])('%i decimals: %s', (decimals, codes) => {
    const found = codes.split(' ').map((code) => (mapEvent({ object: { currency: code.toLowerCase() } }).amount!.split('.')[1] ?? '').length);
    expect(new Set(found)).toEqual(new Set([decimals]));
  });

  test('the exceptions are Stripe’s alone', () => {
    expect([exponentOf('ISK'), exponentOf('UGX'), exponentOf('MGA')]).toEqual([0, 0, 2]);
  });
});

describe('one sale counts once', () => {
  test.each([
    ['payment_intent.succeeded', {}],
    ['refund.created', { status: 'succeeded' }],
    ['refund.updated', { status: 'succeeded' }],
    ['charge.refund.updated', { status: 'succeeded' }],
    ['payout.paid', { status: 'paid' }],
  ])('%s moved money', (type, object) => {
    expect(mapEvent({ type, object }).money_moved).toBe(true);
  });

  test.each([
    'payment_intent.created', 'payment_intent.processing', 'payment_intent.payment_failed', 'payment_intent.canceled', 'payment_intent.requires_action',
    'payment_intent.amount_capturable_updated', 'charge.succeeded', 'charge.captured', 'charge.updated', 'charge.failed', 'charge.refunded',
    'checkout.session.completed', 'invoice.paid', 'invoice.payment_succeeded', 'refund.failed', 'payout.created', 'payout.failed',
    'charge.dispute.created', 'customer.created', 'constructor', '__proto__', 'toString',
  ])('%s did not', (type) => {
    expect(mapEvent({ type, object: { status: 'succeeded' } }).money_moved).toBe(false);
  });

  test.each(['pending', 'requires_action', 'failed', 'canceled', null])('a refund that is %p did not', (status) => {
    for (const type of ['refund.created', 'refund.updated', 'charge.refund.updated']) expect(mapEvent({ type, object: { status } }).money_moved).toBe(false);
  });

  describe('a refund', () => {
    const refund = (id: string, type: string, object: object = {}) =>
      signedStripe(stripeEvent({ id, type, object: { id: 're_1', status: 'succeeded', ...object } }));

    test('that succeeded when it was created counts, and not again when its reference or its metadata is updated', async () => {
      const { post, rows } = validator();
      const updates = [{ destination_details: { card: { reference_status: 'available' } } }, { metadata: { note: 'by phone' } }];
      const answers = [await post('stripe', refund('evt_1', 'refund.created'))];
      for (const [index, update] of updates.entries()) answers.push(await post('stripe', refund(`evt_${index + 2}`, 'refund.updated', update)));
      answers.push(await post('stripe', refund('evt_9', 'charge.refund.updated', updates[0])));
      expect(answers.map(({ body: { duplicate = false } }) => duplicate)).toEqual([false, true, true, true]);
      expect([...rows.values()].map(({ record }) => record)).toEqual(['transaction']);
    });

    test('that was pending at first counts when it succeeds, and what came before is kept beside it', async () => {
      const { post, rows } = validator();
      await post('stripe', refund('evt_1', 'refund.created', { status: 'pending' }));
      await post('stripe', refund('evt_2', 'refund.updated'));
      await post('stripe', refund('evt_3', 'refund.updated'));
      expect([...rows.values()].map(({ record }) => record)).toEqual(['event', 'transaction']);
    });

    test('of another sum under the same id is a conflict', async () => {
      const { post } = validator();
      await post('stripe', refund('evt_1', 'refund.created'));
      expect((await post('stripe', refund('evt_2', 'refund.updated', { amount: 1 }))).body).toMatchObject({ conflict: true });
    });
  });

  test('an event about no money at all has no amount', () => {
    const body = JSON.stringify({ id: 'evt_2', type: 'customer.created', created: 1, data: { object: { id: 'cus_2' } } });
    expect(map(body)).toMatchObject({ transaction_id: 'cus_2', amount: null, currency: null, money_moved: false });
  });
});

describe('everything else of the event', () => {
  test('ids, type, customer and time', () => {
    expect(mapEvent({})).toMatchObject({
      transaction_id: 'pi_1', event_id: 'evt_1', event_type: 'payment_intent.succeeded', provider: 'stripe', customer_id: 'cus_1',
      occurred_at: '2025-10-09T08:53:00.000Z',
    });
  });

  test.each([['cus_9', 'cus_9'], [{ id: 'cus_9', object: 'customer' }, 'cus_9'], [null, null], [{}, null], [7, null]])('customer %j is %p', (customer, expected) => {
    expect(mapEvent({ object: { customer } }).customer_id).toBe(expected);
  });

  test('metadata keeps its numbers as written and gains what the object refers to', () => {
    const body = stripeEvent({ object: { payment_intent: 'pi_7' }, event: { account: 'acct_1' } }).replace('"metadata":{}', '"metadata":{"rate":1.10,"n":9007199254740993}');
    expect(printJson(map(body).metadata)).toBe('{"rate":1.10,"n":9007199254740993,"payment_intent":"pi_7","account":"acct_1"}');
  });

  test('prototype keys stay harmless', () => {
    const body = stripeEvent().replace('"metadata":{}', '"metadata":{"__proto__":{"polluted":true},"constructor":{"prototype":{"polluted":true}}}');
    expect(map(body).transaction_id).toBe('pi_1');
    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
    expect(() => map('{"__proto__":{"id":"evt_1","type":"payout.paid","created":1,"data":{"object":{}}}}')).toThrow(unreadable);
  });

  test.each(['id', 'type', 'created', 'data'])('an event without %s is refused', (field) => {
    const { [field]: _, ...rest } = JSON.parse(stripeEvent()) as Record<string, unknown>;
    expect(() => map(JSON.stringify(rest))).toThrow(unreadable);
  });

  test.each(['[]', 'null', '1', '"evt"', '{}', '{"id":1,"type":"payout.paid","created":1,"data":{"object":{}}}'])('the body %s is refused', (body) => {
    expect(() => map(body)).toThrow(unreadable);
  });

  test('two amounts, trailing bytes or another encoding are refused', () => {
    expect(() => map(stripeEvent().replace('"currency"', '"amount_received":9999999,"currency"'))).toThrow(/occurs twice/);
    expect(() => map(`${stripeEvent()}{}`)).toThrow(/valid JSON/);
    expect(() => map(Buffer.from(stripeEvent({ object: { customer: 'cus_ä' } }), 'latin1'))).toThrow(/UTF-8/);
  });

  test.each(['1e300', '-1e300', '-1', '1.5', '"1759999980"'])('created %s is refused', (created) => {
    expect(() => map(stripeEvent().replace('1759999980', created))).toThrow(unreadable);
  });
});

describe('telling a retry from a conflict', () => {
  const contentOf = (options: StripeEventOptions) => stripe.map(requestWith({}, stripeEvent(options)), {})[0].content;

  test('the countdown of pending deliveries makes no difference', () => {
    expect(contentOf({ event: { pending_webhooks: 3 } })).toBe(contentOf({ event: { pending_webhooks: 0 } }));
  });

  test('everything else does', () => {
    const changes: StripeEventOptions[] = [
      { id: 'evt_2' }, { type: 'payout.paid' }, { object: { amount: 1 } }, { object: { pending_webhooks: 2 } }, { event: { livemode: true } },
    ];
    expect(new Set([{}, ...changes].map(contentOf)).size).toBe(changes.length + 1);
  });
});

test.each([[{ amount: 100, currency: 'usdc' }], [{ amount: 1, currency: '' }]])('an event that moved no money is kept although its amount %j cannot be read', (money) => {
  expect(mapEvent({ type: 'some.new_event', object: money })).toMatchObject({ event_type: 'some.new_event', amount: null, currency: null, money_moved: false });
});
