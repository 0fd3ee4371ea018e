import { Runner } from '../runner/runner';

/** Runs every schedule of the systems as if it were due at `now`, and waits for the end. */
export async function runArchive(runner: Runner, now: Date): Promise<object> {
  const { buses, journal } = runner.services;
  const before = new Set(objectKeys(runner));
  const from = journal.entries().length;
  for (const { arn } of buses.schedules()) buses.runNow(arn, now.getTime());
  await runner.settled(10 * 60_000);
  const ends = journal.entries().slice(from).filter(({ service, type }) => service === 'states' && /^Execution(Succeeded|Failed|TimedOut)$/.test(type));
  return {
    now: now.toISOString(),
    executions: ends.map(({ type, data }) => ({ execution: data.arn, status: type.replace('Execution', '').toUpperCase(), error: data.error })),
    objects: objectKeys(runner).filter((key) => !before.has(key)),
  };
}

function objectKeys({ services: { buckets } }: Runner): string[] {
  return buckets.all().flatMap(({ name }) => buckets.listObjects(name).map(({ key }) => `${name}/${key}`));
}
