import { Clock } from '../../local/kernel/clock';
import { Environment, Launch, Outcome, Work } from '../../local/lambda/execution-environment';
import { exitMessage, failure, timeoutMessage } from '../../local/lambda/failures';
import { FunctionSpec } from '../../local/lambda/function-spec';
import { ENV } from '../../src/contract';
import { Fault } from './faults';
import { Handler, HandlerName, loadHandler } from './handlers';
import { Wire } from './wire';

export interface EnvironmentTools {
  readonly clock: Clock;
  /** What is to happen to an invocation. */
  readonly faultOf: (requestId: string) => Fault | undefined;
  readonly wire: () => Wire;
  readonly random: () => number;
  readonly onLine: (line: string) => void;
}

/** An execution environment inside this process: it dies by never being heard of again. */
export class ProvenEnvironment implements Environment {
  public readonly logStream = 'proof';
  private readonly name: HandlerName;
  private alive = true;
  private handler?: Handler;
  private end?: (outcome: Outcome) => void;

  public constructor(private readonly launch: Launch, private readonly tools: EnvironmentTools) {
    this.name = handlerOf(launch.spec)!;
  }

  public get usable(): boolean {
    return this.alive;
  }

  public async start(): Promise<number> {
    const { launch: { spec, environment, onLine }, tools } = this;
    const caller = { name: this.name, alive: () => this.alive, kill: () => this.die(failure('Runtime.ExitError', exitMessage(null, 'SIGKILL'))) };
    this.handler = loadHandler(this.name, {
      environment: { ...environment, ...spec.environment, AWS_XRAY_SDK_ENABLED: 'false', AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true', AWS_LAMBDA_FUNCTION_NAME: spec.name },
      clock: tools.clock,
      random: tools.random,
      send: (request) => tools.wire().send(caller, request),
      onLine: (line) => {
        tools.onLine(line);
        onLine(this.logStream, line);
      },
    });
    return 0;
  }

  public takeInitMs(): undefined {
    return undefined;
  }

  public run(work: Work): Promise<Outcome> {
    const { clock } = this.tools;
    const seconds = this.launch.spec.timeoutSeconds;
    const startedAt = clock.now();
    return new Promise<Outcome>((resolve) => {
      const cancel = clock.at(startedAt + seconds * 1000, () => this.die(failure('Sandbox.Timedout', timeoutMessage(seconds), work.requestId), 'timeout'));
      this.end = (outcome) => {
        cancel();
        this.end = undefined;
        resolve({ ...outcome, durationMs: clock.now() - startedAt });
      };
      void this.invoke(work, this.tools.faultOf(work.requestId));
    });
  }

  public stop(): void {
    this.die(failure('Runtime.ExitError', exitMessage(null, 'SIGKILL')));
  }

  private async invoke(work: Work, fault: Fault | undefined): Promise<void> {
    const crash = () => this.die(failure('Runtime.ExitError', exitMessage(null, 'SIGKILL'), work.requestId));
    if (fault === 'killed before') return crash();
    if (fault === 'timeout before') return undefined;
    const outcome = await this.call(work);
    if (!this.alive || fault === 'timeout after') return undefined;
    if (fault === 'killed after') return crash();
    this.end?.(fault === 'twice' ? await this.call(work) : outcome);
  }

  private async call({ requestId, payload }: Work): Promise<Outcome> {
    const { clock } = this.tools;
    const { spec } = this.launch;
    const deadline = clock.now() + spec.timeoutSeconds * 1000;
    const context = {
      awsRequestId: requestId, functionName: spec.name, invokedFunctionArn: spec.arn, getRemainingTimeInMillis: () => deadline - clock.now(),
    };
    try {
      const answer = await this.handler!(JSON.parse(payload), context);
      return { status: 'success', payload: JSON.stringify(answer ?? null), durationMs: 0 };
    } catch (error) {
      const { name, message } = error as Error;
      return { status: 'error', payload: JSON.stringify({ errorType: name, errorMessage: message, trace: [] }), durationMs: 0 };
    }
  }

  private die(payload: string, status: 'error' | 'timeout' = 'error'): void {
    if (!this.alive) return;
    this.alive = false;
    this.end?.({ status, payload, durationMs: 0 });
    this.launch.onExit(this, 'killed');
  }
}

/** A variable that only this handler has. */
const MARK: Readonly<Record<HandlerName, string>> = {
  'validator': ENV.providers, 'relay': ENV.bus, 'fraud-detector': ENV.fraud, 'archiver': ENV.bucket,
};

/** Which handler a function runs; undefined for one that is not ours. */
export function handlerOf({ environment }: FunctionSpec): HandlerName | undefined {
  return (Object.keys(MARK) as HandlerName[]).find((name) => environment[MARK[name]] !== undefined);
}
