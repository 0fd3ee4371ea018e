import { createHash, createHmac } from 'node:crypto';
import { hmac } from '../../../runtime/providers/hmac';
import { AmountUnit, HmacAlgorithm, KeyEncoding, SignatureEncoding, UnixTimeUnit, WebhookProvider } from '../../../src';
import { render, synthesize } from '../../helpers/template';
import { mapped, NOW, refusal, request, RequestParts } from '../../runtime/providers/harness';

/**
 * What the options of `WebhookProvider.hmac` promise is a matter of requests, so each goes the whole way: into the
 * template, out of it as the handler reads it, and through the adapter, against requests signed here.
 */
const SECRET = '000102030405060708090a0b0c0d0e0f';
const BODY = JSON.stringify({
  id: 'evt-1', type: 'payment.settled', data: { id: 'tx-1', amount: '1099', currency: 'EUR', customer: 'cus-7', at: '2025-10-09T08:53:00Z', extra: { k: 'v' } },
});
const URL = 'https://hooks.example.com/webhook/acme';

const subject = synthesize({
  providers: [
    WebhookProvider.hmac({ header: 'x-signature' }),
    WebhookProvider.hmac({ name: 'timed', header: 'x-signature', timestampHeader: 'x-time', signedText: '{timestamp}.{body}' }),
    WebhookProvider.hmac({ name: 'addressed', header: 'x-signature', signedText: '{url}.{body}' }),
    WebhookProvider.hmac({
      name: 'acme',
      header: 'X-Acme-Signature',
      prefix: 'v1=',
      separator: ',',
      algorithm: HmacAlgorithm.SHA512,
      encoding: SignatureEncoding.BASE64,
      keyEncoding: KeyEncoding.HEX,
      signedText: '{timestamp}|{url}|{header:x-event-id}|{body}',
      url: URL,
      timestampHeader: 'x-time',
      timestampUnit: UnixTimeUnit.MILLISECONDS,
      toleranceSeconds: 60,
      mapping: {
        transactionId: 'data.id',
        eventId: 'header:x-event-id',
        eventType: '/type',
        moneyTypes: ['payment.settled'],
        amount: 'data.amount',
        amountUnit: AmountUnit.MINOR,
        currency: 'data.currency',
        customerId: 'data.customer',
        occurredAt: 'data.at',
        metadata: 'data.extra',
      },
    }),
  ],
});
const { system } = subject;
const configs: any[] = JSON.parse(subject.environmentOf(system.validator).PROVIDERS);
const hmacOptionsOf = (name: string) => configs.find((config) => config.name === name).options;

/** Why a request is refused; undefined when it is taken. */
const verdict = (name: string, parts: RequestParts, secret = SECRET) =>
  refusal(() => hmac.verify(request({ body: BODY, ...parts }), { secrets: [secret], options: hmacOptionsOf(name) }));

const sign = (text: string, algorithm = 'sha256', key: Buffer = Buffer.from(SECRET)) => createHmac(algorithm, key).update(text).digest();
const plain = (signature: string) => verdict('hmac', { headers: { 'x-signature': signature } });
const timed = (time: string, now = NOW) =>
  verdict('timed', { now, headers: { 'x-signature': sign(`${time}.${BODY}`).toString('hex'), 'x-time': time } });

/** A request to `acme` as it should be, but for what is said. */
const acme = ({ header = 'x-acme-signature', prefix = 'v1=', algorithm = 'sha512', encoding = 'base64' as 'base64' | 'hex', key = Buffer.from(SECRET, 'hex'),
  time = `${NOW}000`, url = URL, after = '', now = NOW } = {}) => {
  const digest = sign(`${time}|${url}|evt-9|${BODY}`, algorithm, key).toString(encoding);
  return verdict('acme', { now, headers: { [header]: `${prefix}${digest}${after}`, 'x-time': time, 'x-event-id': 'evt-9' } });
};

const eventOf = (name: string) => mapped(hmac, { body: BODY, headers: { 'x-event-id': 'evt-9' } }, hmacOptionsOf(name))[0].event;

const hex = sign(BODY).toString('hex');
const digest = `sha256:${createHash('sha256').update(BODY).digest('hex')}`;

