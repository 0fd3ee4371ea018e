import { execFile, execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { runDemo } from '../../../local/demo/demo';
import { DEMO_PROVIDERS } from '../../../local/demo/providers';
import { printReport } from '../../../local/demo/report';
import { Runner } from '../../../local/runner/runner';

const KINDS = DEMO_PROVIDERS.map(({ kind }) => kind);
const ROOT = join(__dirname, '..', '..', '..');

let app: string;
let runner: Runner;

beforeAll(async () => {
  app = mkdtempSync(join(tmpdir(), 'example-app-'));
  execFileSync(process.execPath, ['-r', 'ts-node/register', 'examples/typescript/app.ts'], {
    cwd: ROOT, env: { ...process.env, CDK_OUTDIR: app, TS_NODE_TRANSPILE_ONLY: '1', TS_NODE_PROJECT: 'tsconfig.dev.json' },
  });
  runner = await Runner.start({ app });
}, 60_000);
afterAll(async () => {
  await runner?.settled();
  await runner?.stop();
  rmSync(app, { recursive: true, force: true });
});

test('the example app has an endpoint for every provider', () => {
  const [{ endpoints }] = runner.systems;
  expect(endpoints.map(({ name, kind }) => ({ name, kind }))).toEqual(KINDS.map((kind) => ({ name: kind, kind })));
  expect(endpoints[0].isDefault).toBe(true);
});

test('ten webhooks of every provider are stored, published and routed, once each', async () => {
  const report = await runDemo(runner, 10);
  expect(report.endpoints.flatMap(({ problems }) => problems)).toEqual([]);
  expect(report).toMatchObject({ passed: true, dead_letters: 0 });

  const tiers = (kind: string) => (kind === 'github' ? { none: 10 } : { low: 3, medium: 4, high: 3 });
  expect(report.endpoints).toMatchObject(KINDS.map((kind) => ({
    endpoint: kind, sent: 10, accepted: 10, stored: 10, published: 10, tiers: tiers(kind),
  })));
  const printed = printReport(report);
  for (const kind of KINDS) expect(printed).toContain(`  ${kind} `);
}, 300_000);

test.each(KINDS)('the command for %s can be pasted', async (kind) => {
  const command = await (await fetch(`${runner.url}/_local/curl/${kind}`)).text();
  const { stdout } = await promisify(execFile)('/bin/sh', ['-c', `${command.trim()} -o /dev/null -w '%{http_code}'`]);
  expect(stdout).toBe('200');
});
