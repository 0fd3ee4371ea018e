import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { Duration } from 'aws-cdk-lib';
import { AlertSubscriber, FraudRule, RiskBand, TransactionTier } from '../../../src';
import type { FraudDetectionConfig } from '../../../src/contract';
import { runningSystem } from '../../helpers/running-system';

jest.setTimeout(60_000);

const system = runningSystem(() => ({
  alertSubscribers: [
    AlertSubscriber.email('fraud@example.com', { filter: { riskBands: [RiskBand.HIGH] } }),
    AlertSubscriber.email('value@example.com', { filter: { tiers: [TransactionTier.MEDIUM] } }),
  ],
  fraudDetection: {
    rules: [
      FraudRule.velocityCount({ count: 3, weight: 0.5, window: Duration.hours(1) }), FraudRule.highAmount({ limit: 500, weight: 0.3 }),
      FraudRule.blockList({ customers: ['cus_blocked'] }), FraudRule.roundAmount({ weight: 0.1, shadow: true }),
    ],
  },
}));
const { post, journeyOf, mailOf, letters, redrive } = system;

const bodyOf = (id: string, customer: string, amount = '10.00') =>
  `{"transaction_id":"${id}","amount":${amount},"currency":"USD","provider":"acme","customer_id":"${customer}","metadata":{"card":"4111111111111111"}}`;

test('fifty deliveries of ten transactions at the same moment are ten verdicts that saw each other, and at most one alert each', async () => {
  const bodies = Array.from({ length: 10 }, (_, index) => [`burst_${index}`, bodyOf(`burst_${index}`, 'cus_burst', '600.00')] as const);
  const statuses = await Promise.all(Array.from({ length: 50 }, (_, index) => post(...bodies[index % 10])));
  expect(new Set(statuses)).toEqual(new Set([200]));
  const journeys = await Promise.all(bodies.map(([id]) => journeyOf(id)));
  for (const { score, screened, stored, published, told } of journeys) {
    expect([stored.length, published.length, screened.length]).toEqual([1, 1, 1]);
    expect(score.rules).toHaveLength(4);
    expect(told).toHaveLength(score.fraud_status === 'high_risk' ? 1 : 0);
  }
  const seen = journeys.map(({ score }) => Number(score.rules[0].observed.split(' ')[0]));
  expect(Math.max(...seen)).toBe(10);
  const high = journeys.filter(({ score }) => score.fraud_status === 'high_risk').length;
  expect(high).toBeGreaterThan(0);
  expect(mailOf('fraud@example.com')).toHaveLength(high);
});

test('every band is reached, and explained', async () => {
  await post('low', bodyOf('low', 'cus_low'));
  for (const index of [1, 2, 3, 4]) await post(`medium_${index}`, bodyOf(`medium_${index}`, 'cus_medium'));
  await post('high', bodyOf('high', 'cus_blocked'));
  const [low, medium, high] = [await journeyOf('low'), await journeyOf('medium_4'), await journeyOf('high')];
  expect([low, high].map(({ score }) => [score.fraud_score, score.fraud_status])).toEqual([[0, 'low_risk'], [1, 'high_risk']]);
  const bands = await Promise.all([1, 2, 3, 4].map(async (index) => (await journeyOf(`medium_${index}`)).score.fraud_status as string));
  expect(bands).toContain('medium_risk');
  expect(high.score.rules).toContainEqual(expect.objectContaining({ id: 'block_list', hit: true, observed: 'listed by customer', contribution: 1 }));
  for (const { score } of [low, medium, high]) {
    for (const rule of score.rules) {
      const text = expect.any(String);
      expect(rule).toEqual(expect.objectContaining({ id: text, version: 1, weight: expect.any(Number), observed: text, limit: text }));
    }
  }
});

test('a medium value is told of once, to whoever asked for it, without what the metadata holds', async () => {
  await post('value', bodyOf('value', 'cus_value', '1500.50'));
  const { told } = await journeyOf('value');
  expect(told).toMatchObject([{ subject: 'Medium Value Transaction Received', alert_type: 'medium_value' }]);
  expect(mailOf('value@example.com', 'Transaction: value')).toEqual([expect.stringContaining('1500.50 USD')]);
  const { runner } = system;
  const sent = runner.services.journal.entries().filter(({ service, type }) => service === 'sns' && type === 'MessagePublished');
  expect(JSON.stringify(sent)).not.toContain('4111111111111111');
  expect(JSON.stringify(runner.services.topics.mailbox())).not.toContain('4111111111111111');
});

