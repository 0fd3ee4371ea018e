import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import {
  CopyObjectCommand, DeleteObjectCommand, DeleteObjectsCommand, GetBucketLocationCommand, GetObjectCommand, GetObjectTaggingCommand,
  HeadBucketCommand,
  HeadObjectCommand, ListBucketsCommand, PutObjectCommand, S3Client,
} from '@aws-sdk/client-s3';
import { VirtualClock } from '../../../local/kernel/clock';
import { Journal } from '../../../local/kernel/journal';
import { Metrics } from '../../../local/kernel/metrics';
import { Buckets } from '../../../local/s3/buckets';
import { clientOptions, serve, Served } from '../../helpers/serve';

const Bucket = 'payments';
const clock = new VirtualClock();
const journal = new Journal(clock);
const metrics = new Metrics(clock);
const buckets = new Buckets({ clock, journal, metrics });
let served: Served;
let s3: S3Client;

const quotedMd5 = (text: string) => `"${createHash('md5').update(text).digest('hex')}"`;

beforeAll(async () => {
  await buckets.createBucket(Bucket);
  served = await serve(buckets);
  s3 = new S3Client({ ...clientOptions(served), forcePathStyle: true });
});

afterEach(() => { served.tamper = undefined; });

afterAll(async () => {
  s3.destroy();
  await served.close();
});

describe('putting and getting', () => {
  test('keeps the body and everything said about it', async () => {
    const put = await s3.send(new PutObjectCommand({
      Bucket,
      Key: 'a folder/ä+b%.json',
      Body: Buffer.from('{"amount":1}'),
      ContentType: 'application/json',
      ContentEncoding: 'identity',
      CacheControl: 'no-cache',
      StorageClass: 'STANDARD_IA',
      Metadata: { run: 'r-1' },
      ServerSideEncryption: 'aws:kms',
      SSEKMSKeyId: 'key',
    }));
    expect(put).toMatchObject({ ETag: quotedMd5('{"amount":1}'), ChecksumType: 'FULL_OBJECT', ServerSideEncryption: 'aws:kms' });
    expect(put.ChecksumCRC32).toBeDefined();

    const got = await s3.send(new GetObjectCommand({ Bucket, Key: 'a folder/ä+b%.json' }));
    expect(await got.Body!.transformToString()).toBe('{"amount":1}');
    expect(got).toMatchObject({
      ContentType: 'application/json',
      ContentEncoding: 'identity',
      CacheControl: 'no-cache',
      StorageClass: 'STANDARD_IA',
      Metadata: { run: 'r-1' },
      ContentLength: 12,
      LastModified: new Date(clock.now()),
      ChecksumCRC32: put.ChecksumCRC32,
      SSEKMSKeyId: 'key',
    });
    expect(got.VersionId).toBeUndefined();
  });

  test('decodes the chunked body that a stream is sent as', async () => {
    const body = Buffer.alloc(300_000, 'webhook ');
    const stream = Readable.from([body.subarray(0, 100_000), body.subarray(100_000, 150_001), body.subarray(150_001)]);
    await s3.send(new PutObjectCommand({ Bucket, Key: 'stream.gz', Body: stream, ContentLength: body.length, ContentEncoding: 'gzip' }));
    expect(served.requests.at(-1)!.headers['content-encoding']).toBe('gzip,aws-chunked');

    const got = await s3.send(new GetObjectCommand({ Bucket, Key: 'stream.gz' }));
    expect(Buffer.from(await got.Body!.transformToByteArray()).equals(body)).toBe(true);
    expect(got.ContentEncoding).toBe('gzip');
    expect(got.ChecksumCRC32).toBeDefined();
  });

  test('leaves no content encoding behind when the chunking was the only one', async () => {
    await s3.send(new PutObjectCommand({ Bucket, Key: 'plain', Body: Readable.from(['abc']), ContentLength: 3 }));
    const head = await s3.send(new HeadObjectCommand({ Bucket, Key: 'plain' }));
    expect(head.ContentEncoding).toBeUndefined();
    expect(head.ContentLength).toBe(3);
  });

  test('gets ranges', async () => {
    await buckets.putObject(Bucket, 'range', '0123456789');
    const range = async (Range: string) => {
      const got = await s3.send(new GetObjectCommand({ Bucket, Key: 'range', Range }));
      return [await got.Body!.transformToString(), got.ContentRange];
    };
    expect(await range('bytes=2-4')).toEqual(['234', 'bytes 2-4/10']);
    expect(await range('bytes=7-')).toEqual(['789', 'bytes 7-9/10']);
    expect(await range('bytes=-2')).toEqual(['89', 'bytes 8-9/10']);
    expect(await range('bytes=8-99')).toEqual(['89', 'bytes 8-9/10']);
    expect(await range('bytes=4-2')).toEqual(['0123456789', undefined]);
    await expect(range('bytes=10-')).rejects.toMatchObject({ name: 'InvalidRange' });
    await expect(range('bytes=-0')).rejects.toMatchObject({ name: 'InvalidRange' });
  });

  test('says what is missing', async () => {
    await expect(s3.send(new GetObjectCommand({ Bucket, Key: 'none' }))).rejects.toMatchObject({ name: 'NoSuchKey' });
    await expect(s3.send(new HeadObjectCommand({ Bucket, Key: 'none' }))).rejects.toMatchObject({ name: 'NotFound' });
    await expect(s3.send(new GetObjectCommand({ Bucket: 'none', Key: 'x' }))).rejects.toMatchObject({ name: 'NoSuchBucket' });
    await expect(s3.send(new HeadBucketCommand({ Bucket: 'none' }))).rejects.toMatchObject({ name: 'NotFound' });
  });

  test('cannot read an object in a cold storage class', async () => {
    await s3.send(new PutObjectCommand({ Bucket, Key: 'cold', Body: 'x', StorageClass: 'GLACIER' }));
    await expect(s3.send(new GetObjectCommand({ Bucket, Key: 'cold' }))).rejects.toMatchObject({ name: 'InvalidObjectState' });
    expect(await s3.send(new HeadObjectCommand({ Bucket, Key: 'cold' }))).toMatchObject({ StorageClass: 'GLACIER', ContentLength: 1 });
  });

  test('replaces headers of the answer on request', async () => {
    await buckets.putObject(Bucket, 'download', 'x', { headers: { 'content-type': 'text/plain' } });
    const got = await s3.send(new GetObjectCommand({ Bucket, Key: 'download', ResponseContentType: 'text/csv', ResponseContentDisposition: 'attachment' }));
    expect(got).toMatchObject({ ContentType: 'text/csv', ContentDisposition: 'attachment' });
  });
});

