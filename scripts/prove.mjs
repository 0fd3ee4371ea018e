// npm run prove: a fault at every call the handlers and workflows make, then recovery, then the promises.
import { spawn, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';

// The assembly refers to the bundles, though the proof loads the handlers from their sources.
if (!existsSync('assets/validator/index.mjs')) {
  const { status } = spawnSync(process.execPath, ['scripts/bundle.mjs'], { stdio: ['ignore', 'ignore', 'inherit'] });
  if (status !== 0) process.exit(status ?? 1);
}
const proof = spawn(process.execPath, ['--max-semi-space-size=64', '-r', 'ts-node/register', 'test/prove/main.ts', ...process.argv.slice(2)], {
  stdio: 'inherit', env: { ...process.env, TS_NODE_TRANSPILE_ONLY: '1', TS_NODE_PROJECT: 'tsconfig.dev.json' },
});
for (const signal of ['SIGINT', 'SIGTERM']) proof.on(signal, () => proof.kill(signal));
proof.on('exit', (code, signal) => process.exit(code ?? (signal ? 130 : 1)));
