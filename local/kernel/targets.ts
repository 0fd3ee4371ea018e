import { ServiceError } from './wire';

/** What one service hands to another. */
export interface Invocation {
  readonly payload: string;
  /** X-Ray header, `Root=1-…;Parent=…;Sampled=1`. */
  readonly traceHeader?: string;
  /** ARN of the rule, topic or schedule that caused it. */
  readonly sourceArn?: string;
  /** Target options of the caller, e.g. `{ MessageGroupId }` for a FIFO queue. */
  readonly parameters?: Readonly<Record<string, string>>;
}

export type Deliver = (arn: string, invocation: Invocation) => Promise<void>;

/** Service-to-service calls inside the runner, by the service part of the target's ARN. */
export class Targets {
  private readonly services = new Map<string, Deliver>();

  /** `before` may wait or throw what the sender is to be told, e.g. to simulate a failure. */
  public constructor(private readonly before?: (service: string) => Promise<unknown>) {}

  public register(service: string, deliver: Deliver): void {
    this.services.set(service, deliver);
  }

  public async deliver(arn: string, invocation: Invocation): Promise<void> {
    const deliver = this.services.get(arn.split(':')[2]);
    if (!deliver) throw new ServiceError('NotSupportedLocally', `Nothing delivers to ${arn}`, 501);
    await this.before?.(arn.split(':')[2]);
    await deliver(arn, invocation);
  }
}
