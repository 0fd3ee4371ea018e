import { createHmac } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Capture } from '../../../local/console/capture';
import { pretty } from '../../../local/console/reception';
import { signatureStage, signedOf } from '../../../local/console/signature';

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

const KEY: Readonly<Record<string, (secret: string) => Buffer>> = { 'standard-webhooks': (secret) => Buffer.from(secret.replace(/^whsec_/, ''), 'base64') };

const hmacs = vectors.filter(({ provider, expected, secret, headers }) => expected === 'valid' && secret !== undefined && Object.values(headers).every((value) => typeof value === 'string')
  && ['stripe', 'standard-webhooks', 'paddle', 'square', 'shopify', 'razorpay', 'checkout-com', 'paystack', 'github'].includes(provider) && !secret.startsWith('whpk_'));

test('there are captures of every scheme', () => {
  expect(new Set(hmacs.map(({ provider }) => provider)).size).toBeGreaterThan(5);
});

test.each(hmacs.map((vector) => [vector.id, vector] as const))('the signed text of %s gives its signature', (_, vector) => {
  const { text } = signedOf(captureOf(vector))!;
  const key = (KEY[vector.provider] ?? Buffer.from)(vector.secret!);
  const digests = ['sha256', 'sha512'].flatMap((algorithm) => (['hex', 'base64'] as const).map((encoding) => createHmac(algorithm, key).update(text).digest(encoding)));
  const headers = Object.values(vector.headers).join('\n');
  expect(digests.some((digest) => headers.includes(digest))).toBe(true);
});

test('the steps end where it was refused, and say how far off the time was', () => {
  const capture = captureOf({ provider: 'stripe', headers: { 'stripe-signature': 't=1000,v1=00' }, body: '{}', now: 4600 });
  const { state, groups } = signatureStage(capture, { reason: 'timestamp_too_old', detail: 'signed 3600 s before arrival, 300 s are allowed' });
  expect(state).toBe('failed');
  expect(groups![0].checks.at(-1)).toEqual({ subject: 'Signed at about this time', expected: 'within 300 s', actual: '3600 s before arrival', passed: false });
  expect(groups![0].checks.slice(0, -1).every(({ passed }) => passed)).toBe(true);
});

test('JSON gets line breaks and keeps its numbers as they were sent', () => {
  expect(pretty('{"a":1.00,"b":"x,{}","c":[],"d":[1e400]}')).toBe('{\n  "a": 1.00,\n  "b": "x,{}",\n  "c": [],\n  "d": [\n    1e400\n  ]\n}');
  expect(pretty('{"a"')).toBe('{"a"');
});