test('while the fraud detector is down nothing is lost: the dead-letter queue holds what was not screened, and redriving it screens them', async () => {
  const { faults } = system.runner.services;
  const target = system.nameOf('Workflow/FraudDetector/Function');
  faults.add({ service: 'lambda', target, effect: 'crash', times: 1 });
  faults.add({ service: 'lambda', target, effect: 'fail' });
  const impatient = jest.spyOn(Math, 'random').mockReturnValue(0);
  const ids = ['down_1', 'down_2', 'down_3'];
  await Promise.all(ids.map((id) => post(id, bodyOf(id, `cus_${id}`, '2000.00'))));
  const journeys = await Promise.all(ids.map(journeyOf));
  impatient.mockRestore();
  for (const { score, stored, workflow, told } of journeys) {
    expect([score, stored[0].status, workflow[0].status]).toEqual([null, 'pending', 'SUCCEEDED']);
    // Notification does not depend on screening.
    expect(told).toMatchObject([{ alert_type: 'medium_value' }]);
  }
  expect(letters().map(({ stage, input, error }) => [stage, input.transaction.transaction_id, error.Error]).sort())
    .toEqual(ids.map((id) => ['screening', id, 'Lambda.ServiceException']));

  faults.end();
  expect(await redrive()).toMatchObject({ code: 0 });
  expect(letters()).toEqual([]);
  for (const id of ids) {
    expect((await journeyOf(id)).score).toMatchObject({ fraud_status: 'low_risk', risk_factors: ['high_amount'] });
    expect(mailOf('value@example.com', `Transaction: ${id}`)).toHaveLength(1);
  }
});

test('rows of the history are neither published nor shown as transactions', async () => {
  const { runner } = system;
  const { Items } = await runner.services.dynamodb.execute<{ Items: { record: { S: string }; expires_at?: { N: string } }[] }>('Scan', { TableName: runner.systems[0].tableName });
  const rows = Items.filter(({ record }) => record.S === 'customer-history');
  expect(rows.length).toBeGreaterThan(10);
  expect(rows.every(({ expires_at }) => Number(expires_at?.N) * 1000 > Date.now())).toBe(true);
  const types = runner.services.journal.entries().filter(({ type }) => type === 'EventReceived').map(({ data }) => (data.event as Record<string, string>)['detail-type']);
  expect(new Set(types)).toEqual(new Set(['Transaction Created', 'Transaction Screened']));
});

test('other rules are tried on what the runner has archived', async () => {
  const { runner, nameOf } = system;
  const { FRAUD_DETECTION } = runner.services.functions.get(nameOf('Workflow/FraudDetector/Function')).environment;
  const rules = JSON.parse(FRAUD_DETECTION) as FraudDetectionConfig;
  const file = join(mkdtempSync(join(tmpdir(), 'rules-')), 'rules.json');
  writeFileSync(file, JSON.stringify({ ...rules, rules: rules.rules.map((rule) => (rule.id === 'block_list' ? { ...rule, shadow: true } : rule)) }));
  await fetch(`${runner.url}/_local/archive`, { method: 'POST', body: JSON.stringify({ now: new Date(Date.now() + 25 * 3_600_000).toISOString() }) });
  const place = `s3://${nameOf('Storage/AuditBucket')}/transactions`;
  const cli = join(__dirname, '../../../bin/cli.mjs');
  const { stdout } = await promisify(execFile)(process.execPath, [cli, 'backtest', '--rules', file, '--archive', place, '--endpoint', runner.url, '--json']);
  rmSync(dirname(file), { recursive: true });
  const { moves } = JSON.parse(stdout) as { moves: { from: string; to: string; examples: string[] }[] };
  expect(moves).toContainEqual(expect.objectContaining({ from: 'high_risk', to: 'low_risk', examples: expect.arrayContaining(['standard-webhooks#high']) }));
});
