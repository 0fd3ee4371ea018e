// Second opinions: the synthesized system on MiniStack, and our DynamoDB beside moto's. Expects bundled handlers
// (npx projen bundle). docs/emulators.md lists what neither can tell.
import { equal, match, ok } from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { EmulatedSystem, MINISTACK_GAPS, startMiniStack } from './lib/ministack.mjs';
import { hasPython, PYTHON_IS_MISSING, virtualEnvironment } from './lib/python.mjs';
import { Report, run, scratchFolder } from './lib/run.mjs';
import { freePort, startServer } from './lib/server.mjs';

const scratch = scratchFolder('emulators');
const report = new Report();
const typescript = { TS_NODE_TRANSPILE_ONLY: '1', TS_NODE_PROJECT: 'tsconfig.dev.json' };

async function ministack(bin) {
  const assembly = join(scratch, 'cdk.out');
  await run(process.execPath, ['-r', 'ts-node/register', 'test/emulators/app.ts'], { env: { ...typescript, CDK_OUTDIR: assembly } });
  const system = new EmulatedSystem(await startMiniStack(bin, scratch), assembly, scratch);
  const documented = readFileSync('docs/emulators.md', 'utf8');
  const gaps = Object.keys(MINISTACK_GAPS);
  for (const gap of gaps) {
    await report.check(`MiniStack still refuses ${gap}, as docs/emulators.md says`, async () => {
      ok(documented.includes(`\`${gap}\``), `docs/emulators.md does not list ${gap}`);
      const refusal = await system.deploy(gaps.filter((other) => other !== gap)).then(() => 'nothing', ({ message }) => message);
      match(refusal, new RegExp(MINISTACK_GAPS[gap]), `it was deployed, or refused for another reason: update the list of gaps (${refusal})`);
    });
  }
  await report.check('the stack deploys without these', async () => `${await system.deploy(gaps)} resources`);

  const payment = { transaction_id: 'txn_1', amount: 42_000, currency: 'USD', provider: 'acme', customer_id: 'cus_1', metadata: { country: 'DE', card_country: 'US' } };
  const id = 'msg_1';
  await report.check('a forged webhook is refused', async () => equal((await system.send(payment, { forged: true })).status, 401));
  await report.check('a signed webhook is stored', async () => {
    const answer = await system.send(payment, { id });
    equal(answer.status, 200, JSON.stringify(answer));
    const row = await system.rowOf('standard-webhooks#txn_1', 'the row', () => true);
    equal(row.tier.S, 'high');
    equal(row.amount.N, '42000');
  });
  await report.check('the same webhook again is a duplicate', async () => {
    const { status, duplicate } = await system.send(payment, { id });
    equal(`${status} ${duplicate}`, '200 true');
  });
  await report.check('stream, relay, bus, rule and workflow bring a verdict', async () => {
    const row = await system.rowOf('standard-webhooks#txn_1', 'the verdict', ({ fraud_analysis }) => fraud_analysis);
    equal(row.status.S, 'analyzed');
    equal(row.fraud_analysis.M.fraud_status.S, 'high_risk');
  });
  await report.check('high value and high risk are alerted', async () => {
    await system.alert('the alert on high value', ({ alert_type: type }) => type !== 'fraud_detection');
    await system.alert('the alert on high risk', ({ alert_type: type }) => type === 'fraud_detection');
  });
  await report.check('the archive run moves the row to S3', async () => {
    const archived = await system.archive();
    equal(archived.filter(({ transaction_id: archivedId }) => archivedId === 'standard-webhooks#txn_1').length, 1);
    await system.rowOf('standard-webhooks#txn_1', 'the tombstone', ({ record }) => record.S === 'tombstone');
  });
}

async function moto(bin) {
  const port = await freePort();
  const endpoint = `http://127.0.0.1:${port}`;
  const server = await startServer(join(bin, 'moto_server'), ['-H', '127.0.0.1', '-p', String(port)], {}, `${endpoint}/moto-api/data.json`);
  await report.check('moto and our DynamoDB give the handlers the same answers', async () => (
    await run(process.execPath, ['-r', 'ts-node/register', 'test/emulators/dynamodb.ts', endpoint], { env: typescript, seconds: 120 })
  ).trim());
  server.stop();
}

if (hasPython()) {
  let bin;
  await report.check('MiniStack and moto install', async () => { bin = await virtualEnvironment(join(scratch, 'venv'), 'test/emulators/requirements.txt'); });
  if (bin) {
    await ministack(bin);
    await moto(bin);
  }
} else {
  report.skip('emulators', PYTHON_IS_MISSING);
}
report.close();
