import { createHmac } from 'node:crypto';
import { hmac } from '../../../runtime/providers/hmac';
import type { HmacMapping, HmacOptions } from '../../../runtime/providers/hmac-options';
import { because, mapped, NOW, request, RequestParts } from './harness';
import { behavesLikeAProvider, unreadable } from './suite';
import vectors from './vectors/hmac.json';

const SECRET = 'made-up-secret';
const BODY = '{"id":"e-1","type":"payment.done","data":{"ref":"t-1","sum":"10.99","cur":"usd","who":7,"at":"2025-10-09T08:53:00Z","extra":{"k":1}}}';

const MAPPING: HmacMapping = {
  provider: 'acme',
  transactionId: 'data.ref',
  eventId: 'id',
  eventType: '/type',
  amount: 'data.sum',
  amountUnit: 'major',
  currency: '/data/cur',
  customerId: 'data.who',
  occurredAt: 'data.at',
  metadata: 'data.extra',
  moneyTypes: ['payment.done'],
};

const asOptions = (options: HmacOptions) => ({ ...options });

const plain = asOptions({ header: 'X-Signature' });
const signPlain = (body: string | Buffer, secret: string): RequestParts => ({
  headers: { 'x-signature': createHmac('sha256', secret).update(body).digest('hex') }, body,
});

const timed = asOptions({
  header: 'x-sig', prefix: 'v1=', separator: ',', algorithm: 'sha512', encoding: 'base64', signedText: '{header:X-Id}|{timestamp}|{url}|{body}',
  url: 'https://hooks.example.com/a/', timestampHeader: 'X-Time', timestampUnit: 'ms', toleranceSeconds: 60,
});
const signTimed = (body: string | Buffer, secret: string, at: number | string): RequestParts => {
  const time = typeof at === 'string' ? at : `${at}123`;
  const signature = createHmac('sha512', secret).update(`id-1|${time}|https://hooks.example.com/a/|`).update(body).digest('base64');
  return { headers: { 'x-sig': `v1=${signature}`, 'x-time': time, 'x-id': 'id-1' }, body };
};

describe('the plainest scheme', () => {
  behavesLikeAProvider({ adapter: hmac, options: plain, secret: SECRET, header: 'x-signature', body: BODY, sign: signPlain, vectors });
});

describe('the most elaborate scheme', () => {
  behavesLikeAProvider({
    adapter: hmac, options: timed, secret: SECRET, header: 'x-sig', body: BODY, sign: signTimed, toleranceSeconds: 60, vectors,
  });
});

const verify = (options: HmacOptions, parts: RequestParts, ...secrets: string[]) =>
  hmac.verify(request(parts), { secrets: secrets.length ? secrets : [SECRET], options: asOptions(options) });

describe('what is signed beside the body', () => {
  const good = signTimed(BODY, SECRET, NOW);
  const withHeader = (name: string, value: string | undefined) => {
    const { [name]: _, ...others } = good.headers!;
    return { ...good, headers: value === undefined ? others : { ...others, [name]: value } };
  };

  test.each([
    ['x-id', 'id-2', 'signature_mismatch'], ['x-time', `${NOW}124`, 'signature_mismatch'],
    ['x-id', undefined, 'missing_signature'], ['x-time', undefined, 'missing_signature'],
  ] as const)('%s being %p is refused', (name, value, reason) => {
    expect(() => verify(timed, withHeader(name, value))).toThrow(because(reason) as Error);
  });

  test('is refused twice', () => {
    const twice = { ...good, headers: { ...good.headers, 'x-time': [`${NOW}123`, `${NOW}123`] } };
    expect(() => verify(timed, twice)).toThrow(because('malformed_signature') as Error);
  });

  test('the address is the configured one', () => {
    expect(() => verify({ ...timed, url: 'https://hooks.example.com/a' }, good)).toThrow(because('signature_mismatch') as Error);
  });

  test.each(['', '12', 'soon', '0000000000000', `${NOW}.123`, `-${NOW}000`])('a well-signed time %j is refused', (time) => {
    expect(() => verify(timed, signTimed(BODY, SECRET, time))).toThrow(expect.objectContaining({ status: 401 }) as Error);
  });

  test('seconds are the default', () => {
    const { timestampUnit: _, ...inSeconds } = timed;
    expect(verify(inSeconds, signTimed(BODY, SECRET, String(NOW)))).toEqual({ secretIndex: 0 });
    expect(() => verify(inSeconds, signTimed(BODY, SECRET, `${NOW}000`))).toThrow(because('malformed_signature') as Error);
  });
});

