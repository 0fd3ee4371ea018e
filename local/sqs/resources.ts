import { onlyProperties, Resource, ResourceLoaders } from '../kernel/resource';
import { Queues } from './queues';
import { FifoSettings, QueueSettings, RedrivePolicy } from './settings';

/** Properties without effect on a laptop: permissions, encryption, throughput. */
const WITHOUT_EFFECT = ['FifoThroughputLimit', 'KmsDataKeyReusePeriodSeconds', 'KmsMasterKeyId', 'RedriveAllowPolicy', 'SqsManagedSseEnabled', 'Tags'];

const NUMBERS = {
  VisibilityTimeout: 'visibilityTimeout',
  DelaySeconds: 'delay',
  MaximumMessageSize: 'maximumMessageSize',
  MessageRetentionPeriod: 'retention',
  ReceiveMessageWaitTimeSeconds: 'receiveWait',
} as const;

export function sqsResources(queues: Queues): ResourceLoaders {
  return {
    'AWS::SQS::Queue': (resource) => {
      const known = ['QueueName', 'RedrivePolicy', 'FifoQueue', 'ContentBasedDeduplication', 'DeduplicationScope'];
      onlyProperties(resource, [...known, ...Object.keys(NUMBERS), ...WITHOUT_EFFECT]);
      queues.createQueue(resource.attributes.Arn.split(':').pop()!, settingsOf(resource));
    },
  };
}

function settingsOf({ properties }: Resource): Partial<QueueSettings> {
  const given = Object.entries(NUMBERS).filter(([property]) => properties[property] !== undefined);
  return {
    ...Object.fromEntries(given.map(([property, setting]) => [setting, Number(properties[property])])),
    redrive: redriveOf(properties.RedrivePolicy),
    fifo: String(properties.FifoQueue) === 'true' ? fifoOf(properties) : undefined,
  };
}

function redriveOf(policy: string | RedrivePolicy | undefined): RedrivePolicy | undefined {
  if (policy === undefined) return undefined;
  const { deadLetterTargetArn, maxReceiveCount } = typeof policy === 'string' ? JSON.parse(policy) : policy;
  return { deadLetterTargetArn, maxReceiveCount: Number(maxReceiveCount) };
}

function fifoOf(properties: Resource['properties']): FifoSettings {
  return {
    contentBasedDeduplication: String(properties.ContentBasedDeduplication) === 'true',
    deduplicationScope: properties.DeduplicationScope ?? 'queue',
  };
}
