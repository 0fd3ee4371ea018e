import { createHmac } from 'node:crypto';
import { aws_secretsmanager as secretsmanager, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { hmac } from '../../../runtime/providers/hmac';
import {
  AmountUnit, HmacAlgorithm, HmacMapping, HmacOptions, KeyEncoding, SignatureEncoding, UnixTimeUnit, WebhookProvider,
} from '../../../src';
import { synthesize, testApp } from '../../helpers/template';
import { NOW, refusal, request } from '../../runtime/providers/harness';
import { Refusal, refuses, takes } from './refusal';

const endpoint = (options: Partial<HmacOptions>) => ({ providers: [WebhookProvider.hmac({ header: 'x-signature', ...options })] });
const mapping = (members: HmacMapping, signedText?: string) => endpoint({ signedText, mapping: members });

const hmacRefusal = (prop: string, options: Partial<HmacOptions>, value: string, fix: string): Refusal =>
  ({ prop: `WebhookProvider.hmac ${prop}`, props: () => endpoint(options), value, fix });
const mappingRefusal = (prop: string, members: HmacMapping, value: string, fix: string) => hmacRefusal(prop, { mapping: members }, value, fix);

const MONEY = { transactionId: 'id', eventType: 'type', amount: 'sum', amountUnit: AmountUnit.MINOR, currency: 'EUR' };
const COVER = 'include {body}: a signature that does not cover the body proves nothing';
const TIMED = 'include {timestamp} exactly when timestampHeader is set';

describe('options of WebhookProvider.hmac that cannot work, or that would trust what is not signed, are refused', () => refuses([
  ...['', 'x signature', 'x-signature:', 'sig\n'].map((header) =>
    hmacRefusal('header', { header }, JSON.stringify(header), 'use the name of a header, e.g. x-signature')),
  hmacRefusal('signedText', { signedText: '' }, '""', COVER),
  hmacRefusal('signedText', { signedText: '{timestamp}', timestampHeader: 'x-time' }, '"{timestamp}"', COVER),
  hmacRefusal('signedText', { signedText: '{Body}' }, '"{Body}"', COVER),
  hmacRefusal('signedText', { signedText: '{timestamp}.{body}' }, '"{timestamp}.{body}"', TIMED),
  hmacRefusal('signedText', { timestampHeader: 'x-time' }, '"{body}"', TIMED),
  ...[0, -300, 0.5, Number.NaN, Number.POSITIVE_INFINITY].map((toleranceSeconds) =>
    hmacRefusal(
      'toleranceSeconds', { toleranceSeconds, timestampHeader: 'x-time', signedText: '{timestamp}.{body}' }, `${toleranceSeconds}:`,
      'use a positive whole number of seconds',
    )),
  hmacRefusal('toleranceSeconds', { toleranceSeconds: 60 }, '60:', 'set timestampHeader as well, or no time is checked'),
  hmacRefusal('timestampUnit', { timestampUnit: UnixTimeUnit.SECONDS }, '"s"', 'set timestampHeader as well, or no time is checked'),
  hmacRefusal('timestampHeader', { timestampHeader: '', signedText: '{timestamp}{body}' }, '""', 'use the name of a header, e.g. x-signature'),
  hmacRefusal('url', { url: 'https://hooks.example.com' }, '"https://hooks.example.com"', 'include {url} in signedText, or leave it out'),
  hmacRefusal('url', { url: '', signedText: '{url}{body}' }, '""', 'leave it out, or give some text'),
  hmacRefusal('separator', { separator: '' }, '""', 'leave it out, or give some text'),
  ...['{nonce}', '{Header:x}', '{header:x y}', '{header:}'].map((slot) =>
    hmacRefusal('signedText', { signedText: `${slot}{body}` }, JSON.stringify(slot), 'use {body}, {timestamp}, {url} and {header:<name>}')),
  ...(['eventId', 'eventType'] as const).map((member) => mappingRefusal(
    `mapping.${member}`, { [member]: 'header:x-event' }, '"header:x-event"', 'include {header:x-event} in signedText: anybody can change a header that is not signed',
  )),
  // Another header is signed, and one whose name only begins like it.
  hmacRefusal('mapping.eventId', { signedText: '{header:x-event-id}{body}', mapping: { eventId: 'header:x-event' } }, '"header:x-event"', 'include {header:x-event}'),
  ...(['transactionId', 'amount', 'currency', 'customerId', 'occurredAt', 'metadata'] as const).map((member) => hmacRefusal(
    `mapping.${member}`, { signedText: '{header:x-tx}{body}', mapping: { ...MONEY, [member]: 'header:x-tx' } }, '"header:x-tx"',
    'name a place in the body: only eventId and eventType may be a header',
  )),
  ...(['transactionId', 'customerId', 'eventId'] as const).map((member) =>
    mappingRefusal(`mapping.${member}`, { [member]: '' }, '""', 'leave it out, or say where it is')),
  ...(['transactionId', 'eventType', 'amount'] as const).map((missing) => mappingRefusal(
    'mapping.moneyTypes', { moneyTypes: ['paid'], ...MONEY, [missing]: undefined }, '["paid"]',
    'set mapping.transactionId, mapping.eventType and mapping.amount as well',
  )),
  ...(['currency', 'amountUnit'] as const).map((missing) => mappingRefusal(
    'mapping.amount', { ...MONEY, [missing]: undefined }, '"sum"', 'set mapping.currency and mapping.amountUnit as well',
  )),
]));

describe('options of WebhookProvider.hmac at the edge are taken', () => takes({
  'a tolerance of a second': endpoint({ toleranceSeconds: 1, timestampHeader: 'x-time', signedText: '{timestamp}{body}' }),
  'a signed header in other capitals': mapping({ eventId: 'header:X-Event-Id', eventType: 'header:x-topic' }, '{header:x-event-id}{header:X-Topic}{body}'),
  'no event type that moves money, and no amount': mapping({ moneyTypes: [] }),
  'an amount that is only kept': mapping({ amount: 'sum', amountUnit: AmountUnit.MAJOR, currency: 'data.currency' }),
}));

describe('every way to sign that can be chosen', () => {
  const scope = new Stack(testApp(), 'Test');
  const secret = new secretsmanager.Secret(scope, 'Secret');
  const keys: Record<KeyEncoding, [string, Buffer]> = {
    [KeyEncoding.TEXT]: ['s3cret', Buffer.from('s3cret')],
    [KeyEncoding.HEX]: ['00ff10', Buffer.from([0, 255, 16])],
    [KeyEncoding.BASE64]: ['AP8Q', Buffer.from([0, 255, 16])],
  };
  const ways = Object.values(HmacAlgorithm).flatMap((algorithm) => Object.values(SignatureEncoding).flatMap((encoding) =>
    Object.values(KeyEncoding).flatMap((keyEncoding) => Object.values(UnixTimeUnit).map((timestampUnit) =>
      ({ algorithm, encoding, keyEncoding, timestampUnit })))));

  it.each(ways.map((way) => [Object.values(way).join(' '), way] as const))('%s is how the handler verifies', (_, way) => {
    const provider = WebhookProvider.hmac({ ...way, secret, header: 'x-signature', timestampHeader: 'x-time', signedText: '{timestamp}.{body}' });
    const { options } = provider._bind(scope, { baseUrl: 'https://hooks.example.com', removalPolicy: RemovalPolicy.RETAIN });
    const [written, key] = keys[way.keyEncoding];
    const time = way.timestampUnit === UnixTimeUnit.MILLISECONDS ? `${NOW}999` : String(NOW);
    const verdict = (text: string) => {
      const signature = createHmac(way.algorithm, key).update(text).digest(way.encoding);
      const sent = request({ headers: { 'x-signature': signature, 'x-time': time }, body: '{}' });
      return refusal(() => hmac.verify(sent, { secrets: [written], options: JSON.parse(JSON.stringify(options)) }));
    };
    expect([verdict(`${time}.{}`), verdict(`${time}.{ }`)]).toEqual([undefined, 'signature_mismatch']);
  });
});

test('the handler is told how to verify, and neither the secret nor the name a second time', () => {
  const subject = synthesize((scope) => endpoint({ name: 'acme', secret: new secretsmanager.Secret(scope, 'Shared') }));
  const [config] = JSON.parse(subject.environmentOf(subject.system.validator).PROVIDERS);
  const [{ logicalId }] = subject.all('AWS::SecretsManager::Secret');
  expect(config).toEqual({ name: 'acme', kind: 'hmac', isDefault: true, secretArn: `\${${logicalId}}`, options: { header: 'x-signature' } });
});

test('two senders have an endpoint, a secret and a scheme each', () => {
  const providers = ['acme', 'globex'].map((name) => WebhookProvider.hmac({ name, header: `x-${name}` }));
  const subject = synthesize({ providers });
  const configs: any[] = JSON.parse(subject.environmentOf(subject.system.validator).PROVIDERS);
  expect(configs.map(({ name, kind, options }) => [name, kind, options.header])).toEqual([['acme', 'hmac', 'x-acme'], ['globex', 'hmac', 'x-globex']]);
  expect(new Set(configs.map(({ secretArn }) => secretArn)).size).toBe(2);
});

test('a generated secret is a key in the encoding that was chosen', () => {
  const generated = (keyEncoding: KeyEncoding) => {
    const [secret] = synthesize(endpoint({ keyEncoding })).all('AWS::SecretsManager::Secret');
    return secret.Properties.GenerateSecretString;
  };
  expect(generated(KeyEncoding.HEX)).toMatchObject({
    PasswordLength: 64, ExcludeLowercase: true, ExcludeCharacters: 'GHIJKLMNOPQRSTUVWXYZ', ExcludePunctuation: true,
  });
  expect(generated(KeyEncoding.BASE64)).toMatchObject({ PasswordLength: 44, ExcludePunctuation: true });
});
