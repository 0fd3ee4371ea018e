import { createHmac, generateKeyPairSync, KeyObject, sign as signWith } from 'node:crypto';
import fc from 'fast-check';
import { Webhook as StandardWebhook } from 'standardwebhooks';
import { Webhook as SvixWebhook } from 'svix';
import { standardWebhooks } from '../../../runtime/providers/standard-webhooks';
import { because, commonAbuse, flipBit, flipBitOf, mapped, NOW, request, RequestParts } from './harness';
import vectors from './vectors/standard-webhooks.json';

const BODY = '{"type":"payment.succeeded","timestamp":"2025-10-09T08:53:00Z","data":{"id":"pay_1","amount":"10.99","currency":"USD","customer_id":"c_1"}}';
const ID = 'msg_1';

const publicText = (key: KeyObject) => `whpk_${Buffer.from(key.export({ format: 'jwk' }).x!, 'base64url').toString('base64')}`;

const keys = generateKeyPairSync('ed25519');
const otherKeys = generateKeyPairSync('ed25519');
const PUBLIC = publicText(keys.publicKey);
const OTHER_PUBLIC = publicText(otherKeys.publicKey);
const SHARED = `whsec_${Buffer.from('made-up-for-tests-0123456789').toString('base64')}`;

const contentOf = (body: string | Buffer, at: number | string) => Buffer.concat([Buffer.from(`${ID}.${at}.`), Buffer.from(body as Buffer)]);
const asymmetric = (body: string | Buffer = BODY, at: number | string = NOW, { privateKey } = keys) =>
  `v1a,${signWith(null, contentOf(body, at), privateKey).toString('base64')}`;
const symmetric = (body = BODY, at = NOW) => new StandardWebhook(SHARED).sign(ID, new Date(at * 1000), body);

const parts = (signature: string, body: string | Buffer = BODY, at: number | string = NOW): RequestParts =>
  ({ headers: { 'webhook-id': ID, 'webhook-timestamp': String(at), 'webhook-signature': signature }, body });
const verify = (given: RequestParts, ...secrets: string[]) =>
  standardWebhooks.verify(request(given), { secrets: secrets.length > 0 ? secrets : [PUBLIC], options: {} });

describe('frozen vectors', () => {
  const partsOf = ({ headers, body, now }: (typeof vectors)[number]): RequestParts => ({ headers, body, now });

  test.each(vectors.filter(({ expected }) => expected === 'valid'))('$id is accepted and mapped: $reason', (vector) => {
    expect(verify(partsOf(vector), vector.secret)).toEqual({ secretIndex: 0 });
    expect(mapped(standardWebhooks, partsOf(vector))).toEqual([{ event: { ...vector.canonical, money_moved: true, needs_fetch: false } }]);
  });

  test.each(vectors.filter(({ expected }) => expected === 'invalid'))('$id is refused: $reason', (vector) => {
    expect(() => verify(partsOf(vector), vector.secret)).toThrow(expect.objectContaining({ name: 'Rejection', status: 401 }));
  });
});

describe('a public key', () => {
  test('accepts what its private key signed', () => {
    expect(verify(parts(asymmetric()))).toEqual({ secretIndex: 0 });
  });

  test.each([['the svix- headers', 'svix-'], ['the webhook- headers', 'webhook-']])('under %s', (_, prefix) => {
    const headers = Object.fromEntries(Object.entries(parts(asymmetric()).headers!).map(([name, value]) => [name.replace('webhook-', prefix), value]));
    expect(verify({ headers, body: BODY })).toEqual({ secretIndex: 0 });
  });

  test('any of several keys may be the one, and which it was is told', () => {
    expect(verify(parts(asymmetric()), OTHER_PUBLIC, PUBLIC)).toEqual({ secretIndex: 1 });
    expect(verify(parts(`${asymmetric(BODY, NOW, otherKeys)} ${asymmetric()}`))).toEqual({ secretIndex: 0 });
  });

  test.each([[NOW - 300], [NOW + 300]])('signed at %i is still in time', (at) => {
    expect(verify(parts(asymmetric(BODY, at), BODY, at))).toEqual({ secretIndex: 0 });
  });

  test.each([[NOW - 301, 'timestamp_too_old'], [NOW + 301, 'timestamp_in_future']] as const)('signed at %i is not: %s', (at, reason) => {
    expect(() => verify(parts(asymmetric(BODY, at), BODY, at))).toThrow(because(reason));
  });

  test('a body that is no text is verified as the bytes it is', () => {
    const bytes = Buffer.from([0xff, 0x00, 0xfe]);
    expect(verify(parts(asymmetric(bytes), bytes))).toEqual({ secretIndex: 0 });
    expect(() => standardWebhooks.map(request(parts('', bytes)), {})).toThrow(expect.objectContaining({ name: 'MalformedJson' }));
  });

  test.each(commonAbuse(parts(asymmetric()), 'webhook-signature'))('refuses a webhook %s', (_, abused, reason) => {
    expect(() => verify(abused)).toThrow(because(reason));
  });

  test('refuses another key’s signature, another id and another time', () => {
    expect(() => verify(parts(asymmetric()), OTHER_PUBLIC)).toThrow(because('signature_mismatch'));
    expect(() => verify({ ...parts(asymmetric()), headers: { ...parts(asymmetric()).headers, 'webhook-id': 'msg_2' } })).toThrow(because('signature_mismatch'));
    expect(() => verify(parts(asymmetric(), BODY, NOW + 1))).toThrow(because('signature_mismatch'));
  });

  test('refuses any single bit changed', () => {
    const signature = asymmetric();
    fc.assert(fc.property(fc.nat(BODY.length * 8 - 1), (bit) => {
      expect(() => verify(parts(signature, flipBit(Buffer.from(BODY), bit)))).toThrow(because('signature_mismatch'));
    }));
    fc.assert(fc.property(fc.nat(signature.length * 8 - 1), (bit) => {
      expect(() => verify(parts(flipBitOf(signature, bit)))).toThrow(expect.objectContaining({ status: 401 }));
    }));
  });

  test('is no HMAC key: what anybody can compute from it is refused under either name', () => {
    const raw = Buffer.from(PUBLIC.slice(5), 'base64');
    for (const key of [raw, Buffer.from(PUBLIC)]) {
      const forged = createHmac('sha256', key).update(contentOf(BODY, NOW)).digest();
      for (const bytes of [forged, Buffer.concat([forged, forged])]) {
        for (const version of ['v1', 'v1a']) expect(() => verify(parts(`${version},${bytes.toString('base64')}`))).toThrow(expect.objectContaining({ status: 401 }));
      }
    }
  });
});

