import { UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import { Duration } from 'aws-cdk-lib';
import { itemOf } from '../../../runtime/aws/store';
import { analyze, FraudAnalysis } from '../../../runtime/fraud-detector/score';
import { verdictStore } from '../../../runtime/fraud-detector/verdicts';
import { conflictOf } from '../../../runtime/transaction/row';
import { RECORD_COLUMNS } from '../../../src/archive/record-columns';
import { TABLE_NAME } from '../../helpers/dynalite-table';
import { captureOutput } from '../../helpers/output';
import { definitionOf, statesOf } from '../../helpers/state-machine';
import { synthesize } from '../../helpers/template';
import { CONFIG, RISKY } from '../fraud-detector/setup';
import { imageWith, rowWith } from '../rows';
import { Engines } from './engines';

captureOutput();
const engines = new Engines();
beforeAll(() => engines.start());
afterAll(() => engines.stop());

const AT = '2025-10-09T08:53:21.000Z';
const MODEL = { kind: 'function', target: 'arn:model', weight: 500, timeout_ms: 2000, shadow: true } as const;
const HISTORY = { truncated: false, entries: [{ at: AT, of: 'stripe#pi_0', amount: { units: 1n, scale: 0 }, currency: 'USD' }] };

function verdict(model: FraudAnalysis['model']): FraudAnalysis {
  return analyze(RISKY, { ...CONFIG, model: MODEL }, { history: HISTORY, fused: new Set(['round_amount']), model });
}

/** The workflow claims and settles its notification itself: with the updates it is deployed with. */
async function notify(key: Record<string, { S: string }>): Promise<void> {
  const subject = synthesize({ fraudDetection: { foldAlerts: Duration.minutes(5) } });
  const { ClaimNotification, SettleNotification, MarkFolded } = statesOf(definitionOf(subject, subject.system.workflow));
  const given: Record<string, { S: string }> = { ':claim': { S: 'run' }, ':at': { S: AT } };
  for (const { Parameters } of [ClaimNotification, SettleNotification, MarkFolded]) {
    const { ExpressionAttributeValues, TableName, ReturnValues, ...update } = Parameters;
    const values = Object.entries<Record<string, never>>(ExpressionAttributeValues).map(([name, value]) => [name, given[name] ?? value]);
    await engines.table.client.send(new UpdateItemCommand({
      ...update, TableName: TABLE_NAME, Key: key, ExpressionAttributeValues: Object.fromEntries(values),
    }));
  }
}

/** Everything that ever happens to a row, in rows written by who writes them, archived by the archiver. */
async function archivedRows() {
  await engines.clear('audit');
  const verdicts = verdictStore(engines.table.client, TABLE_NAME);
  const options = { trace: '1-5759e988-bd862e3fe1be46a994272793', metadata: { order_id: 'o-1' } };
  const images = [imageWith({ ...options, transactionId: 'alerted' }), imageWith({ ...options, transactionId: 'folded' })];
  for (const [index, image] of images.entries()) {
    await engines.table.put(image);
    const key = { transaction_id: image.transaction_id.S!, event_id: image.event_id.S! };
    await verdicts.record(key, verdict({ target: MODEL.target, shadow: true, ...(index === 0 ? { score: 0.25 } : { failure: 'timeout' }) }), AT);
    await verdicts.claimAlert(key, 'execution-1');
    await (index === 0 ? verdicts.alertSent(key, AT) : verdicts.alertFolded(key, AT));
    await notify({ transaction_id: { S: key.transaction_id }, event_id: { S: key.event_id } });
  }
  const conflict = itemOf(conflictOf(rowWith({ transactionId: 'conflict' })));
  await engines.table.put(conflict);
  await notify({ transaction_id: { S: conflict.transaction_id.S! }, event_id: { S: conflict.event_id.S! } });
  const notice = rowWith({ transactionId: 'notice', amount: null, moneyMoved: false });
  await engines.table.put(itemOf({ ...notice, event: { ...notice.event, needs_fetch: true } }));
  expect(await engines.run('run-1')).toBe('done');
  const rows = await engines.archived();
  expect(rows).toHaveLength(4);
  return rows.map(({ attributes }) => attributes);
}

/** A value in the words of Hive; the members of all rows together. */
type Shape = string | { [member: string]: Shape } | Shape[];

function shapeOf(type: string): Shape {
  if (type.startsWith('array<')) return [shapeOf(type.slice('array<'.length, -1))];
  if (!type.startsWith('struct<')) return type;
  const members: { [member: string]: Shape } = {};
  let depth = 0;
  let start = 'struct<'.length;
  for (let at = start; at < type.length; at += 1) {
    if (type[at] === '<' || type[at] === '(') depth += 1;
    const ends = depth === 0 && (type[at] === ',' || at === type.length - 1);
    if ((type[at] === '>' || type[at] === ')') && !ends) depth -= 1;
    if (!ends) continue;
    const [name, ...rest] = type.slice(start, at).split(':');
    members[name] = shapeOf(rest.join(':'));
    start = at + 1;
  }
  return members;
}

/** What the values would lose or get wrong in a column of that shape; and, in `seen`, which members there are. */
function misfits(value: unknown, shape: Shape, path: string, seen: Set<string>): string[] {
  seen.add(path);
  if (value === null || value === undefined) return [];
  if (typeof shape === 'string') {
    // A column of text takes an object as JSON.
    if (shape === 'string') return typeof value === 'string' || (typeof value === 'object' && path === 'metadata') ? [] : [`${path}: ${typeof value} in text`];
    if (shape === 'boolean') return typeof value === 'boolean' ? [] : [`${path}: ${typeof value} as a truth value`];
    const [, digits, scale] = /^decimal\((\d+),(\d+)\)$/.exec(shape) ?? [undefined, '18', '0'];
    const [, whole, fraction = ''] = /^-?(\d+)(?:\.(\d+))?$/.exec(String(value)) ?? [undefined, 'x'.repeat(99)];
    return whole.length <= Number(digits) - Number(scale) && fraction.length <= Number(scale) ? [] : [`${path}: ${String(value)} as ${shape}`];
  }
  if (Array.isArray(shape)) return (value as unknown[]).flatMap((element) => misfits(element, shape[0], path, seen));
  return Object.entries(value).flatMap(([name, inner]) => (shape[name] === undefined ? [`${path}.${name} is no member`] : misfits(inner, shape[name], `${path}.${name}`, seen)));
}

function pathsOf(shape: Shape, path: string): string[] {
  if (typeof shape === 'string') return [path];
  if (Array.isArray(shape)) return pathsOf(shape[0], path);
  return [path, ...Object.entries(shape).flatMap(([name, inner]) => pathsOf(inner, `${path}.${name}`))];
}

test('every field of an archived record is a column of its type, down to the members of the verdict, and every column is a field', async () => {
  const rows = await archivedRows();
  const fields = new Set(rows.flatMap((row) => Object.keys(row)));
  expect([...fields].sort()).toEqual(RECORD_COLUMNS.map(({ name }) => name).sort());

  for (const { name, type } of RECORD_COLUMNS) {
    const seen = new Set<string>();
    const wrong = rows.flatMap((row) => (name in row ? misfits(row[name], shapeOf(type), name, seen) : []));
    expect(wrong).toEqual([]);
    expect([...seen].sort()).toEqual(pathsOf(shapeOf(type), name).sort());
  }
});
