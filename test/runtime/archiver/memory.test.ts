import { captureOutput } from '../../helpers/output';
import { TestRow, World } from './world';

captureOutput();
const PAGE_ROWS = 50;
const PAYLOAD_BYTES = 1_500;
const LINE_BYTES = PAYLOAD_BYTES + 200;

/** What a table of real rows looks like to the archiver: pages of many rows, received on few days. */
function worldOf(count: number, chunkBytes?: number): World {
  const world = new World(Array.from({ length: count }, (_, index): TestRow => ({
    id: `pi_${String(index).padStart(6, '0')}`, receivedAt: `2025-10-${index % 3 === 0 ? '09' : '10'}T10:00:00.000Z`, payload: 'x'.repeat(PAYLOAD_BYTES),
  })));
  return Object.assign(world, { pageRows: PAGE_ROWS, chunkRows: undefined, chunkBytes, maxEntries: 400 });
}

async function archive(world: World): Promise<void> {
  await world.run('run-1');
  expect(world.live.size).toBe(0);
  expect(world.inFlight).toBe(0);
}

test('ten times the rows are held no more at once, and are all there, each once, in objects of bounded size', async () => {
  const chunkBytes = 128 * 1024;
  const [few, many] = [400, 4_000].map((count) => worldOf(count, chunkBytes));
  const ids = [...many.live.keys()];
  for (const world of [few, many]) {
    await archive(world);
    expect(world.mostInFlight).toBeGreaterThan(chunkBytes);
    expect(world.mostInFlight).toBeLessThanOrEqual(chunkBytes + PAGE_ROWS * LINE_BYTES);
  }
  expect(many.archived().map(({ row }) => row.key.transaction_id).sort()).toEqual(ids);
  expect([...many.tombstones.keys()].sort()).toEqual(ids);
  expect(many.bodies.size).toBe(10 * few.bodies.size);
});

test('by default a chunk is 5,000 rows', async () => {
  const world = worldOf(5_000 + PAGE_ROWS);
  for (const row of world.live.values()) row.payload = '';
  await archive(world);
  expect(world.bodies.size).toBe(2 * 2);
});

test('or 8 MiB, whatever makes the rows large', async () => {
  const world = worldOf(300);
  for (const row of world.live.values()) Object.assign(row, { payload: '', fraud_analysis: { rules: [{ observed: 'é'.repeat(20_000) }] } });
  await archive(world);
  expect(world.mostInFlight).toBeGreaterThan(8 * 1024 * 1024);
  expect(world.mostInFlight).toBeLessThan(8 * 1024 * 1024 + PAGE_ROWS * 40_500);
});
