/** What can happen to a call, in the words of the report. */
export const FAULTS = {
  'refused': 'the service fails without any effect, at every attempt of the SDK',
  'outage': 'the service fails without any effect, this call and all others for ten minutes',
  'throttled': 'the service is overloaded, at every attempt of the SDK',
  'reset': 'the connection breaks before any effect, once',
  'answer lost': 'the effect takes place and the connection breaks, once: the SDK tries again',
  'answers lost': 'the effect takes place and the answer is a failure, at every attempt of the SDK',
  'timeout before': 'no effect and no answer until the time of the function is up',
  'timeout after': 'the effect takes place, no answer comes until the time of the function is up',
  'killed before': 'the environment dies before the call has any effect',
  'killed after': 'the environment dies after the effect',
  'killed, late effect': 'the environment dies, and the call that was under way takes effect two seconds later',
  'partial failure': 'every other entry of a PutEvents fails, or the only one',
  'twice': 'the caller calls again though all went well: what is delivered at least once comes twice',
  'restarted': 'the execution dies after the effect and starts again from its input',
} as const;
export type Fault = keyof typeof FAULTS;

/** Of the calls of a handler to a service. */
export const CALL_FAULTS: readonly Fault[] = [
  'refused', 'outage', 'throttled', 'reset', 'answer lost', 'answers lost',
  'timeout before', 'timeout after', 'killed before', 'killed after', 'killed, late effect',
];
/** Of an invocation as a whole, as its caller sees it. */
export const INVOCATION_FAULTS: readonly Fault[] = ['throttled', 'killed before', 'timeout before', 'killed after', 'timeout after', 'twice'];
/** Of the calls Step Functions makes itself. */
export const TASK_FAULTS: readonly Fault[] = ['refused', 'throttled', 'answers lost', 'restarted'];
/** Of the deliveries of a rule. */
export const DELIVERY_FAULTS: readonly Fault[] = ['refused', 'throttled', 'answers lost', 'twice'];

/** One thing that goes wrong: at the n-th call of that name, counted from 1. */
export interface Accident {
  readonly call: string;
  readonly fault: Fault;
}

/** Everything that goes wrong in one run. */
export type Schedule = readonly Accident[];

export interface Point {
  /** E.g. `validator PutItem 2`. */
  readonly call: string;
  /** Whose call it is, the row of the report. */
  readonly actor: string;
  readonly faults: readonly Fault[];
}

/** Counts calls by name, and says which of them are to go wrong. */
export class Plan {
  public readonly points: Point[] = [];
  /** Accidents that took place. */
  public readonly met = new Set<Accident>();
  private readonly counts = new Map<string, number>();

  public constructor(private readonly schedule: Schedule) {}

  public meet(actor: string, action: string, faults: readonly Fault[]): Fault | undefined {
    const name = `${actor} ${action}`;
    const count = (this.counts.get(name) ?? 0) + 1;
    this.counts.set(name, count);
    const call = `${name} ${count}`;
    this.points.push({ call, actor, faults });
    const accident = this.schedule.find((one) => one.call === call && faults.includes(one.fault));
    if (accident) this.met.add(accident);
    return accident?.fault;
  }
}

/** A schedule as the command line takes it. */
export function scheduleText(schedule: Schedule): string {
  return schedule.map(({ call, fault }) => `${call}: ${fault}`).join('; ');
}

export function parseSchedule(text: string): Schedule {
  return text.split(';').map((part) => part.trim()).filter(Boolean).map((part) => {
    const [call, fault] = part.split(': ');
    if (!Object.hasOwn(FAULTS, fault ?? '')) throw new Error(`"${part}" is no accident: write "<call>: <fault>", the fault one of ${Object.keys(FAULTS).join(' | ')}`);
    return { call, fault: fault as Fault };
  });
}