describe('conditions', () => {
  test('If-None-Match: * lets exactly one of many concurrent writers win', async () => {
    const attempts = await Promise.allSettled(Array.from({ length: 8 }, (_, i) => (
      s3.send(new PutObjectCommand({ Bucket, Key: 'once', Body: `writer ${i}`, IfNoneMatch: '*' }))
    )));
    const refused = attempts.filter((attempt) => attempt.status === 'rejected');
    expect(refused).toHaveLength(7);
    for (const { reason } of refused) expect(reason).toMatchObject({ name: 'PreconditionFailed', $metadata: { httpStatusCode: 412 } });
  });

  test('If-Match writes only over the object the client has seen', async () => {
    const { ETag } = await s3.send(new PutObjectCommand({ Bucket, Key: 'seen', Body: '1' }));
    await s3.send(new PutObjectCommand({ Bucket, Key: 'seen', Body: '2', IfMatch: ETag }));
    const stale = s3.send(new PutObjectCommand({ Bucket, Key: 'seen', Body: '3', IfMatch: ETag }));
    await expect(stale).rejects.toMatchObject({ name: 'PreconditionFailed' });
    const absent = s3.send(new PutObjectCommand({ Bucket, Key: 'unseen', Body: '3', IfMatch: ETag }));
    await expect(absent).rejects.toMatchObject({ name: 'NoSuchKey' });
    await expect(s3.send(new DeleteObjectCommand({ Bucket, Key: 'seen', IfMatch: ETag }))).rejects.toMatchObject({ name: 'PreconditionFailed' });
  });

  test('reads answer 304 or 412', async () => {
    const { ETag } = await s3.send(new PutObjectCommand({ Bucket, Key: 'fresh', Body: 'x' }));
    const get = (conditions: object) => s3.send(new GetObjectCommand({ Bucket, Key: 'fresh', ...conditions }));
    const before = new Date(clock.now() - 5000);
    await expect(get({ IfNoneMatch: ETag })).rejects.toMatchObject({ $metadata: { httpStatusCode: 304 } });
    await expect(get({ IfModifiedSince: new Date(clock.now()) })).rejects.toMatchObject({ $metadata: { httpStatusCode: 304 } });
    await expect(get({ IfMatch: '"other"' })).rejects.toMatchObject({ $metadata: { httpStatusCode: 412 } });
    await expect(get({ IfUnmodifiedSince: before })).rejects.toMatchObject({ $metadata: { httpStatusCode: 412 } });
    await expect(get({ IfMatch: ETag, IfModifiedSince: before })).resolves.toBeDefined();
  });
});

