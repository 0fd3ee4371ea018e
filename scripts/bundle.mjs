// Bundles every runtime/<function>/index.ts into assets/<function>/, next to its Dockerfile,
// and the local runner into bin/.
import { existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';

const shared = {
  bundle: true,
  splitting: true,
  chunkNames: 'chunk-[hash]',
  platform: 'node',
  format: 'esm',
  outExtension: { '.js': '.mjs' },
  mainFields: ['module', 'main'],
  minify: true,
  keepNames: true,
  legalComments: 'none',
  charset: 'utf8',
  metafile: true,
  logLevel: 'warning',
  // CommonJS packages inside an ES module bundle still call require() for Node's own modules.
  banner: { js: "import{createRequire as __createRequire}from'node:module';const require=__createRequire(import.meta.url);" },
};

async function bundle(label, outdir, options) {
  mkdirSync(outdir, { recursive: true });
  for (const old of readdirSync(outdir).filter((file) => file.endsWith('.mjs'))) rmSync(join(outdir, old));
  const { metafile } = await build({ ...shared, outdir, ...options });
  const outputs = Object.values(metafile.outputs);
  const bytes = outputs.reduce((sum, output) => sum + output.bytes, 0);
  console.log(`${label}: ${outputs.length} files, ${(bytes / 1024).toFixed(0)} KiB`);
}

const functions = readdirSync('runtime').filter((name) => existsSync(join('runtime', name, 'index.ts'))).sort();
for (const name of functions) {
  const outdir = join('assets', name);
  if (!existsSync(join(outdir, 'Dockerfile'))) throw new Error(`${outdir}/Dockerfile is missing`);
  await bundle(name, outdir, {
    entryPoints: { index: join('runtime', name, 'index.ts') },
    target: 'node20',
    tsconfig: 'runtime/tsconfig.json',
  });
}
if (existsSync('local/cli.ts')) {
  await bundle('local runner', 'bin', {
    entryPoints: { cli: 'local/cli.ts' },
    target: 'node20',
    tsconfig: 'local/tsconfig.json',
    // dynalite names both of its stores; only the one without native code is used.
    alias: { level: 'memory-level' },
    banner: { js: `#!/usr/bin/env node\n${shared.banner.js}` },
  });
}
