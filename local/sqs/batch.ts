import { ServiceError } from '../kernel/wire';

const MOST_ENTRIES = 10;

interface Entry {
  readonly Id: string;
}

/** Runs each entry of a batch; one that fails does not touch the others. */
export function runBatch<E extends Entry>(
  entries: readonly E[] | undefined,
  run: (entry: E) => object | void,
): { Successful: object[]; Failed: object[] } {
  if (!entries || entries.length === 0) throw new ServiceError('EmptyBatchRequest', 'There should be at least one entry in the request.');
  if (entries.length > MOST_ENTRIES) {
    throw new ServiceError('TooManyEntriesInBatchRequest', `Maximum number of entries per request are ${MOST_ENTRIES}. You have sent ${entries.length}.`);
  }
  const malformed = entries.find(({ Id }) => !/^[\w-]{1,80}$/.test(Id));
  if (malformed) {
    throw new ServiceError('InvalidBatchEntryId', 'A batch entry id can only contain alphanumeric characters, hyphens and underscores. It can be at most 80 letters long.');
  }
  const repeated = entries.find(({ Id }, index) => entries.findIndex((other) => other.Id === Id) < index);
  if (repeated) throw new ServiceError('BatchEntryIdsNotDistinct', `Id ${repeated.Id} repeated.`);
  const Successful: object[] = [];
  const Failed: object[] = [];
  for (const entry of entries) {
    try {
      Successful.push({ Id: entry.Id, ...run(entry) });
    } catch (error) {
      if (!(error instanceof ServiceError)) throw error;
      Failed.push({ Id: entry.Id, Code: error.code, Message: error.message, SenderFault: true });
    }
  }
  return { Successful, Failed };
}
