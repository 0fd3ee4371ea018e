import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App, Stack } from 'aws-cdk-lib';
import { claimDirectory } from '../../../local/runner/data-directory';
import { Runner } from '../../../local/runner/runner';
import { WebhookProcessingSystem } from '../../../src';

let scratch: string;
let app: string;

beforeAll(() => {
  scratch = mkdtempSync(join(tmpdir(), 'data-directory-'));
  const cdk = new App({ outdir: join(scratch, 'cdk.out') });
  new WebhookProcessingSystem(new Stack(cdk, 'Payments'), 'System');
  app = cdk.synth().directory;
});
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

test('a directory is of one runner alone, until it stops', async () => {
  const data = join(scratch, 'shared');
  const first = await Runner.start({ app, data });
  await expect(Runner.start({ app, data })).rejects
    .toThrow(`--data is ${JSON.stringify(data)}: the runner with process id ${process.pid} keeps its state there. Stop it, or use another directory`);
  expect((await fetch(`${first.url}/_local/`)).status).toBe(200);
  await first.stop();

  const next = await Runner.start({ app, data });
  await next.stop();
  expect(existsSync(join(data, 'runner.pid'))).toBe(false);
});

test('a runner that cannot start gives the directory back', async () => {
  const data = join(scratch, 'given-back');
  const other = await Runner.start({ app });
  await expect(Runner.start({ app, data, port: Number(new URL(other.url).port) })).rejects.toThrow('is in use: choose another with --port');
  await other.stop();
  const runner = await Runner.start({ app, data });
  await runner.stop();
});

test('the runner of another process keeps it too, and loses it when it has died', async () => {
  const data = join(scratch, 'of-another');
  const process = spawn('sleep', ['60']);
  mkdirSync(data);
  writeFileSync(join(data, 'runner.pid'), String(process.pid));
  expect(() => claimDirectory(data)).toThrow(`the runner with process id ${process.pid} keeps its state there`);
  const died = new Promise((resolve) => process.once('exit', resolve));
  process.kill();
  await died;
  claimDirectory(data)();
});

test('what is no directory is named, and nothing goes on listening', async () => {
  const data = join(scratch, 'file');
  writeFileSync(data, '');
  await expect(Runner.start({ app, data })).rejects.toThrow(`--data is ${JSON.stringify(data)}: use a directory that can be written to (`);
});
