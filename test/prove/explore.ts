import { Subject } from './app';
import { Accident, Point, Schedule } from './faults';
import { Findings } from './invariants';
import { run, seededRandom } from './run';

/** One schedule that was tried. */
export interface Tried extends Findings {
  readonly schedule: Schedule;
  /** Row of the report: whose call the first accident befell. */
  readonly actor: string;
  /** False when an accident before it kept the call from being made. */
  readonly met: boolean;
}

/** The calls of a run in which nothing goes wrong; it must keep every promise. */
export async function callsOf(subject: Subject): Promise<readonly Point[]> {
  const { problems, world } = await run(subject, []);
  if (problems.length > 0) throw new Error(`Promises are broken though nothing goes wrong:\n${problems.join('\n')}`);
  return world.plan.points;
}

/** Each fault at each call. */
export function singles(points: readonly Point[]): Schedule[] {
  return points.flatMap(({ call, faults }) => faults.map((fault) => [{ call, fault }]));
}

/** Pairs drawn with a seed: the second accident befalls any call of a run with the first, so retries and recoveries too. */
export class Pairs {
  private readonly random: () => number;

  public constructor(private readonly points: readonly Point[], seed: number) {
    this.random = seededRandom(seed);
  }

  /** The next pair; `after` gives the calls of a run with its first accident. */
  public async next(after: (first: Schedule) => Promise<readonly Point[]>): Promise<Schedule> {
    const first = this.accident(this.points);
    const later = await after([first]);
    const from = later.findIndex(({ call }) => call === first.call) + 1;
    const rest = later.slice(from);
    return rest.length > 0 ? [first, this.accident(rest)] : [first];
  }

  private accident(points: readonly Point[]): Accident {
    const { call, faults } = this.pick(points);
    return { call, fault: this.pick(faults) };
  }

  private pick<T>(list: readonly T[]): T {
    return list[Math.floor(this.random() * list.length)];
  }
}

export async function attempt(subject: Subject, schedule: Schedule, points: readonly Point[]): Promise<Tried> {
  const { world, ...findings } = await run(subject, schedule);
  const actor = world.plan.points.find(({ call }) => call === schedule[0].call)?.actor ?? points.find(({ call }) => call === schedule[0].call)!.actor;
  return { schedule, actor, met: world.plan.met.size === schedule.length, ...findings };
}

/** The fewest of the accidents that still break a promise. */
export async function minimal(subject: Subject, schedule: Schedule): Promise<Schedule> {
  for (const accident of schedule) {
    if (schedule.length === 1) break;
    const fewer = schedule.filter((one) => one !== accident);
    if ((await run(subject, fewer)).problems.length > 0) return minimal(subject, fewer);
  }
  return schedule;
}
