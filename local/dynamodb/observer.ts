import database from 'dynalite/db';
import { Clock } from '../kernel/clock';
import { Journal } from '../kernel/journal';
import { Metrics } from '../kernel/metrics';
import { ServiceError } from '../kernel/wire';
import { ItemWrite } from './attempt';
import { Change, Item } from './items';
import { Origin } from './store';

const NAMESPACE = 'AWS/DynamoDB';

/** Refusals that have a metric of their own and are no UserErrors. */
const COUNTED_ELSEWHERE = ['ConditionalCheckFailedException', 'ProvisionedThroughputExceededException', 'ThrottlingException'];

/** What the journal and CloudWatch learn of a table. */
export class Observer {
  public constructor(private readonly clock: Clock, private readonly journal: Journal, private readonly metrics: Metrics) {}

  public answered(action: string, tables: readonly string[], startedAt: number): void {
    for (const TableName of tables) {
      this.metrics.put(NAMESPACE, 'SuccessfulRequestLatency', { TableName, Operation: action }, this.clock.now() - startedAt);
    }
  }

  public failed(action: string, tables: readonly string[], error: ServiceError, cause: unknown): void {
    if (error.status < 500) {
      if (!COUNTED_ELSEWHERE.includes(error.code)) this.metrics.put(NAMESPACE, 'UserErrors', {});
    } else if (error.code === 'InternalServerError') {
      for (const TableName of tables) this.metrics.put(NAMESPACE, 'SystemErrors', { TableName, Operation: action });
      this.journal.record('dynamodb', 'InternalError', { action, tables, error: (cause as Error)?.stack ?? String(cause) });
    }
  }

  public consumed(kind: 'Read' | 'Write', TableName: string, units: number): void {
    this.metrics.put(NAMESPACE, `Consumed${kind}CapacityUnits`, { TableName }, units);
  }

  /** A failed condition still costs a write of the item it looked at. */
  public conditionFailed(table: string, key: Item, item: Item | undefined, factor: number, traceId?: string): void {
    this.metrics.put(NAMESPACE, 'ConditionalCheckFailedRequests', { TableName: table });
    this.consumed('Write', table, factor * database.capacityUnits(item, false, true));
    this.journal.record('dynamodb', 'ConditionFailed', { table, key, ...(item && { item }) }, traceId);
  }

  public written(event: ItemWrite['event'], { table, key, before, after }: Change, { traceId, expired }: Origin): void {
    if (expired) this.metrics.put(NAMESPACE, 'TimeToLiveDeletedItemCount', { TableName: table });
    this.journal.record('dynamodb', event, { table, key, item: after ?? before, ...(expired && { expired }) }, traceId);
  }

  public troubled(type: string, table: string, error: unknown): void {
    this.journal.record('dynamodb', type, { table, error: String(error) });
  }
}