describe('checksums', () => {
  test.each(['CRC32', 'CRC32C', 'SHA1', 'SHA256', 'CRC64NVME'] as const)('%s is verified, kept and told back', async (ChecksumAlgorithm) => {
    const command = () => new PutObjectCommand({ Bucket, Key: ChecksumAlgorithm, Body: Buffer.from('the body'), ChecksumAlgorithm });
    const put = await s3.send(command());
    const got = await s3.send(new GetObjectCommand({ Bucket, Key: ChecksumAlgorithm, ChecksumMode: 'ENABLED' }));
    expect(await got.Body!.transformToString()).toBe('the body');
    expect(got[`Checksum${ChecksumAlgorithm}`]).toBe(put[`Checksum${ChecksumAlgorithm}`]);
    expect(put[`Checksum${ChecksumAlgorithm}`]).toBeDefined();

    served.tamper = (request) => ({ ...request, headers: { ...request.headers, 'x-amz-content-sha256': 'UNSIGNED-PAYLOAD' }, body: Buffer.from('the bodY') });
    await expect(s3.send(command())).rejects.toMatchObject({ name: 'BadDigest' });
  });

  test('a changed byte in a signed buffer or in a stream is refused', async () => {
    served.tamper = (request) => ({ ...request, body: Buffer.from(request.body.toString('latin1').replace('amount', 'amouNt'), 'latin1') });
    const buffer = s3.send(new PutObjectCommand({ Bucket, Key: 'changed', Body: Buffer.from('amount') }));
    await expect(buffer).rejects.toMatchObject({ name: 'XAmzContentSHA256Mismatch' });
    const stream = s3.send(new PutObjectCommand({ Bucket, Key: 'changed', Body: Readable.from(['amount']), ContentLength: 6 }));
    await expect(stream).rejects.toMatchObject({ name: 'BadDigest' });
    expect(buckets.listObjects(Bucket, 'changed')).toEqual([]);
  });

  test('a wrong length, a lost trailer or a broken chunk is refused', async () => {
    const put = () => s3.send(new PutObjectCommand({ Bucket, Key: 'broken', Body: Readable.from(['amount']), ContentLength: 6 }));
    served.tamper = (request) => ({ ...request, headers: { ...request.headers, 'x-amz-decoded-content-length': '7' } });
    await expect(put()).rejects.toMatchObject({ name: 'IncompleteBody' });
    served.tamper = (request) => ({ ...request, body: Buffer.from(request.body.toString('latin1').replace(/0\r\n.*/s, '0\r\n\r\n')) });
    await expect(put()).rejects.toMatchObject({ name: 'MalformedTrailerError' });
    served.tamper = (request) => ({ ...request, body: request.body.subarray(0, 7) });
    await expect(put()).rejects.toMatchObject({ name: 'IncompleteBody' });
  });

  test('Content-MD5 is verified', async () => {
    const put = async (body: string) => {
      const headers = { 'content-md5': createHash('md5').update('amount').digest('base64') };
      return buckets.handle({ method: 'PUT', path: `/${Bucket}/md5`, query: new URLSearchParams(), headers, body: Buffer.from(body) });
    };
    expect(await put('amount')).toMatchObject({ status: 200 });
    expect(await put('amouNt')).toMatchObject({ status: 400, body: expect.stringContaining('<Code>BadDigest</Code>') });
  });

  test('CRC64NVME is computed when the client sends none', async () => {
    const plain = new S3Client({ ...clientOptions(served), forcePathStyle: true, requestChecksumCalculation: 'WHEN_REQUIRED' });
    expect(await plain.send(new PutObjectCommand({ Bucket, Key: 'none-sent', Body: 'hello world' }))).toMatchObject({ ChecksumCRC64NVME: 'jSnVw/bqjr4=' });
    plain.destroy();
  });
});

