import { BatchWriteItemCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { S3Client } from '@aws-sdk/client-s3';
import { VirtualClock } from '../../../local/kernel/clock';
import { Journal } from '../../../local/kernel/journal';
import { Metrics } from '../../../local/kernel/metrics';
import { Buckets } from '../../../local/s3/buckets';
import { ArchiveDependencies, archiveSegment } from '../../../runtime/archiver/archive';
import { tableOpenDays } from '../../../runtime/archiver/days';
import { tableIntents } from '../../../runtime/archiver/intents';
import { bucketManifests } from '../../../runtime/archiver/manifests';
import { bucketObjects, ReadRow, rowsIn } from '../../../runtime/archiver/objects';
import { tableRows } from '../../../runtime/archiver/rows';
import { ManifestDependencies, writeManifests } from '../../../runtime/archiver/write-manifests';
import { dynaliteTable, TABLE_NAME, TestTable } from '../../helpers/dynalite-table';
import { clientOptions, serve, Served } from '../../helpers/serve';
import { Crash, Crashed } from './world';

/** The answer to a call is lost on its way, and the client sends it again by itself. */
export interface Repetition {
  readonly call: number;
  readonly when: 'twice';
}

/** The archiver as it is deployed, on a table and a bucket that are asked over HTTP; it can be killed at any of its calls. */
export class Engines {
  public s3!: S3Client;
  public bucket = '';
  public now = Date.parse('2025-10-12T02:00:00Z');
  /** Names of the commands that were sent. */
  public readonly calls: string[] = [];
  public crash?: Crash | Repetition;
  public readonly table: TestTable = dynaliteTable();
  private readonly buckets: Buckets;
  private served!: Served;
  private dead = false;
  private readonly underWay = new Set<Promise<unknown>>();
  private tokens = 0;

  public constructor() {
    const clock = new VirtualClock();
    this.buckets = new Buckets({ clock, journal: new Journal(clock), metrics: new Metrics(clock) });
  }

  public async start(): Promise<void> {
    this.served = await serve(this.buckets);
    this.s3 = new S3Client({ ...clientOptions(this.served), forcePathStyle: true });
    this.killable(this.table.client);
    this.killable(this.s3);
  }

  public async stop(): Promise<void> {
    this.s3.destroy();
    await this.served.close();
  }

  /** An empty table, and a bucket of its own. */
  public async clear(name: string): Promise<void> {
    this.crash = undefined;
    const items = await this.table.all();
    const requests = items.map(({ transaction_id, event_id }) => ({ DeleteRequest: { Key: { transaction_id, event_id } } }));
    if (requests.length > 0) await this.table.client.send(new BatchWriteItemCommand({ RequestItems: { [TABLE_NAME]: requests } }));
    await this.buckets.createBucket(name, 'Enabled');
    this.bucket = name;
    this.calls.length = 0;
  }

  /** One run of the archive workflow, as far as it gets. */
  public async run(run: string): Promise<'done' | 'killed'> {
    const now = new Date(this.now).toISOString();
    try {
      for (let request = { now, run, segment: 0, total_segments: 1, archived: 0 }, done = false; !done;) {
        const progress = await archiveSegment(request, this.dependencies());
        ({ done } = progress);
        request = progress;
      }
      for (let done = false; !done;) ({ done } = await writeManifests({ manifest: true, now, run }, this.dependencies()));
      return 'done';
    } catch (error) {
      if (!(error instanceof Crashed)) throw error;
      // Requests that were on their way when it was killed arrive all the same.
      await Promise.allSettled(this.underWay);
      this.dead = false;
      this.crash = undefined;
      return 'killed';
    }
  }

  /** Rows of all objects. */
  public async archived(): Promise<ReadRow[]> {
    const objects = this.buckets.listObjects(this.bucket, 'transactions/');
    return (await Promise.all(objects.map(async ({ key }) => [...rowsIn((await this.buckets.getObject(this.bucket, key)).body)]))).flat();
  }

  private dependencies(): ArchiveDependencies & ManifestDependencies {
    const { table: { client }, s3, bucket } = this;
    return {
      rows: tableRows(client, TABLE_NAME, { screened: [], notified: [] }),
      intents: tableIntents(client, TABLE_NAME),
      days: tableOpenDays(client, TABLE_NAME),
      objects: bucketObjects(s3, bucket),
      manifests: bucketManifests(s3, bucket),
      archiveAfterHours: 24,
      archiveUnfinishedAfterHours: 15 * 24,
      dedupeDays: 35,
      clock: () => this.now,
      newToken: () => `token-${this.tokens += 1}`,
      isTimeShort: () => false,
    };
  }

  private killable(client: DynamoDBClient | S3Client): void {
    (client as DynamoDBClient).middlewareStack.add((next, { commandName }) => async (args) => {
      if (this.dead) throw new Crashed('it is dead already');
      this.calls.push(commandName!);
      const when = this.crash?.call === this.calls.length ? this.crash.when : undefined;
      if (when === 'before') throw this.killed(commandName!);
      const answer = next(args);
      this.underWay.add(answer);
      await answer.finally(() => this.underWay.delete(answer));
      if (when === 'after') throw this.killed(commandName!);
      return when === 'twice' ? next(args) : answer;
    }, { step: 'initialize', priority: 'high' });
  }

  private killed(command: string): Crashed {
    this.dead = true;
    return new Crashed(command);
  }
}
