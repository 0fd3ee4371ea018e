import { randomUUID } from 'node:crypto';
import { Clock } from '../kernel/clock';
import { Journal } from '../kernel/journal';
import { ServiceError } from '../kernel/wire';

export const EFFECTS = ['throttle', 'fail', 'slow', 'crash'] as const;
export type Effect = (typeof EFFECTS)[number];

/** Services that can be made to misbehave, by the name their requests are signed for. */
export const FAULTY_SERVICES = ['dynamodb', 'events', 'lambda', 's3', 'sagemaker', 'secretsmanager', 'sns', 'sqs', 'states'] as const;
export type FaultyService = (typeof FAULTY_SERVICES)[number];

export interface NewFault {
  readonly service: FaultyService;
  /** Only calls that name this: an action such as `PutItem`, or a function. All calls without it. */
  readonly target?: string;
  readonly effect: Effect;
  /** How many calls it meets; all of them until it is ended, without it. */
  readonly times?: number;
  /** How long `slow` waits. Default one second. */
  readonly delayMs?: number;
}

export interface Fault extends NewFault {
  readonly id: string;
  /** Calls met so far. */
  met: number;
}

const DEFAULT_DELAY = 1_000;

/** What a service says when it is overloaded. */
const THROTTLING: Readonly<Record<FaultyService, string>> = {
  dynamodb: 'ProvisionedThroughputExceededException',
  events: 'ThrottlingException',
  lambda: 'TooManyRequestsException',
  s3: 'SlowDown',
  sagemaker: 'ThrottlingException',
  secretsmanager: 'ThrottlingException',
  sns: 'Throttled',
  sqs: 'ThrottlingException',
  states: 'ThrottlingException',
};

/** Services that misbehave on purpose: calls by the handlers and by the workflows meet the faults, the runner's own pages never do. */
export class Faults {
  private faults: Fault[] = [];

  public constructor(private readonly clock: Clock, private readonly journal: Journal) {}

  public all(): readonly Fault[] {
    return this.faults;
  }

  public add(fault: NewFault): Fault {
    const added = { ...fault, id: randomUUID(), met: 0 };
    this.faults.push(added);
    this.journal.record('faults', 'FaultStarted', { ...added });
    return added;
  }

  /** Ends a fault, or all of them. */
  public end(id?: string): void {
    for (const fault of this.faults.filter((one) => id === undefined || one.id === id)) this.journal.record('faults', 'FaultEnded', { ...fault });
    this.faults = this.faults.filter((one) => id !== undefined && one.id !== id);
  }

  /** The same for calls that have no connection which could break: a crash is told like any failure. */
  public async beforeInside(service: string, target: string): Promise<void> {
    if (await this.before(service, target) === 'crash') throw new ServiceError('ServiceUnavailable', 'The service died at work, as it was told to', 503);
  }

  /** To be called before a call to a service; throws what the caller is to be answered, or says that the other side dies without an answer. */
  public async before(service: string, target: string): Promise<'crash' | undefined> {
    const fault = this.faults.find((one) => one.service === service && (one.target === undefined || one.target === target));
    if (!fault) return undefined;
    fault.met += 1;
    this.journal.record('faults', 'FaultMet', { service, target, effect: fault.effect, id: fault.id });
    if (fault.met === fault.times) this.end(fault.id);
    if (fault.effect === 'crash') return 'crash';
    if (fault.effect === 'slow') await this.clock.sleep(fault.delayMs ?? DEFAULT_DELAY);
    else throw errorOf(fault);
    return undefined;
  }
}

function errorOf({ service, effect }: Fault): ServiceError {
  if (effect === 'throttle') return new ServiceError(THROTTLING[service], 'Rate exceeded', service === 's3' ? 503 : service === 'lambda' || service === 'sns' ? 429 : 400);
  return new ServiceError(service === 'lambda' ? 'ServiceException' : service === 's3' ? 'InternalError' : 'InternalFailure', 'The service failed, as it was told to', 500);
}

/** A fault as somebody typed it; throws an error that says what is wrong. */
export function readFault(given: unknown, functionNames: readonly string[]): NewFault {
  if (typeof given !== 'object' || given === null) throw new Error('A fault is an object with service and effect');
  const { service, target, effect, times, delayMs } = given as Record<string, unknown>;
  const one = <T extends string>(name: string, value: unknown, allowed: readonly T[]): T => {
    if (!allowed.includes(value as T)) throw new Error(`${name} is ${JSON.stringify(value)}: use one of ${allowed.join(', ')}`);
    return value as T;
  };
  const count = (name: string, value: unknown, max: number): number | undefined => {
    if (value === undefined || value === null) return undefined;
    if (!Number.isInteger(value) || Number(value) < 1 || Number(value) > max) throw new Error(`${name} is ${JSON.stringify(value)}: use a whole number from 1 to ${max}`);
    return Number(value);
  };
  const fault = {
    service: one('service', service, FAULTY_SERVICES),
    effect: one('effect', effect, EFFECTS),
    target: target === undefined || target === '' ? undefined : String(target),
    times: count('times', times, 1_000_000),
    delayMs: count('delayMs', delayMs, 300_000),
  };
  if (fault.service === 'lambda' && fault.target !== undefined) one('target', fault.target, functionNames);
  return fault;
}
