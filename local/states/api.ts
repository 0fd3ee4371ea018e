import { AwsRequest, AwsResponse, ServiceError, notSupported, serveJson, type Action } from '../kernel/wire';
import { ExecutionView } from './execution';
import { HistoryEvent, detailsMember, withoutData } from './history';
import type { MachineView, StateMachines } from './machines';

type Input = Readonly<Record<string, unknown>>;

const STATUSES = ['SUCCEEDED', 'TIMED_OUT', 'PENDING_REDRIVE', 'ABORTED', 'FAILED', 'RUNNING'];

/** Serves `AWSStepFunctions.*` of the JSON 1.0 protocol. */
export function handleApi(machines: StateMachines, request: AwsRequest): Promise<AwsResponse> {
  const header = request.headers['x-amzn-trace-id'];
  return serveJson('states', '1.0', 'com.amazonaws.states', checked(actions(machines, header)), request);
}

/** What each action reads; a request with anything else is refused rather than half understood. */
const MEMBERS: Readonly<Record<string, readonly string[]>> = {
  StartExecution: ['stateMachineArn', 'name', 'input', 'traceHeader'],
  StartSyncExecution: ['stateMachineArn', 'name', 'input', 'traceHeader', 'includedData'],
  DescribeExecution: ['executionArn', 'includedData'],
  GetExecutionHistory: ['executionArn', 'maxResults', 'nextToken', 'reverseOrder', 'includeExecutionData'],
  ListExecutions: ['stateMachineArn', 'statusFilter', 'maxResults', 'nextToken'],
  ListStateMachines: ['maxResults', 'nextToken'],
  DescribeStateMachine: ['stateMachineArn', 'includedData'],
  StopExecution: ['executionArn', 'error', 'cause'],
};

function checked(all: Record<string, Action>): Record<string, Action> {
  return Object.fromEntries(Object.entries(all).map(([name, action]) => [name, async (input: Input) => {
    const unknown = Object.keys(input).find((member) => !MEMBERS[name].includes(member));
    if (unknown !== undefined) throw notSupported('states', `${unknown} of ${name}`);
    return action(input);
  }]));
}

function actions(machines: StateMachines, header: string | undefined): Record<string, Action> {
  const start = ({ name, traceHeader = header }: { name?: string; traceHeader?: string }) => ({ name, traceHeader });
  return {
    StartExecution: async (input) => {
      const { executionArn, startDate } = machines.startExecution(input.stateMachineArn, input.input ?? '{}', start(input));
      return { executionArn, startDate: startDate.getTime() / 1000 };
    },
    StartSyncExecution: async (input) =>
      syncResult(await machines.startSyncExecution(input.stateMachineArn, input.input ?? '{}', start(input)), includesData(input)),
    DescribeExecution: async (input) => describeExecution(standard(machines, input.executionArn), includesData(input)),
    GetExecutionHistory: async (input) => executionHistory(standard(machines, input.executionArn), input),
    ListExecutions: async (input) => listExecutions(machines, input),
    ListStateMachines: async (input) => page('stateMachines', machines.list().map(listedMachine), input),
    DescribeStateMachine: async (input) => describeMachine(machines.machine(input.stateMachineArn), includesData(input)),
    StopExecution: async (input) => {
      standard(machines, input.executionArn);
      return { stopDate: machines.stopExecution(input.executionArn, input.error, input.cause).stopDate! / 1000 };
    },
  };
}

/** The service only knows STANDARD executions by their ARN. */
function standard(machines: StateMachines, executionArn: string): ExecutionView {
  if (executionArn.split(':')[5] === 'express') throw new ServiceError('InvalidArn', "Invalid Arn: 'Resource type not valid in this context: express'");
  return machines.execution(executionArn);
}

function includesData({ includedData = 'ALL_DATA' }: { includedData?: string }): boolean {
  return includedData === 'ALL_DATA';
}

function summary({ executionArn, stateMachineArn, name, status, startDate, stopDate }: ExecutionView) {
  return { executionArn, stateMachineArn, name, status, startDate: startDate / 1000, stopDate: stopDate && stopDate / 1000 };
}

