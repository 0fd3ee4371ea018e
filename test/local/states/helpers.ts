import { VirtualClock } from '../../../local/kernel/clock';
import { Journal } from '../../../local/kernel/journal';
import { Metrics } from '../../../local/kernel/metrics';
import { ExecutionView } from '../../../local/states/execution';
import { StateMachines } from '../../../local/states/machines';
import { TaskContext } from '../../../local/states/run';

export type Handler = (parameters: any, context: TaskContext) => unknown;

export const LAMBDA = 'arn:aws:states:::lambda:invoke';
export const MACHINE = 'arn:aws:states:us-east-1:000000000000:stateMachine:machine';

export interface Options {
  readonly type?: 'EXPRESS' | 'STANDARD';
  readonly handlers?: Record<string, Handler>;
  readonly random?: () => number;
  readonly keepFinished?: number;
}

/** A service on a virtual clock, with one machine at a time. */
export function service({ handlers = {}, random, keepFinished }: Options = {}) {
  const clock = new VirtualClock();
  const journal = new Journal(clock);
  const metrics = new Metrics(clock);
  const lines: { group: string; line: any }[] = [];
  const tasks = {
    has: (resource: string) => Object.hasOwn(handlers, resource),
    run: async (resource: string, parameters: unknown, context: TaskContext) => handlers[resource](parameters, context),
  };
  const logs = (group: string, line: string) => { lines.push({ group, line: JSON.parse(line) }); };
  const machines = new StateMachines({ clock, journal, metrics, tasks, logs, random, keepFinished });
  const create = (definition: object, more: object = {}) =>
    machines.create({ arn: MACHINE, name: 'machine', type: 'STANDARD', definition: JSON.stringify(definition), ...more });
  return { clock, journal, metrics, lines, machines, create };
}

/** Runs a machine to its end, moving the clock as far as that takes. */
export async function run(definition: object, input: unknown = {}, options: Options = {}, ms = 1e9): Promise<ExecutionView> {
  const { machines, create, clock } = service(options);
  create(definition, { type: options.type ?? 'STANDARD' });
  const { executionArn } = machines.startExecution(MACHINE, JSON.stringify(input), { name: 'run' });
  const finished = machines.onFinished(executionArn);
  await clock.advance(ms);
  return finished;
}

/** A machine of one state. */
export function only(state: object): object {
  return { StartAt: 'S', States: { S: { End: true, ...state } } };
}

/** What a Pass state with these fields makes of an input. */
export async function pass(fields: object, input: unknown = {}): Promise<unknown> {
  const { status, output, error, cause } = await run(only({ Type: 'Pass', ...fields }), input);
  return status === 'SUCCEEDED' ? JSON.parse(output!) : { error, cause };
}

export function types(execution: ExecutionView): string[] {
  return execution.history.map(({ type }) => type);
}
