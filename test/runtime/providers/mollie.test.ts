import fc from 'fast-check';
import { mollie } from '../../../runtime/providers/mollie';
import { because, commonAbuse, flipBit, flipBitOf, mapped, NOW, refusal, request, RequestParts } from './harness';
import vectors from './vectors/mollie.json';

interface Oracle {
  createSignature(body: string, secret: string): Promise<string>;
  validate(body: string, secrets: readonly string[], headers: readonly string[]): Promise<boolean>;
}
const { SignatureValidator: sdk } = jest.requireActual<{ SignatureValidator: Oracle }>('mollie-api-typescript/utils/webhooks/signature_validator.js');

const SECRET = 'made_up_for_tests';
const HEADER = 'x-mollie-signature';

type Fields = Readonly<Record<string, unknown>>;

const eventOf = (overrides: Fields = {}, entity: Fields = {}): string => JSON.stringify({
  resource: 'event',
  id: 'event_1',
  type: 'payment.paid',
  entityId: 'tr_1',
  createdAt: '2025-10-09T08:53:00+00:00',
  _embedded: {
    entity: { id: 'tr_1', amount: { value: '24.95', currency: 'EUR' }, customerId: 'cst_1', metadata: { order: 'A-1' }, ...entity },
  },
  ...overrides,
});

/** As the official SDK signs it. */
const signatureOf = async (body: string, secret = SECRET) => `sha256=${await sdk.createSignature(body, secret)}`;
const signed = async (body: string, secret = SECRET): Promise<RequestParts> => ({ headers: { [HEADER]: await signatureOf(body, secret) }, body });
const verify = (parts: RequestParts, secrets: readonly string[] = [SECRET], options: Fields = {}) =>
  mollie.verify(request(parts), { secrets, options });
const map = (body: string | Buffer, options: Fields = {}) => mapped(mollie, { headers: { [HEADER]: 'verified before' }, body }, options)[0].event;

describe.each(vectors)('$id: $reason', (vector) => {
  const parts: RequestParts = { headers: vector.headers as unknown as Record<string, string>, body: vector.body, now: vector.now };
  const options = vector.provider === 'mollie-classic' ? { classic: true } : {};
  const check = () => mollie.verify(request(parts), { secrets: vector.secret === undefined ? [] : [vector.secret], options });

  test(vector.expected, () => {
    if (vector.expected === 'invalid') {
      expect(check).toThrow(because('signature_mismatch'));
      return;
    }
    expect(check()).toEqual({ secretIndex: 0 });
    const [{ event }] = mapped(mollie, parts, options);
    if (vector.canonical) expect(event).toEqual({ ...vector.canonical, money_moved: true, needs_fetch: false });
    else expect(event).toMatchObject({ transaction_id: 'tr_FAKE0001', amount: null, currency: null, money_moved: false, needs_fetch: true });
  });
});

