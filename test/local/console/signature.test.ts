import { createHmac } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Capture } from '../../../local/console/capture';
import { pretty } from '../../../local/console/reception';
import { signatureStage } from '../../../local/console/signature';
import { signedOf } from '../../../local/console/signed-texts';
import { ADAPTERS } from '../../../runtime/providers/registry';

interface Vector {
  readonly id: string;
  readonly provider: string;
  readonly now: number;
  readonly secret?: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly expected: string;
  readonly options?: Readonly<Record<string, unknown>>;
}

const adapterKinds = ADAPTERS.map(({ kind }) => kind);

/** Captures signed by the providers' own libraries: a file a provider, and one for two of them. */
const providers = join(__dirname, '../../runtime/providers');
const read = (path: string, provider?: string) =>
  (JSON.parse(readFileSync(join(providers, path), 'utf8')) as Vector[]).map((vector) => ({ ...vector, provider: vector.provider ?? provider }));
const vectors = [
  ...read('vectors.json'),
  ...readdirSync(join(providers, 'vectors')).flatMap((file) => read(`vectors/${file}`, file.replace('.json', ''))),
];

function captureOf({ provider, headers, body, now, options }: Pick<Vector, 'provider' | 'headers' | 'body' | 'now' | 'options'>): Capture {
  return {
    id: 'r', at: new Date(now * 1000).toISOString(), seq: 1, method: 'POST', path: '/', query: '', sourceIp: '', bytes: body.length, truncated: false,
    headers: Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, [value]])),
    body: Buffer.from(body),
    endpoint: { name: provider, kind: provider, secretArn: 'arn', options },
  };
}

const KEY: Readonly<Record<string, (secret: string) => Buffer>> = {
  'standard-webhooks': (secret) => Buffer.from(secret.replace(/^whsec_/, ''), 'base64'),
  'adyen': (secret) => Buffer.from(secret, 'hex'),
};

const hmacs = vectors.filter(({ provider, expected, secret, headers, options }) => expected === 'valid' && secret !== undefined
  && Object.values(headers).every((value) => typeof value === 'string') && options?.keyDecoding === undefined
  && !['braintree', 'paypal', 'mollie'].includes(provider) && adapterKinds.includes(provider) && !secret.startsWith('whpk_'));

test('there are captures of every scheme', () => {
  expect([...new Set(hmacs.map(({ provider }) => provider))].sort()).toEqual([
    'adyen', 'checkout-com', 'github', 'hmac', 'paddle', 'razorpay', 'shopify', 'square', 'standard-webhooks', 'stripe',
  ]);
});

test.each(hmacs.map((vector) => [vector.id, vector] as const))('each signed text of %s gives its signature', (_, vector) => {
  const { texts } = signedOf(captureOf(vector));
  const key = (KEY[vector.provider] ?? Buffer.from)(vector.secret!);
  const signatures = [...Object.values(vector.headers), vector.provider === 'adyen' ? vector.body.replaceAll('\\/', '/') : ''].join('\n');
  expect(texts.length).toBeGreaterThan(0);
  for (const text of texts) {
    const digests = ['sha256', 'sha512'].flatMap((algorithm) => (['hex', 'base64'] as const).map((encoding) => createHmac(algorithm, key).update(text).digest(encoding)));
    expect(digests.some((digest) => signatures.includes(digest))).toBe(true);
  }
});

test('every kind of endpoint says what it signs', () => {
  for (const kind of adapterKinds) {
    const capture = captureOf({ provider: kind, headers: { hmacsignature: '' }, body: '{}', now: 1, options: { header: 'x-signature' } });
    expect(signedOf(capture).texts).toHaveLength(1);
  }
});

const stripeCapture = captureOf({ provider: 'stripe', headers: { 'stripe-signature': 't=1000,v1=00', 'content-type': 'application/json' }, body: '{}', now: 4600 });
const tooOld = { reason: 'timestamp_too_old', detail: 'signed 3600 s before arrival, 300 s are allowed' };

test('the steps end where it was refused, and say how far off the time was', () => {
  const { state, groups, facts } = signatureStage(stripeCapture, { judgement: { ...tooOld, goodButForTime: true }, maxBodyBytes: 1000 });
  expect(state).toBe('failed');
  expect(groups![0].checks).toEqual([
    { subject: 'Size', expected: 'at most 1000 bytes', actual: '2 bytes', passed: true },
    { subject: 'Content type', expected: 'application/json', actual: 'application/json', passed: true },
    { subject: 'Signature is there', expected: 'yes', actual: 'yes', passed: true },
    { subject: 'Signature is readable', expected: 'yes', actual: 'yes', passed: true },
    { subject: 'Signature is of these bytes', expected: 'yes', actual: 'yes', passed: true },
    { subject: 'Signed at about this time', expected: 'within 300 s', actual: '3600 s before arrival', passed: false },
  ]);
  expect(facts).toContainEqual(['Signed at', '1970-01-01T00:16:40Z, 3600 s before arrival']);
});

test('a signature that is of other bytes as well as too old is not said to be good', () => {
  const { groups } = signatureStage(stripeCapture, { judgement: { ...tooOld, goodButForTime: false }, maxBodyBytes: 1000 });
  expect(groups![0].checks.filter(({ passed }) => !passed).map(({ subject }) => subject)).toEqual(['Signature is of these bytes', 'Signed at about this time']);
});

test('a signature of other bytes is refused before the time is looked at', () => {
  const { groups } = signatureStage(stripeCapture, { judgement: { reason: 'signature_mismatch', detail: 'no live secret gives this signature' }, maxBodyBytes: 1000, nearMiss: 'It fits another' });
  expect(groups![0].checks.at(-1)).toEqual({ subject: 'Signature is of these bytes', expected: 'yes', actual: 'no live secret gives this signature', passed: false });
});

test('of a batch, each item says which secret signed it', () => {
  const vector = hmacs.find(({ provider, body }) => provider === 'adyen' && body.split('NotificationRequestItem').length > 2)!;
  const { groups, texts } = signatureStage(captureOf(vector), { judgement: { reason: 'signature_mismatch', detail: 'no', parts: [1, undefined] }, maxBodyBytes: 1e6 });
  expect(groups![0].checks.slice(-2).map(({ actual, passed }) => [actual, passed])).toEqual([
    ['by the previous secret, which was rotated out and is still live', true], ['no live secret gives it', false],
  ]);
  expect(texts!.map(({ title }) => title)).toEqual([expect.stringMatching(/^Signed text of item 1, by the previous/), 'Signed text of item 2, by no live secret']);
});

test('a classic webhook of Mollie is not said to be signed', () => {
  const capture = captureOf({ provider: 'mollie', headers: {}, body: 'id=tr_1', now: 1, options: { classic: true } });
  expect(signatureStage(capture, { judgement: { secretIndex: 0 }, maxBodyBytes: 1000 })).toMatchObject({ state: 'skipped', texts: [], groups: [] });
});

test('JSON gets line breaks and keeps its numbers as they were sent', () => {
  expect(pretty('{"a":1.00,"b":"x,{}","c":[],"d":[1e400]}')).toBe('{\n  "a": 1.00,\n  "b": "x,{}",\n  "c": [],\n  "d": [\n    1e400\n  ]\n}');
  expect(pretty('{"a"')).toBe('{"a"');
});
