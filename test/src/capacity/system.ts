import { DEFAULT_SYSTEM } from '../../../bench/scaling';
import { ExpectedLoadProps } from '../../../src';
import { resolveLoad } from '../../../src/capacity/expected-load';
import { reportOn } from '../../../src/capacity/report';
import { Load, SystemShape } from '../../../src/capacity/shape';

/** The default system, with its stage throttle out of the way. */
export const SHAPE: SystemShape = {
  ...DEFAULT_SYSTEM, stageRate: 100_000, providers: ['stripe'], counts: { ...DEFAULT_SYSTEM.counts, alarms: 20 },
};

export function loadOf(props: Partial<ExpectedLoadProps> = {}): Load {
  return { ...resolveLoad({ peakPerSecond: 100, region: 'us-east-1', ...props }) };
}

export function reportFor(props: Partial<ExpectedLoadProps> = {}, shape: Partial<SystemShape> = {}) {
  return reportOn({ load: loadOf(props), shape: { ...SHAPE, ...shape }, regionIsKnown: true, path: 'Test/Payments' });
}
