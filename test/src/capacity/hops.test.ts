import * as fc from 'fast-check';
import { FIXED, QUOTAS } from '../../../src/capacity/aws-facts';
import { hopsOf, isTooNarrow, narrowestOf, quotaOf } from '../../../src/capacity/hops';
import { SystemShape } from '../../../src/capacity/shape';
import { workOf } from '../../../src/capacity/work';
import { loadOf, reportFor, SHAPE } from './system';

function hopNamed(name: string, props: Parameters<typeof loadOf>[0] = {}, shape: Partial<SystemShape> = {}) {
  const load = loadOf(props);
  const whole = { ...SHAPE, ...shape };
  return hopsOf(load, whole, workOf(load, whole)).find((hop) => hop.name === name)!;
}

describe('quotas', () => {
  it.each([
    ['us-east-1', 10_000, 18_750, 30_000, 10_000],
    ['eu-central-1', 2400, 4500, 1500, 10_000],
    ['eu-west-2', 1200, 2250, 300, 10_000],
    ['sa-east-1', 600, 1100, 300, 10_000],
    ['eu-south-1', 400, 750, 300, 2500],
  ])('of %s are those AWS documents', (region, putEvents, invocations, publishes, requests) => {
    const of = (name: keyof typeof QUOTAS) => quotaOf(name, { region, quotas: {} });
    expect([of('putEventsPerSecond'), of('ruleInvocationsPerSecond'), of('topicPublishesPerSecond'), of('apiGatewayRequestsPerSecond')])
      .toEqual([putEvents, invocations, publishes, requests]);
  });

  it.each(Object.entries(QUOTAS))('%s: where nothing is known of a region, the smallest counts', (_, { byRegion, elsewhere }) => {
    expect(Math.min(elsewhere, ...Object.values(byRegion))).toBe(elsewhere);
  });

  it('that were raised count instead', () => {
    expect(hopNamed('EventBridge PutEvents', { region: 'eu-south-1', quotas: { putEventsPerSecond: 5000 } }).quota).toBe(5000);
  });
});

describe('what a webhook uses', () => {
  it('is two events when it is screened, the second tells of the verdict', () => {
    expect(hopNamed('EventBridge PutEvents').carries).toBe(5000);
    expect(hopNamed('EventBridge PutEvents', {}, { screenedTiers: [] }).carries).toBe(10_000);
  });

  it('is a rule invocation per target: the workflow, and the batch log for low value', () => {
    expect(hopNamed('EventBridge rules', { tierPercentages: { low: 100, medium: 0, high: 0 } }).carries).toBe(9375);
    expect(hopNamed('EventBridge rules', { tierPercentages: { low: 0, medium: 0, high: 100 } }).carries).toBe(18_750);
  });

  it('is no start of a workflow when its tier is neither screened nor told of', () => {
    expect(hopNamed('Step Functions', {}, { screenedTiers: ['high'] }).perThousand).toBe(200);
  });

  it('is a write unit per KiB of its row, more with its verdict, and again when it is told of', () => {
    const units = (props: Parameters<typeof loadOf>[0], shape: Partial<SystemShape> = {}) => hopNamed('DynamoDB writes', props, shape).perThousand;
    const bare = { screenedTiers: [], notifiedTiers: [] };
    expect(units({ averageBodyKiB: 2 }, bare)).toBe(3000);
    expect(units({ averageBodyKiB: 20 }, bare)).toBe(24_000);
    expect(units({ averageBodyKiB: 2, highRiskPercent: 0 }, { ...SHAPE, notifiedTiers: [] })).toBe(3000 + 5000 + 1000 + 1000);
    expect(units({ averageBodyKiB: 2, highRiskPercent: 0 }, { notifiedTiers: [], readsHistory: false, hasFuse: false })).toBe(8000);
  });

  it('of AWS Lambda is at least a tenth of an environment, which starts ten requests a second', () => {
    expect(hopNamed('AWS Lambda', {}, { screenedTiers: [] }).carries).toBe(10_000);
  });

  it('of a function with reserved concurrency is held against that, and the rest against what is left', () => {
    const validator = { ...SHAPE.validator, reserved: 50 };
    expect(hopNamed('Validator', {}, { validator })).toMatchObject({ quota: 50, carries: 500, beyond: 'refused' });
    expect(hopNamed('AWS Lambda', {}, { validator }).quota).toBe(950);
  });
});

