import { aws_kms as kms, aws_logs as logs, aws_sqs as sqs, Duration, RemovalPolicy } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { Naming } from './naming';

/** What every store of the system has in common. */
export interface StoreSettings {
  readonly naming: Naming;
  readonly removalPolicy: RemovalPolicy;
  readonly encryptionKey?: kms.IKey;
}

/** A queue in which what failed for good waits for somebody. */
export function deadLetterQueue(scope: Construct, baseName: string, retentionPeriod: Duration, settings: StoreSettings): sqs.Queue {
  const { naming, encryptionKey, removalPolicy } = settings;
  return new sqs.Queue(scope, 'DeadLetters', {
    queueName: naming.of(baseName),
    retentionPeriod,
    encryption: encryptionKey ? sqs.QueueEncryption.KMS : sqs.QueueEncryption.SQS_MANAGED,
    encryptionMasterKey: encryptionKey,
    enforceSSL: true,
    removalPolicy,
  });
}

/** A log group, named after the service and the resource that write to it, e.g. `states/archive-workflow`. */
export function logGroupFor(
  scope: Construct, id: string, writer: string, settings: StoreSettings & { readonly logRetention: logs.RetentionDays },
): logs.LogGroup {
  const { naming, encryptionKey, removalPolicy, logRetention } = settings;
  const name = naming.of(writer);
  return new logs.LogGroup(scope, id, { logGroupName: name && `/aws/${name}`, retention: logRetention, encryptionKey, removalPolicy });
}
