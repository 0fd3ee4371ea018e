import { createHash } from 'node:crypto';
import { Subject } from './app';
import { Schedule } from './faults';
import { Findings, findingsOf } from './invariants';
import { deliver, Sent, webhooks } from './workload';
import { Restless, World } from './world';

export interface RunResult extends Findings {
  readonly world: World;
}

const DAY_MS = 86_400_000;
/** The second night archives what the first found too young; what was left behind by a fault, the third does. */
const NIGHTS = 3;

/** The whole life of the webhooks, from the first byte to the archive, with everything that goes wrong on the way. */
export async function run(subject: Subject, schedule: Schedule, seed = 1): Promise<RunResult> {
  const random = seededRandom(seed);
  const outer = Math.random;
  Math.random = random;
  try {
    const world = await World.create(subject, schedule, random);
    try {
      const sent = await live(world);
      return { world, ...await findingsOf(world, sent) };
    } catch (error) {
      if (!(error instanceof Restless)) throw error;
      return { world, problems: [`no rest: ${error.message}`], repeatsEvents: false };
    } finally {
      await world.stop();
    }
  } finally {
    Math.random = outer;
  }
}

async function live(world: World): Promise<Sent[]> {
  const { together, later } = webhooks(world.clock.now());
  const sent: Sent[] = [];
  const send = async (list: typeof together) => {
    let done = false;
    const all = Promise.all(list.map((webhook) => deliver(world, webhook))).then((results) => sent.push(...results)).finally(() => { done = true; });
    await world.settle(() => done);
    await all;
  };
  await send(together);
  await send(later);
  for (let night = 0; night < NIGHTS; night += 1) {
    await world.pass(DAY_MS);
    await world.settle();
  }
  // A provider that never heard the answer comes back days later.
  await send(together.slice(0, 1).map((webhook) => ({ ...webhook, name: 'late repetition' })));
  return sent;
}

/** The same numbers for the same seed, everywhere. */
export function seededRandom(seed: number): () => number {
  let count = 0;
  return () => createHash('sha256').update(`${seed} ${count++}`).digest().readUInt32BE() / 2 ** 32;
}
