import { Clock } from '../../kernel/clock';
import { arn } from '../../kernel/identity';
import { Journal } from '../../kernel/journal';
import { Metrics } from '../../kernel/metrics';
import type { InvokeResult } from '../lambda-function';

/** Calls a function synchronously; rejects when it could not be reached. */
export type Invoke = (functionName: string, payload: string, options: { readonly traceHeader?: string }) => Promise<InvokeResult>;

/** What every event source mapping needs. */
export interface MappingServices {
  readonly clock: Clock;
  readonly journal: Journal;
  readonly metrics: Metrics;
  readonly invoke: Invoke;
}

const MAX_EVENT_BYTES = 6 * 1024 * 1024;

/** `function:NAME` ARNs and names alike, for the `FunctionName` dimension. */
export function functionNameOf(nameOrArn: string): string {
  return nameOrArn.split(':function:').pop()!.split(':')[0];
}

export function functionArnOf(nameOrArn: string): string {
  return nameOrArn.startsWith('arn:') ? nameOrArn : arn('lambda', `function:${functionNameOf(nameOrArn)}`);
}

/** The event of some records that are already JSON. */
export function eventOf(records: readonly { readonly json: string }[]): string {
  return `{"Records":[${records.map(({ json }) => json).join(',')}]}`;
}

/** How many records from the front fit into one event: at most `count`, at least one. */
export function fitting(records: readonly { readonly bytes: number }[], count: number): number {
  let bytes = '{"Records":[]}'.length;
  for (let i = 0; i < records.length && i < count; i++) {
    bytes += records[i].bytes + 1;
    if (bytes > MAX_EVENT_BYTES) return Math.max(1, i);
  }
  return Math.min(records.length, count);
}