describe('signatures', () => {
  const body = eventOf();
  let good: RequestParts;
  let header: string;
  beforeAll(async () => {
    good = await signed(body);
    header = await signatureOf(body);
  });

  test('what the official SDK signed is accepted, with any of the live secrets', async () => {
    expect(verify(good)).toEqual({ secretIndex: 0 });
    expect(verify(good, ['other', SECRET])).toEqual({ secretIndex: 1 });
    expect(verify(await signed('{"ä":"日本"}'))).toEqual({ secretIndex: 0 });
  });

  test('while a secret is rotated either of two signatures may be the good one, in two headers or in one', async () => {
    const other = await signatureOf(body, 'other');
    expect(await sdk.validate(body, [SECRET], [other, header])).toBe(true);
    for (const value of [[other, header], [header, other], [`${other},${header}`], [`${header}, ${other}`], [`${header},`]]) {
      expect(verify({ body, headers: { [HEADER]: value } })).toEqual({ secretIndex: 0 });
    }
    expect(() => verify({ body, headers: { [HEADER]: [other, other] } })).toThrow(because('signature_mismatch'));
  });

  test('abuse is refused', () => {
    for (const [name, parts, reason] of commonAbuse(good, HEADER)) {
      // Two headers are what a rotation looks like.
      if (name !== 'with its header twice') expect([name, refusal(() => verify(parts))]).toEqual([name, reason]);
    }
  });

  test.each([
    ['upper-case hex', (value: string) => value.toUpperCase().replace('SHA', 'sha')], ['no prefix', (value: string) => value.slice(7)],
    ['another algorithm', (value: string) => value.replace('256', '512')], ['an upper-case prefix', (value: string) => value.replace('sha', 'SHA')],
  ])('a signature with %s is malformed', (_, change) => {
    expect(() => verify({ body, headers: { [HEADER]: change(header) } })).toThrow(because('malformed_signature'));
  });

  test('another secret, or none, is a mismatch', () => {
    for (const secrets of [['other'], [`${SECRET}\n`], []]) expect(() => verify(good, secrets)).toThrow(because('signature_mismatch'));
  });

  test('bytes are verified, not text', () => {
    expect(() => verify({ ...good, body: Buffer.from(eventOf({ id: 'é' }), 'latin1') })).toThrow(because('signature_mismatch'));
  });

  test('any single bit changed is refused', () => {
    const bytes = Buffer.from(body);
    fc.assert(fc.property(fc.nat({ max: bytes.length * 8 - 1 }), (bit) => {
      expect(() => verify({ ...good, body: flipBit(bytes, bit) })).toThrow(because('signature_mismatch'));
    }));
    for (let bit = 0; bit < header.length * 8; bit += 1) {
      expect(() => verify({ body, headers: { [HEADER]: flipBitOf(header, bit) } })).toThrow(expect.objectContaining({ status: 401 }));
    }
  });
});

describe('classic webhooks', () => {
  const classic = { headers: { 'content-type': 'application/x-www-form-urlencoded' }, body: 'id=tr_1' };

  test('are hints where the endpoint asks for them', () => {
    expect(verify(classic, [], { classic: true })).toEqual({ secretIndex: 0 });
    expect(mapped(mollie, classic, { classic: true })).toEqual([{
      event: {
        transaction_id: 'tr_1', event_id: 'tr_1:2025-10-09T08:53:20.000Z', event_type: 'classic', amount: null, currency: null, provider: 'mollie',
        customer_id: null, occurred_at: '2025-10-09T08:53:20.000Z', metadata: {}, money_moved: false, needs_fetch: true,
      },
    }]);
  });

  test('come again with every change of status, each time as another event', () => {
    const ids = [NOW, NOW + 1].map((now) => mapped(mollie, { ...classic, now }, { classic: true })[0].event.event_id);
    expect(new Set(ids).size).toBe(2);
  });

  test.each([undefined, false, 'true', 1, {}, []])('are refused where classic is %j', (value) => {
    expect(() => verify(classic, [SECRET], { classic: value })).toThrow(because('missing_signature'));
    expect(refusal(() => mapped(mollie, classic, { classic: value }))).toBe('malformed_body');
  });

  test.each([
    '', 'id=', 'id=tr_', 'id=1', 'id=tr_1&id=tr_2', 'id=tr_1&amount=5', 'ID=tr_1', 'id=tr_1\n', 'id=tr_%22', 'id=tr_1%00', 'id=tr-1', '__proto__=tr_1',
    `id=tr_${'1'.repeat(65)}`, '{"id":"tr_1"}', eventOf(),
  ])('the body %j is no hint', (body) => {
    expect(() => verify({ body }, [SECRET], { classic: true })).toThrow(because('missing_signature'));
  });

  test('an event with a bad signature does not pass as a hint', async () => {
    for (const value of ['', 'garbage', await signatureOf(classic.body, 'other')]) {
      const forged = { ...classic, headers: { [HEADER]: value } };
      expect(() => verify(forged, [SECRET], { classic: true })).toThrow(expect.objectContaining({ status: 401 }));
    }
  });

  test('signed events are still verified beside them', async () => {
    expect(verify(await signed(eventOf()), [SECRET], { classic: true })).toEqual({ secretIndex: 0 });
    const forged = { body: eventOf(), headers: { [HEADER]: `sha256=${'0'.repeat(64)}` } };
    expect(() => verify(forged, [SECRET], { classic: true })).toThrow(because('signature_mismatch'));
  });
});