describe('each kind of secret verifies its own version only', () => {
  test('an HMAC called v1a and a signature called v1 are refused', () => {
    expect(() => verify(parts(symmetric().replace('v1,', 'v1a,')), SHARED)).toThrow(because('malformed_signature'));
    expect(() => verify(parts(asymmetric().replace('v1a,', 'v1,')), PUBLIC)).toThrow(because('signature_mismatch'));
    expect(() => verify(parts(symmetric().replace('v1,', 'v1a,')), SHARED, PUBLIC)).toThrow(because('malformed_signature'));
  });

  test('a good signature for the other kind does not help', () => {
    expect(() => verify(parts(symmetric()), PUBLIC)).toThrow(because('signature_mismatch'));
    expect(() => verify(parts(asymmetric()), SHARED)).toThrow(because('signature_mismatch'));
  });

  test('while a sender moves from one to the other both are live', () => {
    const both = `${symmetric()} ${asymmetric()}`;
    expect(verify(parts(symmetric()), PUBLIC, SHARED)).toEqual({ secretIndex: 1 });
    expect(verify(parts(asymmetric()), PUBLIC, SHARED)).toEqual({ secretIndex: 0 });
    expect(verify(parts(both), SHARED)).toEqual({ secretIndex: 0 });
    expect(verify(parts(both), PUBLIC)).toEqual({ secretIndex: 0 });
  });

  test.each(['whpk_', 'whpk_c2hvcnQ=', `whpk_${Buffer.alloc(33).toString('base64')}`, `whpk_${Buffer.alloc(32).toString('base64url')}`, `whsk_${Buffer.alloc(32).toString('base64')}`])(
    'the secret %j is the receiver’s fault', (secret) => {
      expect(() => verify(parts(asymmetric()), secret)).toThrow(expect.not.objectContaining({ name: 'Rejection' }));
    });
});

describe('both official libraries agree on v1', () => {
  const accepts = (check: () => unknown) => {
    try {
      check();
      return true;
    } catch {
      return false;
    }
  };

  const judge = (body: string, { signed = body, offset = 0 } = {}) => {
    // They judge by the real clock.
    const now = Math.floor(Date.now() / 1000);
    const at = now + offset;
    const signature = new SvixWebhook(SHARED).sign(ID, new Date(at * 1000), signed);
    expect(new StandardWebhook(SHARED).sign(ID, new Date(at * 1000), signed)).toBe(signature);
    const headers = { 'webhook-id': ID, 'webhook-timestamp': String(at), 'webhook-signature': signature };
    return [
      accepts(() => new SvixWebhook(SHARED).verify(body, headers)),
      accepts(() => new StandardWebhook(SHARED).verify(body, headers)),
      accepts(() => standardWebhooks.verify(request({ headers, body, now }), { secrets: [SHARED], options: {} })),
    ];
  };

  test('about what they sign and what was changed', () => {
    fc.assert(fc.property(fc.json(), fc.integer({ min: -290, max: 290 }), (body, offset) => {
      expect(judge(body, { offset })).toEqual([true, true, true]);
      expect(judge(`${body} `, { signed: body, offset })).toEqual([false, false, false]);
    }));
  });

  test.each([-310, 310])('about a signature %i s from now', (offset) => {
    expect(judge(BODY, { offset })).toEqual([false, false, false]);
  });
});
