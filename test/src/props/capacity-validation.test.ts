import { CfnParameter } from 'aws-cdk-lib';
import { ExpectedLoadProps } from '../../../src';
import { Refusal, refuses, takes } from './refusal';

const load = (props: object, prop: string, value: string, fix: string): Refusal =>
  ({ props: () => ({ expectedLoad: { peakPerSecond: 10, ...props } as ExpectedLoadProps }), prop: `expectedLoad.${prop}`, value, fix });

describe('a load that cannot be', () => refuses([
  ...[0, -1, 1.5, 1_000_001].map((peakPerSecond) => load({ peakPerSecond }, 'peakPerSecond', String(peakPerSecond), 'use a whole number from 1 to 1000000')),
  load({ webhooksPerDay: 0 }, 'webhooksPerDay', '0', 'use a whole number from 1 to'),
  load({ webhooksPerDay: 864_001 }, 'webhooksPerDay', '864001', 'use at most 864000, a day of expectedLoad.peakPerSecond (10)'),
  ...[0, 0.05, 191, Number.NaN].map((averageBodyKiB) => load({ averageBodyKiB }, 'averageBodyKiB', String(averageBodyKiB), 'use 0.1 to 190')),
  load({ tierPercentages: { low: 80, medium: 15, high: 4 } }, 'tierPercentages', '{"low":80,"medium":15,"high":4}', 'they add up to 99'),
  load({ tierPercentages: { low: 80.5, medium: 15, high: 4.5 } }, 'tierPercentages.low', '80.5', 'use a whole number from 0 to 100'),
  load({ highRiskPercent: 101 }, 'highRiskPercent', '101', 'use a whole number from 0 to 100'),
  load({ region: 'Frankfurt' }, 'region', '"Frankfurt"', 'use the name of a region, e.g. eu-central-1'),
  load({ quotas: { putEventsPerSecond: 0 } }, 'quotas.putEventsPerSecond', '0', 'use a whole number from 1 to 100000000'),
  {
    props: (scope) => ({ expectedLoad: { peakPerSecond: new CfnParameter(scope, 'Peak', { type: 'Number' }).valueAsNumber } }),
    prop: 'expectedLoad.peakPerSecond', value: '"a token"', fix: 'use a value that is known when the app is synthesized',
  },
]));

describe('the smallest and the largest load', () => takes({
  smallest: { expectedLoad: { peakPerSecond: 1, webhooksPerDay: 1, averageBodyKiB: 0.1, highRiskPercent: 0 } },
  largest: { expectedLoad: { peakPerSecond: 1_000_000, webhooksPerDay: 86_400_000_000, averageBodyKiB: 190, highRiskPercent: 100 } },
}));
