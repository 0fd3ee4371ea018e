import { SegmentBusy } from '../../../runtime/archiver/intents';
import { captureOutput } from '../../helpers/output';
import { DAY_MS, rowsOf, World } from './world';

const output = captureOutput();
const DAYS = ['2025-10-09', '2025-10-10'];

describe('one run', () => {
  test('archives every old row of every page, and leaves a tombstone for each', async () => {
    const world = new World(rowsOf(DAYS, 11));
    expect(await world.invoke()).toMatchObject({ done: true, archived: 22 });
    expect(world.live.size).toBe(0);
    expect(world.tombstones.size).toBe(22);
    expect(world.archived().map(({ row }) => row.key.transaction_id).sort()).toEqual([...world.tombstones.keys()].sort());
    expect(world.calls.filter((call) => call === 'scan').length).toBeGreaterThan(5);
  });

  test('puts the rows of each day under that day', async () => {
    const world = new World(rowsOf(['2025-09-30', ...DAYS], 5));
    await world.invoke();
    for (const { objectKey, row } of world.archived()) {
      expect(objectKey).toMatch(/^transactions\/\d{4}\/\d\d\/\d\d\/run-1-0-[0-9a-f]{16}\.ndjson\.gz$/);
      expect(objectKey).toContain(`transactions/${row.receivedAt.slice(0, 10).replaceAll('-', '/')}/`);
    }
    expect(new Set([...world.bodies.keys()].map((key) => key.slice(0, 23)))).toEqual(new Set(['transactions/2025/09/30', 'transactions/2025/10/09', 'transactions/2025/10/10']));
  });

  test('writes no more rows into an object than a chunk may hold, and few objects otherwise', async () => {
    const many = new World(rowsOf(['2025-10-09'], 12));
    await many.invoke();
    expect(many.bodies.size).toBe(2);

    const one = new World(rowsOf(['2025-10-09'], 12));
    one.chunkRows = 1000;
    await one.invoke();
    expect(one.bodies.size).toBe(1);
  });

  test('leaves rows that are not old enough, to the millisecond', async () => {
    const world = new World([
      { id: 'old', receivedAt: '2025-10-11T01:59:59.999Z' }, { id: 'young', receivedAt: '2025-10-11T02:00:00.000Z' }, { id: 'new', receivedAt: '2025-10-12T01:00:00.000Z' },
    ]);
    expect((await world.invoke()).archived).toBe(1);
    expect([...world.live.keys()]).toEqual(['young', 'new']);
  });

  test('judges age by the scheduled time of the run, not by when it got round to it', async () => {
    const world = new World([{ id: 'young', receivedAt: '2025-10-11T02:00:00.000Z' }]);
    const scheduled = new Date(world.now).toISOString();
    world.now += DAY_MS;
    await world.invoke({ now: scheduled });
    expect([...world.live.keys()]).toEqual(['young']);
  });

  test('a tombstone keeps the fingerprint, says where the row went, and expires with the dedupe window of the row', async () => {
    const world = new World([{ id: 'pi_1', receivedAt: '2025-10-09T10:00:00.500Z' }]);
    await world.invoke();
    expect(world.tombstones.get('pi_1')).toMatchObject({
      archiveKey: [...world.bodies.keys()][0], archivedAt: '2025-10-12T02:00:00.000Z', fingerprint: 'fp-pi_1', expiresAt: Date.parse('2025-11-13T10:00:00Z') / 1000,
    });
  });

  test('an object holds the whole row', async () => {
    const world = new World([{ id: 'pi_1', receivedAt: '2025-10-09T10:00:00.500Z', payload: '{"note":"line one\\nline two é"}' }]);
    const before = { ...world.live.get('pi_1') };
    await world.invoke();
    expect(world.archived()[0].row.attributes).toEqual(before);
  });

  test('says how many rows it archived', async () => {
    await new World(rowsOf(DAYS, 4)).invoke();
    const counted = output.metrics.filter(({ name }) => name === 'RowsArchived').map(({ value }) => value);
    expect(counted.reduce((sum, value) => sum + value, 0)).toBe(8);
  });

  test('an empty segment is done at once and writes nothing', async () => {
    const world = new World();
    expect(await world.invoke()).toMatchObject({ done: true, archived: 0 });
    expect(world.bodies.size).toBe(0);
    expect(world.intents.size).toBe(0);
  });

  test('writes an object before it buries the first row of it', async () => {
    const world = new World(rowsOf(DAYS, 3));
    await world.invoke();
    expect(world.calls.indexOf('declare')).toBeLessThan(world.calls.indexOf('create'));
    expect(world.calls.indexOf('create')).toBeLessThan(world.calls.indexOf('bury'));
  });
});

