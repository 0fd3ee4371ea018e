import * as fc from 'fast-check';
import type { AdapterOptions, CanonicalEvent, MappedEvent, ProviderAdapter } from '../../../runtime/providers/adapter';
import { rejectionOf } from '../../../runtime/providers/rejection-of';
import { because, commonAbuse, flipBit, flipBitOf, mapped, NOW, request, RequestParts } from './harness';

/** A captured webhook with its verdict. */
export interface Vector {
  readonly id: string;
  readonly now: number;
  readonly secret: string;
  readonly options?: AdapterOptions;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly expected: string;
  readonly reason: string;
  readonly canonical: Partial<CanonicalEvent> | null;
  readonly money_moved?: boolean;
}

/** A provider under test, with a body it may send and the way it signs. */
export interface Subject {
  readonly adapter: ProviderAdapter;
  readonly options?: AdapterOptions;
  readonly secret: string;
  /** Lower-case name of the header with the signature. */
  readonly header: string;
  readonly body: string;
  readonly sign: (body: string | Buffer, secret: string, at: number) => RequestParts;
  /** How far the signed time may be from arrival, where one is signed. */
  readonly toleranceSeconds?: number;
  /** As the fixture has them: JSON knows no optional members. */
  readonly vectors: readonly unknown[];
}

/** Every refusal that is answered with 400. */
export const unreadable: Error = { asymmetricMatch: (error: unknown) => rejectionOf(error)?.status === 400 } as unknown as Error;

/** What holds for every provider that signs a JSON body with a secret. */
export function behavesLikeAProvider(subject: Subject): void {
  const { adapter, options = {}, secret, header, body, sign, toleranceSeconds, vectors } = subject;
  const good = sign(body, secret, NOW);
  const verify = (parts: RequestParts, ...secrets: string[]) =>
    adapter.verify(request(parts), { secrets: secrets.length ? secrets : [secret], options });
  const map = (text: string | Buffer) => adapter.map(request({ ...good, body: text }), options);

  describe('a signature', () => {
    test('is accepted over exactly the signed bytes, readable or not', () => {
      for (const bytes of [body, `\r\n ${body} \n`, '{"ä":"日本 🎉"}', '', Buffer.from([0xff, 0xfe, 0x00])]) {
        expect(verify(sign(bytes, secret, NOW))).toEqual({ secretIndex: 0 });
      }
    });

    test('may be made with any live secret, and which it was is told', () => {
      expect(verify(good, 'made-up-newer', secret)).toEqual({ secretIndex: 1 });
      expect(verify(good, secret, 'made-up-older')).toEqual({ secretIndex: 0 });
    });

    test('by another secret is refused', () => {
      for (const other of ['made-up-other', `${secret}\n`, secret.slice(1)]) {
        expect(() => verify(sign(body, other, NOW))).toThrow(because('signature_mismatch') as Error);
      }
      expect(() => adapter.verify(request(good), { secrets: [], options })).toThrow(because('signature_mismatch') as Error);
    });

    test.each(commonAbuse(good, header))('is refused %s', (_, parts, reason) => {
      expect(() => verify(parts)).toThrow(because(reason) as Error);
    });

    test('is refused when any one bit of the body is another', () => {
      const bytes = Buffer.from(body);
      fc.assert(fc.property(fc.nat(bytes.length * 8 - 1), (bit) => {
        expect(() => verify({ ...good, body: flipBit(bytes, bit) })).toThrow(because('signature_mismatch') as Error);
      }));
    });

    test('is refused when any one bit of its header is another', () => {
      const text = String(good.headers![header]);
      fc.assert(fc.property(fc.nat(text.length * 8 - 1), (bit) => {
        const flipped = { ...good, headers: { ...good.headers, [header]: flipBitOf(text, bit) } };
        expect(() => verify(flipped)).toThrow(expect.objectContaining({ status: 401 }) as Error);
      }));
    });

    if (toleranceSeconds === undefined) {
      test('has no age', () => {
        expect(adapter.description.toleranceSeconds).toBeUndefined();
        expect(verify({ ...good, now: NOW + 30 * 86_400 })).toEqual({ secretIndex: 0 });
      });
    } else {
      test('is accepted at the edges of its window and refused beyond', () => {
        for (const at of [NOW - toleranceSeconds, NOW + toleranceSeconds]) expect(verify(sign(body, secret, at))).toEqual({ secretIndex: 0 });
        expect(() => verify(sign(body, secret, NOW - toleranceSeconds - 1))).toThrow(because('timestamp_too_old') as Error);
        expect(() => verify(sign(body, secret, NOW + toleranceSeconds + 1))).toThrow(because('timestamp_in_future') as Error);
      });
    }
  });

  describe('a body', () => {
    test.each([
      ['a list', '[]'], ['text', '"x"'], ['a number', '1'], ['null', 'null'], ['nothing', ''], ['two values', `${body}{}`],
      ['one with a key twice', body.replace('{', '{"twice":1,"twice":2,')], ['broken JSON', body.slice(0, -1)],
      ['Latin-1', Buffer.from('{"a":"\u00e4"}', 'latin1')], ['one with a byte order mark', `\ufeff${body}`],
    ])('that is %s cannot be read', (_, text) => {
      expect(() => map(text)).toThrow(unreadable);
    });

    test('is mapped whatever object it is, with ids that can be stored', () => {
      fc.assert(fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (object) => {
        const [{ event, key }, ...others] = map(JSON.stringify(object)) as MappedEvent[];
        expect(others).toEqual([]);
        expect(event).toMatchObject({ money_moved: false, needs_fetch: false });
        for (const id of [event.transaction_id, event.event_id, event.event_type, key ?? event.event_id]) expect(id).not.toBe('');
        expect(new Date(event.occurred_at).toISOString()).toBe(event.occurred_at);
      }));
    });

    test('with prototype keys stays harmless', () => {
      const polluting = '{"__proto__":{"id":"polluted","event":"charge.success"},"constructor":{"prototype":{"polluted":1}}}';
      const [{ event }] = map(polluting);
      expect(event).toMatchObject({ money_moved: false });
      expect(event.transaction_id).not.toBe('polluted');
      expect(({} as Record<string, unknown>).polluted).toBeUndefined();
    });

    test('with huge numbers in it is mapped', () => {
      expect(map('{"id":1e400,"created_at":1e400,"data":{"amount":9e99999}}')[0].event).toMatchObject({ money_moved: false, amount: null });
    });
  });

  describe('a frozen vector', () => {
    const all = vectors as readonly Vector[];
    const verdict = (vector: Vector) => adapter.verify(request(vector), { secrets: [vector.secret], options: vector.options ?? options });

    test.each(all)('$id is $expected: $reason', (vector) => {
      if (vector.expected !== 'valid') {
        expect(() => verdict(vector)).toThrow(expect.objectContaining({ status: 401 }) as Error);
        return;
      }
      expect(verdict(vector)).toEqual({ secretIndex: 0 });
      const [{ event }, ...others] = mapped(adapter, vector, vector.options ?? options);
      expect(others).toEqual([]);
      if (vector.canonical) expect(event).toMatchObject({ ...vector.canonical, money_moved: vector.money_moved ?? true, needs_fetch: false });
    });
  });
}
