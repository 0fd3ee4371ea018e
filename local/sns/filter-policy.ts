import { CompiledPattern, compilePattern } from '../events/pattern';
import { filterableValues, SnsAttributes } from './attributes';
import { parseObject } from './publication';
import { invalidParameter } from './query';

export type FilterScope = 'MessageAttributes' | 'MessageBody';

/** Why a message was kept from a subscriber, as CloudWatch's metric names put it. */
export type FilteredOut = 'NoMessageAttributes' | 'MessageAttributes' | 'InvalidMessageBody' | 'MessageBody';

/** Decides which messages a subscriber gets. */
export class FilterPolicy {
  private readonly pattern: CompiledPattern;

  public constructor(policy: Readonly<Record<string, unknown>>, private readonly scope: FilterScope) {
    if (scope === 'MessageAttributes') refuseNesting(policy);
    try {
      this.pattern = compilePattern(policy);
    } catch (error) {
      throw invalidParameter(`FilterPolicy: ${(error as Error).message}`);
    }
  }

  /** Undefined when the message passes. */
  public filteredOut(message: string, attributes: SnsAttributes): FilteredOut | undefined {
    if (this.scope === 'MessageAttributes') {
      if (this.pattern.matches(filterableValues(attributes))) return undefined;
      return Object.keys(attributes).length === 0 ? 'NoMessageAttributes' : 'MessageAttributes';
    }
    const body = parseObject(message);
    if (!body) return 'InvalidMessageBody';
    return this.pattern.matches(body) ? undefined : 'MessageBody';
  }
}

/** Attributes are flat, so a policy on them must be, too; `$or` holds policies. */
function refuseNesting(policy: Readonly<Record<string, unknown>>): void {
  for (const [name, condition] of Object.entries(policy)) {
    if (name === '$or' && Array.isArray(condition)) condition.forEach(refuseNesting);
    else if (!Array.isArray(condition)) throw invalidParameter('FilterPolicy: Filter policy scope MessageAttributes does not support nested filter policy');
  }
}