describe('several segments', () => {
  test('share the table between them and archive each row once', async () => {
    const world = new World(rowsOf(DAYS, 11));
    await world.run('run-1', 4);
    expect(world.live.size).toBe(0);
    expect(world.archived()).toHaveLength(22);
  });
});

describe('when time is short', () => {
  test('stops after a chunk with a cursor, and goes on there', async () => {
    const world = new World(rowsOf(DAYS, 11));
    world.timeIsShort = true;
    const first = await world.invoke();
    expect(first).toMatchObject({ done: false, cursor: expect.objectContaining({ transaction_id: expect.any(String) }) });
    expect(first.archived).toBe(world.tombstones.size);
    expect(first.archived).toBeLessThan(22);

    const second = await world.invoke(first);
    expect(second.archived).toBeGreaterThan(first.archived);
    expect(world.tombstones.size).toBe(second.archived);
  });

  test('gets to the end all the same, and archives each row once', async () => {
    const world = new World(rowsOf(DAYS, 11));
    world.timeIsShort = true;
    await world.run('run-1');
    expect(world.live.size).toBe(0);
    expect(world.archived()).toHaveLength(22);
    expect(world.intents.size).toBe(0);
  });

  test('the request is answered whole, so that the workflow can ask again with the answer', async () => {
    const world = new World(rowsOf(DAYS, 11));
    world.timeIsShort = true;
    expect(await world.invoke({ segment: 0, total_segments: 1 })).toMatchObject({ now: '2025-10-12T02:00:00.000Z', run: 'run-1', segment: 0, total_segments: 1 });
  });
});

describe('a transaction that is not screened, or not told of, yet', () => {
  const counted = () => output.metrics.filter(({ name }) => name === 'TransactionsUnfinished').map(({ value }) => value);

  test('stays in the table, where it can be brought back, and is counted by every run', async () => {
    const world = new World(rowsOf(DAYS, 3));
    world.unfinished.add('pi_1_2025-10-09');
    expect((await world.invoke()).archived).toBe(5);
    expect([...world.live.keys()]).toEqual(['pi_1_2025-10-09']);
    expect(counted()).toEqual([1]);

    world.now += DAY_MS;
    await world.invoke({ run: 'run-2' });
    expect(counted()).toEqual([1, 1]);
  });

  test('is archived by the first run after it is done with', async () => {
    const world = new World(rowsOf(DAYS, 3));
    world.unfinished.add('pi_1_2025-10-09');
    await world.invoke();
    world.unfinished.clear();
    world.now += DAY_MS;
    expect((await world.invoke({ run: 'run-2' })).archived).toBe(1);
    expect(world.live.size).toBe(0);
    expect(counted()).toEqual([1]);
  });

  test('is archived as it is once its dead letter would be gone, and counted for the last time', async () => {
    const world = new World([{ id: 'pi_1', receivedAt: '2025-10-09T10:00:00.000Z' }]);
    world.unfinished.add('pi_1');
    world.now = Date.parse('2025-10-24T10:00:00.000Z');
    expect((await world.invoke()).archived).toBe(0);
    world.now += 1;
    expect((await world.invoke({ run: 'run-2' })).archived).toBe(1);
    await world.invoke({ run: 'run-3' });
    expect(counted()).toEqual([1, 1]);
  });

  test('is not counted within a day of its receipt: it may be under way', async () => {
    const world = new World([{ id: 'pi_1', receivedAt: '2025-10-12T00:00:00.000Z' }]);
    world.archiveAfterHours = 1;
    world.unfinished.add('pi_1');
    expect((await world.invoke()).archived).toBe(0);
    expect(counted()).toEqual([]);
  });

  test('does not keep the others of its page from being archived, also when nothing else is left', async () => {
    const world = new World(rowsOf(DAYS, 11));
    for (const id of world.live.keys()) world.unfinished.add(id);
    world.unfinished.delete('pi_10_2025-10-10');
    await world.run('run-1');
    expect(world.archived()).toHaveLength(1);
    expect(world.live.size).toBe(21);
    expect(world.intents.size).toBe(0);
    expect(counted().reduce((sum, value) => sum + value, 0)).toBe(21);
  });
});