describe('events', () => {
  test.each([
    ['payment.paid', true], ['refund.refunded', true], ['payout.completed', true],
    ['payment.authorized', false], ['payment.failed', false], ['payment-link.paid', false], ['refund.queued', false], ['payout.initiated', false],
    ['sales-invoice.paid', false], ['__proto__', false], ['constructor', false],
  ])('%s moved money: %p', (type, moved) => {
    expect(map(eventOf({ type }))).toMatchObject({ event_type: type, amount: '24.95', currency: 'EUR', money_moved: moved, needs_fetch: false });
  });

  test('an endpoint may count fewer', () => {
    expect(map(eventOf(), { moneyEvents: ['payout.completed'] }).money_moved).toBe(false);
  });

  test.each([['EUR', '24.95'], ['JPY', '1099'], ['ISK', '1099'], ['KWD', '1.099'], ['USD', '90071992547409.93']])('%s %s is exact', (currency, value) => {
    expect(map(eventOf({}, { amount: { value, currency } }))).toMatchObject({ amount: value, currency });
  });

  const unreadable = [['EUR', '24.955'], ['JPY', '10.99'], ['XXX', '1.00'], ['EUR', 'ten'], ['EUR', '1,00'], ['EUR', ''], ['EUR', '9'.repeat(400)]];
  test.each(unreadable)('money of %s %s is refused, unless none moved', (currency, value) => {
    expect(refusal(() => map(eventOf({}, { amount: { value, currency } })))).toBe('malformed_body');
    const failed = map(eventOf({ type: 'payment.failed' }, { amount: { value, currency } }));
    expect(failed).toMatchObject({ amount: null, currency: null, needs_fetch: false });
  });

  test.each([[{ _embedded: null }], [{ _embedded: undefined }], [{ _embedded: {} }]])('a simple payload %j has to be fetched', (overrides) => {
    expect(map(eventOf(overrides))).toMatchObject({ transaction_id: 'tr_1', customer_id: null, amount: null, money_moved: false, needs_fetch: true, metadata: {} });
  });

  test('so does money without an amount as text', () => {
    for (const amount of [null, {}, { value: 24.95, currency: 'EUR' }]) {
      expect(map(eventOf({}, { amount }))).toMatchObject({ amount: null, money_moved: false, needs_fetch: true });
    }
  });

  test('a refund names its payment, metadata need not be an object', () => {
    expect(map(eventOf({ type: 'refund.refunded', entityId: 're_1' }, { id: 're_1', paymentId: 'tr_1' }))).toMatchObject({
      transaction_id: 're_1', metadata: { order: 'A-1', paymentId: 'tr_1' },
    });
    expect(map(eventOf({}, { metadata: 'A-1' })).metadata).toEqual({ metadata: 'A-1' });
    expect(map(eventOf({}, { metadata: null })).metadata).toEqual({});
  });

  test('what is missing is made up from signed material', () => {
    expect(map('{}')).toMatchObject({ event_id: expect.stringMatching(/^unknown:[0-9a-f]{64}$/), event_type: 'unknown', occurred_at: '2025-10-09T08:53:20.000Z' });
    expect(map(eventOf({ createdAt: 'soon' })).occurred_at).toBe('2025-10-09T08:53:20.000Z');
  });

  test('any object is mapped, anything else refused', () => {
    const key = fc.constantFrom('type', 'id', 'entityId', '_embedded', 'createdAt', '__proto__', 'x');
    fc.assert(fc.property(fc.dictionary(key, fc.jsonValue()), (body) => {
      expect(map(JSON.stringify(body)).provider).toBe('mollie');
    }));
    for (const body of ['[]', 'null', '1', '', '{', eventOf() + '{}', '{"id":"a","id":"b"}', Buffer.from('{"id":"é"}', 'latin1')]) {
      expect(refusal(() => map(body))).toBe('malformed_body');
    }
    expect(map('{"__proto__":{"id":"event_1","type":"payment.paid"}}').event_type).toBe('unknown');
  });
});
