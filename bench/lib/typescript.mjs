// TypeScript of this repository, run as it is: what finds its files beside itself must not be bundled.
import { spawnSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { SCRATCH } from './bundle.mjs';

export const TYPESCRIPT = { TS_NODE_TRANSPILE_ONLY: '1', TS_NODE_PROJECT: 'tsconfig.dev.json' };

/** Synthesizes the app of the benchmarks; answers with its cloud assembly. */
export function synthesize() {
  const outdir = join(SCRATCH, 'cdk.out');
  rmSync(outdir, { recursive: true, force: true });
  const { status, stderr } = spawnSync(process.execPath, ['-r', 'ts-node/register', 'bench/apps/system.ts'], {
    encoding: 'utf8', env: { ...process.env, ...TYPESCRIPT, CDK_OUTDIR: outdir },
  });
  if (status !== 0) throw new Error(stderr);
  return outdir;
}
