import { ExpectedLoadProps } from '../../../src';
import { resolveLoad } from '../../../src/capacity/expected-load';
import { reportOn } from '../../../src/capacity/report';
import { Load, SystemShape } from '../../../src/capacity/shape';

/** The default system, with its stage throttle out of the way. */
export const SHAPE: SystemShape = {
  stageRate: 100_000,
  validator: { memoryMb: 1024, timeoutMs: 30_000 },
  relay: { memoryMb: 512, timeoutMs: 60_000 },
  fraudDetector: { memoryMb: 512, timeoutMs: 60_000 },
  screenedTiers: ['low', 'medium', 'high'],
  notifiedTiers: ['medium', 'high'],
  readsHistory: true,
  hasFuse: true,
  workflowLogs: 'ALL',
  tracing: true,
  listeners: [],
  providers: ['stripe'],
  archiveSegments: 4,
  days: { inTable: 2, dedupe: 35, events: 30, standard: 30, infrequent: 60, glacier: 275 },
  counts: { alarms: 20, dashboards: 1, secrets: 1 },
};

export function loadOf(props: Partial<ExpectedLoadProps> = {}): Load {
  return { ...resolveLoad({ peakPerSecond: 100, region: 'us-east-1', ...props }) };
}

export function reportFor(props: Partial<ExpectedLoadProps> = {}, shape: Partial<SystemShape> = {}) {
  return reportOn({ load: loadOf(props), shape: { ...SHAPE, ...shape }, regionIsKnown: true, path: 'Test/Payments' });
}