/** One assertion for every `@default` in `HmacOptions` and `HmacMapping`. */
export const HMAC_DEFAULTS: { [prop: string]: () => void } = {
  'HmacOptions.prefix': () => expect([plain(hex), plain(`sha256=${hex}`)]).toEqual([undefined, 'malformed_signature']),
  'HmacOptions.separator': () => expect([plain(hex), plain(`${hex},${hex}`), plain(`${hex} ${hex}`)])
    .toEqual([undefined, 'malformed_signature', 'malformed_signature']),
  'HmacOptions.algorithm': () => expect([plain(hex), plain(sign(BODY, 'sha512').toString('hex'))]).toEqual([undefined, 'malformed_signature']),
  'HmacOptions.encoding': () => expect([plain(hex), plain(sign(BODY).toString('base64'))]).toEqual([undefined, 'malformed_signature']),
  'HmacOptions.keyEncoding': () => expect([plain(hex), plain(sign(BODY, 'sha256', Buffer.from(SECRET, 'hex')).toString('hex'))])
    .toEqual([undefined, 'signature_mismatch']),
  'HmacOptions.signedText': () => expect([plain(hex), plain(sign(`${NOW}.${BODY}`).toString('hex'))]).toEqual([undefined, 'signature_mismatch']),
  // To the byte, with the stage as it is called.
  'HmacOptions.url': () => {
    const url = render(subject.stack.resolve(system.webhookUrl('addressed'))).replace(/\$\{\w+prod\w+\}/, 'prod');
    expect(hmacOptionsOf('addressed').url).toBe(url);
    expect(verdict('addressed', { headers: { 'x-signature': sign(`${url}.${BODY}`).toString('hex') } })).toBeUndefined();
    expect(hmacOptionsOf('hmac')).not.toHaveProperty('url');
  },
  'HmacOptions.timestampHeader': () => expect(verdict('hmac', { now: NOW + 10 * 365 * 86_400, headers: { 'x-signature': hex } })).toBeUndefined(),
  'HmacOptions.timestampUnit': () => expect([timed(String(NOW)), timed(`${NOW}000`)]).toEqual([undefined, expect.any(String)]),
  'HmacOptions.toleranceSeconds': () => expect([-301, -300, 300, 301].map((late) => timed(String(NOW), NOW + late)))
    .toEqual(['timestamp_in_future', undefined, undefined, 'timestamp_too_old']),
  'HmacOptions.mapping': () => expect(eventOf('hmac')).toMatchObject({ money_moved: false, needs_fetch: false }),

  'HmacMapping.transactionId': () => expect(eventOf('hmac').transaction_id).toBe(eventOf('hmac').event_id),
  'HmacMapping.eventId': () => expect(eventOf('hmac').event_id).toBe(digest),
  'HmacMapping.eventType': () => expect(eventOf('hmac').event_type).toBe('unknown'),
  'HmacMapping.moneyTypes': () => expect(eventOf('hmac').money_moved).toBe(false),
  'HmacMapping.amount': () => expect(eventOf('hmac').amount).toBeNull(),
  'HmacMapping.amountUnit': () => expect(eventOf('hmac').amount).toBeNull(),
  'HmacMapping.currency': () => expect(eventOf('hmac').currency).toBeNull(),
  'HmacMapping.customerId': () => expect(eventOf('hmac').customer_id).toBeNull(),
  'HmacMapping.occurredAt': () => expect(eventOf('hmac').occurred_at).toBe(new Date(NOW * 1000).toISOString()),
  'HmacMapping.metadata': () => expect(eventOf('hmac').metadata).toEqual({}),
};

/** The same members set to something else, which also ends their default. */
export const HMAC_OVERRIDES: { [prop: string]: () => void } = {
  'HmacOptions.prefix': () => expect([acme(), acme({ prefix: '' }), acme({ prefix: 'v0=' })]).toEqual([undefined, 'malformed_signature', 'malformed_signature']),
  'HmacOptions.separator': () => expect([acme({ after: ',v0=old' }), acme({ prefix: 'v0=old,v1=' }), acme({ after: ' v0=old' })])
    .toEqual([undefined, undefined, 'malformed_signature']),
  'HmacOptions.algorithm': () => expect([acme(), acme({ algorithm: 'sha256' })]).toEqual([undefined, 'malformed_signature']),
  'HmacOptions.encoding': () => expect([acme(), acme({ encoding: 'hex' })]).toEqual([undefined, 'malformed_signature']),
  'HmacOptions.keyEncoding': () => expect([acme(), acme({ key: Buffer.from(SECRET) })]).toEqual([undefined, 'signature_mismatch']),
  'HmacOptions.signedText': () => {
    const bare = sign(BODY, 'sha512', Buffer.from(SECRET, 'hex')).toString('base64');
    expect(acme()).toBeUndefined();
    expect(verdict('acme', { headers: { 'x-acme-signature': `v1=${bare}`, 'x-time': `${NOW}000`, 'x-event-id': 'evt-9' } })).toBe('signature_mismatch');
  },
  'HmacOptions.url': () => expect([acme(), acme({ url: `${URL}/` })]).toEqual([undefined, 'signature_mismatch']),
  'HmacOptions.timestampHeader': () => expect([timed(String(NOW)), timed(String(NOW), NOW + 86_400)]).toEqual([undefined, 'timestamp_too_old']),
  'HmacOptions.timestampUnit': () => expect([acme(), acme({ time: String(NOW) })]).toEqual([undefined, expect.any(String)]),
  'HmacOptions.toleranceSeconds': () => expect([-61, -60, 60, 61].map((late) => acme({ now: NOW + late })))
    .toEqual(['timestamp_in_future', undefined, undefined, 'timestamp_too_old']),
  'HmacOptions.mapping': () => expect(eventOf('acme')).toMatchObject({ transaction_id: 'tx-1', money_moved: true, needs_fetch: false }),

  'HmacMapping.transactionId': () => expect(eventOf('acme').transaction_id).toBe('tx-1'),
  'HmacMapping.eventId': () => expect(eventOf('acme').event_id).toBe('evt-9'),
  'HmacMapping.eventType': () => expect(eventOf('acme').event_type).toBe('payment.settled'),
  'HmacMapping.moneyTypes': () => expect(eventOf('acme').money_moved).toBe(true),
  'HmacMapping.amount': () => expect(eventOf('acme').amount).toBe('10.99'),
  'HmacMapping.amountUnit': () => {
    const { mapping, ...scheme } = hmacOptionsOf('acme');
    const [{ event }] = mapped(hmac, { body: BODY, headers: { 'x-event-id': 'evt-9' } }, { ...scheme, mapping: { ...mapping, amountUnit: AmountUnit.MAJOR } });
    expect([mapping.amountUnit, eventOf('acme').amount, event.amount]).toEqual(['minor', '10.99', '1099']);
  },
  'HmacMapping.currency': () => expect(eventOf('acme').currency).toBe('EUR'),
  'HmacMapping.customerId': () => expect(eventOf('acme').customer_id).toBe('cus-7'),
  'HmacMapping.occurredAt': () => expect(eventOf('acme').occurred_at).toBe('2025-10-09T08:53:00.000Z'),
  'HmacMapping.metadata': () => expect(eventOf('acme').metadata).toEqual({ k: 'v' }),
};
