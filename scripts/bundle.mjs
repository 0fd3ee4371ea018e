// Bundles every runtime/<function>/index.ts into assets/<function>/, next to its Dockerfile,
// the local runner into bin/, and its web page into bin/console/.
import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
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
    alias: { 'cls-hooked/context': './runtime/aws/trace-contexts.ts' },
  });
}
if (existsSync('local/cli.ts')) {
  await bundle('local runner', 'bin', {
    entryPoints: { cli: 'local/cli.ts' },
    target: 'node20',
    tsconfig: 'local/tsconfig.json',
    // dynalite names both of its stores; only the one without native code is used.
    alias: { level: 'memory-level' },
    // The runner looks for its web page beside itself.
    banner: { js: `#!/usr/bin/env node\n${shared.banner.js}const __dirname=import.meta.dirname??new URL('.',import.meta.url).pathname;` },
  });
}
if (existsSync('console/page.ts')) {
  const outdir = 'bin/console';
  rmSync(outdir, { recursive: true, force: true });
  mkdirSync(outdir, { recursive: true });
  await build({
    entryPoints: ['console/page.ts', 'console/page.css'],
    outdir, bundle: true, format: 'iife', minify: true, charset: 'utf8', legalComments: 'none', logLevel: 'warning',
    target: ['chrome123', 'firefox121', 'safari17.5'], tsconfig: 'console/tsconfig.json',
  });
  for (const file of ['index.html', 'icon.svg']) copyFileSync(join('console', file), join(outdir, file));
  const files = readdirSync(outdir).map((file) => readFileSync(join(outdir, file)));
  const kib = (buffers) => (buffers.reduce((sum, { length }) => sum + length, 0) / 1024).toFixed(0);
  console.log(`console: ${files.length} files, ${kib(files)} KiB, ${kib(files.map((file) => gzipSync(file)))} KiB compressed`);
}
