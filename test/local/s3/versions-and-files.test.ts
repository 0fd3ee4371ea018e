import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DeleteObjectCommand, GetBucketVersioningCommand, GetObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { VirtualClock } from '../../../local/kernel/clock';
import { Journal } from '../../../local/kernel/journal';
import { Metrics } from '../../../local/kernel/metrics';
import { Buckets } from '../../../local/s3/buckets';
import { s3Resources } from '../../../local/s3/resources';
import { clientOptions, serve, Served } from '../../helpers/serve';

let directory: string;
let buckets: Buckets;
let served: Served;
let s3: S3Client;

function newBuckets(at?: string): Buckets {
  const clock = new VirtualClock();
  return new Buckets({ clock, journal: new Journal(clock), metrics: new Metrics(clock), directory: at });
}

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 's3-'));
});

afterEach(async () => {
  s3?.destroy();
  await served?.close();
  await rm(directory, { recursive: true });
});

describe.each(['memory', 'files'])('versions in %s', (where) => {
  beforeEach(async () => {
    buckets = newBuckets(where === 'files' ? directory : undefined);
    await buckets.createBucket('versioned', 'Enabled');
    served = await serve(buckets);
    s3 = new S3Client({ ...clientOptions(served), forcePathStyle: true });
  });

  const target = { Bucket: 'versioned', Key: 'k' };
  const read = async (VersionId?: string) => (await s3.send(new GetObjectCommand({ ...target, VersionId }))).Body!.transformToString();

  test('every version stays readable; deleting hides, deleting the marker brings back', async () => {
    const first = await s3.send(new PutObjectCommand({ ...target, Body: 'one' }));
    const second = await s3.send(new PutObjectCommand({ ...target, Body: 'two' }));
    expect(first.VersionId).not.toBe(second.VersionId);
    expect([await read(), await read(first.VersionId)]).toEqual(['two', 'one']);

    const marker = await s3.send(new DeleteObjectCommand(target));
    expect(marker).toMatchObject({ DeleteMarker: true });
    await expect(read()).rejects.toMatchObject({ name: 'NoSuchKey' });
    await expect(read(marker.VersionId)).rejects.toMatchObject({ name: 'MethodNotAllowed' });
    await expect(s3.send(new PutObjectCommand({ ...target, Body: 'three', IfMatch: second.ETag }))).rejects.toMatchObject({ name: 'NoSuchKey' });

    await s3.send(new DeleteObjectCommand({ ...target, VersionId: marker.VersionId }));
    expect(await read()).toBe('two');
    await s3.send(new DeleteObjectCommand({ ...target, VersionId: second.VersionId }));
    expect(await read()).toBe('one');
    await expect(read(second.VersionId)).rejects.toMatchObject({ name: 'NoSuchVersion' });
  });

  test('a suspended bucket has one null version', async () => {
    await buckets.createBucket('suspended', 'Suspended');
    await buckets.putObject('suspended', 'k', '1');
    await buckets.putObject('suspended', 'k', '2');
    await buckets.deleteObject('suspended', 'k');
    const bucket = buckets.bucket('suspended');
    expect(bucket.allVersions()).toMatchObject([{ versionId: 'null', deleteMarker: true }]);
    expect((await s3.send(new GetBucketVersioningCommand({ Bucket: 'suspended' }))).Status).toBe('Suspended');
  });
});

describe('files', () => {
  test('objects outlive the process', async () => {
    const before = newBuckets(directory);
    await before.createBucket('plain');
    await before.createBucket('versioned', 'Enabled');
    await before.putObject('plain', 'a/B', 'old');
    await before.putObject('plain', 'a/B', Buffer.from([0, 255]), { metadata: { m: '1' } });
    await before.putObject('plain', 'a/b', 'other case');
    await before.putObject('plain', 'a', 'a folder too');
    await before.putObject('versioned', 'k', '1');
    await before.putObject('versioned', 'k', '2');
    await before.deleteObject('versioned', 'k');

    const after = newBuckets(directory);
    const plain = await after.createBucket('plain');
    const versioned = await after.createBucket('versioned', 'Enabled');
    const { object, body } = await after.getObject('plain', 'a/B');
    expect([...body]).toEqual([0, 255]);
    expect(object.metadata).toEqual({ m: '1' });
    expect(plain.objects()).toEqual(before.bucket('plain').objects());
    expect(versioned.allVersions()).toEqual(before.bucket('versioned').allVersions());
    expect(await readdir(join(directory, 'plain', 'objects'))).toHaveLength(3);
    expect(plain.usage).toEqual(before.bucket('plain').usage);
  });

  test('what a killed process left half-written is cleared away', async () => {
    const before = newBuckets(directory);
    await before.createBucket('plain');
    await before.putObject('plain', 'whole', 'x');
    await writeFile(join(directory, 'plain', 'objects', 'no-metadata'), 'partial');
    await writeFile(join(directory, 'plain', 'metadata', 'half.json.tmp'), '{"key":');
    const after = await newBuckets(directory).createBucket('plain');
    expect(after.objects().map(({ key }) => key)).toEqual(['whole']);
    expect(await readdir(join(directory, 'plain', 'objects'))).toHaveLength(1);
    expect(await readdir(join(directory, 'plain', 'metadata'))).toHaveLength(1);
  });

  test('reads, overwrites and deletions of one key do not trip over each other', async () => {
    const files = newBuckets(directory);
    await files.createBucket('plain');
    await files.putObject('plain', 'k', '0');
    await Promise.all(Array.from({ length: 20 }, async (_, i) => {
      await files.putObject('plain', 'k', String(i));
      expect((await files.getObject('plain', 'k')).body.length).toBeGreaterThan(0);
      expect(files.listObjects('plain')).toHaveLength(1);
    }));
    expect(await readdir(join(directory, 'plain', 'objects'))).toHaveLength(1);
  });
});

describe('template', () => {
  const resource = (properties: object) => ({ logicalId: 'Audit', type: 'AWS::S3::Bucket', ref: 'audit', attributes: {}, properties, metadata: {} });

  test('creates the bucket with its versioning', async () => {
    const local = newBuckets();
    await s3Resources(local)['AWS::S3::Bucket'](resource({ VersioningConfiguration: { Status: 'Enabled' }, BucketEncryption: {} }));
    expect(local.bucket('audit').versioning).toBe('Enabled');
  });

  test('refuses properties it would ignore', async () => {
    const load = s3Resources(newBuckets())['AWS::S3::Bucket'];
    await expect(load(resource({ NotificationConfiguration: {} }))).rejects.toThrow('Audit (AWS::S3::Bucket): the local runner does not support NotificationConfiguration');
  });
});
