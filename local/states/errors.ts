/** A failure with a States Language error name; tasks throw it to say how they failed. */
export class StatesError extends Error {
  public constructor(name: string, public override readonly cause?: string) {
    super(cause ?? name);
    this.name = name;
  }
}

/** An expression or path that fails against the data; the run loop adds which state it was in. */
export class EvaluationFailure extends StatesError {
  public in(state: string, enteredEventId: number): StatesError {
    const place = `An error occurred while executing the state '${state}' (entered at the event id #${enteredEventId}).`;
    return new StatesError(this.name, `${place} ${this.cause}`);
  }
}

/** A missed heartbeat: reported as States.Timeout, but also caught as States.HeartbeatTimeout. */
export class HeartbeatTimeout extends StatesError {
  public constructor() {
    super('States.Timeout');
  }
}

/** Why a branch or iteration ended although it did not fail itself: a sibling did. */
export class Cancelled extends StatesError {
  public constructor() {
    super('States.Cancelled', 'A sibling failed');
  }
}

/** Something wrong in a definition's expression; the validation adds where. */
export class DefinitionProblem extends Error {}

export function runtimeFailure(cause: string): EvaluationFailure {
  return new EvaluationFailure('States.Runtime', cause);
}

export function dataLimitExceeded(source: string): StatesError {
  return new StatesError('States.DataLimitExceeded',
    `The state/task '${source}' returned a result with a size exceeding the maximum number of bytes service limit.`);
}

/** Any thrown thing as a States Language error: an Error's name is the error name. */
export function asStatesError(thrown: unknown): StatesError {
  if (thrown instanceof StatesError) return thrown;
  if (thrown instanceof Error) return new StatesError(thrown.name, thrown.message);
  return new StatesError('Error', String(thrown));
}
