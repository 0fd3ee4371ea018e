import { CostLine, costLines, lambdaCost, logged, MILLION, monthlyLines, totalOf } from '../src/capacity/cost';
import { resolveLoad } from '../src/capacity/expected-load';
import { costOf, dollars, MicroDollars } from '../src/capacity/money';
import { SystemShape } from '../src/capacity/shape';
import { workOf } from '../src/capacity/work';
import { DEFAULT_SYSTEM, table } from './scaling';

const LOAD = resolveLoad({ peakPerSecond: 100 });

const LEAN: Partial<SystemShape> = { screenedTiers: ['high'], workflowLogs: 'ERRORS', tracing: false };
const SYSTEMS: Readonly<Record<string, Partial<SystemShape>>> = {
  'Default': {},
  '`workflowLogging: EVENTS`': { workflowLogs: 'EVENTS' },
  '`workflowLogging: ERRORS`': { workflowLogs: 'ERRORS' },
  'Screening high value alone': { screenedTiers: ['high'] },
  'Lean: high value alone, `ERRORS`, no tracing': LEAN,
};

function linesOf(shape: Partial<SystemShape>): readonly CostLine[] {
  const whole = { ...DEFAULT_SYSTEM, ...shape };
  return costLines(LOAD, whole, workOf(LOAD, whole));
}

/** Markdown: a million webhooks by component. */
export function componentTable(): string {
  const [all, lean] = [linesOf({}), linesOf(LEAN)];
  const rows = all.map(({ component, micro, decidedBy }, index) => [component, dollars(micro), dollars(lean[index].micro), decidedBy]);
  return table(['Component', 'Default', 'Lean', 'What decides it'], [...rows, ['**Together**', `**${dollars(totalOf(all))}**`, `**${dollars(totalOf(lean))}**`, '']]);
}

/** Markdown: what one setting after the other changes. */
export function settingTable(): string {
  return table(['Setting', 'A million webhooks'], Object.entries(SYSTEMS).map(([name, shape]) => [name, dollars(totalOf(linesOf(shape)))]));
}

/** Markdown: what a month costs when nothing is sent. */
export function monthTable(): string {
  return table(['Component', 'A month'], monthlyLines(DEFAULT_SYSTEM).map(({ component, micro }) => [component, dollars(micro)]));
}

/** Settings that do the same work as the design this project started from: only high value is screened. */
const SAME_WORK: Partial<SystemShape> = { screenedTiers: ['high'] };
/** The three calls of its validator, one after the other, and Python around them. */
const PEER_VALIDATOR_MS = 3 * 8 + 20;
const PEER_DETECTOR_MS = 45;

/**
 * The design this project started from, for the same mix: the validator writes a row, publishes an event and starts the
 * workflow itself, in three calls; a rule starts the workflow for high value a second time, and publishes medium
 * value to the topic. The fraud detector of each execution writes a second row. The archive deletes what it archived.
 */
export function peerLines(): readonly (readonly [component: string, micro: MicroDollars])[] {
  const work = workOf(LOAD, { ...DEFAULT_SYSTEM, ...SAME_WORK });
  const row = BigInt(Math.ceil(work.rowBytes / 1024));
  const [high, medium] = [LOAD.tierPercent.high, LOAD.tierPercent.medium].map((percent) => percent * (MILLION / 100));
  const executions = 2 * high;
  return [
    ['API Gateway', costOf('apiRequests', BigInt(MILLION))],
    ['Validator', lambdaCost(MILLION, PEER_VALIDATOR_MS, 1024)],
    // The row, its deletion, and one of a KiB from every execution.
    ['DynamoDB writes', costOf('writeUnits', BigInt(MILLION) * 2n * row + BigInt(executions))],
    ['EventBridge', costOf('events', BigInt(MILLION))],
    ['Step Functions', costOf('expressRequests', BigInt(executions)) + costOf('expressGbSeconds', BigInt(executions) * 200n, 16_000n)],
    ['Fraud detector', lambdaCost(executions, PEER_DETECTOR_MS, 512)],
    ['Alerts', costOf('publishes', BigInt(executions + medium))],
    // Two branches of one task each: about a third of the states.
    ['Logs of the workflow', logged(Math.ceil((executions * 12_000) / MILLION))],
    ['Other logs', logged(work.logBytes.access + work.logBytes.validator)],
    ['X-Ray', costOf('traces', BigInt(MILLION / 20))],
  ];
}

/** Markdown: the two designs beside each other, component by component where both have one. */
export function peerTable(): string {
  const own = new Map(linesOf(SAME_WORK).map(({ component, micro }) => [component, micro]));
  const peer = new Map(peerLines());
  const components = [...new Set([...own.keys(), ...peer.keys()])];
  const sum = (lines: ReadonlyMap<string, MicroDollars>) => [...lines.values()].reduce((total, micro) => total + micro, 0n);
  const cell = (micro?: MicroDollars) => (micro === undefined ? '–' : dollars(micro));
  return table(['Component', 'This system, screening high value alone', 'Three calls per webhook'], [
    ...components.map((component) => [component, cell(own.get(component)), cell(peer.get(component))]),
    ['**Together**', `**${dollars(sum(own))}**`, `**${dollars(sum(peer))}**`],
  ]);
}
