import { crc32 } from 'node:zlib';
import { Clock } from '../kernel/clock';
import { Journal } from '../kernel/journal';
import { Metrics } from '../kernel/metrics';
import { traceIdOf } from '../kernel/trace';
import { AwsRequest, AwsResponse, LocalService, notSupported, serveJson, ServiceError } from '../kernel/wire';
import { isItemAction, ITEM_ACTIONS, ItemActionName, parseItemAction } from './actions';
import { Outcome } from './attempt';
import { onlyMembers, timeToLiveAttribute, toDefinition } from './definitions';
import { Members } from './dynalite-types';
import { isConditionFailure, tableNotFound, toServiceError, validationError } from './errors';
import { Item, keyOf } from './items';
import { Observer } from './observer';
import { ItemStore, Origin } from './store';
import { TableStream } from './stream';
import { describe } from './table';
import { Transactions } from './transactions';

export interface DynamoDbOptions {
  readonly clock: Clock;
  readonly journal: Journal;
  readonly metrics: Metrics;
  /** Where tables are kept across restarts; in memory only when left out. */
  readonly directory?: string;
}

/** What a table is made of besides the input of CreateTable. */
export interface TableExtras {
  readonly timeToLiveAttribute?: string;
  /** The stream's ARN; `streamArn(table)` when left out. */
  readonly streamArn?: string;
}

/** DynamoDB: dynalite's item actions in process, with streams, transactions, time to live and a data directory. */
export class DynamoDb implements LocalService {
  /** Runs before every action; may wait or throw a `ServiceError`, e.g. to simulate throttling. */
  public beforeAction?: (action: string, input: object) => Promise<void>;

  private readonly clock: Clock;
  private readonly observer: Observer;
  private readonly store: ItemStore;
  private readonly transactions: Transactions;
  private readonly otherActions: Readonly<Record<string, (input: Members, origin: Origin) => Promise<Members>>> = {
    CreateTable: (input) => this.createTable(input),
    DeleteTable: (input) => this.deleteTable(input),
    DescribeTable: async (input) => ({ Table: this.describe(input, 'DescribeTable') }),
    ListTables: (input) => this.listTables(input),
    UpdateTimeToLive: (input) => this.updateTimeToLive(input),
    DescribeTimeToLive: (input) => this.describeTimeToLive(input),
    TransactWriteItems: (input, origin) => this.transactions.write(input, origin),
    TransactGetItems: (input) => this.transactions.get(input),
  };

  public constructor({ clock, journal, metrics, directory }: DynamoDbOptions) {
    this.clock = clock;
    this.observer = new Observer(clock, journal, metrics);
    this.store = new ItemStore(clock, {
      written: (event, change, origin) => this.observer.written(event, change, origin),
      expire: (table, key) => this.expire(table, key),
      listenerFailed: (table, error) => this.observer.troubled('StreamListenerFailed', table, error),
    }, directory);
    this.transactions = new Transactions(this.store, clock, this.observer);
  }

  /** Runs an action in process. Input and output are in wire form; failures are `ServiceError`s named as AWS names them. */
  public async execute<Output extends object = Members>(action: string, input: object, origin: { readonly traceId?: string } = {}): Promise<Output> {
    return this.perform(action, structuredClone(input), { traceId: origin.traceId }) as Promise<Output>;
  }

  public async handle(request: AwsRequest): Promise<AwsResponse> {
    const action = request.headers['x-amz-target']?.split('.').pop() ?? '';
    const traceId = traceIdOf(request.headers['x-amzn-trace-id']);
    const actions = this.supports(action) ? { [action]: (input: Members) => this.perform(action, input, { traceId }) } : {};
    const response = await serveJson('DynamoDB', '1.0', 'com.amazonaws.dynamodb.v20120810', actions, request);
    return { ...response, headers: { ...response.headers, 'x-amz-crc32': String(crc32(response.body ?? '')) } };
  }

  /** The stream of a table; throws when the table has none. */
  public stream(table: string): TableStream {
    const { stream } = this.store.table(table);
    if (!stream) throw new ServiceError('ResourceNotFoundException', `Table ${table} has no stream`);
    return stream;
  }

  /** The stream an event source mapping names. */
  public streamByArn(arn: string): TableStream {
    const stream = this.stream(arn.split('/')[1] ?? '');
    if (stream.arn !== arn) throw new ServiceError('ResourceNotFoundException', `There is no stream ${arn}`);
    return stream;
  }

  /** Creates a table from the input of CreateTable, or brings one kept in the data directory up to date. */
  public async defineTable(input: object, extras: TableExtras = {}): Promise<void> {
    await this.store.ready;
    const definition = toDefinition(structuredClone(input), this.store.actionStore, this.clock.now());
    await this.store.gate.alone(() => this.store.define({ ...definition, ...extras }));
  }

  /** Finishes the writes under way and closes the data directory. */
  public close(): Promise<void> {
    return this.store.close();
  }

  private supports(action: string): boolean {
    return isItemAction(action) || Object.hasOwn(this.otherActions, action);
  }

  private async perform(action: string, input: Members, origin: Origin): Promise<Members> {
    const startedAt = this.clock.now();
    const tables = tablesOf(input ?? {});
    try {
      if (typeof input !== 'object' || input === null) throw validationError(`${action} takes an object`);
      if (!this.supports(action)) throw notSupported('DynamoDB', `the action ${action}`);
      await this.store.ready;
      await this.beforeAction?.(action, input);
      const output = isItemAction(action) ? await this.itemAction(action, input, origin) : await this.otherActions[action](input, origin);
      this.observer.answered(action, tables, startedAt);
      return output;
    } catch (error) {
      const known = toServiceError(error);
      this.observer.failed(action, tables, known, error);
      throw known;
    }
  }

