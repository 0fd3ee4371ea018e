/** One event of an execution, named and numbered as GetExecutionHistory does. */
export interface HistoryEvent {
  readonly id: number;
  readonly previousEventId: number;
  /** Milliseconds since the epoch. */
  readonly timestamp: number;
  readonly type: string;
  readonly details?: Readonly<Record<string, unknown>>;
}

/** Where one line of events has got to; branches each have their own. */
export interface Trail {
  last: number;
}

/** The service ends a STANDARD execution at this many events. */
export const MAX_EVENTS = 25_000;

const WITHOUT_DETAILS = /^(ParallelState|MapState(?!Started)|LambdaFunctionStarted|\w+StateAborted)/;
const DATA = ['input', 'inputDetails', 'output', 'outputDetails', 'parameters'];

/** The member of a history event that holds its details, e.g. `stateEnteredEventDetails`. */
export function detailsMember(type: string): string | undefined {
  if (type.endsWith('StateEntered')) return 'stateEnteredEventDetails';
  if (type.endsWith('StateExited')) return 'stateExitedEventDetails';
  return WITHOUT_DETAILS.test(type) ? undefined : `${type[0].toLowerCase()}${type.slice(1)}EventDetails`;
}

/** Details without what passes through the states, as `includeExecutionData: false` shows them. */
export function withoutData(details: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(details).filter(([name]) => !DATA.includes(name)));
}

export function inputDetails(input: string): Record<string, unknown> {
  return { input, inputDetails: { truncated: false } };
}

export function outputDetails(output: string): Record<string, unknown> {
  return { output, outputDetails: { truncated: false } };
}
