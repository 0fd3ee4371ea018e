/** What the runner tells the page: the only thing they share. */

export type Outcome = 'waiting' | 'stored' | 'duplicate' | 'conflict' | 'accepted' | 'rejected' | 'unavailable';

/** One request to a webhook endpoint, in a line. */
export interface Summary {
  readonly id: string;
  readonly number: number;
  readonly at: string;
  readonly method: string;
  readonly path: string;
  readonly endpoint?: string;
  readonly kind?: string;
  readonly bytes: number;
  readonly status?: number;
  readonly ms?: number;
  readonly outcome: Outcome;
  /** Why it was turned away. */
  readonly reason?: string;
  readonly transactionId?: string;
  /** How many it has, where it is a batch; the line is about the first. */
  readonly events?: number;
  readonly amount?: string;
  readonly currency?: string;
  readonly tier?: string;
  readonly band?: string;
  readonly score?: string;
  readonly workflow?: string;
  readonly alerts: number;
  readonly archived?: boolean;
}

export interface Page {
  readonly rows: readonly Summary[];
  /** All that match, not only those on the page. */
  readonly total: number;
}

/** What is under way, told every second: a page that hears nothing knows that the runner is gone. */
export interface Pulse {
  readonly now: string;
  readonly received: number;
  readonly pending: number;
  readonly faults: number;
  readonly counts: Readonly<Record<string, number>>;
}

export type StageState = 'done' | 'failed' | 'skipped' | 'waiting';

/** One thing that was tested: a field of a rule, a step of a signature, a fraud rule. */
export interface Check {
  readonly subject: string;
  readonly expected: string;
  readonly actual: string;
  readonly passed: boolean;
}

export interface CheckGroup {
  readonly title: string;
  readonly verdict: string;
  readonly passed: boolean;
  readonly checks: readonly Check[];
}

export interface Stage {
  readonly id: string;
  readonly title: string;
  readonly state: StageState;
  readonly at?: string;
  readonly sentence: string;
  readonly facts?: readonly (readonly [string, string])[];
  readonly groups?: readonly CheckGroup[];
  readonly texts?: readonly { readonly title: string; readonly text: string }[];
  /** Another request this one is about. */
  readonly link?: { readonly id: string; readonly label: string };
}

/** One of several events of the same webhook. */
export interface Sibling {
  /** Its place among them. */
  readonly index: number;
  /** Whether the page is about this one. */
  readonly isShown: boolean;
  readonly label: string;
  readonly amount?: string;
  readonly outcome: Outcome;
  readonly tier?: string;
  readonly band?: string;
}

export interface JourneyPage {
  readonly summary: Summary;
  readonly stages: readonly Stage[];
  readonly body: string;
  /** All events of the webhook, where it had several. */
  readonly siblings?: readonly Sibling[];
}

export interface MapNode {
  readonly id: string;
  readonly label: string;
  readonly type: string;
}

export interface MapEdge {
  readonly from: string;
  readonly to: string;
  /** Names of the counters that add up to it. */
  readonly counters: readonly string[];
  /** Taken only when something fails. */
  readonly trouble?: true;
}

export interface SystemMap {
  readonly nodes: readonly MapNode[];
  readonly edges: readonly MapEdge[];
}

export interface Series {
  readonly label: string;
  readonly statistic: string;
  readonly points: readonly (readonly [number, number])[];
}

export interface Widget {
  readonly title: string;
  readonly series: readonly Series[];
  readonly text?: string;
}

export interface AlarmState {
  readonly name: string;
  readonly description: string;
  readonly state: 'OK' | 'ALARM' | 'INSUFFICIENT_DATA';
  readonly rule: string;
  /** What was held against the rule last. */
  readonly seen?: string;
  /** Where to read what to do. */
  readonly runbook?: string;
}

export interface DashboardPage {
  readonly name: string;
  readonly from: number;
  readonly to: number;
  readonly widgets: readonly Widget[];
}

/** What watches over the system: its dashboards and alarms. */
export interface WatchPage {
  readonly dashboards: readonly DashboardPage[];
  readonly alarms: readonly AlarmState[];
}

export interface DeadLetter {
  readonly id: string;
  readonly at: string;
  /** What it is about. */
  readonly what: string;
  readonly reason: string;
  readonly body: string;
}

/** Letters of one source of one system. */
export interface DeadLetterQueue {
  /** As the command line calls it. */
  readonly source: string;
  readonly title: string;
  /** Queue or bucket. */
  readonly name: string;
  readonly letters: readonly DeadLetter[];
}

/** What a redrive did with one letter. */
export interface Redriven {
  readonly source: string;
  readonly what: string;
  readonly error: string;
  readonly outcome: 'found' | 'redriven' | 'kept';
  /** Why it was kept. */
  readonly reason?: string;
}

export interface ArchivedDay {
  readonly day: string;
  readonly manifests: number;
  readonly objects: number;
  readonly rows: number;
  readonly bytes: number;
}

/** Whether the archive is what was written, as its manifests tell. */
export interface ArchiveCheck {
  readonly bucket: string;
  readonly ok: boolean;
  readonly days: readonly ArchivedDay[];
  readonly head?: { readonly key: string; readonly sha256: string };
  readonly problems: readonly { readonly problem: string; readonly key: string; readonly detail: string }[];
}

export interface Message {
  readonly at: string;
  readonly protocol: string;
  readonly to: string;
  readonly subject?: string;
  readonly body: string;
  /** The request it is about, as far as that is known. */
  readonly request?: string;
}

export interface ArchiveObject {
  readonly bucket: string;
  readonly key: string;
  readonly size: number;
  readonly storageClass: string;
  readonly at: string;
}

export interface EndpointInfo {
  readonly system: string;
  readonly name: string;
  readonly kind: string;
  readonly title: string;
  readonly url: string;
}

export interface ScenarioInfo {
  readonly name: string;
  readonly title: string;
  readonly group: 'provider' | 'services';
  readonly sends: string;
  readonly expects: string;
}

export interface ScenarioCheck {
  readonly what: string;
  readonly expected: string;
  readonly actual: string;
  readonly passed: boolean;
}

export interface ScenarioReport {
  readonly scenario: string;
  readonly endpoint: string;
  readonly passed: boolean;
  /** Why it does not apply to this endpoint. */
  readonly skipped?: string;
  readonly ms: number;
  readonly checks: readonly ScenarioCheck[];
  readonly requests: readonly string[];
}

export interface FaultInfo {
  readonly id: string;
  readonly service: string;
  readonly target?: string;
  readonly effect: string;
  readonly times?: number;
  readonly met: number;
}

export interface StartPage {
  readonly stacks: readonly string[];
  readonly url: string;
  readonly endpoints: readonly EndpointInfo[];
  readonly scenarios: readonly ScenarioInfo[];
  readonly functions: readonly string[];
  readonly services: readonly string[];
  readonly effects: readonly string[];
  /** Handlers and services that scenarios can make misbehave, `<effect>:<target>`. */
  readonly targets: readonly string[];
}
