import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';

const ROOT = join(__dirname, '..', '..');

test('a schedule that is not understood is refused with what would be', async () => {
  const prove = promisify(execFile)(process.execPath, ['scripts/prove.mjs', '--schedule', 'relay PutEvents 1: tired'], { cwd: ROOT });
  const refusal = expect.stringContaining('"relay PutEvents 1: tired" is no accident: write "<call>: <fault>"');
  await expect(prove).rejects.toMatchObject({ stderr: refusal });
});
