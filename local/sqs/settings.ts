import { ServiceError } from '../kernel/wire';

/** What a queue is told to do; durations in seconds. */
export interface QueueSettings {
  readonly visibilityTimeout: number;
  readonly delay: number;
  /** Bytes. */
  readonly maximumMessageSize: number;
  readonly retention: number;
  readonly receiveWait: number;
  readonly redrive?: RedrivePolicy;
  readonly fifo?: FifoSettings;
}

export interface RedrivePolicy {
  readonly deadLetterTargetArn: string;
  readonly maxReceiveCount: number;
}

export interface FifoSettings {
  readonly contentBasedDeduplication: boolean;
  readonly deduplicationScope: 'queue' | 'messageGroup';
}

export const MIB = 1024 * 1024;
export const LONGEST_VISIBILITY = 12 * 60 * 60;
export const LONGEST_DELAY = 15 * 60;
export const LONGEST_WAIT = 20;
export const FIFO_SUFFIX = '.fifo';

export const DEFAULT_SETTINGS: QueueSettings = { visibilityTimeout: 30, delay: 0, maximumMessageSize: MIB, retention: 4 * 24 * 3600, receiveWait: 0 };

/** Fills in AWS's defaults and refuses what AWS refuses. */
export function queueSettings(name: string, given: Partial<QueueSettings>): QueueSettings {
  const settings = { ...DEFAULT_SETTINGS, ...given };
  if (!/^[\w-]{1,80}$/.test(name.replace(/\.fifo$/, '-fifo'))) {
    throw new ServiceError('InvalidParameterValue', `Queue name ${name} can only include alphanumeric characters, hyphens, or underscores. 1 to 80 in length`);
  }
  if (name.endsWith(FIFO_SUFFIX) !== (settings.fifo !== undefined)) {
    throw new ServiceError('InvalidParameterValue', `The name of a FIFO queue, and of no other, ends in ${FIFO_SUFFIX}: ${name}`);
  }
  within('VisibilityTimeout', settings.visibilityTimeout, 0, LONGEST_VISIBILITY);
  within('DelaySeconds', settings.delay, 0, LONGEST_DELAY);
  within('MaximumMessageSize', settings.maximumMessageSize, 1024, MIB);
  within('MessageRetentionPeriod', settings.retention, 60, 14 * 24 * 3600);
  within('ReceiveMessageWaitTimeSeconds', settings.receiveWait, 0, LONGEST_WAIT);
  if (settings.redrive) checkRedrive(settings.redrive, settings.fifo !== undefined);
  return settings;
}

function checkRedrive({ deadLetterTargetArn, maxReceiveCount }: RedrivePolicy, fifo: boolean): void {
  within('maxReceiveCount', maxReceiveCount, 1, 1000);
  if (deadLetterTargetArn.endsWith(FIFO_SUFFIX) !== fifo) {
    throw new ServiceError('InvalidParameterValue', `The dead-letter queue must be of the same type as its source: ${deadLetterTargetArn}`);
  }
}

export function within(parameter: string, value: number, least: number, most: number): void {
  if (Number.isInteger(value) && value >= least && value <= most) return;
  const reason = `Value ${value} for parameter ${parameter} is invalid. Reason: Must be between ${least} and ${most}, if provided.`;
  throw new ServiceError('InvalidParameterValue', reason);
}
