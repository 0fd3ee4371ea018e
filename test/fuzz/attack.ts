import fc from 'fast-check';
import { demoProviderOf } from '../../local/demo/providers';
import { signedRequest } from '../../local/demo/signed';
import { Services } from '../../local/runner/services';
import { Endpoint } from '../../local/runner/systems';
import { hostileJson, hostileText } from './hostile';

/** A request nobody in his right mind would send. Kept in the corpus as it is. */
export interface Attack {
  /** Kind of the provider whose webhook it started as. */
  readonly kind: string;
  readonly method: string;
  /** What follows the name of the endpoint in the path. */
  readonly suffix: string;
  /** Value put into the body, and which of its fields, counted, takes it. */
  readonly field: number;
  readonly value: string;
  /** Bytes in hex, put in at a place in thousandths of the body; the rest is cut off when `cut`. */
  readonly bytes: string;
  readonly place: number;
  readonly cut: boolean;
  /** Whether what results is signed, by somebody who has the secret. */
  readonly signed: boolean;
  /** Headers beside the provider's own, as they go over the wire. */
  readonly headers: readonly (readonly [string, string])[];
  /** What the value of the signature becomes. */
  readonly signature: 'kept' | 'empty' | 'doubled' | 'cut' | 'upper case' | 'long';
}

const NOTHING = { suffix: '', field: -1, value: 'null', bytes: '', place: 0, cut: false, headers: [], signature: 'kept', method: 'POST', signed: true } as const;

/** Mostly requests with one thing wrong: with more, the first would hide the others. */
export function attacks(kinds: readonly string[]): fc.Arbitrary<Attack> {
  const kind = fc.constantFrom(...kinds);
  const of = (changes: { readonly [K in keyof Attack]?: fc.Arbitrary<Attack[K]> }) =>
    fc.record({ kind, ...changes }).map((drawn) => ({ ...NOTHING, ...drawn }) as Attack);
  const field = fc.nat({ max: 60 });
  const bytes = fc.uint8Array({ maxLength: 12 }).map((array) => Buffer.from(array).toString('hex'));
  const place = fc.nat({ max: 1000 });
  const value = hostileJson();
  const header = fc.tuple(fc.constantFrom(...HEADERS), hostileText());
  const path = { suffix: fc.constantFrom(...SUFFIXES), method: fc.constantFrom(...METHODS) };
  return fc.oneof(
    { weight: 5, arbitrary: of({ field, value }) },
    { weight: 3, arbitrary: of({ bytes, place, cut: fc.boolean(), signed: fc.boolean() }) },
    { weight: 2, arbitrary: of({ headers: fc.array(header, { minLength: 1, maxLength: 3 }) }) },
    { weight: 2, arbitrary: of({ signature: fc.constantFrom('empty', 'doubled', 'cut', 'upper case', 'long') }) },
    { weight: 1, arbitrary: of(path) },
    {
      weight: 1,
      arbitrary: of({ ...path, field, value, bytes, place, cut: fc.boolean(), signed: fc.boolean(), headers: fc.array(header, { maxLength: 2 }) }),
    },
  );
}

const METHODS = ['GET', 'HEAD', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'TRACE', 'POST', 'post', 'FOO'];
const SUFFIXES = [
  '/', '//', '/..', '/../stripe', '/%2e%2e/', '%2f', '%00', '%', '%ff', '%zz', '?', '?a', '?a=1&a=2', '?%ff=%00', '?__proto__=1', ';x=1', '#x', '\\', 'X',
  `/${'a'.repeat(3_000)}`, `?${'b='.repeat(2_000)}`, '?hub.challenge=x&validationToken=y',
];
const HEADERS = [
  'content-type', 'content-encoding', 'content-language', 'x-forwarded-for', 'x-forwarded-host', 'x-http-method-override', 'x-amzn-trace-id', 'authorization',
  'accept', 'accept-encoding', 'expect', 'cookie', 'range', 'if-none-match', 'webhook-id', 'webhook-timestamp', 'stripe-signature', 'x-hub-signature-256', '__proto__',
];

const hex = (text: string) => Buffer.from(text, 'hex');

/** The request as bytes on the wire. */
export function wireBytes(attack: Attack, endpoint: Endpoint, services: Services): Buffer {
  const written = demoProviderOf(endpoint.kind).write(
    { id: idOf(attack), cents: 4_200_000, customer: 'cus_fuzz', metadata: { order_id: 'F-1' } }, services.clock.now(), endpoint.options ?? {},
  );
  const whole = spliced(Buffer.from(withValue(written.body, attack)), attack);
  const good = sign(services, endpoint, Buffer.from(written.body));
  const { headers, body } = attack.signed ? sign(services, endpoint, whole) ?? { ...good!, body: whole } : { ...good!, body: whole };
  const lines = [
    `${attack.method} /webhook/${endpoint.name}${attack.suffix} HTTP/1.1`,
    'Host: 127.0.0.1',
    'Connection: close',
    `Content-Length: ${body.length}`,
    ...Object.entries(headers).map(([name, value]) => `${name}: ${/signature|authorization|hmac|transmission-sig/i.test(name) ? forged(value, attack) : value}`),
    ...attack.headers.map(([name, value]) => `${name}: ${value}`),
  ];
  return Buffer.concat([Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, 'utf8'), body]);
}

/** The same attack has the same id, so that a repetition is one. */
function idOf({ field, place }: Attack): string {
  return (0xf0_00_00_00 + (field + 1) * 5_000 + place).toString(16).padStart(16, '0');
}

/** A provider's own tools may refuse to sign what is no webhook of theirs. */
function sign(services: Services, endpoint: Endpoint, body: Buffer) {
  try {
    return signedRequest(services, endpoint, body);
  } catch {
    return undefined;
  }
}

function spliced(body: Buffer, { bytes, place, cut }: Attack): Buffer {
  if (bytes === '' && !cut) return body;
  const at = Math.floor((body.length * place) / 1000);
  return Buffer.concat([body.subarray(0, at), hex(bytes), ...(cut ? [] : [body.subarray(at)])]);
}

/** Puts the value in place of a field's, whatever it is: numbers no double holds and keys twice included. */
function withValue(body: string, { field, value }: Attack): string {
  if (field < 0) return body;
  const members = [...body.matchAll(/"(?:[^"\\]|\\.)*"\s*:\s*("(?:[^"\\]|\\.)*"|-?[\d.eE+]+|true|false|null)/g)];
  if (members.length === 0) return value;
  const member = members[field % members.length];
  const start = member.index + member[0].length - member[1].length;
  return `${body.slice(0, start)}${value}${body.slice(start + member[1].length)}`;
}

function forged(value: string, { signature }: Attack): string {
  switch (signature) {
    case 'empty': return '';
    case 'doubled': return `${value}, ${value}`;
    case 'cut': return value.slice(0, -1);
    case 'upper case': return value.toUpperCase();
    case 'long': return value + '0'.repeat(4_000);
    default: return value;
  }
}
