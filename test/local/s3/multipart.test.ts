import {
  AbortMultipartUploadCommand, CompleteMultipartUploadCommand, CreateMultipartUploadCommand, GetObjectCommand, ListPartsCommand, S3Client,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import { VirtualClock } from '../../../local/kernel/clock';
import { Journal } from '../../../local/kernel/journal';
import { Metrics } from '../../../local/kernel/metrics';
import { Buckets } from '../../../local/s3/buckets';
import { clientOptions, serve, Served } from '../../helpers/serve';

const clock = new VirtualClock();
const journal = new Journal(clock);
const buckets = new Buckets({ clock, journal, metrics: new Metrics(clock) });
const target = { Bucket: 'archive', Key: 'day.ndjson.gz' };
const MIB = 1024 * 1024;
let served: Served;
let s3: S3Client;

beforeAll(async () => {
  await buckets.createBucket('archive');
  served = await serve(buckets);
  s3 = new S3Client({ ...clientOptions(served), forcePathStyle: true });
});

afterAll(async () => {
  s3.destroy();
  await served.close();
});

async function begin(options: object = {}): Promise<string> {
  return (await s3.send(new CreateMultipartUploadCommand({ ...target, ...options }))).UploadId!;
}

async function part(UploadId: string, PartNumber: number, Body: Buffer) {
  const { ETag, ChecksumCRC32, ChecksumCRC64NVME } = await s3.send(new UploadPartCommand({ ...target, UploadId, PartNumber, Body }));
  return { PartNumber, ETag, ChecksumCRC32, ChecksumCRC64NVME };
}

function complete(UploadId: string, Parts: object[], options: object = {}) {
  return s3.send(new CompleteMultipartUploadCommand({ ...target, UploadId, MultipartUpload: { Parts }, ...options }));
}

test('assembles parts, whatever order they came in, with a composite checksum', async () => {
  const UploadId = await begin({ ChecksumAlgorithm: 'CRC32', ContentType: 'application/x-ndjson', ContentEncoding: 'gzip', Metadata: { run: '1' } });
  const second = await part(UploadId, 2, Buffer.from('tail'));
  const first = await part(UploadId, 1, Buffer.alloc(5 * MIB, 'a'));
  const { Parts } = await s3.send(new ListPartsCommand({ ...target, UploadId }));
  expect(Parts).toMatchObject([{ PartNumber: 1, Size: 5 * MIB }, { PartNumber: 2, Size: 4 }]);
  const done = await complete(UploadId, [first, second]);
  expect(done).toMatchObject({ ETag: expect.stringMatching(/^"[0-9a-f]{32}-2"$/), ChecksumCRC32: expect.stringMatching(/-2$/), ChecksumType: 'COMPOSITE' });
  const got = await s3.send(new GetObjectCommand(target));
  expect(got).toMatchObject({ ContentLength: 5 * MIB + 4, ContentType: 'application/x-ndjson', ContentEncoding: 'gzip', Metadata: { run: '1' } });
  expect((await got.Body!.transformToString()).slice(-5)).toBe('atail');
  expect(journal.entries().at(-1)).toMatchObject({ type: 'ObjectCreated:CompleteMultipartUpload', data: { key: target.Key } });
  await expect(complete(UploadId, [first, second])).rejects.toMatchObject({ name: 'NoSuchUpload' });
});

test('a full-object checksum covers the whole and is verified', async () => {
  const UploadId = await begin({ ChecksumAlgorithm: 'CRC64NVME', ChecksumType: 'FULL_OBJECT' });
  const send = (Body: string) => s3.send(new UploadPartCommand({ ...target, UploadId, PartNumber: 1, Body, ChecksumAlgorithm: 'CRC64NVME' }));
  const { ETag } = await send('hello world');
  await expect(complete(UploadId, [{ PartNumber: 1, ETag }], { ChecksumCRC64NVME: 'AAAAAAAAAAA=' })).rejects.toMatchObject({ name: 'BadDigest' });
  expect(await complete(UploadId, [{ PartNumber: 1, ETag }], { ChecksumCRC64NVME: 'jSnVw/bqjr4=' })).toMatchObject({ ChecksumType: 'FULL_OBJECT' });
});

test('If-None-Match: * holds for the completed object', async () => {
  await buckets.putObject(target.Bucket, target.Key, 'already there');
  const UploadId = await begin();
  const parts = [await part(UploadId, 1, Buffer.from('x'))];
  await expect(complete(UploadId, parts, { IfNoneMatch: '*' })).rejects.toMatchObject({ name: 'PreconditionFailed' });
});

test('an upload without a named algorithm takes any and gets CRC64NVME', async () => {
  const UploadId = await begin();
  const done = await complete(UploadId, [await part(UploadId, 1, Buffer.from('hello world'))]);
  expect(done).toMatchObject({ ChecksumCRC64NVME: 'jSnVw/bqjr4=', ChecksumType: 'FULL_OBJECT' });
});

test('refuses small, unordered, unknown and unchecked parts, and aborted uploads', async () => {
  const UploadId = await begin({ ChecksumAlgorithm: 'CRC32' });
  const parts = [await part(UploadId, 1, Buffer.from('small')), await part(UploadId, 2, Buffer.from('tail'))];
  await expect(complete(UploadId, parts)).rejects.toMatchObject({ name: 'EntityTooSmall' });
  await expect(complete(UploadId, [parts[1], parts[0]])).rejects.toMatchObject({ name: 'InvalidPartOrder' });
  await expect(complete(UploadId, [{ ...parts[0], ETag: '"other"' }])).rejects.toMatchObject({ name: 'InvalidPart' });
  await expect(complete(UploadId, [{ PartNumber: 1, ETag: parts[0].ETag }])).rejects.toMatchObject({ name: 'InvalidRequest' });
  await expect(part(UploadId, 10_001, Buffer.from('x'))).rejects.toMatchObject({ name: 'InvalidArgument' });
  await s3.send(new AbortMultipartUploadCommand({ ...target, UploadId }));
  await expect(part(UploadId, 1, Buffer.from('late'))).rejects.toMatchObject({ name: 'NoSuchUpload' });
});