describe('copying', () => {
  test('takes metadata along, or replaces it', async () => {
    await buckets.putObject(Bucket, 'source key', 'copied', { headers: { 'content-type': 'text/plain' }, metadata: { a: '1' } });
    const copy = await s3.send(new CopyObjectCommand({ Bucket, Key: 'copy', CopySource: `${Bucket}/source%20key` }));
    expect(copy.CopyObjectResult).toMatchObject({ ETag: quotedMd5('copied') });
    const kept = await s3.send(new GetObjectCommand({ Bucket, Key: 'copy' }));
    expect(await kept.Body!.transformToString()).toBe('copied');
    expect(kept).toMatchObject({ ContentType: 'text/plain', Metadata: { a: '1' } });

    const options = { Bucket, Key: 'copy', CopySource: `${Bucket}/copy` };
    await s3.send(new CopyObjectCommand({ ...options, MetadataDirective: 'REPLACE', Metadata: { b: '2' } }));
    expect((await s3.send(new HeadObjectCommand({ Bucket, Key: 'copy' }))).Metadata).toEqual({ b: '2' });
    await expect(s3.send(new CopyObjectCommand(options))).rejects.toMatchObject({ name: 'InvalidRequest' });
    const stale = s3.send(new CopyObjectCommand({ ...options, Key: 'other', CopySourceIfMatch: '"stale"' }));
    await expect(stale).rejects.toMatchObject({ name: 'PreconditionFailed' });
  });
});

describe('deleting', () => {
  test('removes one or many, silently when there was none', async () => {
    for (const key of ['d1', 'd2 & <d>', 'd3']) await buckets.putObject(Bucket, key, 'x');
    await s3.send(new DeleteObjectCommand({ Bucket, Key: 'd1' }));
    await s3.send(new DeleteObjectCommand({ Bucket, Key: 'never-was' }));
    const many = await s3.send(new DeleteObjectsCommand({
      Bucket, Delete: { Objects: [{ Key: 'd2 & <d>' }, { Key: 'd3', ETag: '"other"' }, { Key: 'd4' }] },
    }));
    expect(many.Deleted).toEqual([{ Key: 'd2 & <d>' }, { Key: 'd4' }]);
    expect(many.Errors).toMatchObject([{ Key: 'd3', Code: 'PreconditionFailed' }]);
    expect(buckets.listObjects(Bucket, 'd').map(({ key }) => key)).toEqual(['d3', 'download']);
  });
});

describe('around the objects', () => {
  test('lists buckets and their place', async () => {
    expect((await s3.send(new ListBucketsCommand({}))).Buckets).toMatchObject([{ Name: Bucket, CreationDate: new Date(clock.now()) }]);
    expect((await s3.send(new GetBucketLocationCommand({ Bucket }))).LocationConstraint).toBeUndefined();
    expect((await s3.send(new HeadBucketCommand({ Bucket }))).BucketRegion).toBe('us-east-1');
  });

  test('journals and measures what happens', async () => {
    const headers = { 'x-amzn-trace-id': 'Root=1-00000001-000000000000000000000001;Sampled=1' };
    await buckets.handle({ method: 'PUT', path: `/${Bucket}/traced`, query: new URLSearchParams(), headers, body: Buffer.from('12345') });
    expect(journal.entries().at(-1)).toMatchObject({
      service: 's3', type: 'ObjectCreated:Put', traceId: '1-00000001-000000000000000000000001', data: { bucket: Bucket, key: 'traced', size: 5 },
    });
    const total = buckets.listObjects(Bucket).length;
    expect(metrics.get('AWS/S3', 'NumberOfObjects', { BucketName: Bucket, StorageType: 'AllStorageTypes' }).at(-1)!.value).toBe(total);
    const standard = buckets.listObjects(Bucket).filter(({ storageClass }) => storageClass === 'STANDARD').reduce((sum, { size }) => sum + size, 0);
    expect(metrics.get('AWS/S3', 'BucketSizeBytes', { BucketName: Bucket, StorageType: 'StandardStorage' }).at(-1)!.value).toBe(standard);
  });

  test('refuses what it would otherwise ignore, by name', async () => {
    const tagging = s3.send(new PutObjectCommand({ Bucket, Key: 'x', Body: 'x', Tagging: 'a=b' }));
    await expect(tagging).rejects.toMatchObject({ name: 'NotSupportedLocally', message: expect.stringContaining('x-amz-tagging of PutObject') });
    const tags = s3.send(new GetObjectTaggingCommand({ Bucket, Key: 'x' }));
    await expect(tags).rejects.toMatchObject({ name: 'NotSupportedLocally', message: expect.stringContaining('parameter tagging of GetObject') });
  });

  test('takes the headers of presigned URLs from the query', async () => {
    await buckets.putObject(Bucket, 'presigned', 'x', { conditions: {} });
    const query = new URLSearchParams({ 'X-Amz-Signature': 'abc', 'X-Amz-Expires': '60', 'x-id': 'GetObject', 'x-amz-checksum-mode': 'ENABLED' });
    const answer = await buckets.handle({ method: 'GET', path: `/${Bucket}/presigned`, query, headers: {}, body: Buffer.alloc(0) });
    expect(answer).toMatchObject({ status: 200, body: Buffer.from('x') });
  });
});
