import { createHash, createHmac } from 'node:crypto';
import fc from 'fast-check';
import { braintree } from '../../../runtime/providers/braintree';
import { because, flipBit, flipBitOf, mapped, refusal, request, RequestParts } from './harness';
import vectors from './vectors/braintree.json';

interface Notification { readonly bt_signature: string; readonly bt_payload: string }
interface Oracle {
  readonly webhookTesting: { sampleNotification(kind: string, id: string): Notification; sampleSignature(payload: string): string };
  readonly webhookNotification: { parse(signature: string, payload: string): Promise<{ kind: string }>; verify(challenge: string): string };
}
interface Sdk {
  readonly BraintreeGateway: new (config: object) => Oracle;
  readonly Environment: { readonly Sandbox: object };
  readonly WebhookNotification: { readonly Kind: Readonly<Record<string, string>> };
}
const sdk = jest.requireActual<Sdk>('braintree');
const gateway = (publicKey: string, privateKey: string) =>
  new sdk.BraintreeGateway({ environment: sdk.Environment.Sandbox, merchantId: 'made_up', publicKey, privateKey });

const PUBLIC = 'made_up_public';
const PRIVATE = 'made_up_private';
const OPTIONS = { publicKey: PUBLIC };
const oracle = gateway(PUBLIC, PRIVATE);

type Fields = Readonly<Record<string, unknown>>;

const base64 = (xml: string | Buffer) => `${Buffer.from(xml as Buffer).toString('base64').replace(/.{60}/g, '$&\n')}\n`;
const form = (signature: string, payload: string) => new URLSearchParams({ bt_signature: signature, bt_payload: payload }).toString();
const signedPayload = (payload: string) => form(oracle.webhookTesting.sampleSignature(payload), payload);
/** A form as the official SDK signs it. */
const signedXml = (xml: string | Buffer) => signedPayload(base64(xml));
const notification = (kind: string, subject: string, timestamp = '2025-10-09T08:53:00Z') =>
  `<notification>\n  <timestamp type="datetime">${timestamp}</timestamp>\n  <kind>${kind}</kind>\n  <subject>${subject}</subject>\n</notification>\n`;
const transaction = (amount = '10.99', currency = 'USD') => `<transaction>
  <id>tx1</id><amount>${amount}</amount><currency-iso-code>${currency}</currency-iso-code><order-id nil="true"/><customer><id>c1</id></customer>
</transaction>`;

const verify = (body: string | Buffer, secrets: readonly string[] = [PRIVATE], options: Fields = OPTIONS) =>
  braintree.verify(request({ body }), { secrets, options });
const mapForm = (body: string | Buffer, options: Fields = OPTIONS) => mapped(braintree, { body }, options)[0];
const map = (xml: string | Buffer, options: Fields = OPTIONS) => mapForm(signedXml(xml), options).event;

describe.each(vectors)('$id: $reason', (vector) => {
  const { body, method, query, now } = vector;
  const parts: RequestParts = { headers: vector.headers, body, method, query, now };
  const options = { publicKey: vector.config.public_key };
  const credentials = { secrets: [vector.secret], options };

  test(vector.expected, () => {
    if (vector.expected === 'response') {
      expect(braintree.challenge!(request(parts), credentials)).toEqual({ status: 200, contentType: 'text/plain', body: vector.response_body });
    } else if (vector.expected === 'valid') {
      expect(braintree.verify(request(parts), credentials)).toEqual({ secretIndex: 0 });
      expect(mapped(braintree, parts, options)[0].event).toEqual({ ...vector.canonical, money_moved: true, needs_fetch: false });
    } else {
      expect(() => braintree.verify(request(parts), credentials)).toThrow(because('signature_mismatch'));
    }
  });
});

