import { EventBridgeClient, PutEventsCommand, PutEventsRequestEntry } from '@aws-sdk/client-eventbridge';
import { EVENT_SOURCE } from '../../src/contract';
import type { Publication } from './detail';

/** Publishes a list; answers with the indices of those that could not be. */
export type Publisher = (publications: readonly Publication[]) => Promise<ReadonlySet<number>>;

/** Limits of one PutEvents call. */
const MAX_ENTRIES = 10;
const MAX_BYTES = 256 * 1024;
/** Rounds of retrying what failed before it is left to the stream. */
const MAX_ROUNDS = 4;

export interface PublisherOptions {
  readonly sleep?: (ms: number) => Promise<void>;
  readonly random?: () => number;
}

/** PutEvents in full batches; a partial failure retries only what failed, with full jitter. */
export function eventBridgePublisher(client: EventBridgeClient, bus: string, options: PublisherOptions = {}): Publisher {
  const sleep = options.sleep ?? ((ms) => new Promise((resolve) => setTimeout(resolve, ms)));
  const random = options.random ?? Math.random;

  return async (publications) => {
    let waiting = publications.map((_, index) => index);
    for (let round = 0; round < MAX_ROUNDS && waiting.length > 0; round += 1) {
      if (round > 0) await sleep(random() * 50 * 2 ** round);
      const failed: number[] = [];
      for (const batch of batches(waiting, publications)) {
        const answers = await putEvents(client, batch.map((index) => entryOf(publications[index], bus)));
        failed.push(...batch.filter((_, position) => answers[position]));
      }
      waiting = failed;
    }
    return new Set(waiting);
  };
}

/** Which entries of one call failed; all of them when the call itself did. */
async function putEvents(client: EventBridgeClient, entries: PutEventsRequestEntry[]): Promise<readonly boolean[]> {
  try {
    const answer = await client.send(new PutEventsCommand({ Entries: entries }));
    return entries.map((_, position) => answer.Entries?.[position]?.EventId === undefined);
  } catch {
    return entries.map(() => true);
  }
}

function entryOf(publication: Publication, bus: string): PutEventsRequestEntry {
  return {
    EventBusName: bus,
    Source: EVENT_SOURCE,
    DetailType: publication.detailType,
    Detail: publication.detail,
    Time: publication.time,
    TraceHeader: publication.trace,
  };
}

/** Splits indices into calls within the limits, in order. */
function batches(indices: readonly number[], publications: readonly Publication[]): number[][] {
  const result: number[][] = [];
  let bytes = 0;
  for (const index of indices) {
    const size = Buffer.byteLength(publications[index].detail) + 1024;
    const last = result.at(-1);
    if (!last || last.length === MAX_ENTRIES || bytes + size > MAX_BYTES) {
      result.push([index]);
      bytes = size;
    } else {
      last.push(index);
      bytes += size;
    }
  }
  return result;
}
