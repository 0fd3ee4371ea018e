import { JournalEntry } from '../kernel/journal';
import type { Trail } from './journey';
import { Check, CheckGroup, Stage } from './model';

const END = /^Execution(Succeeded|Failed|TimedOut|Aborted)$/;

/** Each execution with its states: attempts, failures, what was retried and what was caught. */
export function workflowStage({ hops }: Trail): Stage {
  const about = { id: 'workflow', title: 'Workflow' };
  const states = hops.filter(({ service }) => service === 'states');
  const started = states.filter(({ type }) => type === 'ExecutionStarted');
  if (started.length === 0) return { ...about, state: 'skipped', sentence: 'No workflow was started' };
  const groups = started.map(({ data }) => executionGroup(String(data.arn), states.filter((step) => step.data.arn === data.arn)));
  const running = groups.some(({ verdict }) => verdict === 'running');
  return {
    ...about,
    state: running ? 'waiting' : groups.every(({ passed }) => passed) ? 'done' : 'failed',
    at: started[0].at,
    sentence: groups.map(({ verdict }) => verdict).join(', '),
    groups,
  };
}

function executionGroup(arn: string, steps: readonly JournalEntry[]): CheckGroup {
  const end = steps.find(({ type }) => END.test(type));
  const caught = steps.some(({ type }) => type === 'Caught');
  return {
    title: arn.split(':').slice(6).join(' '),
    verdict: end ? `${end.type.replace('Execution', '').toLowerCase()}${caught ? ', with a failure caught' : ''}` : 'running',
    passed: end === undefined || end.type === 'ExecutionSucceeded',
    checks: stateNames(steps).map((state) => stateCheck(state, steps.filter(({ data }) => data.state === state))),
  };
}

function stateNames(steps: readonly JournalEntry[]): string[] {
  return [...new Set(steps.filter(({ type }) => type === 'StateEntered').map(({ data }) => String(data.state)))];
}

function stateCheck(subject: string, steps: readonly JournalEntry[]): Check {
  const failures = steps.filter(({ type }) => type === 'TaskFailed');
  const attempts = steps.filter(({ type }) => type === 'TaskAttempt').length;
  const caught = steps.find(({ type }) => type === 'Caught');
  const errors = [...new Set(failures.map(({ data }) => String(data.error)))].join(', ');
  const actual = caught ? `failed ${failures.length} times (${errors}), went on to ${String(caught.data.next)}`
    : failures.length > 0 ? `${attempts} attempts (${errors})` : attempts > 0 ? 'first attempt' : 'passed through';
  return { subject, expected: attempts > 0 ? 'first attempt' : 'passed through', actual, passed: !caught };
}