describe('signatures', () => {
  const payload = base64(notification('transaction_settled', transaction()));
  const signature = oracle.webhookTesting.sampleSignature(payload);
  const body = form(signature, payload);
  const [, hex] = signature.split('|');

  test('what the official SDK signed is accepted, with any of the live private keys', () => {
    expect(verify(body)).toEqual({ secretIndex: 0 });
    expect(verify(body, ['other', PRIVATE])).toEqual({ secretIndex: 1 });
    expect(() => verify(body, ['other'])).toThrow(because('signature_mismatch'));
    expect(() => verify(body, [])).toThrow(because('signature_mismatch'));
  });

  test('while a key pair is replaced, either pair may be the good one', () => {
    const other = gateway('other_public', 'other_private').webhookTesting.sampleSignature(payload);
    for (const both of [`${other}&${signature}`, `${signature}&${other}`]) {
      expect(verify(form(both, payload))).toEqual({ secretIndex: 0 });
      expect(verify(form(both, payload), ['other_private', PRIVATE], { publicKey: ['other_public', PUBLIC] })).toEqual({ secretIndex: 0 });
    }
    expect(verify(body, ['other_private', PRIVATE], { publicKey: ['other_public', PUBLIC] })).toEqual({ secretIndex: 1 });
  });

  test('a lost line break at the end does not matter, any other does', () => {
    expect(verify(form(signature, payload.trimEnd()))).toEqual({ secretIndex: 0 });
    expect(() => verify(form(signature, `${payload}\n`))).toThrow(because('signature_mismatch'));
    expect(() => verify(form(signature, payload.replaceAll('\n', '')))).toThrow(because('signature_mismatch'));
    expect(mapForm(form(signature, payload.trimEnd())).content).toBe(mapForm(body).content);
  });

  test.each([
    ['no signature', new URLSearchParams({ bt_payload: payload }).toString(), 'missing_signature'],
    ['an empty signature', form('', payload), 'missing_signature'],
    ['no payload', new URLSearchParams({ bt_signature: signature }).toString(), 'malformed_body'],
    ['an empty payload', form(signature, ''), 'malformed_body'],
    ['two signatures', `${body}&bt_signature=x`, 'malformed_body'],
    ['two payloads', `${body}&bt_payload=x`, 'malformed_body'],
    ['no form', '{"bt_signature":1}', 'malformed_body'],
    ['nothing', '', 'malformed_body'],
    ['prototype keys', '__proto__=1&constructor=2', 'missing_signature'],
    ['bytes that are no ASCII', Buffer.concat([Buffer.from(body), Buffer.from([0xe9])]), 'malformed_body'],
    ['an escape that is no UTF-8', `${body}%E9`, 'malformed_body'],
    ['an unescaped plus, which is a space', body.replaceAll('%2B', '+').replace('bt_payload=', 'bt_payload=+'), 'malformed_body'],
    ['a payload cut short', form(signature, payload.slice(0, -5)), 'signature_mismatch'],
    ['another payload', form(signature, base64(notification('transaction_settled', transaction('99.99')))), 'signature_mismatch'],
    ['a payload written again', form(signature, Buffer.from(payload, 'base64').toString('base64')), 'signature_mismatch'],
    ['an illegal character', form(signature, `${payload}-`), 'malformed_body'],
    ['a carriage return', form(signature, payload.replaceAll('\n', '\r\n')), 'malformed_body'],
    ['another public key', form(`other|${hex}`, payload), 'unknown_key'],
    ['a public key in other case', form(`${PUBLIC.toUpperCase()}|${hex}`, payload), 'unknown_key'],
    ['no public key', form(hex, payload), 'malformed_signature'],
    ['an inherited public key', form(`__proto__|${hex}`, payload), 'unknown_key'],
    ['three parts', form(`${signature}|x`, payload), 'malformed_signature'],
    ['garbage', form('garbage', payload), 'malformed_signature'],
    ['upper-case hex', form(`${PUBLIC}|${hex.toUpperCase()}`, payload), 'malformed_signature'],
    ['a truncated signature', form(signature.slice(0, -1), payload), 'malformed_signature'],
    ['a lengthened signature', form(`${signature}0`, payload), 'malformed_signature'],
    ['an HMAC keyed with the private key itself', form(`${PUBLIC}|${createHmac('sha1', PRIVATE).update(payload).digest('hex')}`, payload), 'signature_mismatch'],
    ['SHA-256', form(`${PUBLIC}|${createHmac('sha256', createHash('sha256').update(PRIVATE).digest()).update(payload).digest('hex')}`, payload), 'malformed_signature'],
  ])('%s is refused', (_, doctored, reason) => {
    expect(refusal(() => verify(doctored))).toBe(reason);
  });

  test.each([{}, { publicKey: '' }, { publicKey: [] }, { publicKey: 7 }, { publicKey: [PUBLIC, null] }])('the options %j are our fault', (options) => {
    expect(refusal(() => verify(body, [PRIVATE], options))).toMatch(/^not a rejection/);
  });

  test('any single bit of the payload or of the signature changed is refused', () => {
    const bytes = Buffer.from(payload);
    fc.assert(fc.property(fc.nat({ max: bytes.length * 8 - 1 }), (bit) => {
      expect(refusal(() => verify(form(signature, flipBit(bytes, bit).toString('latin1'))))).toMatch(/^(malformed_body|signature_mismatch)$/);
    }), { numRuns: 1000 });
    for (let bit = 0; bit < signature.length * 8; bit += 1) {
      expect(() => verify(form(flipBitOf(signature, bit), payload))).toThrow(expect.objectContaining({ status: 401 }));
    }
  });

  test('any single bit of the form changed is refused or changes nothing', () => {
    const bytes = Buffer.from(body);
    fc.assert(fc.property(fc.nat({ max: bytes.length * 8 - 1 }), (bit) => {
      const flipped = flipBit(bytes, bit);
      if (refusal(() => verify(flipped)) === undefined) expect(mapForm(flipped)).toEqual(mapForm(body));
    }), { numRuns: 1000 });
  });
});