function describeExecution(execution: ExecutionView, data: boolean) {
  const { input, output, status, error, cause, traceHeader } = execution;
  return {
    ...summary(execution),
    ...(data && { input, output }),
    inputDetails: { included: data },
    ...(output !== undefined && { outputDetails: { included: data } }),
    traceHeader,
    ...(status !== 'TIMED_OUT' && { error, cause }),
    redriveCount: 0,
    redriveStatus: 'NOT_REDRIVABLE',
    redriveStatusReason: 'The local runner does not redrive executions',
  };
}

function syncResult(execution: ExecutionView, data: boolean) {
  const { input, output, error, cause, traceHeader, startDate, stopDate } = execution;
  const billed = Math.max(1, Math.ceil((stopDate! - startDate) / 100)) * 100;
  return {
    ...summary(execution),
    ...(data && { input, output }),
    inputDetails: { included: data },
    outputDetails: { included: data },
    traceHeader,
    error,
    cause,
    billingDetails: { billedDurationInMilliseconds: billed, billedMemoryUsedInMB: 64 },
  };
}

function executionHistory(execution: ExecutionView, input: Input) {
  const events = input.reverseOrder ? execution.history.toReversed() : execution.history;
  return page('events', events.map((event) => wireEvent(event, input.includeExecutionData !== false)), input);
}

function wireEvent({ id, previousEventId, timestamp, type, details }: HistoryEvent, data: boolean) {
  const member = detailsMember(type);
  return {
    id,
    previousEventId,
    type,
    timestamp: timestamp / 1000,
    ...(member && { [member]: data ? details ?? {} : withoutData(details ?? {}) }),
  };
}

function listExecutions(machines: StateMachines, input: Input & { stateMachineArn?: string; statusFilter?: string }) {
  const { stateMachineArn = '', statusFilter } = input;
  if (statusFilter !== undefined && !STATUSES.includes(statusFilter)) {
    throw invalid(`Value '${statusFilter}' at 'statusFilter' failed to satisfy constraint: Member must satisfy enum value set: [${STATUSES.join(', ')}]`);
  }
  if (machines.machine(stateMachineArn).type !== 'STANDARD') {
    throw new ServiceError('StateMachineTypeNotSupported', 'This operation is not supported by this type of state machine');
  }
  const executions = machines.executions(stateMachineArn).filter(({ status }) => statusFilter === undefined || status === statusFilter);
  return page('executions', executions.map((execution) => ({ ...summary(execution), redriveCount: 0 })), input);
}

function listedMachine({ arn: stateMachineArn, name, type, creationDate }: MachineView) {
  return { stateMachineArn, name, type, creationDate: creationDate / 1000 };
}

function describeMachine(machine: MachineView, data: boolean) {
  const { level, includeExecutionData, logGroupArn } = machine.logging ?? { level: 'OFF', includeExecutionData: false };
  const destinations = logGroupArn === undefined ? undefined : [{ cloudWatchLogsLogGroup: { logGroupArn } }];
  return {
    ...listedMachine(machine),
    status: 'ACTIVE',
    roleArn: machine.roleArn,
    ...(data && { definition: machine.definition }),
    loggingConfiguration: { level, includeExecutionData, destinations },
    tracingConfiguration: { enabled: machine.tracing ?? false },
  };
}

/** One page of a list; the token is the position to go on from. */
function page<T>(member: string, items: readonly T[], { maxResults, nextToken }: Input): Record<string, unknown> {
  if (typeof maxResults === 'number' && (maxResults < 0 || maxResults > 1000)) {
    throw invalid(`Value '${maxResults}' at 'maxResults' failed to satisfy constraint: Member must have value less than or equal to 1000`);
  }
  const from = nextToken === undefined ? 0 : Number(nextToken);
  if (!Number.isInteger(from) || from < 0) throw new ServiceError('InvalidToken', `Invalid Token: '${String(nextToken)}'`);
  const to = from + (Number(maxResults ?? 0) || 100);
  return { [member]: items.slice(from, to), nextToken: to < items.length ? String(to) : undefined };
}

function invalid(what: string): ServiceError {
  return new ServiceError('ValidationException', `1 validation error detected: ${what}`);
}
