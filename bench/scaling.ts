import { resolveLoad } from '../src/capacity/expected-load';
import { Hop, hopsOf, narrowestOf } from '../src/capacity/hops';
import { Load, SystemShape } from '../src/capacity/shape';
import { workOf } from '../src/capacity/work';

/** The default system behind a stage that lets everything through. */
export const DEFAULT_SYSTEM: SystemShape = {
  stageRate: Number.MAX_SAFE_INTEGER,
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
  providers: ['standard-webhooks'],
  archiveSegments: 4,
  days: { inTable: 2, dedupe: 35, events: 30, standard: 30, infrequent: 60, glacier: 275 },
  counts: { alarms: 19, dashboards: 1, secrets: 1 },
};

const REGIONS = [
  'us-east-1', 'us-west-2', 'eu-west-1', 'us-east-2', 'eu-central-1', 'us-west-1', 'ap-northeast-1', 'ap-southeast-2', 'eu-west-2', 'ca-central-1',
  'ap-south-1', 'sa-east-1', 'eu-south-1', 'af-south-1',
];

function loadOf(peakPerSecond: number, region: string): Load {
  return { ...resolveLoad({ peakPerSecond, region }) };
}

function hopsIn(region: string, peakPerSecond: number, shape: SystemShape = DEFAULT_SYSTEM): readonly Hop[] {
  const load = loadOf(peakPerSecond, region);
  // Of the fuse nothing but a count is lost; the mean of the archive is looked at elsewhere.
  return hopsOf(load, shape, workOf(load, shape)).filter(({ beyond, perThousand }) => beyond !== 'degraded' && perThousand > 0);
}

/** Markdown: what the default system carries in each region with the quotas of a new account, and what comes next. */
export function regionTable(): string {
  const rows = REGIONS.map((region) => {
    const byRoom = hopsIn(region, 100).filter(({ name }) => name !== 'Archive').sort((a, b) => a.carries - b.carries);
    const [answers] = byRoom.filter(({ beyond }) => beyond === 'refused');
    const [first, second] = byRoom;
    return [region, said(first), said(second), said(answers)];
  });
  return table(['Region', 'Narrowest hop', 'The next one', 'Narrowest before the answer'], rows);
}

const said = ({ name, carries }: Hop) => `${name}: ${thousands(carries)}/s`;

/** Markdown: what has to be raised in a region for each rate, to what. */
export function raiseTable(region: string): string {
  const rows = [100, 1000, 10_000, 100_000].map((peak) => {
    const narrow = hopsIn(region, peak).filter(({ carries, mustCarry }) => carries < mustCarry);
    const raised = narrow.map(({ name, perThousand, mustCarry, unit }) => `${name} to ${thousands(Math.ceil((mustCarry * perThousand) / 1000))} ${unit}`);
    return [`${thousands(peak)}/s`, raised.join('; ') || 'nothing'];
  });
  return table(['Peak', `Raise in ${region}`], rows);
}

export interface Simulation {
  /** Of all webhooks, in percent with one digit. */
  readonly refusedPercent: string;
  readonly largestBacklog: number;
  /** Seconds from the end of the peak until nothing waits. */
  readonly caughtUpAfter: number | undefined;
  /** Seconds that the last webhook of the peak waited. */
  readonly longestWait: number;
}

export interface Scenario {
  readonly peakPerSecond: number;
  readonly meanPerSecond: number;
  readonly peakSeconds: number;
  readonly seed: number;
}

/** A peak on top of the mean: what is refused, what piles up in front of the hops behind the answer, and for how long. */
export function simulate(hops: readonly Hop[], { peakPerSecond, meanPerSecond, peakSeconds, seed }: Scenario): Simulation {
  const random = randomFrom(seed);
  const before = Math.min(...hops.filter(({ beyond }) => beyond === 'refused').map(({ carries }) => carries));
  const behind = hops.filter(({ beyond, name }) => beyond === 'delayed' && name !== 'Archive').map(({ carries }) => ({ carries, waiting: 0 }));
  const horizon = peakSeconds + 6 * 3600;
  let [sent, refused, largestBacklog, longestWait] = [0, 0, 0, 0];
  for (let second = 0; second < horizon; second += 1) {
    const arrived = poisson(second < peakSeconds ? peakPerSecond : meanPerSecond, random);
    sent += arrived;
    refused += Math.max(0, arrived - before);
    let flow = Math.min(arrived, before);
    for (const queue of behind) {
      queue.waiting += flow;
      flow = Math.min(queue.waiting, queue.carries);
      queue.waiting -= flow;
    }
    const backlog = behind.reduce((sum, { waiting }) => sum + waiting, 0);
    largestBacklog = Math.max(largestBacklog, backlog);
    longestWait = Math.max(longestWait, behind.reduce((sum, { waiting, carries }) => sum + Math.ceil(waiting / carries), 0));
    if (second >= peakSeconds && backlog === 0) {
      return { refusedPercent: percent(refused, sent), largestBacklog, longestWait, caughtUpAfter: second - peakSeconds };
    }
  }
  return { refusedPercent: percent(refused, sent), largestBacklog, longestWait, caughtUpAfter: undefined };
}

/** Markdown: five minutes of a peak ten times the mean, with the quotas of a new account. */
export function simulationTable(): string {
  const rows = ['us-east-1', 'eu-central-1', 'eu-south-1'].flatMap((region) => [100, 1000, 10_000, 100_000].map((peakPerSecond) => {
    const hops = hopsIn(region, peakPerSecond);
    const { refusedPercent, largestBacklog, longestWait, caughtUpAfter } = simulate(hops, {
      peakPerSecond, meanPerSecond: peakPerSecond / 10, peakSeconds: 300, seed: 1,
    });
    const behind = caughtUpAfter === undefined ? 'not within 6 hours' : `${thousands(caughtUpAfter)} s`;
    return [region, `${thousands(peakPerSecond)}/s`, narrowestOf(hops).name, `${refusedPercent} %`, thousands(largestBacklog), `${thousands(longestWait)} s`, behind];
  }));
  return table(['Region', 'Peak', 'Narrowest hop', 'Answered 429 or 503', 'Largest backlog', 'Longest wait', 'Caught up after'], rows);
}

/** Random numbers from 0 to 1 that are the same every time (Lehmer's generator, within what a double holds exactly). */
function randomFrom(seed: number): () => number {
  const modulus = 2_147_483_647;
  let state = seed;
  return () => {
    state = (state * 48_271) % modulus;
    return state / modulus;
  };
}

/** Arrivals in a second; a normal distribution is near enough for so many. */
function poisson(mean: number, random: () => number): number {
  const normal = Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
  return Math.max(0, Math.round(mean + Math.sqrt(mean) * normal));
}

function percent(part: number, whole: number): string {
  return ((100 * part) / whole).toFixed(1);
}

export function thousands(value: number): string {
  return String(value).replace(/\B(?=(\d{3})+$)/g, ',');
}

export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  return [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}