describe('the challenge', () => {
  const ask = (query: Readonly<Record<string, string>>, secrets: readonly string[] = [PRIVATE], options: Fields = OPTIONS) =>
    braintree.challenge!(request({ method: 'GET', query }), { secrets, options }).body;
  const asked = '20f9f8ed05f77439fe955c977e4c8a53';

  test('is answered as by the official SDK, with the newest key', () => {
    expect(ask({ bt_challenge: asked })).toBe(oracle.webhookNotification.verify(asked));
    expect(ask({ bt_challenge: asked }, [PRIVATE, 'old'], { publicKey: [PUBLIC, 'old_public'] })).toBe(oracle.webhookNotification.verify(asked));
  });

  test.each(['', 'a'.repeat(19), 'a'.repeat(33), 'A'.repeat(20), `${asked}\n`, 'PG5vdGlmaWNhdGlvbj4KPC9ub3RpZmljYXRpb24'])('%j is not signed', (text) => {
    expect(() => ask({ bt_challenge: text })).toThrow(because('malformed_body'));
  });

  test('none is not signed either, and no key is our fault', () => {
    expect(() => ask({})).toThrow(because('malformed_body'));
    expect(refusal(() => ask({ bt_challenge: asked }, []))).toMatch(/^not a rejection/);
  });

  test('its answer is no signature of a webhook', () => {
    const answer = ask({ bt_challenge: asked });
    for (const payload of [asked, `${asked}\n`]) expect(() => verify(form(answer, payload))).toThrow(because('signature_mismatch'));
  });
});