describe('several signatures in one header', () => {
  const good = signTimed(BODY, SECRET, NOW);
  const signature = good.headers!['x-sig'] as string;
  const other = signTimed(BODY, 'the other', NOW).headers!['x-sig'] as string;
  const withSignatures = (...all: string[]) => ({ ...good, headers: { ...good.headers, 'x-sig': all.join(',') } });

  test('are all considered, whatever stands beside them', () => {
    for (const all of [[signature, other], [other, signature], [other, ` ${signature}`], ['v0=abc', signature], ['', signature]]) {
      expect(verify(timed, withSignatures(...all))).toEqual({ secretIndex: 0 });
    }
  });

  test('of which none is good, or none has the prefix, are refused', () => {
    expect(() => verify(timed, withSignatures(other, other))).toThrow(because('signature_mismatch') as Error);
    expect(() => verify(timed, withSignatures(signature.replace('v1', 'v2')))).toThrow(because('malformed_signature') as Error);
  });

  test('are not looked for unless configured', () => {
    const { separator: _, ...single } = timed;
    expect(() => verify(single, withSignatures(signature, other))).toThrow(because('malformed_signature') as Error);
  });
});

describe('the key', () => {
  const key = Buffer.from([0, 1, 2, 250, 251, 252]);
  const good = { headers: { 'x-signature': createHmac('sha256', key).update(BODY).digest('hex') }, body: BODY };

  test.each([
    ['hex', '000102fafbfc'], ['hex', '000102FAFBFC'], ['base64', key.toString('base64')],
  ] as const)('may be written in %s: %s', (keyDecoding, secret) => {
    expect(verify({ ...plain, keyDecoding }, good, secret)).toEqual({ secretIndex: 0 });
  });

  test.each([
    ['hex', 'xyz'], ['hex', '000'], ['hex', ''], ['base64', 'AAEC+vv'], ['base64', ''],
  ] as const)('in %s %j is the owner’s fault', (keyDecoding, secret) => {
    const attempt = () => hmac.verify(request(good), { secrets: [secret], options: { ...plain, keyDecoding } });
    expect(attempt).toThrow(/is not (hex|base64)/);
    expect(attempt).not.toThrow(unreadable);
    const rotated = hmac.verify(request(good), { secrets: [secret, key.toString(keyDecoding)], options: { ...plain, keyDecoding } });
    expect(rotated).toEqual({ secretIndex: 1 });
  });
});

describe('options that make no sense are the owner’s fault', () => {
  test.each<[string, Readonly<Record<string, unknown>>]>([
    ['no header', {}],
    ['an empty header', { header: '' }],
    ['a header that is no text', { header: 1 }],
    ['SHA-1', { algorithm: 'sha1' }],
    ['another encoding', { encoding: 'base32' }],
    ['another key', { keyDecoding: 'pem' }],
    ['a text without the body', { signedText: 'constant' }],
    ['an unknown placeholder', { signedText: '{body}{nonce}' }],
    ['a header placeholder without a name', { signedText: '{body}{header:}' }],
    ['a time nobody signs', { timestampHeader: 'x-time' }],
    ['a signed time without a header', { signedText: '{timestamp}.{body}' }],
    ['another unit of time', { signedText: '{timestamp}.{body}', timestampHeader: 'x-time', timestampUnit: 'm' }],
    ['no address for {url}', { signedText: '{url}{body}' }],
    ['an endless tolerance', { toleranceSeconds: Infinity }],
    ['no tolerance', { toleranceSeconds: 0 }],
    ['an empty separator', { separator: '' }],
    ['a mapping that is no object', { mapping: 'x' }],
    ['a path that is no text', { mapping: { customerId: 1 } }],
    ['an id in a header nobody signs', { mapping: { eventId: 'header:x-id' } }],
    ['a type in a header nobody signs', { mapping: { eventType: 'header:x-type' } }],
    ['an amount without unit', { mapping: { amount: 'a', currency: 'EUR' } }],
    ['an amount in another unit', { mapping: { amount: 'a', currency: 'EUR', amountUnit: 'cents' } }],
    ['an amount without currency', { mapping: { amount: 'a', amountUnit: 'minor' } }],
    ['money without amount', { mapping: { transactionId: 'a', moneyTypes: ['x'] } }],
    ['money without id', { mapping: { amount: 'a', amountUnit: 'minor', currency: 'EUR', moneyTypes: ['x'] } }],
    ['types that are no list', { mapping: { moneyTypes: 'x' } }],
    ['odd exponents', { mapping: { exponents: { EUR: 1.5 } } }],
    ['an odd unit of the event time', { mapping: { occurredAtUnit: 'h' } }],
  ])('%s', (name, options) => {
    const all = name === 'no header' ? options : { ...plain, ...options };
    for (const attempt of [
      () => hmac.verify(request(signPlain(BODY, SECRET)), { secrets: [SECRET], options: all }),
      () => hmac.map(request(signPlain(BODY, SECRET)), all),
    ]) {
      expect(attempt).toThrow(/^Options of a hmac endpoint: /);
      expect(attempt).not.toThrow(unreadable);
    }
  });

  test('an empty prefix does', () => {
    expect(verify({ ...plain, prefix: '' }, signPlain(BODY, SECRET))).toEqual({ secretIndex: 0 });
  });
});

