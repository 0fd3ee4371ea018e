import { ServiceError } from '../../kernel/wire';

/** A pattern EventBridge would refuse. */
export class InvalidPattern extends ServiceError {
  public constructor(reason: string) {
    super('InvalidEventPatternException', `Event pattern is not valid. Reason: ${reason}`);
  }
}
