import { standardWebhooks } from '../../../runtime/providers/standard-webhooks';
import { bitFlips, byteFlips, credentials, flatTransaction, NOW, requestWith, signedStandard, STANDARD_SECRET, standardHeaders } from '../../helpers/signed-webhooks';

const BODY = flatTransaction();
const HEADERS = standardHeaders(BODY);
const SIGNATURE = HEADERS['webhook-signature'];
const OTHER_SECRET = `whsec_${Buffer.from('another-made-up-secret-0123').toString('base64')}`;

type Headers = Record<string, string | readonly string[]>;
const verify = (headers: Headers = {}, body: string | Buffer = BODY, secrets: readonly string[] = [STANDARD_SECRET]) =>
  standardWebhooks.verify(requestWith({ ...HEADERS, ...headers }, body), credentials(...secrets));
const signed = (signature: string) => verify({ 'webhook-signature': signature });

const reason = (value: string) => expect.objectContaining({ reason: value });

describe('what the official library signed is accepted', () => {
  test.each([['now', NOW], ['300 s ago', NOW - 300], ['300 s ahead', NOW + 300]])('%s', (_, at) => {
    expect(standardWebhooks.verify(signedStandard(BODY, { at }), credentials(STANDARD_SECRET))).toEqual({ secretIndex: 0 });
  });

  test('the example of the specification', () => {
    const request = requestWith({
      'webhook-id': 'msg_p5jXN8AQM9LWM0D4loKWxJek',
      'webhook-timestamp': '1614265330',
      'webhook-signature': 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
    }, '{"test": 2432232314}', 1_614_265_330);
    expect(standardWebhooks.verify(request, credentials('whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'))).toEqual({ secretIndex: 0 });
  });

  test('with a secret stored without its prefix', () => {
    expect(verify({}, BODY, [STANDARD_SECRET.replace('whsec_', '')])).toEqual({ secretIndex: 0 });
  });

  test('under the older header names', () => {
    const headers = Object.fromEntries(Object.entries(HEADERS).map(([name, value]) => [name.replace('webhook-', 'svix-'), value]));
    expect(standardWebhooks.verify(requestWith(headers, BODY), credentials(STANDARD_SECRET))).toEqual({ secretIndex: 0 });
  });

  test('beside signatures of other versions', () => {
    expect(signed(`v2,AAAA v1a,AAAA v1,!!! ${SIGNATURE}`)).toEqual({ secretIndex: 0 });
  });
});

describe('while a secret is rotated', () => {
  const other = standardHeaders(BODY, { secret: OTHER_SECRET })['webhook-signature'];

  test('any of several signatures may be the good one', () => {
    expect(signed(`${other} ${SIGNATURE}`)).toEqual({ secretIndex: 0 });
    expect(signed(`${SIGNATURE} ${other}`)).toEqual({ secretIndex: 0 });
  });

  test('any of several secrets may be the one it was made with, and which it was is told', () => {
    expect(verify({}, BODY, [OTHER_SECRET, STANDARD_SECRET])).toEqual({ secretIndex: 1 });
  });
});

describe('everything else is refused', () => {
  test.each([
    ['301 s old', NOW - 301, 'timestamp_too_old'],
    ['301 s ahead', NOW + 301, 'timestamp_in_future'],
  ])('signed %s', (_, at, why) => {
    expect(() => standardWebhooks.verify(signedStandard(BODY, { at }), credentials(STANDARD_SECRET))).toThrow(reason(why));
  });

  test.each([
    ['another secret', () => verify({}, BODY, [OTHER_SECRET])],
    ['another id', () => verify({ 'webhook-id': 'msg_2' })],
    ['another time', () => verify({ 'webhook-timestamp': String(NOW + 1) })],
    ['another amount', () => verify({}, BODY.replace('99.90', '99.99'))],
    ['the body written again', () => verify({}, JSON.stringify(JSON.parse(BODY), null, 1))],
    ['the body cut short', () => verify({}, BODY.slice(0, -1))],
  ])('%s', (_, attempt) => {
    expect(attempt).toThrow(reason('signature_mismatch'));
  });

  test.each(['webhook-id', 'webhook-timestamp', 'webhook-signature'])('without %s, or with it empty or twice', (name) => {
    expect(() => verify({ [name]: '' })).toThrow(reason('missing_signature'));
    expect(() => verify({ [name]: [HEADERS[name], HEADERS[name]] })).toThrow(reason('malformed_signature'));
    const { [name]: _, ...rest } = HEADERS;
    expect(() => standardWebhooks.verify(requestWith(rest, BODY), credentials(STANDARD_SECRET))).toThrow(reason('missing_signature'));
  });

  test.each([
    ['an HMAC presented as an asymmetric signature', SIGNATURE.replace('v1,', 'v1a,')],
    ['another version', SIGNATURE.replace('v1,', 'v2,')],
    ['no version', SIGNATURE.replace('v1,', '')],
    ['a truncated signature', SIGNATURE.slice(0, -3)],
    ['no padding', SIGNATURE.slice(0, -1)],
    ['a second spelling of the same bytes', SIGNATURE.replace(/.=$/, (end) => `${String.fromCharCode(end.charCodeAt(0) + 1)}=`)],
    ['the URL alphabet', `v1,${Buffer.from('fbff'.repeat(16), 'hex').toString('base64url')}`],
    ['hex', `v1,${Buffer.from(SIGNATURE.slice(3), 'base64').toString('hex')}#`],
    ['nothing after the version', 'v1,'],
    ['text', 'garbage'],
    ['commas between', `v1,AAAA,${SIGNATURE}`],
  ])('%s', (_, signature) => {
    expect(() => signed(signature)).toThrow(reason('malformed_signature'));
  });

  test.each(['1760000000.0', '01760000000', '1.76e9', '-1', 'NaN', '1760000000 ', '0x68e77400'])('a time written as %j', (time) => {
    expect(() => verify({ 'webhook-timestamp': time })).toThrow(expect.objectContaining({ status: 401 }));
  });

  test('any single bit of the body changed', () => {
    for (const flipped of byteFlips(Buffer.from(BODY))) expect(() => verify({}, flipped)).toThrow(reason('signature_mismatch'));
  });

  test.each(['webhook-id', 'webhook-timestamp', 'webhook-signature'])('any single bit of %s changed', (name) => {
    for (const flipped of bitFlips(HEADERS[name])) expect(() => verify({ [name]: flipped })).toThrow(expect.objectContaining({ status: 401 }));
  });
});

describe('a secret that is no key is the receiver’s fault', () => {
  test.each(['', 'whsec_', 'whsec_c2hvcnQ=', 'not base64 at all!', `whsec_${Buffer.alloc(65).toString('base64')}`])('%j', (secret) => {
    expect(() => verify({}, BODY, [secret])).toThrow(expect.not.objectContaining({ name: 'Rejection' }));
    // Beside it a good one goes on working, whichever is the older of the two.
    expect(verify({}, BODY, [STANDARD_SECRET, secret])).toEqual({ secretIndex: 0 });
    expect(verify({}, BODY, [secret, STANDARD_SECRET])).toEqual({ secretIndex: 1 });
    expect(() => verify({}, BODY, [OTHER_SECRET, secret])).toThrow(reason('signature_mismatch'));
  });
});
