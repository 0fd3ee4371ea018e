import { fork } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { Subject, synthesize } from './app';
import { attempt, callsOf, minimal, Pairs, singles, Tried } from './explore';
import { FAULTS, parseSchedule, Point, scheduleText } from './faults';
import { broken, table } from './report';
import { run } from './run';

const USAGE = `npm run prove -- [options]
  --pairs N        pairs of faults to draw (default 400)
  --seed N         which pairs (default 1)
  --every N        only every N-th of the single faults (default 1: all)
  --only FAULT     only this kind of single fault, and no pairs
  --workers N      processes (default: as many as there are cores)
  --schedule TEXT  one schedule, "<call>: <fault>; <call>: <fault>", and what comes of it
  --calls          the calls of a run in which nothing goes wrong`;

interface Options {
  readonly pairs: number;
  readonly seed: number;
  readonly every: number;
  readonly only?: string;
  readonly workers: number;
  /** Which part of the work is this process's; all of it without. */
  readonly shard?: number;
}

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      pairs: { type: 'string' }, seed: { type: 'string' }, every: { type: 'string' }, only: { type: 'string' }, workers: { type: 'string' }, shard: { type: 'string' },
      schedule: { type: 'string' }, calls: { type: 'boolean' }, help: { type: 'boolean' },
    },
  });
  if (values.help) return say(USAGE);
  if (values.only !== undefined && !Object.hasOwn(FAULTS, values.only)) throw new Error(`--only is "${values.only}": use one of ${Object.keys(FAULTS).join(' | ')}`);
  const options = {
    pairs: values.only === undefined ? number('pairs', values.pairs, 400) : 0,
    seed: number('seed', values.seed, 1),
    every: number('every', values.every, 1),
    only: values.only,
    workers: number('workers', values.workers, availableParallelism()),
    shard: values.shard === undefined ? undefined : number('shard', values.shard, 0),
  };
  if (options.shard === undefined && values.schedule === undefined && !values.calls) return explore(options);
  const subject = synthesize();
  try {
    if (values.schedule !== undefined) return await tryOne(subject, values.schedule);
    if (values.calls) return say((await callsOf(subject)).map(({ call, faults }) => `${call}: ${faults.join(' | ')}`).join('\n'));
    await work(subject, { ...options, shard: options.shard! });
    return 0;
  } finally {
    subject.remove();
  }
}

/** Hands the schedules out to processes, and tells of all they found. */
async function explore(options: Options): Promise<number> {
  const startedAt = Date.now();
  const tried: Tried[] = [];
  await Promise.all(Array.from({ length: options.workers }, (_, shard) => new Promise<void>((resolve, reject) => {
    const worker = fork(__filename, [...process.argv.slice(2), '--workers', String(options.workers), '--shard', String(shard)]);
    worker.on('message', (one: Tried) => {
      tried.push(one);
      if (tried.length % 100 === 0) process.stderr.write(`${tried.length} schedules\n`);
      if (one.problems.length > 0) say(broken(one));
    });
    worker.on('exit', (code) => (code === 0 ? resolve() : reject(new Error(`A worker ended with ${code}`))));
  })));
  const [single, pairs] = [tried.filter(({ schedule }) => schedule.length === 1), tried.filter(({ schedule }) => schedule.length > 1)];
  say(`\n${table(single)}\n`);
  const failures = tried.filter(({ problems }) => problems.length > 0);
  say(`${tried.length} schedules explored: ${single.length} single faults, ${pairs.length} pairs (seed ${options.seed}), ${Math.round((Date.now() - startedAt) / 1000)} s`);
  say(`An event came more than once in ${tried.filter((one) => one.repeatsEvents).length}: events are sent at least once`);
  say(`${tried.filter(({ met }) => !met).length} of them met fewer faults than planned; ${failures.length} broke a promise`);
  return failures.length === 0 ? 0 : 1;
}

/** Every `workers`-th schedule. */
async function work(subject: Subject, { pairs, seed, every, only, workers, shard }: Options & { readonly shard: number }): Promise<void> {
  const points = await callsOf(subject);
  const tell = async (tried: Tried) => {
    const schedule = tried.problems.length > 0 ? await minimal(subject, tried.schedule) : tried.schedule;
    process.send?.({ ...tried, schedule });
  };
  const wanted = singles(points).filter(([{ fault }]) => only === undefined || fault === only);
  const mine = wanted.filter((_, index) => index % every === 0).filter((_, index) => index % workers === shard);
  for (const schedule of mine) await tell(await attempt(subject, schedule, points));
  const drawn = new Pairs(points, seed * 1_000 + shard);
  const after = async (first: Parameters<typeof run>[1]): Promise<readonly Point[]> => (await run(subject, first)).world.plan.points;
  for (let pair = shard; pair < pairs; pair += workers) await tell(await attempt(subject, await drawn.next(after), points));
}

async function tryOne(subject: Subject, text: string): Promise<number> {
  const schedule = parseSchedule(text);
  const { problems, world } = await run(subject, schedule);
  const missed = schedule.filter((accident) => !world.plan.met.has(accident));
  if (missed.length > 0) say(`Never met: ${scheduleText(missed)}`);
  say(world.plan.points.map(({ call }) => call).join('\n'));
  say(problems.length === 0 ? 'Every promise was kept' : problems.join('\n'));
  return problems.length === 0 && missed.length === 0 ? 0 : 1;
}

function number(name: string, text: string | undefined, standard: number): number {
  if (text === undefined) return standard;
  if (!/^\d{1,9}$/.test(text)) throw new Error(`--${name} is "${text}": use a whole number`);
  return Number(text);
}

function say(text: string): number {
  process.stdout.write(`${text}\n`);
  return 0;
}

main().then((code) => { process.exitCode = code; }, (error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`);
  process.exitCode = 1;
});
