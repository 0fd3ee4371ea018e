import { auditBucket } from '../../../local/commands/archive/bucket';
import { verifyArchive } from '../../../local/commands/archive/verify';
import { printJson } from '../../../runtime/transaction/json';
import { captureOutput } from '../../helpers/output';
import { imageWith } from '../rows';
import { Engines } from './engines';
import { DAY_MS } from './world';

captureOutput();
const engines = new Engines();
beforeAll(() => engines.start());
afterAll(() => engines.stop());

/** Few, as every call is killed once or twice; how days and chunks follow each other is killed in memory, see crash.test.ts. */
const ROWS = ['a', 'b'].map((transactionId) => imageWith({ transactionId, receivedAt: '2025-10-09T10:00:00.000Z', amount: '10.90' }));
const READS = ['Scan', 'Query', 'GetObject', 'HeadObject', 'ListObjectsV2'].map((name) => `${name}Command`);
let worlds = 0;

async function freshEngines(): Promise<void> {
  await engines.clear(`audit-${worlds += 1}`);
  for (const row of ROWS) await engines.table.put(row);
  engines.calls.length = 0;
}

/** The set of records, one line each; and who stands in for them. */
async function outcome(): Promise<{ records: string[]; tombstones: string[]; others: string[] }> {
  const [items, archived] = [await engines.table.all(), await engines.archived()];
  const idsOf = (isWanted: (kind: string | undefined) => boolean) =>
    items.filter(({ record }) => isWanted(record?.S)).map(({ transaction_id }) => transaction_id.S!).sort();
  return {
    records: archived.map(({ attributes }) => printJson(Object.fromEntries(Object.entries(attributes).sort()))).sort(),
    tombstones: idsOf((kind) => kind === 'tombstone'),
    others: idsOf((kind) => kind !== 'tombstone'),
  };
}

test('a call that was sent twice, as its answer was lost, changes nothing', async () => {
  await freshEngines();
  await engines.run('run-1');
  const [calls, undisturbed] = [[...engines.calls], await outcome()];
  for (const [index, command] of calls.entries()) {
    if (READS.includes(command)) continue;
    await freshEngines();
    engines.crash = { call: index + 1, when: 'twice' };
    // Where that is an error, the workflow tries again.
    await engines.run('run-1').catch(() => engines.run('run-1'));
    expect([index, await outcome()]).toEqual([index, undisturbed]);
  }
});

test('a run that is killed at any of its calls and then run again ends with the same set of records, all of them listed', async () => {
  await freshEngines();
  expect(await engines.run('run-1')).toBe('done');
  const calls = [...engines.calls];
  expect(new Set(calls)).toEqual(new Set([...READS.filter((name) => name !== 'GetObjectCommand'), 'UpdateItemCommand', 'DeleteItemCommand', 'PutItemCommand', 'PutObjectCommand']));
  const undisturbed = await outcome();
  expect(undisturbed).toMatchObject({ tombstones: ['stripe#a', 'stripe#b'], others: [] });
  expect(undisturbed.records).toHaveLength(2);

  for (const [index, command] of calls.entries()) {
    // A read that was answered and one that was not leave the same behind.
    for (const when of READS.includes(command) ? ['before'] as const : ['before', 'after'] as const) {
      await freshEngines();
      engines.crash = { call: index + 1, when };
      expect(await engines.run('run-1')).toBe('killed');
      // The workflow tries again; where it has given up, the next day's run does.
      if (index % 2 === 1) engines.now += DAY_MS;
      expect(await engines.run(index % 2 === 1 ? 'run-2' : 'run-1')).toBe('done');

      expect([index, when, await outcome()]).toEqual([index, when, undisturbed]);
      expect(await verifyArchive(auditBucket(engines.s3, engines.bucket))).toMatchObject({ ok: true, problems: [], days: [{ rows: 2 }] });
    }
  }
});
