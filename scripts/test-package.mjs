// Packs the tarball, installs it in a scratch app, synthesizes there without network or container engine,
// and runs the demo with the installed command. Expects a compiled tree (`npx projen compile`).
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';

const scratch = mkdtempSync(join(tmpdir(), 'consumer-'));
const { name, devDependencies } = JSON.parse(readFileSync('package.json', 'utf8'));

function run(command, args, options = {}) {
  return execFileSync(command, args, { cwd: scratch, encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'], ...options });
}

function assert(holds, message) {
  if (!holds) throw new Error(message);
}

/** Runs without a network where the system can cut it off. */
function offline(args, options) {
  const canUnshare = spawnSync('unshare', ['--net', '--map-root-user', 'true']).status === 0;
  return canUnshare ? run('unshare', ['--net', '--map-root-user', ...args], options) : run(args[0], args.slice(1), options);
}

try {
  assert(existsSync('lib/index.js') && existsSync('.jsii'), 'Nothing is compiled: run "npx projen compile" first');
  const [{ filename, files }] = JSON.parse(run('npm', ['pack', '--json', '--ignore-scripts', '--pack-destination', scratch], { cwd: process.cwd() }));
  const paths = files.map(({ path }) => path);
  for (const handler of ['validator', 'relay', 'fraud-detector', 'archiver']) {
    for (const file of ['Dockerfile', '.dockerignore', 'index.mjs']) assert(paths.includes(`assets/${handler}/${file}`), `assets/${handler}/${file} is not in the tarball`);
  }
  for (const file of ['bin/cli.mjs', 'lib/index.js', 'lib/index.d.ts', '.jsii', 'README.md', 'LICENSE', 'API.md']) assert(paths.includes(file), `${file} is not in the tarball`);
  const stray = paths.filter((path) => /^(src|runtime|local|test|scripts|projenrc|bench|examples|docs|coverage|\.github|\.ci)\//.test(path));
  assert(stray.length === 0, `The tarball holds ${stray.slice(0, 5).join(', ')}`);

  writeFileSync(join(scratch, 'package.json'), JSON.stringify({ name: 'consumer', private: true }));
  run('npm', ['install', '--no-audit', '--no-fund', `./${filename}`, `aws-cdk-lib@${devDependencies['aws-cdk-lib']}`, `constructs@${devDependencies.constructs}`]);
  writeFileSync(join(scratch, 'app.js'), `
    const { App, Stack } = require('aws-cdk-lib');
    const { AlertSubscriber, WebhookProcessingSystem, WebhookProvider } = require('${name}');
    const app = new App({ outdir: 'cdk.out' });
    new WebhookProcessingSystem(new Stack(app, 'Consumer'), 'Payments', {
      providers: [WebhookProvider.stripe(), WebhookProvider.standardWebhooks()],
      alertSubscribers: [AlertSubscriber.email('payments@example.com')],
    });
    app.synth();
  `);
  // Only Node.js is on the path: no container engine can be found.
  offline([process.execPath, 'app.js'], { env: { PATH: dirname(process.execPath) } });
  const template = JSON.parse(readFileSync(join(scratch, 'cdk.out/Consumer.template.json'), 'utf8'));
  const functions = Object.values(template.Resources).filter(({ Type }) => Type === 'AWS::Lambda::Function');
  assert(functions.filter(({ Properties }) => Properties.PackageType === 'Image').length === 4, 'The consumer did not synthesize four image functions');

  const bin = join(scratch, 'node_modules/.bin');
  const report = JSON.parse(run(name, ['start', '--app', 'cdk.out', '--port', '0', '--demo', '5', '--json'], {
    env: { ...process.env, PATH: `${bin}${delimiter}${process.env.PATH}` },
  }).trim().split('\n').at(-1));
  assert(report.passed, `The demo failed in the consumer app: ${JSON.stringify(report)}`);

  const kib = (statSync(join(scratch, filename)).size / 1024).toFixed(0);
  console.log(`${filename}: ${files.length} files, ${kib} KiB packed; installed, synthesized offline, demo passed`);
} finally {
  rmSync(scratch, { recursive: true, force: true });
}
