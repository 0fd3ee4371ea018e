// Bundles of the bench are made as those of the functions are: same bundler, same settings, so that only the code differs.
import { mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { build } from 'esbuild';

export const SCRATCH = resolve('.local/bench');

/** An ES module as it would lie in a function. */
export async function functionBundle(name, source) {
  mkdirSync(SCRATCH, { recursive: true });
  const outdir = join(SCRATCH, name);
  await build({
    ...(source.endsWith('.ts') || source.endsWith('.mjs') ? { entryPoints: { index: source } } : { stdin: { contents: source, resolveDir: process.cwd(), sourcefile: `${name}.mjs` } }),
    outdir,
    entryNames: 'index',
    bundle: true, splitting: true, chunkNames: 'chunk-[hash]', platform: 'node', format: 'esm', target: 'node20', outExtension: { '.js': '.mjs' },
    mainFields: ['module', 'main'], minify: true, keepNames: true, legalComments: 'none', charset: 'utf8', logLevel: 'warning',
    banner: { js: "import{createRequire as __createRequire}from'node:module';const require=__createRequire(import.meta.url);" },
  });
  return join(outdir, 'index.mjs');
}

/** TypeScript of this repository as one module that Node runs; what is in node_modules stays there. */
export async function scriptBundle(name, entry, { external = 'packages', tsconfig } = {}) {
  mkdirSync(SCRATCH, { recursive: true });
  const outfile = join(SCRATCH, `${name}.cjs`);
  await build({
    entryPoints: [entry], outfile, bundle: true, platform: 'node', format: 'cjs', target: 'node20', packages: external === 'packages' ? 'external' : undefined,
    charset: 'utf8', logLevel: 'warning', tsconfig,
    // dynalite names both of its stores; only the one without native code is used.
    alias: { level: 'memory-level' },
    define: { 'import.meta.url': '__importMetaUrl', 'import.meta.dirname': '__dirname' },
    banner: { js: "const __importMetaUrl=require('node:url').pathToFileURL(__filename).href;" },
  });
  return outfile;
}
