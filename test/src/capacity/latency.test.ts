import { latencyOf, totalOf } from '../../../src/capacity/latency';
import { SystemShape } from '../../../src/capacity/shape';
import { workOf } from '../../../src/capacity/work';
import { loadOf, SHAPE } from './system';

function budget(shape: Partial<SystemShape> = {}) {
  const whole = { ...SHAPE, ...shape };
  return latencyOf(whole, workOf(loadOf(), whole));
}

it('answers long before the most impatient provider gives up, cold start included', () => {
  expect(totalOf(budget().answer).p99).toBeLessThan(5000);
});

it('adds up stretch by stretch', () => {
  const { verdict } = budget();
  expect(totalOf(verdict).p50).toBe(verdict.reduce((sum, { p50 }) => sum + p50, 0));
  for (const { p50, p99 } of verdict) expect(p99).toBeGreaterThanOrEqual(p50);
});

it('gets faster with memory, but not below the time AWS takes', () => {
  const validatorMs = (memoryMb: number) => budget({ validator: { ...SHAPE.validator, memoryMb } }).answer.at(-1)!.p50;
  expect([validatorMs(256), validatorMs(1024), validatorMs(10_240)]).toEqual([56, 20, 10]);
});

describe('deadlines', () => {
  const broken = (shape: Partial<SystemShape>) => budget(shape).deadlines.filter(({ holds }) => !holds).map(({ name, covers }) => `${name}: ${covers}`);

  it('a validator that may run longer than its caller waits is named', () => {
    expect(broken({ providers: ['adyen', 'shopify'] })).toEqual([
      'shopify waits for an answer for: functions.validator.timeout', 'API Gateway waits for the validator for: functions.validator.timeout',
    ]);
    expect(broken({ providers: ['shopify'], validator: { memoryMb: 1024, timeoutMs: 5000 } })).toEqual([]);
  });

  it('a provider that does not say how long it waits sets none', () => {
    expect(broken({ providers: ['stripe'], validator: { memoryMb: 1024, timeoutMs: 29_000 } })).toEqual([]);
  });

  it('four attempts of the fraud detector have to end within an execution', () => {
    expect(broken({ providers: [], validator: { memoryMb: 1024, timeoutMs: 1000 }, fraudDetector: { memoryMb: 512, timeoutMs: 74_000 } }))
      .toEqual(['An EXPRESS execution ends after: four attempts of the fraud detector and their pauses']);
  });
});