describe('a mapping', () => {
  const map = (mapping: HmacMapping, body = BODY, options: HmacOptions = plain) =>
    mapped(hmac, { ...signTimed(body, SECRET, NOW) }, asOptions({ ...options, mapping }))[0].event;

  test('says where everything is', () => {
    expect(map(MAPPING)).toEqual({
      transaction_id: 't-1',
      event_id: 'e-1',
      event_type: 'payment.done',
      amount: '10.99',
      currency: 'USD',
      provider: 'acme',
      customer_id: '7',
      occurred_at: '2025-10-09T08:53:00.000Z',
      metadata: { k: 1 },
      money_moved: true,
      needs_fetch: false,
    });
  });

  test('without one an event is authentic and says nothing', () => {
    expect(map({})).toMatchObject({
      transaction_id: expect.stringMatching(/^sha256:/) as string, event_type: 'unknown', provider: 'hmac', amount: null, money_moved: false,
      metadata: {}, customer_id: null, occurred_at: '2025-10-09T08:53:20.000Z',
    });
  });

  test.each<[string, HmacMapping, string, string]>([
    ['"1099"', { amountUnit: 'minor' }, 'USD', '10.99'], ['1099', { amountUnit: 'minor', currency: 'JPY' }, 'JPY', '1099'],
    ['1099', { amountUnit: 'minor', currency: 'KWD' }, 'KWD', '1.099'],
    ['50000', { amountUnit: 'minor', currency: 'ISK', exponents: { ISK: 2 } }, 'ISK', '500.00'],
    ['0.10', {}, 'USD', '0.10'], ['90071992547409.93', {}, 'USD', '90071992547409.93'], ['500', { currency: 'ISK' }, 'ISK', '500'],
  ])('%s with %j is %s %s', (sum, mapping, currency, amount) => {
    expect(map({ ...MAPPING, ...mapping }, BODY.replace('"10.99"', sum))).toMatchObject({ amount, currency, money_moved: true });
  });

  test.each(['"10.999"', '1e400', 'null', '""', '[1]'])('money of %s is refused', (sum) => {
    expect(() => map(MAPPING, BODY.replace('"10.99"', sum))).toThrow(unreadable);
  });

  test('money without an id, or in no currency, is refused', () => {
    expect(() => map(MAPPING, BODY.replace('"t-1"', 'null'))).toThrow(unreadable);
    expect(() => map(MAPPING, BODY.replace('"usd"', '"points"'))).toThrow(unreadable);
  });

  test('other types move none, and may have money that cannot be read', () => {
    expect(map(MAPPING, BODY.replace('payment.done', 'payment.begun'))).toMatchObject({ money_moved: false, amount: '10.99' });
    const unread = map(MAPPING, BODY.replace('payment.done', 'toString').replace('"usd"', '"points"'));
    expect(unread).toMatchObject({ money_moved: false, amount: null, currency: null });
  });

  test('paths lead through lists and odd names, never to the prototype', () => {
    const body = '{"a/b":{"~":[{"id":"x-1"},"x-2"]},"EUR":"e","list":["l"]}';
    const at = (transactionId: string) => map({ transactionId }, body).transaction_id;
    expect([at('/a~1b/~0/0/id'), at('/a~1b/~0/1'), at('/EUR'), at('list.0')]).toEqual(['x-1', 'x-2', 'e', 'l']);
    for (const path of ['/a~1b/~0/00/id', 'list.length', 'constructor.name', '__proto__', 'list', '/', '.']) expect(at(path)).toMatch(/^sha256:/);
  });

  test('ids and types may come from signed headers', () => {
    for (const eventType of ['header:x-id', 'Header:X-Id', 'HEADER:X-ID']) {
      const event = map({ eventId: 'header:X-Id', eventType }, BODY, timed);
      expect(event).toMatchObject({ event_id: 'id-1', event_type: 'id-1', transaction_id: 'id-1' });
    }
  });

  test.each([
    ['s', '1759999980'], ['ms', '1759999980000'], ['iso', '"2025-10-09T08:53:00Z"'], [undefined, '"2025-10-09T10:53:00+02:00"'],
  ] as const)('times in %s', (occurredAtUnit, time) => {
    expect(map({ ...MAPPING, occurredAtUnit }, BODY.replace('"2025-10-09T08:53:00Z"', time)).occurred_at).toBe('2025-10-09T08:53:00.000Z');
  });

  test.each(['s', 'ms', 'iso'] as const)('a time that is not in %s gives way to the arrival', (occurredAtUnit) => {
    for (const time of ['"soon"', '-1', '1e300']) {
      expect(map({ ...MAPPING, occurredAtUnit }, BODY.replace('"2025-10-09T08:53:00Z"', time)).occurred_at).toBe('2025-10-09T08:53:20.000Z');
    }
  });
});
