import { readFileSync } from 'node:fs';
import { simulate } from '../../bench/scaling';
import { PAGES, renewed } from '../../bench/tables';
import { Hop } from '../../src/capacity/hops';

test.each(PAGES)('%s shows what is computed now; renew it with bench/tables.ts', (page) => {
  const text = readFileSync(page, 'utf8');
  expect(renewed(text)).toBe(text);
});

describe('the simulation', () => {
  const hop = (name: string, carries: number, beyond: Hop['beyond']): Hop =>
    ({ name, carries, beyond, quota: carries, unit: '', perThousand: 1000, mustCarry: 0, fix: '' });
  const scenario = { peakPerSecond: 1000, meanPerSecond: 100, peakSeconds: 100, seed: 7 };

  it('gives the same for the same seed, and something else for another', () => {
    const hops = [hop('front', 5000, 'refused'), hop('back', 700, 'delayed')];
    expect(simulate(hops, scenario)).toEqual(simulate(hops, scenario));
    expect(simulate(hops, { ...scenario, seed: 8 }).largestBacklog).not.toBe(simulate(hops, scenario).largestBacklog);
  });

  it('refuses in front what is too much, and queues nothing behind', () => {
    const { refusedPercent, largestBacklog } = simulate([hop('front', 500, 'refused'), hop('back', 600, 'delayed')], { ...scenario, meanPerSecond: 0 });
    expect(Number(refusedPercent)).toBeCloseTo(50, 0);
    expect(largestBacklog).toBe(0);
  });

  it('queues behind what is too much, and catches up with what is left over after the peak', () => {
    const { refusedPercent, largestBacklog, longestWait, caughtUpAfter } = simulate([hop('front', 5000, 'refused'), hop('back', 600, 'delayed')], scenario);
    expect(refusedPercent).toBe('0.0');
    expect(largestBacklog / 40_000).toBeCloseTo(1, 1);
    expect(longestWait / 67).toBeCloseTo(1, 1);
    expect(caughtUpAfter! / 80).toBeCloseTo(1, 1);
  });

  it('says when it does not catch up', () => {
    expect(simulate([hop('front', 5000, 'refused'), hop('back', 50, 'delayed')], scenario).caughtUpAfter).toBeUndefined();
  });
});
