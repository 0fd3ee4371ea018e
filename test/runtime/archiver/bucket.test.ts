import { createHash } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { GetObjectCommand, NoSuchKey, PutObjectCommand, S3Client, S3ServiceException } from '@aws-sdk/client-s3';
import { mockClient } from 'aws-sdk-client-mock';
import { bucketObjects, objectsOf, rowsIn } from '../../../runtime/archiver/objects';
import { scannedRow } from '../../../runtime/archiver/rows';
import { fromAttributes } from '../../../runtime/aws/attributes';
import { imageWith } from '../rows';

const s3 = mockClient(S3Client);
const objects = bucketObjects(new S3Client({}), 'audit');
beforeEach(() => s3.reset());

const row = (transactionId: string, receivedAt = '2025-10-09T10:00:00.000Z', amount = '10.90') =>
  scannedRow(fromAttributes(imageWith({ transactionId, receivedAt, amount })));
const [object] = objectsOf([row('pi_1'), row('pi_2')], 'run-1', 3);
const put = () => s3.commandCalls(PutObjectCommand)[0].args[0].input;
const failure = (name: string, status: number) => new S3ServiceException({ name, $fault: 'client', $metadata: { httpStatusCode: status } });

describe('creating an object', () => {
  test('never over another, and verified by its SHA-256', async () => {
    s3.on(PutObjectCommand).resolves({});
    await objects.create(object);
    expect(put()).toMatchObject({
      Bucket: 'audit', Key: object.key, IfNoneMatch: '*', ContentType: 'application/x-ndjson', ContentEncoding: 'gzip',
      ChecksumSHA256: createHash('sha256').update(put().Body as Buffer).digest('base64'),
    });
  });

  test('that is there already is no failure: its name says what is in it', async () => {
    s3.on(PutObjectCommand).rejects(failure('PreconditionFailed', 412));
    await expect(objects.create(object)).resolves.toBeUndefined();
  });

  test.each([['ConditionalRequestConflict', 409], ['AccessDenied', 403], ['BadDigest', 400], ['SlowDown', 503]])('that fails with %s (%i) is one', async (name, status) => {
    s3.on(PutObjectCommand).rejects(failure(name, status));
    await expect(objects.create(object)).rejects.toMatchObject({ name });
  });
});

describe('reading an object', () => {
  const stored = () => ({ Body: { transformToByteArray: async () => new Uint8Array(object.body) } as never });

  test('gives back what the tombstones of its rows are made of', async () => {
    s3.on(GetObjectCommand).resolves(stored());
    const rows = await objects.read(object.key);
    expect(rows).toEqual(object.rows.map(({ line: _, ...tombstone }) => tombstone));
  });

  test('row by row keeps every attribute and every digit', () => {
    const [first, ...others] = rowsIn(object.body);
    expect(others).toHaveLength(1);
    expect(first.attributes).toEqual(fromAttributes(imageWith({ transactionId: 'pi_1', receivedAt: first.receivedAt, amount: '10.90' })));
    expect(String(first.attributes.amount)).toBe('10.90');
  });

  test.each([['', []], ['\n\n', []], ['{"a":1}\n\n{"a":2}', [1, 2]], ['{"a":"\u2028é"}\n', ['\u2028é']]])('splits %j at line ends alone', (text, values) => {
    expect(Array.from(rowsIn(gzipSync(text)), ({ attributes }) => attributes.a).map((value) => (typeof value === 'string' ? value : Number(value)))).toEqual(values);
  });

  test('that does not exist gives nothing', async () => {
    s3.on(GetObjectCommand).rejects(new NoSuchKey({ message: 'no', $metadata: {} }));
    expect(await objects.read(object.key)).toBeUndefined();
  });

  test('that cannot be read is a failure, not an absence', async () => {
    s3.on(GetObjectCommand).rejects(failure('AccessDenied', 403));
    await expect(objects.read(object.key)).rejects.toMatchObject({ name: 'AccessDenied' });
  });
});

describe('keys', () => {
  const keysOf = (...args: Parameters<typeof objectsOf>) => objectsOf(...args).map(({ key }) => key);

  test('are the day in UTC, the run, the segment and the content', () => {
    expect(keysOf([row('a', '2025-12-31T23:59:59.999Z'), row('b', '2026-01-01T00:00:00.000Z')], 'run-1', 3)).toEqual([
      expect.stringMatching(/^transactions\/2025\/12\/31\/run-1-3-[0-9a-f]{16}\.ndjson\.gz$/),
      expect.stringMatching(/^transactions\/2026\/01\/01\/run-1-3-[0-9a-f]{16}\.ndjson\.gz$/),
    ]);
  });

  test('are the same for the same rows, and other for any other', () => {
    const key = object.key;
    expect(keysOf([row('pi_1'), row('pi_2')], 'run-1', 3)).toEqual([key]);
    const others = [
      keysOf([row('pi_1')], 'run-1', 3), keysOf([row('pi_1'), row('pi_2', undefined, '10.91')], 'run-1', 3),
      keysOf([row('pi_1'), row('pi_2')], 'run-2', 3), keysOf([row('pi_1'), row('pi_2')], 'run-1', 4),
    ].flat();
    expect(new Set([key, ...others]).size).toBe(5);
  });
});
