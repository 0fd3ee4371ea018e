import { aws_dynamodb as dynamodb, aws_kms as kms, aws_s3 as s3, Duration, RemovalPolicy } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { TABLE } from '../contract';
import { Naming } from '../naming';
import { Retention } from '../retention';
import { check } from '../validate';

export interface TransactionStorageProps {
  readonly naming: Naming;
  readonly retention: Retention;
  readonly removalPolicy: RemovalPolicy;
  readonly objectLock?: s3.ObjectLockRetention;
  readonly encryptionKey?: kms.IKey;
  readonly table?: dynamodb.ITable;
  readonly bucket?: s3.IBucket;
  readonly serverAccessLogsBucket?: s3.IBucket;
}

/** Where transactions live: a day in the table, then in the audit bucket. */
export class TransactionStorage extends Construct {
  public readonly table: dynamodb.ITable;
  public readonly bucket: s3.IBucket;

  public constructor(scope: Construct, id: string, props: TransactionStorageProps) {
    super(scope, id);
    checkObjectLock(props.objectLock, props.retention, props.removalPolicy);
    this.table = props.table ?? this.createTable(props);
    this.bucket = props.bucket ?? this.createBucket(props);
  }

  private createTable({ naming, retention, removalPolicy, encryptionKey }: TransactionStorageProps): dynamodb.Table {
    return new dynamodb.Table(this, 'Table', {
      tableName: naming.of('transactions'),
      partitionKey: { name: TABLE.partitionKey, type: dynamodb.AttributeType.STRING },
      sortKey: { name: TABLE.sortKey, type: dynamodb.AttributeType.STRING },
      billingMode: dynamodb.BillingMode.PAY_PER_REQUEST,
      encryption: encryptionKey ? dynamodb.TableEncryption.CUSTOMER_MANAGED : dynamodb.TableEncryption.AWS_MANAGED,
      encryptionKey,
      pointInTimeRecoverySpecification: {
        pointInTimeRecoveryEnabled: true,
        recoveryPeriodInDays: retention.pointInTimeRecovery.toDays(),
      },
      stream: dynamodb.StreamViewType.NEW_IMAGE,
      timeToLiveAttribute: TABLE.timeToLive,
      removalPolicy,
    });
  }

  private createBucket(props: TransactionStorageProps): s3.Bucket {
    const { naming, retention, removalPolicy, objectLock, encryptionKey } = props;
    return new s3.Bucket(this, 'AuditBucket', {
      bucketName: naming.of('transaction-audit-logs'),
      versioned: true,
      objectLockDefaultRetention: objectLock,
      encryption: encryptionKey ? s3.BucketEncryption.KMS : s3.BucketEncryption.S3_MANAGED,
      encryptionKey,
      // One data key for many objects; S3 refuses the setting without a key.
      bucketKeyEnabled: encryptionKey && true,
      serverAccessLogsBucket: props.serverAccessLogsBucket,
      serverAccessLogsPrefix: props.serverAccessLogsBucket && 'transaction-audit-logs/',
      enforceSSL: true,
      minimumTLSVersion: 1.2,
      blockPublicAccess: s3.BlockPublicAccess.BLOCK_ALL,
      objectOwnership: s3.ObjectOwnership.BUCKET_OWNER_ENFORCED,
      lifecycleRules: [{
        id: 'archive-lifecycle',
        transitions: [
          { storageClass: s3.StorageClass.INFREQUENT_ACCESS, transitionAfter: retention.infrequentAccessAfter },
          { storageClass: s3.StorageClass.GLACIER, transitionAfter: retention.glacierAfter },
        ],
        expiration: retention.expireAfter,
        noncurrentVersionExpiration: retention.expireAfter,
        abortIncompleteMultipartUploadAfter: Duration.days(7),
      }],
      removalPolicy,
      autoDeleteObjects: removalPolicy === RemovalPolicy.DESTROY,
    });
  }
}

function checkObjectLock(lock: s3.ObjectLockRetention | undefined, { expireAfter }: Retention, removalPolicy: RemovalPolicy): void {
  if (!lock) return;
  check(removalPolicy === RemovalPolicy.RETAIN, 'removalPolicy', removalPolicy, 'use RemovalPolicy.RETAIN with archival.objectLock: a locked bucket cannot be emptied');
  if (expireAfter.isUnresolved() || lock.duration.isUnresolved()) return;
  check(
    lock.duration.toDays() <= expireAfter.toDays(), 'archival.objectLock', `${lock.duration.toDays()} days`,
    `use at most the ${expireAfter.toDays()} days of retention.expireAfter, after which the objects are to be deleted`,
  );
}
