import { gzipSync } from 'node:zlib';
import { DeleteObjectCommand, GetObjectCommand, ListObjectVersionsCommand, PutObjectCommand, PutObjectCommandInput } from '@aws-sdk/client-s3';
import { auditBucket } from '../../../local/commands/archive/bucket';
import { archiveCommand, textOf } from '../../../local/commands/archive/command';
import { verifyArchive } from '../../../local/commands/archive/verify';
import { Manifest } from '../../../runtime/archiver/manifest';
import { captureOutput } from '../../helpers/output';
import { ArchiveBucket, BUCKET } from './archive-bucket';

const output = captureOutput();
const MORNING = '2025-10-09T08:00:00.000Z';
const NEXT_DAY = '2025-10-10T08:00:00.000Z';
const rows = ['pi_1', 'pi_2', 'pi_3'].map((transactionId) => ({ transactionId, eventId: `evt_${transactionId}`, receivedAt: MORNING }));

let archive: ArchiveBucket;
beforeEach(async () => {
  archive = new ArchiveBucket();
  await archive.start();
});
afterEach(() => archive.stop());

const verify = (range = {}) => verifyArchive(auditBucket(archive.s3, BUCKET), range);
async function bodyOf(key: string): Promise<Buffer> {
  const { Body } = await archive.s3.send(new GetObjectCommand({ Bucket: BUCKET, Key: key }));
  return Buffer.from(await Body!.transformToByteArray());
}
const remove = (key: string) => archive.s3.send(new DeleteObjectCommand({ Bucket: BUCKET, Key: key }));
async function rewrite(key: string, change: (manifest: Manifest) => object): Promise<void> {
  await archive.put(key, JSON.stringify(change(JSON.parse((await bodyOf(key)).toString()))));
}

test('nothing is wrong with what the archiver wrote, also of several runs and days', async () => {
  await archive.archive('run-1', [...rows, { transactionId: 'pi_4', receivedAt: NEXT_DAY }]);
  await archive.archive('run-2', [{ transactionId: 'late', receivedAt: MORNING }]);
  const report = await verify();
  expect(report).toMatchObject({
    ok: true, problems: [], head: { key: 'manifests/2025/10/09/0000000003.json' },
    days: [{ day: '2025-10-09', manifests: 2, objects: 2, rows: 4, cold: 0 }, { day: '2025-10-10', manifests: 1, objects: 1, rows: 1 }],
  });
});

test('one byte changed in an object is found, wherever it is', async () => {
  const [key] = await archive.archive('run-1', rows);
  const body = await bodyOf(key);
  for (let at = 0; at < body.length; at += Math.ceil(body.length / 16)) {
    const changed = Buffer.from(body);
    changed[at] = 255 - changed[at];
    await archive.put(key, changed);
    expect(await verify()).toMatchObject({ ok: false, problems: [{ problem: 'changed', key }] });
  }
});

test('an object that went is missing, one that nobody listed is unlisted', async () => {
  const [gone] = await archive.archive('run-1', rows);
  const [stray] = await archive.archive('run-2', [{ transactionId: 'stray', receivedAt: MORNING }], false);
  await remove(gone);
  expect((await verify()).problems).toEqual([
    { problem: 'missing', key: gone, detail: expect.stringContaining('3 rows') }, { problem: 'unlisted', key: stray, detail: expect.any(String) },
  ]);
});

test('a record that is there twice is doubled; other revisions of it are not', async () => {
  await archive.archive('run-1', rows);
  await archive.archive('run-2', [{ ...rows[0], revision: 1 }]);
  expect((await verify()).ok).toBe(true);
  const [again] = await archive.archive('run-3', [rows[1]]);
  expect((await verify()).problems).toEqual([{ problem: 'doubled', key: again, detail: expect.stringContaining('pi_2') }]);
});

test('an object that two manifests list is doubled', async () => {
  const [key] = await archive.archive('run-1', rows);
  await archive.list('run-2', key);
  expect((await verify()).problems).toMatchObject([{ problem: 'doubled', key }]);
});