describe('people', () => {
  it('get ten emails a second and subscription, twenty SMS together', () => {
    const listeners = [{ protocol: 'email' }, { protocol: 'email' }, { protocol: 'sms' }, { protocol: 'sms' }, { protocol: 'sqs' }];
    expect(hopNamed('Email', {}, { listeners })).toMatchObject({ quota: 10, perThousand: 210 });
    expect(hopNamed('SMS', {}, { listeners })).toMatchObject({ quota: 20, perThousand: 420 });
    expect(hopNamed('Email', {}, { listeners: [{ protocol: 'sqs' }] })).toBeUndefined();
  });

  it('hear only of what their filter lets through', () => {
    const heard = (filter: object) => hopNamed('Email', {}, { listeners: [{ protocol: 'email', ...filter }] }).perThousand;
    expect(heard({ tiers: ['high'] })).toBe(51);
    expect(heard({ riskBands: ['high_risk'] })).toBe(10);
    expect(heard({ riskBands: ['medium_risk'] })).toBe(0);
  });
});

describe('the narrowest hop', () => {
  it('is the one with the least room for what it has to carry', () => {
    const load = loadOf({ region: 'eu-south-1' });
    const hops = hopsOf(load, SHAPE, workOf(load, SHAPE));
    const { name, carries, mustCarry } = narrowestOf(hops);
    expect([name, carries, mustCarry]).toEqual(['EventBridge PutEvents', 200, 100]);
    for (const hop of hops) expect(hop.carries / hop.mustCarry).toBeGreaterThanOrEqual(2);
  });

  it('beyond the answer has to carry the mean alone when it may fall behind', () => {
    const behind = { peakPerSecond: 1000, webhooksPerDay: 86_400 * 150, region: 'eu-south-1' };
    expect(reportFor(behind).failures.join()).toContain('EventBridge PutEvents carries 200');
    expect(reportFor({ ...behind, mayFallBehind: true }).failures).toEqual([]);
    expect(reportFor({ ...behind, webhooksPerDay: 86_400 * 250, mayFallBehind: true }).failures.join()).toContain('expectedLoad.webhooksPerDay is 21600000');
  });

  it('of the fuse is no reason to fail, as verdicts are only not counted', () => {
    const { failures, warnings } = reportFor({ peakPerSecond: FIXED.partitionWriteUnits + 1 });
    expect(failures).toEqual([]);
    expect(warnings.join()).toContain('Fuse counters carries 1000 webhooks per second');
    expect(reportFor({ peakPerSecond: 1001 }, { hasFuse: false }).warnings.join()).not.toContain('Fuse');
  });
});

const region = fc.constantFrom('us-east-1', 'eu-central-1', 'eu-south-1', 'xx-nowhere-1');
const peak = fc.integer({ min: 1, max: 50_000 });

it('never carries a greater load when it does not carry a smaller one', () => {
  fc.assert(fc.property(peak, peak, region, fc.integer({ min: 1, max: 190 }), (one, other, where, averageBodyKiB) => {
    const [less, more] = [Math.min(one, other), Math.max(one, other)]
      .map((peakPerSecond) => reportFor({ peakPerSecond, region: where, averageBodyKiB }));
    expect(more.failures.length).toBeGreaterThanOrEqual(less.failures.length);
  }));
});

it('carries no less with a raised quota', () => {
  const name = fc.constantFrom(...(Object.keys(QUOTAS) as (keyof typeof QUOTAS)[]));
  const amount = fc.integer({ min: 1, max: 100_000 });
  fc.assert(fc.property(peak, region, name, amount, amount, (peakPerSecond, where, quota, value, raise) => {
    const failed = (given: number) => {
      const load = loadOf({ peakPerSecond, region: where, quotas: { [quota]: given } });
      return hopsOf(load, SHAPE, workOf(load, SHAPE)).filter(isTooNarrow).length;
    };
    expect(failed(value + raise)).toBeLessThanOrEqual(failed(value));
  }));
});

it('needs no less when bodies are larger', () => {
  fc.assert(fc.property(fc.integer({ min: 1, max: 190 }), fc.integer({ min: 1, max: 190 }), (one, other) => {
    const [small, large] = [Math.min(one, other), Math.max(one, other)].map((averageBodyKiB) => workOf(loadOf({ averageBodyKiB }), SHAPE));
    expect(large.writeUnits).toBeGreaterThanOrEqual(small.writeUnits);
    expect(large.readUnits).toBeGreaterThanOrEqual(small.readUnits);
  }));
});

describe('the relay', () => {
  it('keeps up with every shard that is full of writes', () => {
    expect(hopNamed('Stream relay').carries).toBeGreaterThan(hopNamed('DynamoDB writes').carries);
  });

  it('does not when a webhook is a single small write', () => {
    const bare = { screenedTiers: [], notifiedTiers: [] };
    expect(hopNamed('Stream relay', { averageBodyKiB: 0.2 }, bare)).toMatchObject({ carries: 2580, beyond: 'delayed' });
  });
});
