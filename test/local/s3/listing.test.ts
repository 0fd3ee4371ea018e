import { ListObjectsV2Command, ListObjectVersionsCommand, S3Client } from '@aws-sdk/client-s3';
import fc from 'fast-check';
import { VirtualClock } from '../../../local/kernel/clock';
import { Journal } from '../../../local/kernel/journal';
import { Metrics } from '../../../local/kernel/metrics';
import { Buckets } from '../../../local/s3/buckets';
import { page } from '../../../local/s3/listing';
import { compareKeys } from '../../../local/s3/object-version';
import { clientOptions, serve, Served } from '../../helpers/serve';

const clock = new VirtualClock();
const buckets = new Buckets({ clock, journal: new Journal(clock), metrics: new Metrics(clock) });
const Bucket = 'archive';
let served: Served;
let s3: S3Client;

beforeAll(async () => {
  await buckets.createBucket(Bucket);
  for (const key of ['t/2026/01/a', 't/2026/01/b', 't/2026/02/c', 't/readme', 'u', 'ä & z']) await buckets.putObject(Bucket, key, 'x');
  served = await serve(buckets);
  s3 = new S3Client({ ...clientOptions(served), forcePathStyle: true });
});

afterAll(async () => {
  s3.destroy();
  await served.close();
});

test('lists by prefix and rolls up at a delimiter', async () => {
  const listed = await s3.send(new ListObjectsV2Command({ Bucket, Prefix: 't/', Delimiter: '/' }));
  expect(listed.CommonPrefixes).toEqual([{ Prefix: 't/2026/' }]);
  expect(listed.Contents).toMatchObject([{ Key: 't/readme', Size: 1, StorageClass: 'STANDARD', ETag: '"9dd4e461268c8034f5c8564e155c67a6"' }]);
  expect(listed.KeyCount).toBe(2);
});

test('pages go on where the last one ended, with and without a delimiter', async () => {
  const pages = async (options: object) => {
    const seen: string[] = [];
    let ContinuationToken: string | undefined;
    do {
      const listed = await s3.send(new ListObjectsV2Command({ Bucket, MaxKeys: 1, ContinuationToken, ...options }));
      seen.push(...(listed.Contents ?? []).map(({ Key }) => Key!), ...(listed.CommonPrefixes ?? []).map(({ Prefix }) => Prefix!));
      ContinuationToken = listed.NextContinuationToken;
    } while (ContinuationToken);
    return seen;
  };
  expect(await pages({})).toEqual(['t/2026/01/a', 't/2026/01/b', 't/2026/02/c', 't/readme', 'u', 'ä & z']);
  expect(await pages({ Delimiter: '/' })).toEqual(['t/', 'u', 'ä & z']);
  expect(await pages({ StartAfter: 't/readme' })).toEqual(['u', 'ä & z']);
  expect(await pages({ Delimiter: '/', Prefix: 't/2026/' })).toEqual(['t/2026/01/', 't/2026/02/']);
});

test('encodes keys on request', async () => {
  const listed = await s3.send(new ListObjectsV2Command({ Bucket, EncodingType: 'url', StartAfter: 'u' }));
  expect(listed.Contents).toMatchObject([{ Key: '%C3%A4+%26+z' }]);
});

test('keys are ordered by their UTF-8 bytes', () => {
  const key = fc.string({ unit: 'binary', maxLength: 6 });
  fc.assert(fc.property(key, key, (a, b) => {
    expect(Math.sign(compareKeys(a, b))).toBe(Buffer.compare(Buffer.from(a), Buffer.from(b)));
  }));
});

test('any page size gives the same listing', () => {
  const keys = fc.uniqueArray(fc.stringMatching(/^[ab/]{1,6}$/), { maxLength: 20 });
  fc.assert(fc.property(keys, fc.constantFrom('', 'a', 'a/'), fc.constantFrom(undefined, '/'), fc.integer({ min: 1, max: 5 }), (names, prefix, delimiter, limit) => {
    const sorted = names.sort(compareKeys).map((key) => ({ key }));
    const whole = page(sorted, { prefix, delimiter, limit: 1000, isNext: () => true });
    const seen: string[] = [];
    for (let truncated = true; truncated;) {
      const last = seen.at(-1);
      const inLastGroup = (key: string) => Boolean(delimiter && last!.endsWith(delimiter) && last !== prefix && key.startsWith(last!));
      const next = page(sorted, { prefix, delimiter, limit, isNext: ({ key }) => last === undefined || (key > last && !inLastGroup(key)) });
      seen.push(...[...next.entries.map(({ key }) => key), ...next.commonPrefixes].sort(compareKeys));
      truncated = next.truncated;
    }
    expect(seen).toEqual([...whole.entries.map(({ key }) => key), ...whole.commonPrefixes].sort(compareKeys));
  }));
});

test('lists versions and delete markers page by page', async () => {
  await buckets.createBucket('versioned', 'Enabled');
  for (const body of ['1', '2']) await buckets.putObject('versioned', 'a', body);
  await buckets.deleteObject('versioned', 'a');
  await buckets.putObject('versioned', 'b/c', '3');
  const whole = await s3.send(new ListObjectVersionsCommand({ Bucket: 'versioned' }));
  expect(whole.Versions).toMatchObject([{ Key: 'a', IsLatest: false }, { Key: 'a', IsLatest: false }, { Key: 'b/c', IsLatest: true }]);
  expect(whole.DeleteMarkers).toMatchObject([{ Key: 'a', IsLatest: true }]);

  const seen: unknown[] = [];
  let markers = {};
  for (let more = true; more;) {
    const listed = await s3.send(new ListObjectVersionsCommand({ Bucket: 'versioned', MaxKeys: 1, Delimiter: '/', ...markers }));
    seen.push(...[...listed.Versions ?? [], ...listed.DeleteMarkers ?? []].map(({ VersionId }) => VersionId), ...(listed.CommonPrefixes ?? []));
    markers = { KeyMarker: listed.NextKeyMarker, VersionIdMarker: listed.NextVersionIdMarker };
    more = listed.IsTruncated!;
  }
  expect(seen).toEqual([whole.DeleteMarkers![0].VersionId, whole.Versions![0].VersionId, whole.Versions![1].VersionId, { Prefix: 'b/' }]);
});
