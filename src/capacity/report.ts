import { FACTS_AS_OF, FIXED, LATENCIES, PRICES, QUOTAS } from './aws-facts';
import { CostLine, costLines, monthlyLines, totalOf as totalCostOf } from './cost';
import { Hop, hopsOf, isTooNarrow, narrowestOf } from './hops';
import { latencyOf, Stretch, totalOf } from './latency';
import { dollars } from './money';
import { Load, SystemShape } from './shape';
import { Work, workOf } from './work';

/** Everything there is to say about a system under a load. */
export interface CapacityReport {
  /** As it is written into the cloud assembly. */
  readonly json: { readonly [name: string]: unknown };
  /** In a few sentences, for people. */
  readonly text: string;
  /** Hops that refuse or delay part of the peak; synthesis fails. */
  readonly failures: readonly string[];
  /** What is worth knowing, but no reason to fail. */
  readonly warnings: readonly string[];
}

export interface ReportInput {
  readonly load: Load;
  readonly shape: SystemShape;
  /** Whether the region is one whose quotas are known. */
  readonly regionIsKnown: boolean;
  /** Path of the construct. */
  readonly path: string;
}

export function reportOn({ load, shape, regionIsKnown, path }: ReportInput): CapacityReport {
  const work = workOf(load, shape);
  const hops = hopsOf(load, shape, work);
  const narrowest = narrowestOf(hops);
  const latency = latencyOf(shape, work);
  const [answer, verdict] = [totalOf(latency.answer), totalOf(latency.verdict)];
  const costs = costLines(load, shape, work);
  const monthly = monthlyLines(shape);
  const where = regionIsKnown ? `in ${load.region}` : 'with the smallest quotas of all regions, as the region is not known';
  const tooNarrow = hops.filter(isTooNarrow);
  return {
    json: {
      version: 1,
      system: path,
      as_of: FACTS_AS_OF,
      region: load.region ?? null,
      quotas: regionIsKnown ? 'defaults of the region' : 'smallest of all regions',
      load: {
        peak_per_second: load.peakPerSecond, webhooks_per_day: load.webhooksPerDay, body_bytes: load.bodyBytes,
        tier_percent: load.tierPercent, high_risk_percent: load.highRiskPercent, may_fall_behind: load.mayFallBehind,
      },
      narrowest_hop: narrowest.name,
      hops: hops.filter(({ perThousand }) => perThousand > 0).map(hopJson),
      latency: {
        answer: { p50_ms: answer.p50, p99_ms_at_most: answer.p99, stretches: latency.answer.map(stretchJson) },
        verdict: { p50_ms: verdict.p50, p99_ms_at_most: verdict.p99, stretches: latency.verdict.map(stretchJson) },
        deadlines: latency.deadlines.map(({ name, ms, covers, coveredMs, holds }) => ({ name, ms, covers, covered_ms: coveredMs, holds })),
      },
      cost: {
        currency: 'USD', prices_of: 'us-east-1, list, without free tier',
        per_million: costJson(costs), per_month: costJson(monthly),
      },
      sources: sources(),
    },
    text: [
      `Carries ${Math.min(...hops.map(({ carries }) => carries))} webhooks per second ${where}; the peak is ${load.peakPerSecond}.`,
      `The narrowest hop is ${narrowest.name}: it carries ${narrowest.carries} and has to carry ${narrowest.mustCarry} (${narrowest.quota} ${narrowest.unit}).`,
      `Answered in ${answer.p50} ms, at worst ${answer.p99}; the verdict ${verdict.p50} ms later, at worst ${verdict.p99}.`,
      `A million webhooks cost ${dollars(totalCostOf(costs))} USD, most of it ${dearest(costs)}; a month another ${dollars(totalCostOf(monthly))}.`,
      ...latency.deadlines.filter(({ holds }) => !holds).map(({ name, ms, covers, coveredMs }) => `${name} ${ms} ms, and ${covers} takes ${coveredMs}.`),
    ].join(' '),
    failures: tooNarrow.filter(({ beyond }) => beyond !== 'degraded').map((hop) => failure(hop, load, where)),
    warnings: [...tooNarrow.filter(({ beyond }) => beyond === 'degraded').map((hop) => sentence(hop, where)), ...coldWarnings(load, work)],
  };
}

function failure(hop: Hop, load: Load, where: string): string {
  const [prop, value] = hop.mustCarry === load.peakPerSecond ? ['peakPerSecond', load.peakPerSecond] : ['webhooksPerDay', load.webhooksPerDay];
  return `WebhookProcessingSystem: expectedLoad.${prop} is ${value}: ${sentence(hop, where)}${hop.beyond === 'delayed' ? later(load) : ''}`;
}

function sentence({ name, carries, quota, unit, fix }: Hop, where: string): string {
  return `${name} carries ${carries} webhooks per second ${where} (${quota} ${unit}): ${fix}`;
}

function later({ mayFallBehind }: Load): string {
  return mayFallBehind ? '' : ', or set expectedLoad.mayFallBehind if it may catch up after a peak';
}

function coldWarnings({ peakPerSecond }: Load, work: Work): string[] {
  const writes = Math.ceil((peakPerSecond * work.writeUnits) / 1000);
  const environments = Math.ceil((peakPerSecond * work.validatorMs) / 1000);
  return [
    ...(writes > FIXED.newTableWriteUnits
      ? [`A new table takes ${FIXED.newTableWriteUnits} write units per second at once and the peak needs ${writes}: set its warm throughput before you open, or let the load grow over half an hour`]
      : []),
    ...(environments > FIXED.environmentsPerTenSeconds
      ? [`The validator needs ${environments} environments at the peak and gains ${FIXED.environmentsPerTenSeconds} in ten seconds: callers of a sudden peak are answered 429 or 5xx and retry`]
      : []),
  ];
}

function dearest(lines: readonly CostLine[]): string {
  const [first, second] = [...lines].sort((a, b) => (a.micro < b.micro ? 1 : a.micro > b.micro ? -1 : 0));
  return [first, second].map(({ component, micro, decidedBy }) => `${component} (${dollars(micro)}, decided by ${decidedBy})`).join(' and ');
}

function hopJson({ name, quota, unit, carries, mustCarry, beyond, fix }: Hop) {
  return { name, quota, unit, carries_per_second: carries, must_carry_per_second: mustCarry, enough: carries >= mustCarry, beyond, fix };
}

function stretchJson({ name, p50, p99 }: Stretch) {
  return { name, p50_ms: p50, p99_ms: p99 };
}

function costJson(lines: readonly CostLine[]) {
  return {
    total_usd: dollars(totalCostOf(lines), 6),
    components: lines.map(({ component, micro, decidedBy }) => ({ component, usd: dollars(micro, 6), decided_by: decidedBy })),
  };
}

function sources(): readonly string[] {
  const quotas = Object.values(QUOTAS).map(({ source }) => source);
  const others = [...Object.values(PRICES), ...Object.values(LATENCIES)].map(([, , source]) => source);
  return [...new Set([...quotas, ...others])].filter((source) => source.startsWith('https://')).sort();
}
