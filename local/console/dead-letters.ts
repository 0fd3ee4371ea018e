import { PREFIX } from '../../src/contract';
import { letterOf } from '../commands/redrive/letters';
import type { LetterSource } from '../commands/redrive/report';
import { Runner } from '../runner/runner';
import { Message } from '../sqs/message';
import { DeadLetter, DeadLetterQueue } from './model';
import { namesOfSystems } from './names';
import { pretty } from './reception';

const QUEUES = { routing: 'routing-queue', workflow: 'workflow-queue', archive: 'archive-queue' } as const;
const TITLES: Readonly<Record<LetterSource, string>> = {
  routing: 'Events that a target would not take', workflow: 'Branches of the transaction workflow', archive: 'Archive runs', relay: 'Records the relay gave up',
};

/** What failed for good, by where it failed: three queues, and the objects the stream leaves in the bucket. */
export async function deadLetterQueues({ services: { queues, buckets }, resources }: Runner): Promise<DeadLetterQueue[]> {
  const systems = namesOfSystems(resources).map(async (names): Promise<DeadLetterQueue[]> => {
    const kept = Object.entries(QUEUES).map(([source, queue]): DeadLetterQueue => {
      const { identity: { arn, name } } = queues.byUrl(names.require(queue));
      return { source, title: TITLES[source as LetterSource], name, letters: queues.peek(arn).map(letterIn) };
    });
    const bucket = names.require('bucket');
    const objects = await Promise.all(buckets.listObjects(bucket, PREFIX.failures).map(async ({ key, lastModified }): Promise<DeadLetter> => {
      const text = (await buckets.getObject(bucket, key)).body.toString('utf8');
      return { id: key, at: new Date(lastModified).toISOString(), what: key, reason: conditionIn(text), body: pretty(text) };
    }));
    return [...kept, { source: 'relay', title: TITLES.relay, name: bucket, letters: objects }];
  });
  return (await Promise.all(systems)).flat();
}

function letterIn({ id, body, sentAt, attributes }: Readonly<Message>): DeadLetter {
  const MessageAttributes = Object.fromEntries(Object.entries(attributes).map(([name, { StringValue }]) => [name, { DataType: 'String', StringValue }]));
  const { what, error } = letterOf({ MessageId: id, Body: body, MessageAttributes });
  return { id, at: new Date(sentAt).toISOString(), what, reason: error, body: pretty(body) };
}

function conditionIn(text: string): string {
  return (JSON.parse(text) as { readonly requestContext?: { readonly condition?: string } }).requestContext?.condition ?? 'unknown';
}
