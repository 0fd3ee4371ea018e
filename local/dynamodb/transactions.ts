import database from 'dynalite/db';
import { Clock } from '../kernel/clock';
import { notSupported, ServiceError } from '../kernel/wire';
import { ItemActionName, parseItemAction } from './actions';
import { IndexWrite, ItemWrite, Outcome } from './attempt';
import { onlyMembers } from './definitions';
import { Members } from './dynalite-types';
import { toServiceError, validationError } from './errors';
import { Item, keyOf } from './items';
import { Observer } from './observer';
import { ItemStore, Origin } from './store';

const CONDITION = ['ConditionExpression', 'ExpressionAttributeNames', 'ExpressionAttributeValues', 'ReturnValuesOnConditionCheckFailure'];

/** The operations of a transaction, and the item action that does the same. A check is a delete that is not carried out. */
const OPERATIONS: Record<string, { readonly action: ItemActionName; readonly members: readonly string[] }> = {
  Put: { action: 'PutItem', members: ['TableName', 'Item', ...CONDITION] },
  Update: { action: 'UpdateItem', members: ['TableName', 'Key', 'UpdateExpression', ...CONDITION] },
  Delete: { action: 'DeleteItem', members: ['TableName', 'Key', ...CONDITION] },
  ConditionCheck: { action: 'DeleteItem', members: ['TableName', 'Key', ...CONDITION] },
  Get: { action: 'GetItem', members: ['TableName', 'Key', 'ProjectionExpression', 'ExpressionAttributeNames'] },
};

const MOST_OPERATIONS = 100;
/** A transaction costs twice what its operations cost alone. */
const COST = 2;
const TOKEN_LIFETIME = 10 * 60 * 1000;
const MOST_BYTES = 4 * 1024 * 1024;

interface Operation {
  readonly kind: string;
  readonly action: ItemActionName;
  readonly data: Members;
  readonly key: Item;
}

/** TransactWriteItems and TransactGetItems: alone with the store, all or nothing. */
export class Transactions {
  private readonly tokens = new Map<string, { readonly request: string; readonly until: number; readonly answer: Promise<Members> }>();

  public constructor(private readonly store: ItemStore, private readonly clock: Clock, private readonly observer: Observer) {}

  public async write(input: Members, origin: Origin): Promise<Members> {
    onlyMembers('TransactWriteItems', input, ['TransactItems', 'ClientRequestToken', 'ReturnConsumedCapacity', 'ReturnItemCollectionMetrics']);
    if ((input.ReturnItemCollectionMetrics ?? 'NONE') !== 'NONE') throw notSupported('DynamoDB', 'ReturnItemCollectionMetrics');
    const { ClientRequestToken: token } = input;
    if (!token) return this.writeOnce(input, origin);
    this.forgetTokens();
    const request = JSON.stringify(input.TransactItems);
    const known = this.tokens.get(token);
    if (known && known.request !== request) {
      throw new ServiceError('IdempotentParameterMismatchException', 'The token was used by a different transaction');
    }
    if (known) return known.answer;
    const answer = this.writeOnce(input, origin);
    this.tokens.set(token, { request, until: this.clock.now() + TOKEN_LIFETIME, answer });
    answer.catch(() => this.tokens.delete(token));
    return answer;
  }

  public async get(input: Members): Promise<Members> {
    onlyMembers('TransactGetItems', input, ['TransactItems', 'ReturnConsumedCapacity']);
    const operations = this.parse(input, ['Get']);
    for (const { data } of operations) data.ConsistentRead = true;
    const outcomes = await this.store.gate.alone(() => this.attempts(operations, () => undefined, () => undefined));
    this.throwIfCancelled('Read', operations, outcomes, {});
    const capacity = this.meter('Read', operations, outcomes);
    return { Responses: outcomes.map(({ result }) => (result?.Item ? { Item: result.Item } : {})), ...capacityFor(input, capacity) };
  }

  private async writeOnce(input: Members, origin: Origin): Promise<Members> {
    const operations = this.parse(input, ['Put', 'Update', 'Delete', 'ConditionCheck']);
    const outcomes = await this.store.gate.alone(async () => {
      refuseSameItemTwice(operations);
      const writes: ItemWrite[] = [];
      const indexes: IndexWrite[] = [];
      const results = await this.attempts(operations, (write) => writes.push(write), (write) => indexes.push(write));
      if (results.some(({ error }) => error)) return results;
      refuseTooLarge(writes);
      await this.store.commit(writes, indexes, origin);
      return results;
    });
    this.throwIfCancelled('Write', operations, outcomes, origin);
    return capacityFor(input, this.meter('Write', operations, outcomes));
  }

