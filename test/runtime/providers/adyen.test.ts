import { createHmac } from 'node:crypto';
import HmacValidator from '@adyen/api-library/lib/src/utils/hmacValidator';
import fc from 'fast-check';
import type { MappedEvent } from '../../../runtime/providers/adapter';
import { adyen, adyenPlatform } from '../../../runtime/providers/adyen';
import { because, commonAbuse, flipBit, flipBitOf, mapped, NOW, refusal, request, RequestParts } from './harness';
import vectors from './vectors/adyen.json';

const KEY = 'AB'.repeat(32);
const OTHER_KEY = 'cd'.repeat(32);
const sdk = new HmacValidator();

type Fields = Readonly<Record<string, unknown>>;

function unsignedItem(overrides: Fields = {}): Fields {
  return {
    additionalData: { shopperReference: 'shopper-1' },
    amount: { currency: 'EUR', value: 1099 },
    eventCode: 'AUTHORISATION',
    eventDate: '2025-10-09T10:53:00+02:00',
    merchantAccountCode: 'MadeUpECOM',
    merchantReference: 'order-1',
    pspReference: 'MADEUP0000000001',
    success: 'true',
    ...overrides,
  };
}

/** An item as the official SDK signs it. */
function item(overrides: Fields = {}, key = KEY): Fields {
  const plain = unsignedItem(overrides);
  const hmacSignature = sdk.calculateHmac(plain as never, key);
  return { ...plain, additionalData: { ...(plain.additionalData as object), hmacSignature } };
}

const batch = (...items: readonly Fields[]): string =>
  JSON.stringify({ live: 'false', notificationItems: items.map((NotificationRequestItem) => ({ NotificationRequestItem })) });

/** An item whose signed text is given, for what the SDK would not write. */
function handSigned(signedText: string, json: string): string {
  const signature = createHmac('sha256', Buffer.from(KEY, 'hex')).update(signedText).digest('base64');
  return `{"notificationItems":[{"NotificationRequestItem":${json.replace('SIGNATURE', signature)}}]}`;
}

const verify = (body: string | Buffer, secrets: readonly string[] = [KEY]) => adyen.verify(request({ body }), { secrets, options: {} });
const map = (body: string | Buffer, options: Fields = {}) => mapped(adyen, { body }, options);
const mapItem = (overrides: Fields = {}, options: Fields = {}) => map(batch(item(overrides)), options)[0].event;
/** What decides which row an event becomes. */
const identity = (events: readonly MappedEvent[]) =>
  events.map(({ event, content }) => [event.event_id, event.transaction_id, event.amount, event.currency, content]);

describe.each(vectors)('$id: $reason', (vector) => {
  const parts: RequestParts = { headers: vector.headers as unknown as Record<string, string>, body: vector.body, now: vector.now };
  const credentials = { secrets: [vector.secret], options: {} };

  test(vector.expected, () => {
    for (const adapter of vector.provider === 'adyen' ? [adyen] : [adyen, adyenPlatform]) {
      if (vector.expected === 'valid') expect(adapter.verify(request(parts), credentials)).toEqual({ secretIndex: 0 });
      else expect(() => adapter.verify(request(parts), credentials)).toThrow(because('signature_mismatch'));
    }
    const events = vector.canonical?.map((event) => ({ ...event, money_moved: true, needs_fetch: false }));
    if (events) expect(mapped(adyen, parts).map(({ event }) => event)).toEqual(events);
  });
});

test('both forms are acknowledged in the words Adyen expects', () => {
  for (const { acknowledgement } of [adyen, adyenPlatform]) expect(acknowledgement).toMatchObject({ status: 200, body: '[accepted]' });
});

