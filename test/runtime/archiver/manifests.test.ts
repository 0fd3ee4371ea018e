import { MAX_ENTRIES, manifestKey, parseManifestKey, sha256, writeManifest } from '../../../runtime/archiver/manifest';
import { captureOutput } from '../../helpers/output';
import { DAY_MS, rowsOf, World } from './world';

captureOutput();
const DAYS = ['2025-10-09', '2025-10-10'];
const ABOUT = { sequence: 7, day: '2025-10-09', run: 'run-1', run_at: '2025-10-11T02:00:00.000Z', previous: { key: 'manifests/2025/10/08/0000000006.json', sha256: 'ab' } };
const entry = (key: string, rows = 1) => ({ key, bytes: 100, rows, sha256: 'f'.repeat(64) });

describe('a manifest', () => {
  test('is named by day and place in the chain, and its name can be read back', () => {
    expect(manifestKey('2025-10-09', 7)).toBe('manifests/2025/10/09/0000000007.json');
    expect(parseManifestKey(manifestKey('2025-10-09', 7))).toEqual({ day: '2025-10-09', sequence: 7 });
    for (const key of ['manifests/2025/10/09/7.json', 'manifests/x.json', 'transactions/2025/10/09/0000000007.json']) expect(parseManifestKey(key)).toBeUndefined();
  });

  test('has the same bytes whatever the order of its objects, with counts and sums', () => {
    const [a, b] = [writeManifest(ABOUT, [entry('b', 2), entry('a', 3)]), writeManifest(ABOUT, [entry('a', 3), entry('b', 2)])];
    expect(a).toEqual(b);
    expect(a.sha256).toBe(sha256(a.body));
    expect(JSON.parse(a.body.toString())).toEqual({ version: 1, ...ABOUT, rows: 5, bytes: 200, objects: [entry('a', 3), entry('b', 2)] });
  });

  test('stays below the size from which S3 moves objects to colder storage', () => {
    const execution = 'f'.repeat(80);
    const key = `transactions/2025/10/09/${execution}-39-0123456789abcdef.ndjson.gz`;
    const { body } = writeManifest({ ...ABOUT, run: execution }, Array.from({ length: MAX_ENTRIES }, (_, index) => ({ ...entry(`${key}${index}`), bytes: 8_000_000, rows: 5000 })));
    expect(body.length).toBeLessThan(128 * 1024);
  });
});

describe('the last task of a run', () => {
  test('lists each object of each day once, several manifests where there are many objects', async () => {
    const world = new World(rowsOf(DAYS, 11));
    await world.run('run-1');
    expect(world.bodies.size).toBeGreaterThan(4);
    expect(world.chain().flatMap(({ manifest }) => manifest.objects.map(({ key }) => key)).sort()).toEqual([...world.bodies.keys()].sort());
    for (const { key, manifest } of world.chain()) {
      expect(manifest.objects.length).toBeLessThanOrEqual(world.maxEntries);
      expect(parseManifestKey(key)).toEqual({ day: manifest.day, sequence: manifest.sequence });
      for (const object of manifest.objects) expect(object.key).toContain(`transactions/${manifest.day.replaceAll('-', '/')}/`);
    }
    expect(world.chain().reduce((rows, { manifest }) => rows + manifest.rows, 0)).toBe(22);
  });

  test('adds the objects of a later run to the day, behind the end of the chain', async () => {
    const world = new World(rowsOf(DAYS, 2));
    await world.run('run-1');
    const before = world.chain().length;
    world.add({ id: 'late', receivedAt: '2025-10-09T23:00:00.000Z' });
    world.now += DAY_MS;
    await world.run('run-2');
    const added = world.chain().slice(before);
    expect(added).toMatchObject([{ manifest: { sequence: before + 1, day: '2025-10-09', run: 'run-2', rows: 1, run_at: '2025-10-13T02:00:00.000Z' } }]);
  });

  test('writes nothing when nothing was archived, nor when it is asked again', async () => {
    const world = new World();
    await world.run('run-1');
    expect(world.manifests.size).toBe(0);

    world.add({ id: 'a', receivedAt: '2025-10-09T23:00:00.000Z' });
    await world.run('run-2');
    await world.list('run-2');
    expect(world.manifests.size).toBe(1);
  });

  test('lists what a run left behind that never came to its manifests', async () => {
    const world = new World(rowsOf(['2025-10-09'], 3));
    await world.invoke();
    expect([...world.openDays.keys()]).toEqual(['2025-10-09']);
    world.now += DAY_MS;
    await world.run('run-2');
    expect(world.chain()).toMatchObject([{ manifest: { run: 'run-2', rows: 3 } }]);
    expect(world.openDays.size).toBe(0);
  });

  test('leaves a day open to which another run has added meanwhile', async () => {
    const world = new World(rowsOf(['2025-10-09'], 3));
    await world.invoke();
    const set = world.manifests.set.bind(world.manifests);
    world.manifests.set = (key, body) => {
      world.openDays.set('2025-10-09', 'opened by another run');
      return set(key, body);
    };
    await world.list('run-1');
    expect([...world.openDays.values()]).toEqual(['opened by another run']);
  });

  test('is refused while another run appends to the chain', async () => {
    const world = new World(rowsOf(['2025-10-09'], 3));
    await world.invoke();
    world.intents.set('manifests', { run: 'run-0', token: 't', leaseUntil: world.now + 1, objects: [] });
    await expect(world.list('run-1')).rejects.toThrow('held by another run');
    expect(world.manifests.size).toBe(0);
  });
});
