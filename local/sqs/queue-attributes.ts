import { ServiceError } from '../kernel/wire';
import { Queue } from './queue';

/** What GetQueueAttributes tells, by AWS's names; everything is text. */
export function queueAttributes(queue: Queue, names: readonly string[]): Record<string, string> {
  const all = allAttributes(queue);
  const unknown = names.find((name) => name !== 'All' && !(name in all) && !OPTIONAL.includes(name));
  if (unknown !== undefined) throw new ServiceError('InvalidAttributeName', `Unknown Attribute ${unknown}.`);
  return Object.fromEntries(Object.entries(all).filter(([name]) => names.includes('All') || names.includes(name)));
}

/** Attributes only some queues have. */
const OPTIONAL = [
  'ContentBasedDeduplication', 'DeduplicationScope', 'FifoQueue', 'FifoThroughputLimit', 'KmsDataKeyReusePeriodSeconds', 'KmsMasterKeyId', 'Policy',
  'RedriveAllowPolicy', 'RedrivePolicy', 'SqsManagedSseEnabled',
];

function allAttributes(queue: Queue): Record<string, string> {
  const { identity, settings, createdAt } = queue;
  const { visible, inFlight, delayed } = queue.counts();
  const created = String(Math.floor(createdAt / 1000));
  return {
    QueueArn: identity.arn,
    ApproximateNumberOfMessages: String(visible),
    ApproximateNumberOfMessagesNotVisible: String(inFlight),
    ApproximateNumberOfMessagesDelayed: String(delayed),
    CreatedTimestamp: created,
    LastModifiedTimestamp: created,
    VisibilityTimeout: String(settings.visibilityTimeout),
    MaximumMessageSize: String(settings.maximumMessageSize),
    MessageRetentionPeriod: String(settings.retention),
    DelaySeconds: String(settings.delay),
    ReceiveMessageWaitTimeSeconds: String(settings.receiveWait),
    ...(settings.redrive && { RedrivePolicy: JSON.stringify(settings.redrive) }),
    ...(settings.fifo && {
      FifoQueue: 'true',
      ContentBasedDeduplication: String(settings.fifo.contentBasedDeduplication),
      DeduplicationScope: settings.fifo.deduplicationScope,
      FifoThroughputLimit: settings.fifo.deduplicationScope === 'queue' ? 'perQueue' : 'perMessageGroupId',
    }),
  };
}
