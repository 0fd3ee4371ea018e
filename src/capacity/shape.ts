import { Tier } from '../contract';
import { QuotaName } from './aws-facts';

/** How much of what a workflow does is logged. */
export type WorkflowLogs = 'ALL' | 'EVENTS' | 'ERRORS';

export interface FunctionShape {
  readonly memoryMb: number;
  readonly timeoutMs: number;
  readonly reserved?: number;
}

/** Who listens to the alert topic. */
export interface Listener {
  /** As SNS names it, e.g. `email`. */
  readonly protocol: string;
  /** Only these tiers; absent for all. */
  readonly tiers?: readonly string[];
  /** Only these risk bands, which only alerts of the fraud detector have; absent for all. */
  readonly riskBands?: readonly string[];
}

/** The settings of a system that decide what it can carry and what it costs. */
export interface SystemShape {
  readonly stageRate: number;
  readonly validator: FunctionShape;
  readonly relay: FunctionShape;
  readonly fraudDetector: FunctionShape;
  readonly screenedTiers: readonly Tier[];
  readonly notifiedTiers: readonly Tier[];
  readonly readsHistory: boolean;
  readonly hasFuse: boolean;
  readonly workflowLogs: WorkflowLogs;
  readonly tracing: boolean;
  readonly listeners: readonly Listener[];
  /** Kinds of the providers, e.g. `stripe`. */
  readonly providers: readonly string[];
  readonly archiveSegments: number;
  readonly days: {
    readonly inTable: number;
    readonly dedupe: number;
    readonly events: number;
    /** In each storage class of S3, one after the other. */
    readonly standard: number;
    readonly infrequent: number;
    readonly glacier: number;
  };
  /** Alarms by the metrics they look at. */
  readonly counts: { readonly alarms: number; readonly dashboards: number; readonly secrets: number };
}

/** `expectedLoad` with every default filled in. */
export interface Load {
  readonly peakPerSecond: number;
  readonly webhooksPerDay: number;
  readonly bodyBytes: number;
  readonly tierPercent: Readonly<Record<Tier, number>>;
  /** Of the screened ones. */
  readonly highRiskPercent: number;
  readonly mayFallBehind: boolean;
  readonly region?: string;
  readonly quotas: Readonly<Partial<Record<QuotaName, number>>>;
}
