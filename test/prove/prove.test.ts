import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';

const ROOT = join(__dirname, '..', '..');

const prove = (...options: readonly string[]) => promisify(execFile)(process.execPath, ['scripts/prove.mjs', ...options], { cwd: ROOT });

/** A sample of what `npm run prove` tries in full. */
test('no promise is broken by a fault at one call in many, nor by some pairs of faults', async () => {
  const { stdout } = await prove('--every', '41', '--pairs', '6');
  const [, all, singles] = /\n(\d+) schedules explored: (\d+) single faults/.exec(stdout)!;
  expect(Number(singles)).toBeGreaterThan(30);
  expect(Number(all)).toBeGreaterThanOrEqual(Number(singles));
  expect(stdout).toContain('; 0 broke a promise');
}, 300_000);

test('a schedule that is not understood is refused with what would be', async () => {
  const refusal = expect.stringContaining('"relay PutEvents 1: tired" is no accident: write "<call>: <fault>"');
  await expect(prove('--schedule', 'relay PutEvents 1: tired')).rejects.toMatchObject({ stderr: refusal });
}, 60_000);
