// Builds the Python, Java and Go packages, installs them as their users would, and synthesizes examples/<language>:
// each must give the template of examples/typescript/shop.ts, image hashes included. Expects a compiled tree.
// A language whose toolchain is missing is skipped. Arguments choose languages: npx projen test:languages python go
import { cpSync, existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { assertSame } from './lib/compare.mjs';
import { has, Report, run, scratchFolder } from './lib/run.mjs';

const STACK = 'ShopStack.template.json';
const scratch = scratchFolder('languages');
const report = new Report();

const read = (folder) => JSON.parse(readFileSync(join(folder, STACK), 'utf8'));

/** Builds one package; Go's compiler runs with the example instead. */
async function packageOf(target, ...options) {
  const outdir = join(scratch, 'dist', target);
  await run('npx', ['jsii-pacmak', '--target', target, '--outdir', outdir, ...options]);
  return join(outdir, target);
}

/** A copy of the example, so that nothing is built in the repository. */
function copyOf(language) {
  const folder = join(scratch, language);
  cpSync(join('examples', language), folder, { recursive: true });
  return folder;
}

async function typescript(out) {
  await run(process.execPath, ['-r', 'ts-node/register', 'examples/typescript/shop.ts'], {
    env: { CDK_OUTDIR: out, TS_NODE_TRANSPILE_ONLY: '1', TS_NODE_PROJECT: 'tsconfig.dev.json' },
  });
}

async function python(out) {
  const folder = copyOf('python');
  const wheels = await packageOf('python');
  const wheel = join(wheels, readdirSync(wheels).find((file) => file.endsWith('.whl')));
  await run('python3', ['-m', 'venv', join(folder, '.venv')]);
  await run(join(folder, '.venv/bin/pip'), ['install', '--quiet', '--no-compile', '-r', 'requirements.txt', wheel], { cwd: folder });
  await run(join(folder, '.venv/bin/python'), ['-B', 'shop.py'], { cwd: folder, env: { CDK_OUTDIR: out } });
}

async function java(out) {
  const folder = copyOf('java');
  const packages = await packageOf('java');
  // Unreleased builds all have the same version: Maven must not take an earlier one from its cache.
  const plain = ['-q', '-B', '-Dstyle.color=never'];
  const home = await run('mvn', [...plain, 'help:evaluate', '-Dexpression=settings.localRepository', '-DforceStdout'], { cwd: folder });
  const cached = join(stripVTControlCharacters(home).trim(), 'io/github/cdkwebhookprocessing/cdk-webhook-processing/0.0.0');
  rmSync(cached, { recursive: true, force: true });
  await run('mvn', [...plain, `-Dpackages=${packages}`, 'compile', 'exec:java'], { cwd: folder, env: { CDK_OUTDIR: out } });
  rmSync(cached, { recursive: true, force: true });
}

/** Dependencies of aws-cdk-lib that not every module proxy carries: their bindings come out of the same npm packages. */
const REPLACEABLE = {
  'github.com/cdklabs/awscdk-asset-node-proxy-agent-go/nodeproxyagentv6/v2': 'asset-node-proxy-agent-v6',
  'github.com/cdklabs/cloud-assembly-schema-go/awscdkcloudassemblyschema/v53': 'cloud-assembly-schema',
};

async function go(out) {
  const folder = copyOf('go');
  const module = join(await packageOf('go', '--code-only'), 'cdkwebhookprocessing');
  const inFolder = { cwd: folder, env: { CDK_OUTDIR: out, GOFLAGS: '-mod=mod' } };
  await run('go', ['mod', 'edit', `-replace=github.com/cdk-webhook-processing/cdk-webhook-processing-go/cdkwebhookprocessing=${module}`], inFolder);
  const generated = [];
  for (const [name, npm] of Object.entries(REPLACEABLE)) {
    if (await run('go', ['mod', 'download', name], inFolder).then(() => true, () => false)) continue;
    generated.push(npm);
    await run('npx', ['jsii-pacmak', '--target', 'go', '--code-only', '--outdir', join(scratch, npm), resolve('node_modules/@aws-cdk', npm)]);
    const [bindings] = readdirSync(join(scratch, npm, 'go'));
    await run('go', ['mod', 'edit', `-replace=${name}=${join(scratch, npm, 'go', bindings)}`], inFolder);
  }
  await run('go', ['run', '.'], inFolder);
  return generated.length > 0 ? `the module proxy lacks ${generated.join(' and ')}: generated from npm` : undefined;
}

const LANGUAGES = {
  python: { run: python, isThere: () => has('python3', ['-m', 'venv', '--help']), wants: 'Python 3.9 or later with venv' },
  java: { run: java, isThere: () => has('mvn') && has('javac'), wants: 'a JDK, 17 or later, and Maven' },
  go: { run: go, isThere: () => has('go', ['version']), wants: 'Go 1.25 or later' },
};

if (!existsSync('lib/index.js') || !existsSync('.jsii')) throw new Error('Nothing is compiled: run "npx projen compile" first');
const wanted = process.argv.length > 2 ? process.argv.slice(2) : Object.keys(LANGUAGES);
const unknown = wanted.find((name) => !LANGUAGES[name]);
if (unknown) throw new Error(`There is no example in ${unknown}: use ${Object.keys(LANGUAGES).join(', ')}`);

const reference = join(scratch, 'typescript.out');
await report.check('typescript synthesizes', () => typescript(reference));
const resources = existsSync(join(reference, STACK)) ? Object.keys(read(reference).Resources).length : 0;
await Promise.all(wanted.map(async (name) => {
  const { run: synthesize, isThere, wants } = LANGUAGES[name];
  if (!isThere()) return report.skip(name, `it needs ${wants}, which this machine lacks`);
  return report.check(`${name} synthesizes the same ${resources} resources`, async () => {
    const out = join(scratch, `${name}.out`);
    const remark = await synthesize(out);
    assertSame(read(reference), read(out));
    return remark;
  });
}));
report.close();
