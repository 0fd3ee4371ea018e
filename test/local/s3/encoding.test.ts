import fc from 'fast-check';
import { decodeAwsChunked } from '../../../local/s3/aws-chunked';
import { digest } from '../../../local/s3/checksums';
import { parseXml, toXml } from '../../../local/s3/xml';

describe('aws-chunked', () => {
  const chunks = fc.array(fc.uint8Array({ minLength: 1, maxLength: 40 }), { maxLength: 5 });

  function encode(parts: readonly Uint8Array[], trailer: string): Buffer {
    const framed = parts.flatMap((part) => [Buffer.from(`${part.length.toString(16)};chunk-signature=abc\r\n`), part, Buffer.from('\r\n')]);
    return Buffer.concat([...framed, Buffer.from(`0\r\n${trailer}\r\n`)]);
  }

  test('any chunks give back their bytes and the trailer', () => {
    fc.assert(fc.property(chunks, (parts) => {
      const { data, trailers } = decodeAwsChunked(encode(parts, 'X-Amz-Checksum-Crc32: AAAAAA==\r\n'));
      expect(data.equals(Buffer.concat(parts))).toBe(true);
      expect(trailers).toEqual({ 'x-amz-checksum-crc32': 'AAAAAA==' });
    }));
  });

  test('nothing that ends too early is taken', () => {
    fc.assert(fc.property(chunks, fc.nat(), (parts, at) => {
      const whole = encode(parts, '');
      const cut = at % (whole.length - 4);
      expect(() => decodeAwsChunked(whole.subarray(0, cut))).toThrow();
    }));
  });
});

test('the check values of the published CRC catalogues', () => {
  const hex = (algorithm: 'CRC32' | 'CRC32C' | 'CRC64NVME') => Buffer.from(digest(algorithm, Buffer.from('123456789')), 'base64').toString('hex');
  expect([hex('CRC32'), hex('CRC32C'), hex('CRC64NVME')]).toEqual(['cbf43926', 'e3069283', 'ae8b14860a799888']);
});

test('text survives XML', () => {
  const text = fc.string({ unit: fc.constantFrom('a', '&', '<', '>', '"', "'", '\r', '\n', 'ä', '😀', ';', '#') });
  fc.assert(fc.property(text, (value) => {
    expect(parseXml(toXml('Key', value)).text).toBe(value);
  }));
});

test.each(['', '<a>', '<a></b>', '<a/><b/>', '<a>&nope;</a>', 'text'])('refuses %j as XML', (source) => {
  expect(() => parseXml(source)).toThrow('XML');
});
