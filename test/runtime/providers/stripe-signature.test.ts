import { stripe } from '../../../runtime/providers/stripe';
import {
  bitFlips, byteFlips, credentials, handSignedStripeHeader, NOW, requestWith, signedStripe, STRIPE_SECRET, stripeAccepts, stripeEvent, stripeHeader,
} from '../../helpers/signed-webhooks';

const BODY = stripeEvent();
const HEADER = stripeHeader(BODY);
const DIGEST = HEADER.split('v1=')[1];

const verify = (header: string | readonly string[], body: string | Buffer = BODY, secrets: readonly string[] = [STRIPE_SECRET]) =>
  stripe.verify(requestWith({ 'stripe-signature': header }, body), credentials(...secrets));

const reason = (value: string) => expect.objectContaining({ reason: value });

describe('what the official SDK signed is accepted', () => {
  test.each([['now', NOW], ['300 s ago', NOW - 300], ['300 s ahead', NOW + 300]])('%s', (_, at) => {
    expect(stripe.verify(signedStripe(BODY, { at }), credentials(STRIPE_SECRET))).toEqual({ secretIndex: 0 });
  });

  test('also when the milliseconds of arrival would tip the age over', () => {
    const request = { ...signedStripe(BODY, { at: NOW - 300 }), receivedAt: NOW * 1000 + 999 };
    expect(stripe.verify(request, credentials(STRIPE_SECRET))).toEqual({ secretIndex: 0 });
  });

  test.each(['{"ä":"日本 🎉"}', '', '\r\n', ' '.repeat(10)])('whatever the body: %j', (body) => {
    expect(verify(stripeHeader(body), body)).toEqual({ secretIndex: 0 });
  });

  test('with the other schemes beside it that Stripe sends to test endpoints', () => {
    expect(verify(`${HEADER},v0=${'0'.repeat(64)}`)).toEqual({ secretIndex: 0 });
  });
});

describe('while a secret is rotated', () => {
  const other = stripeHeader(BODY, { secret: 'whsec_the_other' }).split('v1=')[1];

  test('any of several signatures may be the good one', () => {
    expect(verify(`t=${NOW},v1=${other},v1=${DIGEST}`)).toEqual({ secretIndex: 0 });
    expect(verify(`t=${NOW},v1=${DIGEST},v1=${other}`)).toEqual({ secretIndex: 0 });
  });

  test('any of several secrets may be the one it was made with, and which it was is told', () => {
    expect(verify(HEADER, BODY, ['whsec_new', STRIPE_SECRET])).toEqual({ secretIndex: 1 });
    expect(verify(`t=${NOW},v1=${DIGEST},v1=${other}`, BODY, ['whsec_the_other', STRIPE_SECRET])).toEqual({ secretIndex: 0 });
  });
});

describe('everything else is refused', () => {
  test.each([
    ['301 s old', NOW - 301, 'timestamp_too_old'],
    ['301 s ahead', NOW + 301, 'timestamp_in_future'],
    ['a day ahead', NOW + 86_400, 'timestamp_in_future'],
  ])('signed %s', (_, at, why) => {
    expect(() => verify(stripeHeader(BODY, { at }))).toThrow(reason(why));
  });

  test.each([
    ['another secret', BODY, 'whsec_another'],
    ['the secret with a trailing line break', BODY, `${STRIPE_SECRET}\n`],
    ['the secret without its prefix', BODY, STRIPE_SECRET.replace('whsec_', '')],
    ['no secret', BODY, ''],
  ])('signed with %s', (_, body, secret) => {
    expect(() => verify(stripeHeader(body, { secret }))).toThrow(reason('signature_mismatch'));
  });

  test.each([
    ['with another amount', BODY.replace('1099', '9901')],
    ['written again by a JSON library', JSON.stringify(JSON.parse(BODY), null, 1)],
    ['cut short', BODY.slice(0, -1)],
    ['with a line break at the end', `${BODY}\n`],
    ['emptied', ''],
  ])('a body %s', (_, body) => {
    expect(stripeAccepts(body, HEADER)).toBe(false);
    expect(() => verify(HEADER, body)).toThrow(reason('signature_mismatch'));
  });

  test('when no secret is live', () => {
    expect(() => verify(HEADER, BODY, [])).toThrow(reason('signature_mismatch'));
  });

  test('without the header, or with an empty one', () => {
    expect(() => stripe.verify(requestWith({}, BODY), credentials(STRIPE_SECRET))).toThrow(reason('missing_signature'));
    expect(() => verify('')).toThrow(reason('missing_signature'));
  });

  test('with the header twice, even when both are good', () => {
    expect(() => verify([HEADER, HEADER])).toThrow(reason('malformed_signature'));
  });

  test.each([
    ['no time', `v1=${DIGEST}`],
    ['two times', `t=${NOW},t=${NOW},v1=${DIGEST}`],
    ['no signature', `t=${NOW}`],
    ['a signature of another scheme only', `t=${NOW},v0=${DIGEST}`],
    ['upper-case hex', `t=${NOW},v1=${DIGEST.toUpperCase()}`],
    ['a truncated signature', `t=${NOW},v1=${DIGEST.slice(0, -2)}`],
    ['half a byte less', `t=${NOW},v1=${DIGEST.slice(0, -1)}`],
    ['a lengthened signature', `t=${NOW},v1=${DIGEST}00`],
    ['an empty signature', `t=${NOW},v1=`],
    ['base64', `t=${NOW},v1=${Buffer.from(DIGEST, 'hex').toString('base64')}`],
    ['text', 'garbage'],
    ['commas', ',,,,'],
    ['spaces around', `t=${NOW}, v1=${DIGEST}`],
    ['a key from the prototype', '__proto__=1,constructor=2'],
  ])('a header with %s', (_, header) => {
    expect(() => verify(header)).toThrow(reason('malformed_signature'));
  });

  test.each(['', '0', '-1', `0${NOW}`, `${NOW}.5`, '1.76e9', `${NOW}000`, ' ', 'NaN', '0x68e77400'])('a well-signed time written as %j', (time) => {
    expect(() => verify(handSignedStripeHeader(BODY, time))).toThrow(reason('malformed_signature'));
  });

  test('any single bit of the body changed', () => {
    const body = Buffer.from(BODY);
    let refused = 0;
    for (const flipped of byteFlips(body)) {
      expect(() => verify(HEADER, flipped)).toThrow(reason('signature_mismatch'));
      refused += 1;
    }
    expect(refused).toBe(body.length * 8);
  });

  test('any single bit of the header changed', () => {
    for (const flipped of bitFlips(HEADER)) expect(() => verify(flipped)).toThrow(expect.objectContaining({ status: 401 }));
  });
});
