// npm start: bundles what is missing, synthesizes the example app and runs it. Arguments go to the runner.
import { spawn, spawnSync } from 'node:child_process';
import { rmSync } from 'node:fs';

function run(args, env = {}) {
  const { status } = spawnSync(process.execPath, args, { stdio: ['ignore', 'ignore', 'inherit'], env: { ...process.env, ...env } });
  if (status !== 0) process.exit(status ?? 1);
}

const outdir = '.local/cdk.out';
run(['scripts/bundle.mjs']);
rmSync(outdir, { recursive: true, force: true });
run(['-r', 'ts-node/register', 'examples/typescript/app.ts'], {
  CDK_OUTDIR: outdir, TS_NODE_TRANSPILE_ONLY: '1', TS_NODE_PROJECT: 'tsconfig.dev.json',
});

const runner = spawn(process.execPath, ['bin/cli.mjs', 'start', '--app', outdir, ...process.argv.slice(2)], { stdio: 'inherit' });
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => runner.kill(signal));
runner.on('exit', (code, signal) => process.exit(code ?? (signal ? 130 : 1)));
