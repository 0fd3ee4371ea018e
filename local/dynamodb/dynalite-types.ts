import { Item } from './items';

export type Done = (error?: unknown) => void;
export type Callback<T> = (error: unknown, value?: T) => void;

/** A request's or answer's members beyond the wire. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any
export type Members = Record<string, any>;

export interface KeySchemaElement {
  readonly AttributeName: string;
  readonly KeyType: 'HASH' | 'RANGE';
}

export interface IndexDefinition {
  readonly IndexName: string;
  readonly KeySchema: readonly KeySchemaElement[];
  readonly Projection: { readonly ProjectionType: string; readonly NonKeyAttributes?: readonly string[] };
  readonly ProvisionedThroughput?: Members;
}

/** What dynalite needs to know of a table. */
export interface TableShape {
  readonly TableName: string;
  readonly AttributeDefinitions: readonly { readonly AttributeName: string; readonly AttributeType: 'S' | 'N' | 'B' }[];
  readonly KeySchema: readonly KeySchemaElement[];
  readonly GlobalSecondaryIndexes?: readonly IndexDefinition[];
  readonly LocalSecondaryIndexes?: readonly IndexDefinition[];
}

export type Release = (done?: (...results: unknown[]) => void) => (...results: unknown[]) => void;

export interface SubDatabase {
  put(key: string, item: Item, done: Done): void;
  get(key: string, callback: Callback<Item>): void;
  del(key: string, done: Done): void;
  createValueStream(options: object): NodeJS.ReadableStream & AsyncIterable<Item>;
  lock(key: string, run: (release: Release) => void): void;
}

/** What dynalite's actions ask of their store. */
export interface ActionStore {
  readonly options: Members;
  getTable(name: string, callback: Callback<TableShape>): void;
  getItemDb(table: string): SubDatabase;
  getIndexDb(type: string, table: string, index: string): SubDatabase;
}

export interface DynaliteStore extends ActionStore {
  readonly db: { open(): Promise<void> };
  deleteItemDb(table: string, done: Done): void;
  deleteIndexDb(type: string, table: string, index: string, done: Done): void;
}

export type DynaliteAction = (store: ActionStore, data: Members, callback: Callback<Members>) => void;

export interface Schema {
  readonly types: Members;
  readonly custom?: (data: Members, store: ActionStore) => string | undefined;
}

export interface Validations {
  checkTypes(input: object, types: Members): Members;
  checkValidations(data: Members, types: Members, custom: Schema['custom'], store: ActionStore): void;
}

export interface Database {
  create(options: object): DynaliteStore;
  createKey(item: Item, table: TableShape): string;
  validateItem(item: Item, table: TableShape): Error | undefined;
  itemSize(item: Item): number;
  capacityUnits(item: Item | undefined, isRead: boolean, isConsistent: boolean): number;
  updateIndexes(store: ActionStore, table: TableShape, before: Item | undefined, after: Item | undefined, done: Done): void;
}
