import { existsSync, mkdirSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import database from 'dynalite/db';
import { Item } from './items';
import { LineWriter, readLines } from './lines';
import { SequencedChange } from './stream';
import { TableDefinition } from './table';

/** What an earlier run left of one table. */
export interface SavedTable {
  definition: TableDefinition;
  readonly items: Map<string, Item>;
  /** Stream records that are still kept. */
  changes: SequencedChange[];
  /** How far each consumer has read the stream. */
  readonly positions: Map<string, string>;
}

type Entry =
  | { readonly type: 'table'; readonly definition: TableDefinition }
  | { readonly type: 'drop'; readonly table: string }
  | { readonly type: 'item'; readonly table: string; readonly item: Item }
  /** One atomic write: a transaction's changes share a line, so a crash keeps all or none. */
  | { readonly type: 'commit'; readonly changes: readonly SequencedChange[] }
  /** A change whose effect on the items is already in an `item` entry. */
  | { readonly type: 'record'; readonly change: SequencedChange }
  | { readonly type: 'checkpoint'; readonly table: string; readonly consumer: string; readonly sequence: string }
  | { readonly type: 'sequence'; readonly last: number };

/**
 * The data directory: one append-only log of every committed change. Opening
 * it replays the log and writes it anew without what was overwritten since.
 */
export class ChangeLog {
  public readonly tables = new Map<string, SavedTable>();
  public lastSequence = 0;
  private readonly writer: LineWriter;

  /** Stream records from before `horizon` (milliseconds) are dropped. */
  public constructor(directory: string, private readonly horizon: number) {
    mkdirSync(directory, { recursive: true });
    const file = join(directory, 'tables.ndjson');
    if (existsSync(file)) {
      for (const entry of readLines(file)) this.replay(entry as Entry);
    }
    this.compact(file);
    this.writer = new LineWriter(file, 'a');
  }

  public append(entry: Entry): void {
    this.writer.append(entry);
  }

  public close(): void {
    this.writer.close();
  }

  private replay(entry: Entry): void {
    if (entry.type === 'table') this.replayTable(entry.definition);
    if (entry.type === 'drop') this.tables.delete(entry.table);
    if (entry.type === 'item') this.apply(entry.table, entry.item, entry.item);
    if (entry.type === 'commit') entry.changes.forEach((change) => this.replayChange(change));
    if (entry.type === 'record') this.keepRecord(entry.change);
    if (entry.type === 'checkpoint') this.tables.get(entry.table)?.positions.set(entry.consumer, entry.sequence);
    if (entry.type === 'sequence') this.lastSequence = entry.last;
  }

  private replayTable(definition: TableDefinition): void {
    const known = this.tables.get(definition.TableName);
    if (known) known.definition = definition;
    else this.tables.set(definition.TableName, { definition, items: new Map(), changes: [], positions: new Map() });
  }

  private replayChange(change: SequencedChange): void {
    this.apply(change.table, change.key, change.after);
    this.keepRecord(change);
  }

  private apply(table: string, key: Item, item: Item | undefined): void {
    const { definition, items } = this.tables.get(table)!;
    const storeKey = database.createKey(key, definition);
    if (item) items.set(storeKey, item);
    else items.delete(storeKey);
  }

  private keepRecord(change: SequencedChange): void {
    this.lastSequence = Math.max(this.lastSequence, change.sequence);
    const table = this.tables.get(change.table)!;
    if (table.definition.streamViewType && change.at >= this.horizon) table.changes.push(change);
  }

  private compact(file: string): void {
    const fresh = `${file}.new`;
    const writer = new LineWriter(fresh, 'w');
    for (const entry of this.snapshot()) writer.append(entry);
    writer.close();
    renameSync(fresh, file);
  }

  private* snapshot(): Generator<Entry> {
    yield { type: 'sequence', last: this.lastSequence };
    for (const [table, { definition, items, changes, positions }] of this.tables) {
      yield { type: 'table', definition };
      for (const item of items.values()) yield { type: 'item', table, item };
      for (const change of changes) yield { type: 'record', change };
      for (const [consumer, sequence] of positions) yield { type: 'checkpoint', table, consumer, sequence };
    }
  }
}
