import { Execution } from './execution';

/** The executions of all machines. Of the finished ones only the latest are kept. */
export class ExecutionStore {
  private readonly executions = new Map<string, Execution>();
  private finished = 0;

  public constructor(private readonly keepFinished: number) {}

  public add(execution: Execution): void {
    this.executions.set(execution.start.executionArn, execution);
    void execution.finished.then(() => this.trim());
  }

  public get(executionArn: string): Execution | undefined {
    return this.executions.get(executionArn);
  }

  /** A machine's executions, newest first. */
  public of(stateMachineArn: string): Execution[] {
    return [...this.executions.values()].filter(({ start }) => start.stateMachineArn === stateMachineArn).reverse();
  }

  public pending(): number {
    return [...this.executions.values()].filter(({ isRunning }) => isRunning).length;
  }

  private trim(): void {
    if (++this.finished <= this.keepFinished) return;
    for (const [executionArn, { isRunning }] of this.executions) {
      if (isRunning) continue;
      this.executions.delete(executionArn);
      this.finished--;
      return;
    }
  }
}