describe('a row that changes while it is archived', () => {
  test('stays, and the next run archives it as it is then', async () => {
    const world = new World(rowsOf(DAYS, 3));
    world.changing = new Set(['pi_1_2025-10-09']);
    expect((await world.invoke()).archived).toBe(5);
    expect([...world.live.keys()]).toEqual(['pi_1_2025-10-09']);

    world.now += DAY_MS;
    expect((await world.invoke({ run: 'run-2' })).archived).toBe(1);
    const versions = world.archived().filter(({ row }) => row.key.transaction_id === 'pi_1_2025-10-09').map(({ row }) => row.revision);
    expect(versions).toEqual(['0', '1']);
    expect(world.tombstones.get('pi_1_2025-10-09')).toMatchObject({ revision: '1' });
  });
});

describe('when the time is short', () => {
  test('pages that hold nothing to archive are progress too', async () => {
    const world = new World();
    for (let index = 0; index < 9; index += 1) world.add({ id: `young-${index}`, receivedAt: new Date(world.now).toISOString() });
    world.timeIsShort = true;
    const first = await world.invoke();
    expect(first.done).toBe(false);
    expect(first.cursor).toEqual({ transaction_id: 'young-2', event_id: 'evt_1' });
  });
});

describe('a segment that somebody works on', () => {
  test('is refused to another run, untouched', async () => {
    const world = new World(rowsOf(DAYS, 3));
    world.intents.set('0/1', { run: 'run-0', token: 't', leaseUntil: world.now + 1, objects: [] });
    await expect(world.invoke()).rejects.toThrow(SegmentBusy);
    expect(world.live.size).toBe(6);
    expect(world.bodies.size).toBe(0);
  });

  test('is given once the lease has run out', async () => {
    const world = new World(rowsOf(DAYS, 3));
    world.intents.set('0/1', { run: 'run-0', token: 't', leaseUntil: world.now - 1, objects: [] });
    expect(await world.invoke()).toMatchObject({ done: true, archived: 6 });
  });

  test('is taken from an attempt that a later one of the same run has replaced', async () => {
    const world = new World(rowsOf(DAYS, 11));
    const take = world.intents.get.bind(world.intents);
    let replaced = false;
    // The later attempt takes the segment while the earlier one is about to declare its second chunk.
    world.intents.get = (id) => {
      const held = take(id);
      if (!held || replaced || world.tombstones.size === 0) return held;
      replaced = true;
      return { ...held, token: 'token-of-the-later-attempt' };
    };
    await expect(world.invoke()).rejects.toThrow(SegmentBusy);
    expect(world.live.size).toBeGreaterThan(0);
  });

  test('what a run with another number of segments left behind is finished', async () => {
    const world = new World(rowsOf(['2025-10-09'], 3));
    world.crash = { call: 6, when: 'before' };
    await expect(world.invoke({ segment: 0, total_segments: 1 })).rejects.toThrow('before bury');
    expect([...world.intents.keys()]).toEqual(['0/1']);

    world.crash = undefined;
    world.now += DAY_MS;
    await world.run('run-2', 2);
    expect(world.intents.size).toBe(0);
    expect(world.live.size).toBe(0);
    expect(world.archived()).toHaveLength(3);
  });
});
