import { randomUUID } from 'node:crypto';
import { Clock } from '../kernel/clock';
import { arn } from '../kernel/identity';
import { Journal } from '../kernel/journal';
import { Metrics } from '../kernel/metrics';
import { newTraceHeader } from '../kernel/trace';
import { AwsRequest, AwsResponse, LocalService, ServiceError } from '../kernel/wire';
import { handleApi } from './api';
import { compileMachine } from './compile-machine';
import { payloadText } from './data-flow';
import { Machine } from './definition';
import { asStatesError } from './errors';
import { Execution, ExecutionEnd, ExecutionView } from './execution';
import { ExecutionStore } from './execution-store';
import { inputDetails } from './history';
import { Json } from './json';
import { MachineLogging, logLine } from './logging';
import { Run, TaskHandlers } from './run';
import { runFlow } from './run-flow';
import { checkInput, checkName } from './start-checks';

const EXPRESS_LIMIT_SECONDS = 300;
const KEEP_FINISHED = 2000;

export interface StateMachinesProps {
  readonly clock: Clock;
  readonly journal: Journal;
  readonly metrics: Metrics;
  readonly tasks: TaskHandlers;
  /** Receives the lines of machines that log. */
  readonly logs?: (logGroupArn: string, line: string) => void;
  /** Decides jitter and States.MathRandom; a number in [0, 1). @default Math.random */
  readonly random?: () => number;
  /** How many finished executions stay visible. @default 2000 */
  readonly keepFinished?: number;
}

export interface MachineProps {
  readonly arn: string;
  readonly name: string;
  readonly type: 'EXPRESS' | 'STANDARD';
  /** Amazon States Language, as JSON text. */
  readonly definition: string;
  readonly roleArn?: string;
  readonly logging?: MachineLogging;
  readonly tracing?: boolean;
}

/** A machine as it was created. */
export interface MachineView extends MachineProps {
  readonly roleArn: string;
  /** Milliseconds since the epoch. */
  readonly creationDate: number;
}

export interface StartOptions {
  /** @default a random one */
  readonly name?: string;
  /** X-Ray header of what starts the execution. @default a new one */
  readonly traceHeader?: string;
}

interface Known {
  readonly view: MachineView;
  readonly machine: Machine;
}

/** Step Functions: machines and their executions. */
export class StateMachines implements LocalService {
  private readonly machines = new Map<string, Known>();
  private readonly store: ExecutionStore;

  public constructor(private readonly props: StateMachinesProps) {
    this.store = new ExecutionStore(props.keepFinished ?? KEEP_FINISHED);
  }

  public handle(request: AwsRequest): Promise<AwsResponse> {
    return handleApi(this, request);
  }

  /** Checks the whole definition and adds the machine. */
  public create(machine: MachineProps): MachineView {
    if (this.machines.has(machine.arn)) throw new ServiceError('StateMachineAlreadyExists', `State Machine Already Exists: '${machine.arn}'`);
    const { name, type, definition, logging } = machine;
    if (logging && logging.level !== 'OFF' && !logging.logGroupArn) {
      throw new ServiceError('InvalidLoggingConfiguration', `Invalid Logging Configuration: machine ${name} has a log level but no log group`);
    }
    const compiled = compileMachine(definition, { name, type, hasTask: (resource) => this.props.tasks.has(resource) });
    const roleArn = machine.roleArn ?? arn('iam', `role/${name}`, { region: '' });
    const view = { ...machine, roleArn, creationDate: this.props.clock.now() };
    this.machines.set(machine.arn, { view, machine: compiled });
    return view;
  }

  public list(): MachineView[] {
    return [...this.machines.values()].map(({ view }) => view);
  }

  public machine(stateMachineArn: string): MachineView {
    return this.known(stateMachineArn).view;
  }

  /** Starts an execution with JSON text as its input; the run goes on by itself. */
  public startExecution(stateMachineArn: string, input: string, options: StartOptions = {}): { executionArn: string; startDate: Date } {
    const { view, machine } = this.known(stateMachineArn);
    const parsed = checkInput(input);
    const name = checkName(options.name ?? randomUUID());
    const executionArn = executionArnOf(view, name);
    const existing = this.store.get(executionArn);
    if (existing) return alreadyStarted(existing, input);
    const traceHeader = options.traceHeader ?? this.newTrace(view);
    const execution = new Execution({ executionArn, name, stateMachineArn, input, traceHeader }, {
      ...this.props,
      standard: view.type === 'STANDARD',
      onEvent: (start, event) => this.log(view, start.executionArn, event),
    });
    this.store.add(execution);
    this.begin(execution, view, machine, parsed);
    return { executionArn, startDate: new Date(execution.startDate) };
  }

  /** Starts an EXPRESS execution and waits for its end. */
  public async startSyncExecution(stateMachineArn: string, input: string, options: StartOptions = {}): Promise<ExecutionView> {
    if (this.known(stateMachineArn).view.type !== 'EXPRESS') {
      throw new ServiceError('StateMachineTypeNotSupported', 'This operation is not supported by this type of state machine');
    }
    return this.onFinished(this.startExecution(stateMachineArn, input, options).executionArn);
  }

  public execution(executionArn: string): ExecutionView {
    return this.running(executionArn).view;
  }

