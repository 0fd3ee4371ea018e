import { mkdirSync, writeFileSync } from 'node:fs';
import { createServer, Server } from 'node:http';
import { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { aws_lambda as lambda, Duration, Stack } from 'aws-cdk-lib';
import { alarmState } from '../../../local/console/alarms';
import { FraudModel, FraudRule } from '../../../src';
import { runningSystem, RunningSystem } from '../../helpers/running-system';

jest.setTimeout(60_000);

const rules = () => [FraudRule.highAmount({ limit: 500, weight: 0.3 }), FraudRule.blockList({ customers: ['cus_blocked'] })];
const bodyOf = (id: string, customer = 'cus_1') =>
  JSON.stringify({ transaction_id: id, amount: 900, currency: 'USD', provider: 'acme', customer_id: customer, metadata: { country: 'DE' } });

async function scoreOf(system: RunningSystem, id: string, customer?: string) {
  expect(await system.post(id, bodyOf(id, customer))).toBe(200);
  return (await system.journeyOf(id)).score;
}

describe('a function of the app is the model', () => {
  const modelIn = (stack: Stack, scratch: string) => {
    const code = join(scratch, 'model');
    mkdirSync(code, { recursive: true });
    writeFileSync(join(code, 'index.js'), `exports.handler = async ({ transaction_id, amount, country }) => {
      if (transaction_id === 'broken') throw new Error('broken');
      return transaction_id === 'nonsense' ? { risk: 'high' } : { score: amount === '900' && country === 'DE' ? 0.9 : 0 };
    };`);
    return new lambda.Function(stack, 'Model', { runtime: lambda.Runtime.NODEJS_22_X, handler: 'index.handler', code: lambda.Code.fromAsset(code) });
  };
  const system = runningSystem((stack, scratch) => ({
    fraudDetection: { rules: rules(), model: FraudModel.function(modelIn(stack, scratch), { weight: 0.75, timeout: Duration.seconds(3) }) },
  }));

  const modelName = () => system.runner.services.functions.list().map(({ name }) => name).find((name) => name.includes('Model'))!;
  // A cold start on a busy machine may take longer than the model is waited for.
  beforeAll(() => system.runner.services.functions.invoke(modelName(), '{}'));

  test('it runs as a function, and its score is combined with that of the rules', async () => {
    const { fraud_score, fraud_status, model } = await scoreOf(system, 'scored');
    // 0.25 × 0.3 + 0.75 × 0.9
    expect([fraud_score, fraud_status, model.score]).toEqual([0.75, 'high_risk', 0.9]);
    expect((await system.journeyOf('scored')).told).toMatchObject([{ alert_type: 'fraud_detection' }]);
  });

  test.each([['broken', 'the function failed'], ['nonsense', 'the answer has no score from 0 to 1']])('without a score of its own the rules decide alone, and the verdict says why: %s', async (id, failure) => {
    const { fraud_score, fraud_status, model } = await scoreOf(system, id);
    expect([fraud_score, fraud_status, model.failure]).toEqual([0.3, 'low_risk', failure]);
  });

  test('one that is too slow is not waited for', async () => {
    system.runner.services.faults.add({ service: 'lambda', target: modelName(), effect: 'slow', delayMs: 5_000, times: 1 });
    const { fraud_score, model } = await scoreOf(system, 'slow');
    expect([fraud_score, model.failure]).toEqual([0.3, 'no answer in 3000 ms']);
  });
});

describe('an endpoint of SageMaker in shadow', () => {
  let stub: Server;
  const questions: Record<string, unknown>[] = [];
  beforeAll(async () => {
    stub = createServer((request, response) => {
      let text = '';
      request.on('data', (chunk) => { text += String(chunk); });
      request.on('end', () => {
        questions.push(JSON.parse(text) as Record<string, unknown>);
        response.end('0.95');
      });
    });
    await new Promise<void>((resolve) => { stub.listen(0, '127.0.0.1', resolve); });
  });
  afterAll(async () => { await new Promise((resolve) => { stub.close(resolve); }); });

  const system = runningSystem(() => ({
    fraudDetection: { rules: rules(), model: FraudModel.sageMakerEndpoint('fraud-v3', { shadow: true }), fuse: { minimumVerdicts: 5, window: Duration.minutes(5) } },
  }), { modelEndpoint: () => `http://127.0.0.1:${(stub.address() as AddressInfo).port}/score` });

  test('is asked of the server that stands in for it; its score is stored and decides nothing', async () => {
    const { fraud_score, fraud_status, shadow, model } = await scoreOf(system, 'shadowed');
    expect([fraud_score, fraud_status, model]).toEqual([0.3, 'low_risk', { target: 'fraud-v3', shadow: true, score: 0.95 }]);
    expect(shadow.fraud_score).toBe(0.625);
    expect(questions).toMatchObject([{ transaction_id: 'shadowed', amount: '900', currency: 'USD', country: 'DE' }]);
    const asked = system.runner.services.journal.entries().filter(({ type }) => type === 'ModelAsked');
    expect(asked.map(({ service, data }) => [service, data.model, data.status, data.answer])).toEqual([['sagemaker', 'fraud-v3', 200, '0.95']]);
  });

  test('a rule with a part in too many verdicts of high risk falls back to shadow, and one alarm says so', async () => {
    const { runner } = system;
    const alarms = runner.resources.filter(({ type }) => type === 'AWS::CloudWatch::Alarm');
    const ringing = () => alarms.filter((alarm) => alarmState(alarm, runner.services.metrics, runner.services.clock.now()).state === 'ALARM')
      .map(({ metadata }) => String(metadata['aws:cdk:path']).split('/').at(-2));
    const before = ringing();
    for (let index = 0; index < 6; index += 1) expect((await scoreOf(system, `blocked_${index}`, 'cus_blocked')).fraud_status).toBe('high_risk');
    // A new process does not know for ten seconds that no rule is blown.
    const impatient = jest.spyOn(Math, 'random').mockReturnValue(0);
    runner.services.faults.add({ service: 'lambda', target: system.nameOf('Workflow/FraudDetector/Function'), effect: 'crash', times: 1 });
    const { fraud_status, rules: judged } = await scoreOf(system, 'fused', 'cus_blocked');
    impatient.mockRestore();
    expect(fraud_status).toBe('low_risk');
    expect(judged.find(({ id }: { id: string }) => id === 'block_list')).toMatchObject({ hit: true, shadow: 'fuse', contribution: 0 });
    expect(ringing()).toEqual([...before, 'RuleFuse']);
  });
});
