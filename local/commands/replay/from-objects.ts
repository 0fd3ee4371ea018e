import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { ReadRow } from '../../../runtime/archiver/objects';
import { toAttributes } from '../../../runtime/aws/attributes';
import { Publication, publicationOf } from '../../../runtime/relay/detail';
import { eventBridgePublisher } from '../../../runtime/relay/publisher';
import { MalformedJson, parseJson, printJson } from '../../../runtime/transaction/json';
import { AuditBucket } from '../archive/bucket';
import { Selection, selectedRows } from './rows';

export interface ReplayReport {
  readonly replay: string;
  readonly selected: number;
  readonly published: number;
  readonly failed: readonly { readonly transaction_id: string; readonly event_id: string }[];
}

export interface ObjectReplay extends Selection {
  /** Carried by each event as `detail.replay`. */
  readonly name: string;
  readonly bus: string;
  readonly dryRun: boolean;
  readonly onSelected?: (row: ReadRow) => void;
}

/** Publishes archived transactions again, marked as a replay, so that nothing keeps, logs or alerts of them again. */
export async function replayObjects(bucket: AuditBucket, client: EventBridgeClient, options: ObjectReplay): Promise<ReplayReport> {
  const publish = eventBridgePublisher(client, options.bus);
  const failed: ReplayReport['failed'][number][] = [];
  let selected = 0;
  for await (const rows of selectedRows(bucket, options)) {
    const events = rows.flatMap((row) => {
      const publication = replayOf(row, options.name);
      return publication ? [{ row, publication }] : [];
    });
    selected += events.length;
    for (const { row } of events) options.onSelected?.(row);
    const unpublished = options.dryRun ? new Set<number>() : await publish(events.map(({ publication }) => publication));
    for (const index of unpublished) failed.push(events[index].row.key);
  }
  return { replay: options.name, selected, published: options.dryRun ? 0 : selected - failed.length, failed };
}

/** What the relay would say of the row, with the mark of the replay. */
export function replayOf({ attributes }: Pick<ReadRow, 'attributes'>, name: string): Publication | undefined {
  const publication = publicationOf(toAttributes(attributes));
  if (!publication) return undefined;
  const detail = parseJson(Buffer.from(publication.detail));
  if (typeof detail !== 'object' || detail === null) throw new MalformedJson('the detail is not an object');
  return { ...publication, detail: printJson({ ...detail, replay: name }) };
}