describe('payment items', () => {
  const body = batch(item());

  test('what the official SDK signed is accepted, with any of the live keys in either case', () => {
    expect(verify(body)).toEqual({ secretIndex: 0 });
    expect(verify(body, [KEY.toLowerCase()])).toEqual({ secretIndex: 0 });
    expect(verify(body, [OTHER_KEY, KEY])).toEqual({ secretIndex: 1 });
    expect(verify(body, [KEY, 'no key'])).toEqual({ secretIndex: 0 });
    expect(verify(batch(item(), item({ pspReference: 'MADEUP0000000002' }, OTHER_KEY)), [KEY, OTHER_KEY])).toEqual({ secretIndex: 1 });
  });

  test.each([
    ['another key', batch(item({}, OTHER_KEY)), 'signature_mismatch'],
    ['one good and one forged item', batch(item(), item({ pspReference: 'MADEUP0000000002' }, OTHER_KEY)), 'signature_mismatch'],
    ['one good and one unsigned item', batch(item(), unsignedItem()), 'missing_signature'],
    ['no items', batch(), 'missing_signature'],
    ['items that are no list', '{"notificationItems":{}}', 'missing_signature'],
    ['an empty object', '{}', 'missing_signature'],
    ['an element that is no object', '{"notificationItems":[null]}', 'missing_signature'],
    ['an inherited list', '{"__proto__":{"notificationItems":[]}}', 'missing_signature'],
    ['a list', '[]', 'malformed_body'],
    ['a truncated body', body.slice(0, -1), 'malformed_body'],
    ['something after it', `${body}{}`, 'malformed_body'],
    ['nothing', '', 'malformed_body'],
    ['bytes that are no UTF-8', Buffer.from(batch(item({ merchantReference: 'é' })), 'latin1'), 'malformed_body'],
    ['a signature that is no base64', body.replace(/"hmacSignature":"[^"]*"/, '"hmacSignature":"garbage"'), 'malformed_signature'],
    ['a truncated signature', body.replace('="', '"'), 'malformed_signature'],
    ['a numeric signature', body.replace(/"hmacSignature":"[^"]*"/, '"hmacSignature":1'), 'missing_signature'],
    ['two signatures', body.replace('"hmacSignature"', '"hmacSignature":"x","hmacSignature"'), 'malformed_body'],
    ['another amount', body.replace('1099', '9901'), 'signature_mismatch'],
    ['two amounts', body.replace('"value":1099', '"value":1099,"value":1'), 'malformed_body'],
    ['the same amount spelt differently', body.replace('1099', '1099.0'), 'signature_mismatch'],
    ['a huge amount', body.replace('1099', '9'.repeat(400)), 'signature_mismatch'],
    ['an amount that is an object', body.replace('1099', '{}'), 'malformed_signature'],
    ['a doctored success', body.replace('"success":"true"', '"success":"false"'), 'signature_mismatch'],
    ['no success', body.replace('"success":"true"', '"x":1'), 'malformed_signature'],
    ['an escaped reference', batch({ ...item(), merchantReference: 'order\\-1' }), 'signature_mismatch'],
  ])('%s is refused', (_, doctored, reason) => {
    expect(refusal(() => verify(doctored))).toBe(reason);
  });

  test('nothing is live, nothing is accepted', () => {
    expect(() => verify(body, [])).toThrow(because('signature_mismatch'));
  });

  test.each(['', 'not hex', 'ab'.repeat(31), 'ab'.repeat(33), `${KEY}\n`])('the configured key %j is our fault, not the sender’s', (key) => {
    expect(refusal(() => verify(body, [key]))).toMatch(/^not a rejection/);
  });

  test('colons may only stand where they cannot move a border', () => {
    const reference = item({ merchantReference: 'a:b::\\:c' });
    expect(sdk.validateHMAC(reference as never, KEY)).toBe(true);
    expect(verify(batch(reference))).toEqual({ secretIndex: 0 });
    const shifted = { ...reference, merchantAccountCode: 'MadeUpECOM:a', merchantReference: 'b::\\:c' };
    expect(sdk.validateHMAC(shifted as never, KEY)).toBe(true);
    expect(() => verify(batch(shifted))).toThrow(because('malformed_signature'));
  });

  test('written again by a JSON library it is the same event, since only fields are signed', () => {
    const again = JSON.stringify(JSON.parse(body), null, 2);
    expect(verify(again)).toEqual({ secretIndex: 0 });
    expect(identity(map(again))).toEqual(identity(map(body)));
  });

  test('what is not signed changes neither the row nor its content', () => {
    const replayed = body.replace('10:53', '11:53').replace('shopper-1', 'shopper-2');
    expect(verify(replayed)).toEqual({ secretIndex: 0 });
    expect(identity(map(replayed))).toEqual(identity(map(body)));
  });

  test('any single bit changed anywhere is refused or changes nothing that counts', () => {
    const bytes = Buffer.from(body);
    fc.assert(fc.property(fc.nat({ max: bytes.length * 8 - 1 }), (bit) => {
      const flipped = flipBit(bytes, bit);
      if (refusal(() => verify(flipped)) === undefined) expect(identity(map(flipped))).toEqual(identity(map(body)));
    }), { numRuns: 1500 });
  });

  test('any single bit of the signature changed is refused', () => {
    const good = (item().additionalData as { hmacSignature: string }).hmacSignature;
    for (let bit = 0; bit < good.length * 8; bit += 1) {
      const doctored = { ...item(), additionalData: { hmacSignature: flipBitOf(good, bit) } };
      expect(refusal(() => verify(batch(doctored)))).toMatch(/^(malformed_signature|signature_mismatch|missing_signature)$/);
    }
  });

  test('this and the official SDK agree on any fields', () => {
    const field = fc.string({ unit: 'grapheme' }).filter((text) => !text.includes(':'));
    fc.assert(fc.property(field, fc.string({ unit: 'grapheme' }), fc.maxSafeInteger(), field, (pspReference, merchantReference, value, currency) => {
      expect(verify(batch(item({ pspReference, merchantReference, amount: { value, currency } })))).toEqual({ secretIndex: 0 });
    }));
  });
});

describe('amounts of payments', () => {
  test.each([
    ['EUR', '1099', '10.99'], ['USD', '1', '0.01'], ['JPY', '1099', '1099'], ['BHD', '1099', '1.099'], ['HUF', '100', '1.00'],
    ['CLP', '500000', '5000.00'], ['ISK', '50000', '500.00'], ['IDR', '15000', '15000'], ['CVE', '700', '700'],
    ['EUR', '9007199254740993', '90071992547409.93'],
  ])('%s %s is %s', (currency, value, amount) => {
    const signed = `P1::M:r:${value}:${currency}:REFUND:true`;
    const json = `{"additionalData":{"hmacSignature":"SIGNATURE"},"pspReference":"P1","merchantAccountCode":"M","merchantReference":"r",
      "amount":{"value":${value},"currency":"${currency}"},"eventCode":"REFUND","success":"true"}`;
    const body = handSigned(signed, json);
    expect(verify(body)).toEqual({ secretIndex: 0 });
    expect(map(body)[0].event).toMatchObject({ amount, currency, money_moved: true, occurred_at: new Date(NOW * 1000).toISOString() });
  });

  test.each([['XXX', 100], ['eur', 100], ['', 100], ['EUR', 1.5]])('money in %s of %s cannot be read and is refused', (currency, value) => {
    expect(refusal(() => mapItem({ amount: { currency, value } }))).toBe('malformed_body');
  });

  test('unless no money moved', () => {
    expect(mapItem({ amount: { currency: 'XXX', value: 100 }, success: 'false' })).toMatchObject({ amount: null, currency: null, money_moved: false });
    expect(mapItem({ amount: {}, eventCode: 'REPORT_AVAILABLE' })).toMatchObject({ amount: null, currency: null, money_moved: false });
  });
});

describe('payment events', () => {
  test.each(['AUTHORISATION', 'CAPTURE', 'REFUND', 'CHARGEBACK'])('%s moved money if it succeeded', (eventCode) => {
    expect(mapItem({ eventCode })).toMatchObject({ money_moved: true, amount: '10.99' });
    expect(mapItem({ eventCode, success: 'false' })).toMatchObject({ money_moved: false, amount: '10.99' });
  });

  test.each(['CANCELLATION', 'REFUND_FAILED', 'CAPTURE_FAILED', 'CHARGEBACK_REVERSED', 'REPORT_AVAILABLE', '__proto__', 'toString', 'x'])('%s did not', (eventCode) => {
    expect(mapItem({ eventCode })).toMatchObject({ event_type: eventCode, money_moved: false });
  });

  test('an authorisation of zero checks a card and moves nothing', () => {
    expect(mapItem({ amount: { currency: 'EUR', value: 0 } })).toMatchObject({ amount: '0.00', money_moved: false });
  });

  test('who captures by hand counts captures and not authorisations', () => {
    const options = { moneyEvents: ['CAPTURE', 'REFUND'] };
    expect(mapItem({}, options).money_moved).toBe(false);
    expect(mapItem({ eventCode: 'CAPTURE' }, options).money_moved).toBe(true);
    for (const moneyEvents of ['CAPTURE', ['CANCELLATION'], [1], null]) expect(() => mapItem({}, { moneyEvents })).toThrow(/moneyEvents/);
  });

  test('a modification names its payment', () => {
    const event = mapItem({ eventCode: 'REFUND', pspReference: 'MADEUP0000000009', originalReference: 'MADEUP0000000001' });
    expect(event).toMatchObject({
      transaction_id: 'MADEUP0000000009', event_id: 'MADEUP0000000009:REFUND:true',
      metadata: { merchantReference: 'order-1', originalReference: 'MADEUP0000000001' },
    });
  });

  test.each([
    [{ shopperReference: 's1' }, 's1'], [{ 'recurring.shopperReference': 's2' }, 's2'], [{ 'tokenization.shopperReference': 's3' }, 's3'],
    [{ shopperReference: 7 }, null], [{}, null],
  ])('the customer of %j is %p', (additionalData, customer) => {
    expect(mapItem({ additionalData })).toMatchObject({ customer_id: customer });
  });

  test('an unreadable time, which nobody signed, is replaced by the arrival', () => {
    for (const eventDate of ['yesterday', 7, null]) expect(mapItem({ eventDate }).occurred_at).toBe('2025-10-09T08:53:20.000Z');
  });

  test('an item without a reference or code still has ids', () => {
    expect(mapItem({ pspReference: undefined, eventCode: undefined })).toMatchObject({ transaction_id: '::true', event_id: '::true', event_type: 'unknown' });
  });

  test('each item of a batch keeps its own JSON', () => {
    const items = [item(), item({ pspReference: 'MADEUP0000000002', amount: { currency: 'USD', value: 5 } })];
    const events = map(batch(...items));
    const payloads = events.map(({ payload }) => JSON.parse(payload!) as unknown);
    expect(payloads).toEqual(items.map((NotificationRequestItem) => ({ NotificationRequestItem })));
    expect(new Set(events.map(({ content }) => content)).size).toBe(2);
  });
});

describe('platform events', () => {
  const transfer = (overrides: Fields = {}, data: Fields = {}): string => JSON.stringify({
    data: {
      id: 'TR1', amount: { currency: 'EUR', value: 12345 }, accountHolder: { id: 'AH1' }, status: 'booked', sequenceNumber: 3, reference: 'ref-1', ...data,
    },
    environment: 'test',
    timestamp: '2025-10-09T10:53:00+02:00',
    type: 'balancePlatform.transfer.updated',
    ...overrides,
  });
  const signed = (body: string, key = KEY): RequestParts => ({ headers: { hmacsignature: sdk.calculateHmac(body, key), protocol: 'HmacSHA256' }, body });
  const good = signed(transfer());
  const event = (overrides: Fields = {}, data: Fields = {}) => mapped(adyenPlatform, signed(transfer(overrides, data)))[0].event;

  describe.each([adyen, adyenPlatform])('in the adapter $kind', (adapter) => {
    const check = (parts: RequestParts, secrets: readonly string[] = [KEY]) => adapter.verify(request(parts), { secrets, options: {} });

    test('what the official SDK signed is accepted, with any of the live keys', () => {
      expect(check(good)).toEqual({ secretIndex: 0 });
      expect(check(good, [OTHER_KEY, KEY])).toEqual({ secretIndex: 1 });
      expect(() => check(good, [OTHER_KEY])).toThrow(because('signature_mismatch'));
    });

    test.each(commonAbuse(good, 'hmacsignature'))('a webhook %s is refused', (_, parts, reason) => {
      expect(() => check(parts)).toThrow(because(reason));
    });

    test('any single bit changed is refused', () => {
      const body = Buffer.from(good.body as string);
      const header = String(good.headers!.hmacsignature);
      fc.assert(fc.property(fc.nat({ max: body.length * 8 - 1 }), (bit) => {
        expect(() => check({ ...good, body: flipBit(body, bit) })).toThrow(because('signature_mismatch'));
      }));
      for (let bit = 0; bit < header.length * 8; bit += 1) {
        const hmacsignature = flipBitOf(header, bit);
        expect(() => check({ ...good, headers: { hmacsignature } })).toThrow(expect.objectContaining({ status: 401 }));
      }
    });
  });

  test('the header decides which form is read, not the body', () => {
    const items = batch(item());
    expect(refusal(() => adyen.verify(request({ body: items, headers: { hmacsignature: 'x' } }), { secrets: [KEY], options: {} }))).toBe('malformed_signature');
    expect(refusal(() => adyenPlatform.verify(request({ body: items }), { secrets: [KEY], options: {} }))).toBe('missing_signature');
    expect(mapped(adyen, good)).toEqual(mapped(adyenPlatform, good));
  });

  test('a booked transfer moved money', () => {
    expect(event()).toEqual({
      transaction_id: 'TR1', event_id: 'TR1:balancePlatform.transfer.updated:3', event_type: 'balancePlatform.transfer.updated',
      amount: '123.45', currency: 'EUR',
      provider: 'adyen-platform', customer_id: 'AH1', occurred_at: '2025-10-09T08:53:00.000Z', metadata: { reference: 'ref-1', status: 'booked' },
      money_moved: true, needs_fetch: false,
    });
  });

  test.each([
    ['balancePlatform.transfer.updated', 'authorised', false], ['balancePlatform.transfer.created', 'booked', false],
    ['balancePlatform.transaction.created', 'booked', true], ['balancePlatform.transaction.created', 'pending', false],
    ['balancePlatform.transaction.created', undefined, true], ['balancePlatform.transfer.updated', undefined, false],
    ['balancePlatform.accountHolder.updated', 'booked', false],
  ])('%s that is %p: %p', (type, status, moved) => {
    expect(event({ type }, { status }).money_moved).toBe(moved);
  });

  test('a booked transfer that is tracked on its way does not count again, unless the sum differs', () => {
    const keyed = (data: Fields) => mapped(adyenPlatform, signed(transfer({}, data)))[0];
    const [booked, tracked, other] = [
      keyed({}), keyed({ sequenceNumber: 4, tracking: { type: 'confirmation', status: 'credited' } }), keyed({ sequenceNumber: 5, amount: { currency: 'EUR', value: 1 } }),
    ];
    expect([tracked.key, tracked.content]).toEqual([booked.key, booked.content]);
    expect(tracked.event.event_id).not.toBe(booked.event.event_id);
    expect(other.key).toBe(booked.key);
    expect(other.content).not.toBe(booked.content);
    expect(keyed({ status: 'returned' })).not.toHaveProperty('key');
  });

  test('ids come from signed fields, and from the body where those do not tell events apart', () => {
    expect(event({ type: 'a.created' }, { sequenceNumber: undefined }).event_id).toBe('TR1:a.created');
    expect(event({ type: 'a.updated' }, { sequenceNumber: undefined }).event_id).toMatch(/^TR1:a\.updated:[0-9a-f]{64}$/);
    expect(event({ data: undefined, type: 'merchant.created', timestamp: undefined, createdAt: '01-01-2022' })).toMatchObject({
      transaction_id: expect.stringMatching(/^merchant\.created:[0-9a-f]{64}$/), occurred_at: '2025-10-09T08:53:20.000Z', amount: null,
    });
    expect(event({ timestamp: undefined, createdAt: '2025-10-09T10:52:00+02:00' }).occurred_at).toBe('2025-10-09T08:52:00.000Z');
  });

  test('any object is mapped', () => {
    fc.assert(fc.property(fc.dictionary(fc.constantFrom('type', 'data', 'timestamp', '__proto__', 'x'), fc.jsonValue()), (body) => {
      expect(mapped(adyenPlatform, { body: JSON.stringify(body) })).toHaveLength(1);
    }));
    for (const body of ['[]', 'null', '1']) expect(refusal(() => mapped(adyenPlatform, { body }))).toBe('malformed_body');
  });

  test('money without an amount is refused, amounts are exact', () => {
    expect(refusal(() => event({}, { amount: undefined }))).toBe('malformed_body');
    expect(refusal(() => event({}, { amount: { value: '1', currency: 'EUR' } }))).toBe('malformed_body');
    expect(event({}, { amount: { value: 5000, currency: 'IDR' } }).amount).toBe('5000');
    expect(event({}, { amount: { value: -5000, currency: 'KWD' } }).amount).toBe('-5.000');
  });
});
