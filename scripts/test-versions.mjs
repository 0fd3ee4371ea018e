// Stability: the packed package with the minimum and the latest aws-cdk-lib, and its API against the baseline.
// Expects a compiled tree. --renew-baseline makes the API of now the baseline (see UPGRADING.md).
import { deepEqual, equal, ok } from 'node:assert/strict';
import { existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { Report, run, scratchFolder } from './lib/run.mjs';

const BASELINE = 'api-baseline.jsii.gz';
if (!existsSync('.jsii') || !existsSync('lib/index.js')) throw new Error('Nothing is compiled: run "npx projen compile" first');
if (process.argv.includes('--renew-baseline')) {
  // README and comments are no API.
  const { readme: _, ...assembly } = JSON.parse(readFileSync('.jsii', 'utf8'));
  writeFileSync(BASELINE, gzipSync(JSON.stringify(assembly), { level: 9 }));
  console.log(`${BASELINE} is the API of now`);
  process.exit(0);
}

const { name, devDependencies } = JSON.parse(readFileSync('package.json', 'utf8'));
const report = new Report();
const scratch = scratchFolder('versions');

const APP = `
const { App, Duration, Stack } = require('aws-cdk-lib');
const w = require('${name}');
const app = new App({ outdir: process.argv[2] });
new w.WebhookProcessingSystem(new Stack(app, 'Default'), 'Payments');
new w.WebhookProcessingSystem(new Stack(app, 'Options'), 'Payments', {
  providers: [w.WebhookProvider.stripe(), w.WebhookProvider.payPal({ webhookId: '8PT597110X687430LKGECATA' })],
  alertSubscribers: [w.AlertSubscriber.email('payments@example.com'), w.AlertSubscriber.sms('+14155550100')],
  thresholds: { medium: 500, currencies: { JPY: { medium: 75000, high: 3000000 } } },
  fraudDetection: { rules: w.FraudRule.defaults(), foldAlerts: Duration.minutes(15) },
  packaging: w.HandlerPackaging.zip(), environmentSuffix: 'dev', tracing: false, dashboard: false,
});
const two = new Stack(app, 'Two');
for (const id of ['Eu', 'Us']) new w.WebhookProcessingSystem(two, id, { endpoint: { cloudWatchRole: id === 'Eu' } });
app.synth();
`;

async function consumer(version) {
  const folder = join(scratch, version);
  mkdirSync(folder);
  writeFileSync(join(folder, 'package.json'), '{ "name": "consumer", "private": true }');
  const constructs = version === devDependencies['aws-cdk-lib'] ? devDependencies.constructs : 'latest';
  await run('npm', ['install', '--no-audit', '--no-fund', '--silent', tarball, `aws-cdk-lib@${version}`, `constructs@${constructs}`], { cwd: folder });
  writeFileSync(join(folder, 'app.js'), APP);
  const said = await run(process.execPath, ['app.js', 'cdk.out'], { cwd: folder });
  ok(!/deprecat/i.test(said), `It uses what is deprecated: ${said}`);
  return (stack) => JSON.parse(readFileSync(join(folder, 'cdk.out', `${stack}.template.json`), 'utf8'));
}

/** What stays when templates are written in another way: ids and types of everything but bookkeeping. */
function identities({ Resources }) {
  const kept = Object.entries(Resources).filter(([, { Type }]) => !/^AWS::(CDK::Metadata|ApiGateway::Deployment|Lambda::Version)$/.test(Type));
  return Object.fromEntries(kept.map(([id, { Type }]) => [id, Type]).sort(([a], [b]) => (a < b ? -1 : 1)));
}

function assertSystem(template) {
  const of = (type) => Object.values(template.Resources).filter(({ Type }) => Type === type);
  equal(of('AWS::DynamoDB::Table').length, 1);
  equal(of('AWS::StepFunctions::StateMachine').length, 2);
  const functions = of('AWS::Lambda::Function').filter(({ Properties }) => Properties.Architectures?.includes('arm64'));
  equal(functions.length, 4);
  ok(functions.every(({ Properties }) => Properties.PackageType === 'Image' || Properties.Runtime === 'nodejs24.x'));
  ok(Object.keys(template.Resources).length < 500, 'CloudFormation takes 500 resources');
  ok(JSON.stringify(template).length < 1_000_000, 'CloudFormation takes templates of 1 MB');
}

const [{ filename }] = JSON.parse(await run('npm', ['pack', '--json', '--ignore-scripts', '--pack-destination', scratch]));
const tarball = join(scratch, filename);
const minimum = devDependencies['aws-cdk-lib'];
const latest = (await run('npm', ['view', 'aws-cdk-lib', 'version'])).trim();
const synthesized = {};
for (const [label, version] of Object.entries({ minimum, latest })) {
  await report.check(`synthesizes with the ${label} aws-cdk-lib, ${version}`, async () => {
    synthesized[label] = await consumer(version);
    for (const stack of ['Default', 'Options']) assertSystem(synthesized[label](stack));
    return `${Object.keys(synthesized[label]('Default').Resources).length} resources`;
  });
}
if (synthesized.minimum && synthesized.latest) {
  for (const stack of ['Default', 'Options', 'Two']) {
    await report.check(`${stack}: both make the same resources with the same logical ids`, () => {
      deepEqual(identities(synthesized.latest(stack)), identities(synthesized.minimum(stack)));
    });
  }
}
await report.check('the API is compatible with the baseline', async () => {
  const baseline = join(scratch, 'baseline');
  mkdirSync(baseline);
  writeFileSync(join(baseline, '.jsii'), gunzipSync(readFileSync(BASELINE)));
  writeFileSync(join(baseline, 'package.json'), readFileSync('package.json'));
  // What it depends on is read from beside it.
  symlinkSync(resolve('node_modules'), join(baseline, 'node_modules'));
  await run('npx', ['jsii-diff', baseline, '.', '--error-on', 'all']);
});
report.close();
