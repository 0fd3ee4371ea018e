import database from 'dynalite/db';
import { Clock } from '../kernel/clock';
import { ServiceError } from '../kernel/wire';
import { ItemActionName } from './actions';
import { Attempt, IndexWrite, ItemWrite, Outcome, WriteSink } from './attempt';
import { ChangeLog, SavedTable } from './change-log';
import { ActionStore, Done, Members } from './dynalite-types';
import { tableNotFound } from './errors';
import { Gate } from './gate';
import { Change, Item, keyOf, sameItem } from './items';
import { SequencedChange, streamHorizon, TableStream } from './stream';
import { sameDefinition, sameIndexes, sameKeys, streamArn, Table, TableDefinition } from './table';
import { TimeToLive } from './time-to-live';

/** What caused a write. */
export interface Origin {
  readonly traceId?: string;
  /** Deleted by time to live. */
  readonly expired?: boolean;
}

export interface StoreHooks {
  written(event: ItemWrite['event'], change: Change, origin: Origin): void;
  expire(table: string, key: Item): Promise<void>;
  listenerFailed(table: string, error: unknown): void;
}

/** Tables, their items, and the one place where a write becomes permanent. */
export class ItemStore {
  /** Writes pass it together; transactions and table changes alone. */
  public readonly gate = new Gate();
  /** Resolves when what an earlier run left is back. */
  public readonly ready: Promise<void>;
  private readonly dynalite = database.create({});
  private readonly tables = new Map<string, Table>();
  private readonly log?: ChangeLog;
  private sequence: number;

  public constructor(private readonly clock: Clock, private readonly hooks: StoreHooks, directory?: string) {
    if (directory !== undefined) this.log = new ChangeLog(directory, streamHorizon(clock));
    this.sequence = this.log?.lastSequence ?? 0;
    const saved = [...this.log?.tables.values() ?? []];
    this.log?.tables.clear();
    for (const table of saved) this.restore(table);
    this.ready = this.load(saved);
    this.ready.catch(() => undefined); // Every action waits for it and fails with it.
  }

  public get actionStore(): ActionStore {
    return this.dynalite;
  }

  public table(name: string): Table {
    const table = this.tables.get(name);
    if (!table) throw tableNotFound(name);
    return table;
  }

  public tableNames(): string[] {
    return [...this.tables.keys()].sort();
  }

  /** Runs one action; every item write is permanent before the action goes on. */
  public run(action: ItemActionName, data: Members, origin: Origin): Promise<Outcome> {
    let indexes: IndexWrite[] = [];
    return this.attempt(action, data, {
      index: (write) => void indexes.push(write),
      item: (write) => {
        const own = indexes;
        indexes = [];
        return this.commit([write], own, origin);
      },
    });
  }

  public attempt(action: ItemActionName, data: Members, sink: WriteSink): Promise<Outcome> {
    return new Attempt(this.dynalite, action, (name) => this.definitionFor(name), sink).run(data);
  }

  /**
   * Makes writes permanent, all or none: everything up to the published stream
   * records happens before anyone else's code runs.
   */
  public async commit(writes: readonly ItemWrite[], indexes: readonly IndexWrite[], origin: Origin): Promise<void> {
    const changed = writes.filter((write) => !sameItem(write.before, write.after));
    const changes = changed.map((write) => this.sequenced(write, origin));
    if (changes.length > 0) this.log?.append({ type: 'commit', changes: changes.map((change) => this.logged(change)) });
    const applied = [...indexes, ...changed.map((write) => this.itemWrite(write))].map(finished);
    for (const write of writes.filter(({ before, after }) => before ?? after)) {
      this.hooks.written(write.event, { ...write, key: this.keyOf(write) }, origin);
    }
    for (const change of changes) this.publish(change);
    await Promise.all(applied);
  }

  public async create(definition: TableDefinition): Promise<void> {
    const name = definition.TableName;
    if (this.tables.has(name)) throw new ServiceError('ResourceInUseException', `Table already exists: ${name}`);
    this.log?.append({ type: 'table', definition });
    this.tables.set(name, this.build(definition));
  }

  /** Creates the table, or gives an existing one new indexes, stream and time to live; its items stay. */
  public async define(definition: TableDefinition): Promise<void> {
    const known = this.tables.get(definition.TableName)?.definition;
    if (!known) return this.create(definition);
    if (!sameKeys(known, definition)) {
      throw new Error(`Table ${definition.TableName} holds items under another key schema; start with an empty data directory`);
    }
    await this.redefine({ ...definition, id: known.id, createdAt: known.createdAt });
  }

  public async redefine(definition: TableDefinition): Promise<void> {
    const known = this.table(definition.TableName);
    if (sameDefinition(known.definition, definition)) return;
    if (!sameIndexes(known.definition, definition)) await this.reindex(known.definition, definition);
    this.log?.append({ type: 'table', definition });
    known.timeToLive?.stop();
    const table = { ...this.build(definition, known.stream), itemCount: known.itemCount, sizeBytes: known.sizeBytes };
    this.tables.set(definition.TableName, table);
    if (!table.timeToLive) return;
    for await (const item of this.items(definition.TableName)) table.timeToLive.note(keyOf(item, definition.KeySchema), undefined, item);
  }