  /** A machine's executions, newest first. */
  public executions(stateMachineArn: string): ExecutionView[] {
    return this.store.of(this.known(stateMachineArn).view.arn).map(({ view }) => view);
  }

  /** Resolves when the execution has ended, however it ended. */
  public async onFinished(executionArn: string): Promise<ExecutionView> {
    const execution = this.running(executionArn);
    await execution.finished;
    return execution.view;
  }

  public stopExecution(executionArn: string, error?: string, cause?: string): ExecutionView {
    const execution = this.running(executionArn);
    this.end(execution, { status: 'ABORTED', error, cause });
    return execution.view;
  }

  /** How many executions are running. */
  public pending(): number {
    return this.store.pending();
  }

  private known(stateMachineArn: string): Known {
    const known = this.machines.get(stateMachineArn);
    if (known) return known;
    if (!stateMachineArn.startsWith('arn:')) throw new ServiceError('InvalidArn', `Invalid Arn: 'Invalid ARN prefix: ${stateMachineArn}'`);
    throw new ServiceError('StateMachineDoesNotExist', `State Machine Does Not Exist: '${stateMachineArn}'`);
  }

  private running(executionArn: string): Execution {
    const execution = this.store.get(executionArn);
    if (execution) return execution;
    if (!executionArn.startsWith('arn:')) throw new ServiceError('InvalidArn', `Invalid Arn: 'Invalid ARN prefix: ${executionArn}'`);
    throw new ServiceError('ExecutionDoesNotExist', `Execution Does Not Exist: '${executionArn}'`);
  }

  private begin(execution: Execution, view: MachineView, machine: Machine, input: Json): void {
    const trail = { last: 0 };
    this.props.metrics.put('AWS/States', 'ExecutionsStarted', { StateMachineArn: view.arn });
    execution.tell('ExecutionStarted', { machine: view.arn, input });
    execution.recordAside(trail, 'ExecutionStarted', { ...inputDetails(execution.start.input), roleArn: view.roleArn });
    const limit = Math.min(machine.timeoutSeconds ?? Infinity, view.type === 'EXPRESS' ? EXPRESS_LIMIT_SECONDS : Infinity);
    const timeOut = (): void => this.end(execution, { status: 'TIMED_OUT', error: 'States.Timeout' });
    if (limit < Infinity) void execution.finished.then(this.props.clock.at(execution.startDate + limit * 1000, timeOut));
    const run = { ...this.props, random: this.props.random ?? Math.random, execution, context: contextOf(execution, view, input), entered: 0 };
    void Promise.resolve().then(() => this.run(run, machine, input, trail));
  }

  private async run(run: Run, machine: Machine, input: Json, trail: { last: number }): Promise<void> {
    const { execution } = run;
    try {
      const output = await runFlow(run, machine, input, { signal: execution.signal, trail });
      this.end(execution, { status: 'SUCCEEDED', output: payloadText(output, execution.start.name) }, trail);
    } catch (thrown) {
      const error = asStatesError(thrown);
      this.end(execution, { status: 'FAILED', error: error.name || undefined, cause: error.cause }, trail);
    }
  }

  private end(execution: Execution, end: ExecutionEnd, trail = { last: 0 }): void {
    if (!execution.finish(end, trail)) return;
    const dimensions = { StateMachineArn: execution.start.stateMachineArn };
    this.props.metrics.put('AWS/States', END_METRICS[end.status], dimensions);
    this.props.metrics.put('AWS/States', 'ExecutionTime', dimensions, this.props.clock.now() - execution.startDate);
  }

  private log({ logging }: MachineView, executionArn: string, event: Parameters<typeof logLine>[2]): void {
    const line = logging && logLine(logging, executionArn, event);
    if (line !== undefined) this.props.logs?.(logging!.logGroupArn!, line);
  }

  /** Without tracing the execution still has a trace id, but says that it is not sampled. */
  private newTrace({ tracing }: MachineView): string {
    const header = newTraceHeader(this.props.clock.now());
    return tracing ? header : header.replace('Sampled=1', 'Sampled=0');
  }
}

const END_METRICS = {
  SUCCEEDED: 'ExecutionsSucceeded', FAILED: 'ExecutionsFailed', TIMED_OUT: 'ExecutionsTimedOut', ABORTED: 'ExecutionsAborted',
} as const;

/** EXPRESS executions are told apart by a random part, STANDARD ones by their name alone. */
function executionArnOf({ arn: machineArn, type }: MachineView, name: string): string {
  return type === 'EXPRESS'
    ? `${machineArn.replace(':stateMachine:', ':express:')}:${name}:${randomUUID()}`
    : `${machineArn.replace(':stateMachine:', ':execution:')}:${name}`;
}

function alreadyStarted(existing: Execution, input: string): { executionArn: string; startDate: Date } {
  const { executionArn } = existing.start;
  if (existing.isRunning && existing.start.input === input) return { executionArn, startDate: new Date(existing.startDate) };
  throw new ServiceError('ExecutionAlreadyExists', `Execution Already Exists: '${executionArn}'`);
}

function contextOf({ start, startDate }: Execution, { arn: id, name, roleArn }: MachineView, input: Json) {
  return {
    Execution: {
      Id: start.executionArn, Input: input, StartTime: new Date(startDate).toISOString(), Name: start.name, RoleArn: roleArn, RedriveCount: 0,
    },
    StateMachine: { Id: id, Name: name },
  };
}
