import { Journal } from '../../local/kernel/journal';
import { ServiceError } from '../../local/kernel/wire';
import { XRayDaemon } from '../../local/lambda/xray';
import { loadResources } from '../../local/runner/loaders';
import { createServices, pendingWork, Services, stopServices } from '../../local/runner/services';
import { System, systemsIn } from '../../local/runner/systems';
import { ENDPOINT, Subject } from './app';
import { handlerOf, ProvenEnvironment } from './environment';
import { Fault, INVOCATION_FAULTS, Plan, Schedule } from './faults';
import { ProveClock } from './prove-clock';
import { faultyDeliveries, faultyTasks } from './steps';
import { Wire } from './wire';

/** In the middle of a day, so that the archive of the next night leaves these webhooks alone. */
const START = Date.parse('2026-03-10T12:00:00Z');
/** Turns of the event loop in which nothing happens, after which time passes. */
const QUIET_TURNS = 12;

/** It did not come to rest in the time given. */
export class Restless extends Error {}

/** One run of the whole system, in this process and on a clock of its own. */
export class World {
  public static async create(subject: Subject, schedule: Schedule, random: () => number): Promise<World> {
    const world = new World(schedule, random);
    world.services.functions.beforeInvoke = ({ functionName, requestId }) => world.beforeInvoke(functionName, requestId);
    await loadResources(subject.resources, world.services, subject.assembly);
    faultyDeliveries(world.services, world.plan);
    [world.system] = systemsIn(subject.resources);
    return world;
  }

  public readonly clock = new ProveClock(START);
  public readonly plan: Plan;
  public readonly services: Services;
  /** Everything the handlers wrote to their logs. */
  public readonly lines: string[] = [];
  public system!: System;
  private readonly wire: Wire;
  private readonly invocationFaults = new Map<string, Fault>();

  private constructor(schedule: Schedule, random: () => number) {
    const { clock } = this;
    this.plan = new Plan(schedule);
    const journal = new Journal(clock);
    const tools = {
      clock,
      random,
      faultOf: (requestId: string) => this.invocationFaults.get(requestId),
      wire: () => this.wire,
      onLine: (line: string) => void this.lines.push(line),
    };
    this.services = createServices({
      clock,
      endpoint: ENDPOINT,
      xrayAddress: '127.0.0.1:9',
      newEnvironment: (launch) => new ProvenEnvironment(launch, tools),
      aroundTasks: (tasks) => faultyTasks(tasks, this.plan, () => this.services.machines),
    }, journal, new XRayDaemon(journal));
    this.wire = new Wire(this.services, clock, this.plan);
    journal.subscribe(() => { this.wire.activity += 1; });
  }

  /** Lets everything happen that happens by itself, until nothing is under way and `done`, for at most so many hours. */
  public async settle(done: () => boolean = () => true, hours = 12): Promise<void> {
    const end = this.clock.now() + hours * 3_600_000;
    for (;;) {
      await this.quiet();
      const busy = Object.entries(pendingWork(this.services)).filter(([, count]) => count > 0);
      if (busy.length === 0 && done()) return;
      const next = this.clock.next();
      if (next === undefined || next > end) throw new Restless(`Still busy after ${hours} h: ${busy.map(([name, count]) => `${name} ${count}`).join(', ')}`);
      this.clock.moveTo(next);
    }
  }

  /** Lets time pass, alarm by alarm. */
  public async pass(ms: number): Promise<void> {
    const end = this.clock.now() + ms;
    for (let next = this.clock.next(); next !== undefined && next <= end; next = this.clock.next()) {
      this.clock.moveTo(next);
      await this.quiet();
    }
    this.clock.moveTo(end);
  }

  public async stop(): Promise<void> {
    await stopServices(this.services);
  }

  private async quiet(): Promise<void> {
    for (let turns = 0, last = this.wire.activity; turns < QUIET_TURNS; turns += 1) {
      await new Promise(setImmediate);
      if (this.wire.busy > 0 || this.wire.activity !== last) turns = 0;
      last = this.wire.activity;
    }
  }

  private beforeInvoke(functionName: string, requestId: string): void {
    const handler = handlerOf(this.services.functions.get(functionName));
    const fault = handler && this.plan.meet(handler, 'invocation', INVOCATION_FAULTS);
    if (fault === 'throttled') throw new ServiceError('TooManyRequestsException', 'Rate Exceeded.', 429);
    if (fault) this.invocationFaults.set(requestId, fault);
  }
}