describe('notifications', () => {
  const kinds = Object.values(sdk.WebhookNotification.Kind);

  test.each(kinds)('the SDK’s sample of %s is mapped', async (kind) => {
    const { bt_signature: signature, bt_payload: payload } = oracle.webhookTesting.sampleNotification(kind, 'sample1');
    expect(await oracle.webhookNotification.parse(signature, payload)).toMatchObject({ kind });
    const body = form(signature, payload);
    expect(verify(body)).toEqual({ secretIndex: 0 });
    expect(mapForm(body, { ...OPTIONS, defaultCurrency: 'USD' }).event).toMatchObject({
      event_type: kind,
      event_id: expect.stringMatching(`^${kind}:`),
      money_moved: ['transaction_settled', 'transaction_disbursed', 'subscription_charged_successfully'].includes(kind),
      needs_fetch: false,
    });
  });

  test('a settled transaction', () => {
    expect(map(notification('transaction_settled', transaction()))).toEqual({
      transaction_id: 'tx1', event_id: 'transaction_settled:tx1:2025-10-09T08:53:00Z', event_type: 'transaction_settled', amount: '10.99', currency: 'USD',
      provider: 'braintree', customer_id: 'c1', occurred_at: '2025-10-09T08:53:00.000Z', metadata: {}, money_moved: true, needs_fetch: false,
    });
  });

  test('a subscription that was charged is about its newest transaction, and needs a currency from somewhere', () => {
    const list = (currency = '') => `<subscription><id>s1</id><price>5.00</price><transactions type="array">
      <transaction><id>tx2</id><amount>49.99</amount>${currency}</transaction><transaction><id>tx1</id><amount>1.00</amount></transaction></transactions></subscription>`;
    const charged = (currency = '', options: Fields = {}) => map(notification('subscription_charged_successfully', list(currency)), { ...OPTIONS, ...options });
    expect(charged('<currency-iso-code>EUR</currency-iso-code>')).toMatchObject({
      transaction_id: 'tx2', event_id: 'subscription_charged_successfully:s1:2025-10-09T08:53:00Z', amount: '49.99', currency: 'EUR', money_moved: true,
      metadata: { subscription_id: 's1' },
    });
    expect(charged('', { defaultCurrency: 'USD' })).toMatchObject({ amount: '49.99', currency: 'USD', money_moved: true, needs_fetch: false });
    expect(charged()).toMatchObject({ amount: null, currency: null, money_moved: false, needs_fetch: true });
    expect(() => charged('', { defaultCurrency: 7 })).toThrow(/defaultCurrency/);
    expect(map(notification('subscription_canceled', list()))).toMatchObject({ transaction_id: 's1', amount: null, money_moved: false, needs_fetch: false });
  });

  test('a dispute has an amount of its own', () => {
    const dispute = `<dispute><id>d1</id><amount>2.50</amount><currency-iso-code>USD</currency-iso-code>${transaction()}</dispute>`;
    expect(map(notification('dispute_opened', dispute))).toMatchObject({
      transaction_id: 'tx1', event_id: 'dispute_opened:d1:2025-10-09T08:53:00Z', amount: '2.50', currency: 'USD', money_moved: false, metadata: { dispute_id: 'd1' },
    });
  });

  test.each([['USD', '10.99', '10.99'], ['USD', '100', '100'], ['JPY', '1099', '1099'], ['KWD', '1.099', '1.099'], ['USD', '90071992547409.93', '90071992547409.93']])(
    '%s %s is exact', (currency, text, amount) => {
      expect(map(notification('transaction_settled', transaction(text, currency)))).toMatchObject({ amount, currency, money_moved: true });
    });

  test.each([['USD', '10.999'], ['JPY', '1.5'], ['XXX', '1'], ['USD', 'ten'], ['USD', '9'.repeat(400)]])('money of %s %s is refused, unless none moved', (currency, text) => {
    expect(refusal(() => map(notification('transaction_settled', transaction(text, currency))))).toBe('malformed_body');
    expect(map(notification('transaction_reviewed', transaction(text, currency)))).toMatchObject({ amount: null, currency: null, money_moved: false });
  });

  test('who counts settlements need not count disbursements', () => {
    const options = { ...OPTIONS, moneyEvents: ['transaction_settled'] };
    expect(map(notification('transaction_disbursed', transaction()), options)).toMatchObject({ amount: '10.99', money_moved: false });
  });

  test('without a subject or a readable time, the id is made of what was signed', () => {
    expect(map(notification('check', '<check type="boolean">true</check>'))).toMatchObject({
      event_id: expect.stringMatching(/^check:[0-9a-f]{64}$/), transaction_id: expect.stringMatching(/^check:/), money_moved: false,
    });
    expect(map(notification('x', transaction(), 'soon'))).toMatchObject({ event_id: expect.stringMatching(/^x:[0-9a-f]{64}$/), occurred_at: '2025-10-09T08:53:20.000Z' });
    expect(map('<notification><kind>x</kind></notification>')).toMatchObject({ event_type: 'x', amount: null });
  });

  test.each([
    '<notification></notification>', '<other><kind>x</kind></other>', '<notification><kind>x</kind><kind>y</kind></notification>', 'text', '{}',
    '<!DOCTYPE n [<!ENTITY e "x">]><notification><kind>&e;</kind></notification>', Buffer.from('<notification><kind>é</kind></notification>', 'latin1'),
  ])('the signed XML %s is refused', (xml) => {
    expect(refusal(() => map(xml))).toBe('malformed_body');
  });

  test('base64 that is not canonical is refused even if signed', () => {
    expect(refusal(() => mapForm(signedPayload('PGE+PC9hPh==')))).toBe('malformed_body');
    expect(refusal(() => mapForm(signedPayload('====')))).toBe('malformed_body');
  });
});