  private async itemAction(action: ItemActionName, input: Members, origin: Origin): Promise<Members> {
    const data = parseItemAction(action, input, this.store.actionStore);
    const wanted = (data.ReturnConsumedCapacity ?? 'NONE') !== 'NONE';
    if (!wanted) data.ReturnConsumedCapacity = 'TOTAL';
    const run = () => this.store.run(action, data, origin);
    const outcome = await (ITEM_ACTIONS[action].writes ? this.store.gate.shared(run) : run());
    if (outcome.error) throw this.failure(data, outcome, origin);
    const { ConsumedCapacity, Attributes, ...output } = outcome.result!;
    for (const { TableName, CapacityUnits } of [ConsumedCapacity].flat() as Members[]) {
      const least = ITEM_ACTIONS[action].writes || data.ConsistentRead ? 1 : 0.5;
      this.observer.consumed(ITEM_ACTIONS[action].writes ? 'Write' : 'Read', TableName, Math.max(CapacityUnits, least));
    }
    return { ...output, ...(Attributes && { Attributes: structuredClone(Attributes) }), ...(wanted && { ConsumedCapacity }) };
  }

  private failure(data: Members, { error, before }: Outcome, { traceId }: Origin): unknown {
    if (!isConditionFailure(error)) return error;
    const key = keyOf(data.Item ?? data.Key, this.store.table(data.TableName).definition.KeySchema);
    this.observer.conditionFailed(data.TableName, key, before, 1, traceId);
    const known = toServiceError(error);
    const details = before && data.ReturnValuesOnConditionCheckFailure === 'ALL_OLD' ? { Item: before } : {};
    return new ServiceError(known.code, known.message, known.status, details);
  }

  private async createTable(input: Members): Promise<Members> {
    const definition = toDefinition(input, this.store.actionStore, this.clock.now());
    await this.store.gate.alone(() => this.store.create(definition));
    return { TableDescription: describe(this.store.table(definition.TableName), 'CREATING') };
  }

  private async deleteTable(input: Members): Promise<Members> {
    const TableDescription = { ...this.describe(input, 'DeleteTable'), TableStatus: 'DELETING' };
    await this.store.gate.alone(() => this.store.drop(input.TableName));
    return { TableDescription };
  }

  private describe(input: Members, action: string): Members {
    onlyMembers(action, input, ['TableName']);
    return describe(this.store.table(input.TableName), 'ACTIVE');
  }

  private async listTables(input: Members): Promise<Members> {
    onlyMembers('ListTables', input, ['ExclusiveStartTableName', 'Limit']);
    const { ExclusiveStartTableName: after = '', Limit: limit = 100 } = input;
    if (!(limit >= 1 && limit <= 100)) throw validationError('Limit must be between 1 and 100');
    const names = this.store.tableNames().filter((name) => name > after);
    const TableNames = names.slice(0, limit);
    return { TableNames, ...(names.length > limit && { LastEvaluatedTableName: TableNames.at(-1) }) };
  }

  private async updateTimeToLive(input: Members): Promise<Members> {
    onlyMembers('UpdateTimeToLive', input, ['TableName', 'TimeToLiveSpecification']);
    const attribute = timeToLiveAttribute(input.TimeToLiveSpecification);
    await this.store.gate.alone(async () => {
      const { definition } = this.store.table(input.TableName);
      if (attribute !== undefined && definition.timeToLiveAttribute !== undefined) throw validationError('TimeToLive is already enabled');
      if (attribute === undefined && definition.timeToLiveAttribute === undefined) throw validationError('TimeToLive is already disabled');
      await this.store.redefine({ ...definition, timeToLiveAttribute: attribute });
    });
    return { TimeToLiveSpecification: input.TimeToLiveSpecification };
  }

  private async describeTimeToLive(input: Members): Promise<Members> {
    onlyMembers('DescribeTimeToLive', input, ['TableName']);
    const AttributeName = this.store.table(input.TableName).definition.timeToLiveAttribute;
    return { TimeToLiveDescription: AttributeName === undefined ? { TimeToLiveStatus: 'DISABLED' } : { TimeToLiveStatus: 'ENABLED', AttributeName } };
  }

  /** Deletes an item whose time has come, unless a later write gave it more time. */
  private async expire(table: string, key: Item): Promise<void> {
    try {
      await this.store.gate.shared(async () => {
        const attribute = this.store.table(table).definition.timeToLiveAttribute;
        if (attribute === undefined) return;
        const data = parseItemAction('DeleteItem', {
          TableName: table,
          Key: structuredClone(key),
          ConditionExpression: '#expiry < :now',
          ExpressionAttributeNames: { '#expiry': attribute },
          ExpressionAttributeValues: { ':now': { N: String(Math.floor(this.clock.now() / 1000)) } },
        }, this.store.actionStore);
        const { error } = await this.store.run('DeleteItem', data, { expired: true });
        if (error && !isConditionFailure(error)) throw error;
      });
    } catch (error) {
      if (toServiceError(error).code !== tableNotFound().code) this.observer.troubled('TimeToLiveFailed', table, error);
    }
  }
}

function tablesOf({ TableName, RequestItems, TransactItems }: Members): string[] {
  const operations: Members[] = Array.isArray(TransactItems) ? TransactItems.flatMap((item) => Object.values(item ?? {})) : [];
  const names = [TableName, ...Object.keys(RequestItems ?? {}), ...operations.map((operation) => operation?.TableName)];
  return [...new Set(names.filter((name) => typeof name === 'string'))];
}