  private parse(input: Members, kinds: readonly string[]): Operation[] {
    const items: unknown = input.TransactItems;
    if (!Array.isArray(items) || items.length < 1 || items.length > MOST_OPERATIONS) {
      throw validationError(`TransactItems takes between 1 and ${MOST_OPERATIONS} operations`);
    }
    return items.map((item: Members) => this.parseOperation(item, kinds));
  }

  private parseOperation(item: Members, kinds: readonly string[]): Operation {
    const [kind, ...others] = Object.keys(item ?? {}).filter((member) => item[member] != null);
    if (!kinds.includes(kind) || others.length > 0) throw validationError(`A TransactItem has exactly one of ${kinds.join(', ')}`);
    const { action, members } = OPERATIONS[kind];
    const request: Members = item[kind];
    onlyMembers(`TransactItems.${kind}`, request, members);
    if (kind === 'ConditionCheck' && !request.ConditionExpression) throw validationError('ConditionCheck requires a ConditionExpression');
    if (kind === 'Update' && !request.UpdateExpression) throw validationError('Update requires an UpdateExpression');
    const data = parseItemAction(action, request, this.store.actionStore);
    data.ReturnConsumedCapacity = 'TOTAL';
    return { kind, action, data, key: keyOf(data.Item ?? data.Key, this.store.table(data.TableName).definition.KeySchema) };
  }

  private async attempts(
    operations: readonly Operation[],
    write: (write: ItemWrite) => void,
    index: (write: IndexWrite) => void,
  ): Promise<Outcome[]> {
    const outcomes: Outcome[] = [];
    for (const { kind, action, data } of operations) {
      const carriedOut = kind !== 'ConditionCheck';
      outcomes.push(await this.store.attempt(action, data, {
        item: async (change) => { if (carriedOut) write(change); },
        index: (change) => { if (carriedOut) index(change); },
      }));
    }
    return outcomes;
  }

  private throwIfCancelled(
    kind: 'Read' | 'Write',
    operations: readonly Operation[],
    outcomes: readonly Outcome[],
    { traceId }: Origin,
  ): void {
    if (!outcomes.some(({ error }) => error)) return;
    const reasons = outcomes.map((outcome, at) => reason(operations[at], outcome));
    reasons.forEach(({ Code }, at) => {
      const { data: { TableName }, key } = operations[at];
      const { before } = outcomes[at];
      if (Code === 'ConditionalCheckFailed') this.observer.conditionFailed(TableName, key, before, COST, traceId);
      else this.observer.consumed(kind, TableName, COST * database.capacityUnits(before, kind === 'Read', true));
    });
    const codes = reasons.map(({ Code }) => Code).join(', ');
    const message = `Transaction cancelled, please refer cancellation reasons for specific reasons [${codes}]`;
    throw new ServiceError('TransactionCanceledException', message, 400, { CancellationReasons: reasons });
  }

  private meter(kind: 'Read' | 'Write', operations: readonly Operation[], outcomes: readonly Outcome[]): Map<string, number> {
    const units = new Map<string, number>();
    operations.forEach(({ data: { TableName } }, at) => {
      const consumed = COST * outcomes[at].result!.ConsumedCapacity.CapacityUnits;
      this.observer.consumed(kind, TableName, consumed);
      units.set(TableName, (units.get(TableName) ?? 0) + consumed);
    });
    return units;
  }

  private forgetTokens(): void {
    for (const [token, { until }] of this.tokens) {
      if (until > this.clock.now()) return;
      this.tokens.delete(token);
    }
  }
}

function reason({ data }: Operation, { error, before }: Outcome): Members {
  if (!error) return { Code: 'None' };
  const known = toServiceError(error);
  if (known.code === 'ConditionalCheckFailedException') {
    const item = data.ReturnValuesOnConditionCheckFailure === 'ALL_OLD' ? before : undefined;
    return { Code: 'ConditionalCheckFailed', Message: known.message, ...(item && { Item: item }) };
  }
  if (known.code === 'ValidationException') return { Code: 'ValidationError', Message: known.message };
  throw error;
}

function refuseSameItemTwice(operations: readonly Operation[]): void {
  const items = operations.map(({ data, key }) => JSON.stringify([data.TableName, key]));
  if (new Set(items).size < items.length) throw validationError('Transaction request cannot include multiple operations on one item');
}

function refuseTooLarge(writes: readonly ItemWrite[]): void {
  const bytes = writes.reduce((sum, { after }) => sum + (after ? database.itemSize(after) : 0), 0);
  if (bytes > MOST_BYTES) throw validationError('Transaction request size exceeds 4 MB');
}

function capacityFor(input: Members, units: ReadonlyMap<string, number>): Members {
  if ((input.ReturnConsumedCapacity ?? 'NONE') === 'NONE') return {};
  return { ConsumedCapacity: [...units].map(([TableName, CapacityUnits]) => ({ TableName, CapacityUnits })) };
}
