import fc from 'fast-check';
import { sha256 } from '../../../runtime/archiver/manifest';
import { captureOutput } from '../../helpers/output';
import { Crash, DAY_MS, rowsOf, World } from './world';

captureOutput();
const ROWS = rowsOf(['2025-10-09', '2025-10-10'], 5);
const CHANGING = 'pi_2_2025-10-09';

function freshWorld(shape: { timeIsShort: boolean; changing: boolean }): World {
  const world = new World(ROWS);
  world.timeIsShort = shape.timeIsShort;
  if (shape.changing) world.changing = new Set([CHANGING]);
  return world;
}

/** A crash is followed by another attempt of the same run, or by no more than the run of the next day. */
async function recover(world: World, by: 'retry' | 'next day'): Promise<void> {
  await world.run('run-1', 1, by === 'retry');
  for (const run of ['run-2', 'run-3']) {
    world.crash = undefined;
    world.now += DAY_MS;
    await world.run(run);
  }
}

/** Nothing lost, nothing twice, nothing left. */
function expectAllArchivedOnce(world: World): void {
  expect([...world.live.keys()]).toEqual([]);
  expect(world.intents.size).toBe(0);
  expectAllListedOnce(world);
  for (const { id } of ROWS) {
    const { revision, archiveKey } = world.tombstones.get(id)!;
    const found = world.archived().filter(({ row }) => row.key.transaction_id === id);
    // Only the row that changed may be found in an earlier version too, and no version twice.
    const versions = found.map(({ row }) => row.revision);
    expect([id, versions]).toEqual([id, id === CHANGING ? [...new Set(versions)] : ['0']]);
    expect(found.filter(({ row }) => row.revision === revision).map(({ objectKey }) => objectKey)).toEqual([archiveKey]);
  }
}

/** Every object in one manifest, as it is; every manifest in one chain. */
function expectAllListedOnce(world: World): void {
  const chain = world.chain();
  const described = [...world.bodies.entries()].map(([key, body]) => ({ key, bytes: body.length, sha256: sha256(body) }));
  expect(chain.flatMap(({ manifest }) => manifest.objects).map(({ key, bytes, sha256: digest }) => ({ key, bytes, sha256: digest })).sort(byKey))
    .toEqual(described.sort(byKey));
  expect(chain.map(({ manifest }) => manifest.sequence)).toEqual(chain.map((_, index) => index + 1));
  for (const [index, { manifest }] of chain.entries()) {
    const before = chain[index - 1];
    expect(manifest.previous).toEqual(before ? { key: before.key, sha256: sha256(before.body) } : null);
  }
  expect([...world.openDays.keys()]).toEqual([]);
}

const byKey = (a: { key: string }, b: { key: string }) => (a.key < b.key ? -1 : 1);

const shapes = [false, true].flatMap((timeIsShort) => [false, true].map((changing) => ({ timeIsShort, changing })));

describe.each(shapes)('time short: $timeIsShort, a row changes: $changing', (shape) => {
  test.each(['retry', 'next day'] as const)('a crash before or after any call of a run is made good by the %s', async (by) => {
    const undisturbed = freshWorld(shape);
    await undisturbed.run('run-1');
    const calls = undisturbed.calls.length;
    expect(new Set(undisturbed.calls)).toEqual(new Set([
      'take', 'abandoned', 'scan', 'declare', 'create', 'bury', 'open day', 'finish', ...(shape.timeIsShort ? ['read', 'read manifest'] : []),
      'list days', 'list manifests', 'list objects', 'describe', 'create manifest', 'close day',
    ]));

    for (let call = 1; call <= calls; call += 1) {
      for (const when of ['before', 'after'] as const) {
        const world = freshWorld(shape);
        world.crash = { call, when };
        await recover(world, by);
        expectAllArchivedOnce(world);
      }
    }
  });
});

test('so is a crash of the run that finishes what one with another number of segments left behind', async () => {
  const leftBehind = async () => {
    const world = freshWorld({ timeIsShort: false, changing: false });
    world.crash = { call: 6, when: 'before' };
    await world.run('run-0', 1, false);
    expect([...world.intents.keys()]).toEqual(['0/1']);
    world.now += DAY_MS;
    return world;
  };
  const undisturbed = await leftBehind();
  const start = undisturbed.calls.length;
  await undisturbed.run('run-1', 2);
  const made = undisturbed.calls.slice(start);
  expect(made).toEqual(expect.arrayContaining(['read', 'forget']));

  for (let call = 1; call <= made.length; call += 1) {
    for (const when of ['before', 'after'] as const) {
      const world = await leftBehind();
      world.crash = { call: world.calls.length + call, when };
      await world.run('run-1', 2, call % 2 === 0);
      world.crash = undefined;
      world.now += DAY_MS;
      await world.run('run-2', 2);
      expectAllArchivedOnce(world);
    }
  }
});

test('so is a crash of the attempt that makes good an earlier crash', async () => {
  const crash: fc.Arbitrary<Crash> = fc.record({ call: fc.integer({ min: 1, max: 60 }), when: fc.constantFrom('before', 'after') });
  const crashes = fc.array(crash, { minLength: 2, maxLength: 5 });
  await fc.assert(fc.asyncProperty(crashes, fc.boolean(), fc.boolean(), fc.boolean(), async (several, timeIsShort, changing, overnight) => {
    const world = freshWorld({ timeIsShort, changing });
    for (const [index, next] of several.entries()) {
      world.crash = { ...next, call: world.calls.length + next.call };
      const run = overnight ? `run-a${index}` : 'run-1';
      await world.invoke({ run }).then(() => world.list(run, false)).catch(() => undefined);
      if (overnight) world.now += DAY_MS;
    }
    await recover(world, 'retry');
    expectAllArchivedOnce(world);
  }), { numRuns: 150 });
});

test('an answer of S3 that was lost does not make a second object', async () => {
  const world = new World(rowsOf(['2025-10-09'], 3));
  const create = 5;
  world.crash = { call: create, when: 'after' };
  await expect(world.invoke()).rejects.toThrow('after create');
  expect(world.live.size).toBe(3);
  await world.run('run-1');
  expect(world.bodies.size).toBe(1);
  expect(world.tombstones.size).toBe(3);
});