test('rows of another day and wrong counts are told', async () => {
  const lines = gzipSync(`${JSON.stringify({ transaction_id: 'a', event_id: 'b', revision: 0, received_at: NEXT_DAY })}\n`);
  const key = 'transactions/2025/10/09/run-1-0-0123456789abcdef.ndjson.gz';
  await archive.s3.send(new PutObjectCommand({ Bucket: BUCKET, Key: key, Body: lines, Metadata: { rows: '2' }, ChecksumAlgorithm: 'SHA256' }));
  await archive.list('run-1', key);
  expect((await verify()).problems.map(({ problem }) => problem).sort()).toEqual(['miscounted', 'misplaced']);
});

describe('an object in cold storage', () => {
  const freeze = async (key: string, body: Buffer, more: Partial<PutObjectCommandInput> = { ChecksumAlgorithm: 'SHA256' }) => {
    await archive.s3.send(new PutObjectCommand({ Bucket: BUCKET, Key: key, Body: body, StorageClass: 'GLACIER', ...more }));
  };

  test('is known by the SHA-256 that S3 keeps: it is neither missing nor changed, and is told apart', async () => {
    const [key] = await archive.archive('run-1', rows);
    await freeze(key, await bodyOf(key));
    const report = await verify();
    expect(report).toMatchObject({ ok: true, problems: [], days: [{ objects: 1, rows: 0, cold: 1 }] });
    expect(textOf(report)).toContain('1 objects are in cold storage: their SHA-256 is what S3 keeps, their rows were not read');
  });

  test('with other bytes is changed', async () => {
    const [key] = await archive.archive('run-1', rows);
    await freeze(key, Buffer.from('other'));
    expect((await verify()).problems).toEqual([{ problem: 'changed', key, detail: expect.stringMatching(/^SHA-256 is [0-9a-f]{64} according to S3, was [0-9a-f]{64}/) }]);
  });

  test('without a SHA-256 cannot be judged, and says what to do', async () => {
    const [key] = await archive.archive('run-1', rows);
    await freeze(key, await bodyOf(key), { ChecksumAlgorithm: 'CRC32' });
    expect((await verify()).problems).toEqual([{ problem: 'unreadable', key, detail: expect.stringContaining('restore it first') }]);
  });
});

describe('with Object Lock', () => {
  beforeEach(async () => {
    await archive.stop();
    await archive.start(30);
  });
  const versionsOf = async (key: string) => (await archive.s3.send(new ListObjectVersionsCommand({ Bucket: BUCKET, Prefix: key }))).Versions!;
  const destroy = (key: string, VersionId: string) => archive.s3.send(new DeleteObjectCommand({ Bucket: BUCKET, Key: key, VersionId }));

  test('the archiver\'s objects and manifests are taken, and found to be well', async () => {
    await archive.archive('run-1', rows);
    expect(await verify()).toMatchObject({ ok: true, days: [{ rows: 3 }] });
  });

  test('no version can be destroyed before its time: what was hidden or written over is told, and is still there', async () => {
    const [hidden] = await archive.archive('run-1', rows);
    const [covered] = await archive.archive('run-2', [{ transactionId: 'other', receivedAt: MORNING }]);
    const [original] = await versionsOf(covered);
    await remove(hidden);
    await archive.put(covered, 'something else');
    expect((await verify()).problems.map(({ problem, key }) => [problem, key])).toEqual([['missing', hidden], ['changed', covered]]);

    for (const [key, version] of [[hidden, (await versionsOf(hidden))[0].VersionId!], [covered, original.VersionId!]]) {
      await expect(destroy(key, version)).rejects.toMatchObject({ name: 'AccessDenied' });
    }
    await archive.clock.advance(30 * 86_400_000);
    await expect(destroy(covered, original.VersionId!)).resolves.toBeDefined();
  });

  test('an object without a checksum would be refused', async () => {
    const url = `${archive.url}/${BUCKET}/x`;
    const answer = await fetch(url, { method: 'PUT', body: 'x' });
    expect([answer.status, await answer.text()]).toEqual([400, expect.stringContaining('Object Lock')]);
  });
});

