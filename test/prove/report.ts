import { Tried } from './explore';
import { Fault, FAULTS, scheduleText } from './faults';

/** Schedules per actor and fault, as a Markdown table: how many were tried, and how many broke a promise. */
export function table(tried: readonly Tried[]): string {
  const actors = [...new Set(tried.map(({ actor }) => actor))];
  const faults = (Object.keys(FAULTS) as Fault[]).filter((fault) => tried.some(({ schedule }) => schedule[0].fault === fault));
  const cell = (actor: string, fault: Fault) => {
    const here = tried.filter((one) => one.actor === actor && one.schedule[0].fault === fault);
    const bad = here.filter(({ problems }) => problems.length > 0).length;
    return here.length === 0 ? '' : bad === 0 ? String(here.length) : `${here.length} (**${bad} broken**)`;
  };
  const rows = faults.map((fault) => [fault, ...actors.map((actor) => cell(actor, fault))]);
  const total = ['all', ...actors.map((actor) => String(tried.filter((one) => one.actor === actor).length))];
  return [['fault', ...actors], ['---', ...actors.map(() => '--:')], ...rows, total].map((row) => `| ${row.join(' | ')} |`).join('\n');
}

/** A schedule that breaks promises, as it can be run again. */
export function broken({ schedule, problems }: Pick<Tried, 'schedule' | 'problems'>): string {
  return [`npm run prove -- --schedule '${scheduleText(schedule)}'`, ...problems.map((problem) => `  ${problem}`)].join('\n');
}