  public async drop(name: string): Promise<void> {
    const { definition, timeToLive } = this.table(name);
    this.log?.append({ type: 'drop', table: name });
    timeToLive?.stop();
    this.tables.delete(name);
    await finished((done) => this.dynalite.deleteItemDb(name, done));
    await this.dropIndexes(definition);
  }

  public async close(): Promise<void> {
    await this.ready;
    await this.gate.alone(async () => {
      for (const { timeToLive } of this.tables.values()) timeToLive?.stop();
      this.tables.clear();
      this.log?.close();
    });
  }

  private definitionFor(name: string): TableDefinition {
    const table = this.tables.get(name);
    if (!table) throw tableNotFound();
    return table.definition;
  }

  private restore({ definition, changes, positions }: SavedTable): void {
    const table = this.build(definition);
    table.stream?.restore(changes, positions);
    this.tables.set(definition.TableName, table);
  }

  private async load(saved: readonly SavedTable[]): Promise<void> {
    await this.dynalite.db.open();
    for (const { definition, items } of saved) {
      const table = this.table(definition.TableName);
      for (const [key, item] of items) {
        await finished((done) => this.dynalite.getItemDb(definition.TableName).put(key, item, done));
        await this.index(definition, item);
        this.count(table, undefined, item);
        table.timeToLive?.note(keyOf(item, definition.KeySchema), undefined, item);
      }
    }
  }

  private build(definition: TableDefinition, stream?: TableStream): Table {
    const { TableName: name, streamViewType: viewType, timeToLiveAttribute: attribute } = definition;
    const arn = definition.streamArn ?? streamArn(name);
    const kept = stream?.arn === arn && stream.viewType === viewType ? stream : undefined;
    return {
      definition,
      itemCount: 0,
      sizeBytes: 0,
      stream: kept ?? (viewType && new TableStream(arn, viewType, this.clock, {
        checkpointed: (consumer, sequence) => this.log?.append({ type: 'checkpoint', table: name, consumer, sequence }),
        listenerFailed: (error) => this.hooks.listenerFailed(name, error),
      })),
      timeToLive: attribute === undefined ? undefined : new TimeToLive(attribute, this.clock, (key) => this.hooks.expire(name, key)),
    };
  }

  private items(table: string): AsyncIterable<Item> {
    return this.dynalite.getItemDb(table).createValueStream({});
  }

  private async reindex(from: TableDefinition, to: TableDefinition): Promise<void> {
    for await (const item of this.items(to.TableName)) {
      const invalid = database.validateItem(item, to);
      if (invalid) throw invalid;
    }
    await this.dropIndexes(from);
    for await (const item of this.items(to.TableName)) await this.index(to, item);
  }

  private async dropIndexes({ TableName, GlobalSecondaryIndexes = [], LocalSecondaryIndexes = [] }: TableDefinition): Promise<void> {
    for (const { IndexName } of GlobalSecondaryIndexes) await finished((done) => this.dynalite.deleteIndexDb('Global', TableName, IndexName, done));
    for (const { IndexName } of LocalSecondaryIndexes) await finished((done) => this.dynalite.deleteIndexDb('Local', TableName, IndexName, done));
  }

  private index(definition: TableDefinition, item: Item): Promise<void> {
    return finished((done) => database.updateIndexes(this.dynalite, definition, undefined, item, done));
  }

  private itemWrite({ table, key, after }: ItemWrite): IndexWrite {
    const db = this.dynalite.getItemDb(table);
    return after ? (done) => db.put(key, after, done) : (done) => db.del(key, done);
  }

  private keyOf({ table, before, after }: ItemWrite): Item {
    return keyOf((after ?? before)!, this.definitionFor(table).KeySchema);
  }

  private sequenced(write: ItemWrite, { expired }: Origin): SequencedChange {
    const { table, before, after } = write;
    return { sequence: ++this.sequence, at: this.clock.now(), table, key: this.keyOf(write), before, after, expired };
  }

  private logged(change: SequencedChange): SequencedChange {
    return this.table(change.table).stream ? change : { ...change, before: undefined };
  }

  private publish(change: SequencedChange): void {
    const table = this.table(change.table);
    this.count(table, change.before, change.after);
    table.timeToLive?.note(change.key, change.before, change.after);
    table.stream?.publish(change);
  }

  private count(table: Table, before: Item | undefined, after: Item | undefined): void {
    table.itemCount += Number(after !== undefined) - Number(before !== undefined);
    table.sizeBytes += (after ? database.itemSize(after) : 0) - (before ? database.itemSize(before) : 0);
  }
}

function finished(work: (done: Done) => void): Promise<void> {
  return new Promise((resolve, reject) => work((error) => (error ? reject(error) : resolve())));
}