describe('the chain of manifests', () => {
  async function threeManifests(): Promise<string[]> {
    await archive.archive('run-1', rows);
    await archive.archive('run-2', [{ transactionId: 'b', receivedAt: NEXT_DAY }]);
    await archive.archive('run-3', [{ transactionId: 'c', receivedAt: MORNING }]);
    return ['2025/10/09/0000000001', '2025/10/10/0000000002', '2025/10/09/0000000003'].map((name) => `manifests/${name}.json`);
  }

  test('betrays a manifest that was changed, also when another day is asked for', async () => {
    const [first] = await threeManifests();
    await rewrite(first, (manifest) => ({ ...manifest, run: 'another' }));
    for (const range of [{}, { from: '2025-10-09', to: '2025-10-09' }, { from: '2025-10-10', to: '2025-10-10' }]) {
      expect((await verify(range)).problems).toMatchObject([{ problem: 'changed', key: first }]);
    }
  });

  test('betrays one that was taken out of its middle', async () => {
    const [, second] = await threeManifests();
    await remove(second);
    const { problems } = await verify();
    expect(problems).toContainEqual({ problem: 'missing', key: 'manifests/', detail: '1 manifest(s) between number 1 and 3' });
    expect(problems.map(({ problem }) => problem)).toContain('unlisted');
  });

  test('betrays two in one place, and what is no manifest', async () => {
    const [first] = await threeManifests();
    await archive.put('manifests/2025/10/08/0000000001.json', await bodyOf(first));
    await archive.put('manifests/notes.txt', 'x');
    const { problems } = await verify();
    expect(problems.map(({ problem }) => problem)).toEqual(expect.arrayContaining(['doubled', 'unreadable']));
  });

  test('betrays counts that do not add up', async () => {
    await threeManifests();
    const last = 'manifests/2025/10/09/0000000003.json';
    await rewrite(last, (manifest) => ({ ...manifest, rows: 7 }));
    expect((await verify()).problems).toMatchObject([{ problem: 'miscounted', key: last }]);
  });

  test('may have lost its start to expiry', async () => {
    const [first] = await threeManifests();
    await remove(first);
    expect((await verify({ from: '2025-10-10' })).problems).toEqual([]);
  });
});

describe('the command', () => {
  const run = (...args: string[]) => archiveCommand(['verify', '--bucket', BUCKET, '--endpoint', archive.url, ...args]);

  test('answers 0 or 1 and says what is wrong', async () => {
    const [key] = await archive.archive('run-1', rows);
    expect(await run('--day', '2025-10-09')).toBe(0);
    await archive.put(key, 'x');
    expect(await run('--from', '2025-10-09', '--to', '2025-10-09', '--json')).toBe(1);
    expect(output.text).toContain(`"problem":"changed","key":"${key}"`);
    expect(await run('--day', '2025-10-08')).toBe(0);
  });

  test.each([[['--day', '9 October']], [['--day', '2025-02-30']], [['--from', '2025-10-10', '--to', '2025-10-09']], [['--day', '2025-10-09', '--to', '2025-10-09']]])(
    'refuses %p', async (args) => { await expect(run(...args)).rejects.toThrow(/--(day|from)/); },
  );

  test('prints a line a day and a line a problem', () => {
    const problems = [{ problem: 'missing' as const, key: 'k', detail: 'd' }];
    const text = textOf({ ok: false, days: [{ day: '2025-10-09', manifests: 1, objects: 2, rows: 3, bytes: 4, cold: 1 }], problems });
    expect(text).toBe('2025-10-09  1 manifests, 2 objects, 3 rows, 4 bytes, 1 in cold storage\nMISSING  k: d\n1 objects are in cold storage: their SHA-256 is what S3 keeps, their rows were not read. To read them too, restore them first ("aws s3api restore-object")\nThere is no manifest\n1 problems\n');
  });
});
