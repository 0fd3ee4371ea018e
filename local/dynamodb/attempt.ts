import { ITEM_ACTIONS, ItemActionName } from './actions';
import { ActionStore, Callback, Done, DynaliteStore, Members, Release, SubDatabase, TableShape } from './dynalite-types';
import { Item } from './items';

/** An item write an action asks for; `key` is the key inside the store. */
export interface ItemWrite {
  readonly event: 'ItemPut' | 'ItemUpdated' | 'ItemDeleted';
  readonly table: string;
  readonly key: string;
  readonly before?: Item;
  readonly after?: Item;
}

/** A change of an index entry, applied when called. */
export type IndexWrite = (done: Done) => void;

/** Where an action's writes go. An item's index writes come before the item itself. */
export interface WriteSink {
  index(write: IndexWrite): void;
  item(write: ItemWrite): Promise<void>;
}

export interface Outcome {
  readonly result?: Members;
  readonly error?: unknown;
  /** The item as it was when its condition was checked. */
  readonly before?: Item;
}

/**
 * One run of one dynalite action. The action sees a store that remembers what
 * it read, hands its writes to the sink, and contains its exceptions: dynalite
 * throws out of event callbacks, which would otherwise end the process and
 * leave the item locked.
 */
export class Attempt implements ActionStore {
  public readonly options: Members;
  private readonly read = new Map<string, Item | undefined>();
  private readonly unlocks: (() => void)[] = [];
  private before?: Item;
  private settle!: (outcome: Outcome) => void;

  public constructor(
    private readonly store: DynaliteStore,
    private readonly action: ItemActionName,
    private readonly table: (name: string) => TableShape,
    private readonly sink: WriteSink,
  ) {
    this.options = store.options;
  }

  public run(data: Members): Promise<Outcome> {
    return new Promise((resolve) => {
      this.settle = (outcome) => resolve({ ...outcome, before: this.before });
      this.contain(() => ITEM_ACTIONS[this.action].run(this, data, (error, result) => this.settle(error ? { error } : { result })))();
    });
  }

  public getTable(name: string, callback: Callback<TableShape>): void {
    let table: TableShape;
    try {
      table = this.table(name);
    } catch (error) {
      return callback(error);
    }
    callback(null, table);
  }

  public getItemDb(table: string): SubDatabase {
    const db = this.store.getItemDb(table);
    const event = this.action === 'UpdateItem' ? 'ItemUpdated' : 'ItemPut';
    const seen = (key: string) => this.read.get(`${table}/${key}`);
    return {
      ...this.reading(db),
      get: (key, callback) => db.get(key, this.contain((error, item) => {
        this.read.set(`${table}/${key}`, item);
        this.before = item;
        callback(error, item);
      })),
      put: (key, after, done) => this.write({ event, table, key, before: seen(key), after }, done),
      del: (key, done) => this.write({ event: 'ItemDeleted', table, key, before: seen(key) }, done),
    };
  }

  public getIndexDb(type: string, table: string, index: string): SubDatabase {
    const db = this.store.getIndexDb(type, table, index);
    return {
      ...this.reading(db),
      get: (key, callback) => db.get(key, this.contain(callback)),
      put: (key, item, done) => {
        this.sink.index((applied) => db.put(key, item, applied));
        done();
      },
      del: (key, done) => {
        this.sink.index((applied) => db.del(key, applied));
        done();
      },
    };
  }

  private write(write: ItemWrite, done: Done): void {
    const settled = this.contain(done);
    this.sink.item(write).then(() => settled(), settled);
  }

  private reading(db: SubDatabase): Pick<SubDatabase, 'createValueStream' | 'lock'> {
    return {
      createValueStream: (options) => this.containEvents(db.createValueStream(options)),
      lock: (key, run) => db.lock(key, (release) => this.contain(run)(this.unlockedOnce(release))),
    };
  }

  private unlockedOnce(release: Release): Release {
    let held = true;
    const unlock = () => {
      if (held) release()();
      held = false;
    };
    this.unlocks.push(unlock);
    return (done) => (...results) => {
      unlock();
      done?.(...results);
    };
  }

  private contain<A extends unknown[]>(callback: (...args: A) => void): (...args: A) => void {
    return (...args) => {
      try {
        callback(...args);
      } catch (error) {
        this.abandon(error);
      }
    };
  }

  private containEvents<S extends NodeJS.ReadableStream>(stream: S): S {
    const emit = stream.emit.bind(stream);
    stream.emit = (event: string | symbol, ...args: unknown[]) => {
      try {
        return emit(event, ...args);
      } catch (error) {
        this.abandon(error);
        return false;
      }
    };
    return stream;
  }

  private abandon(error: unknown): void {
    for (const unlock of this.unlocks) unlock();
    this.settle({ error });
  }
}
