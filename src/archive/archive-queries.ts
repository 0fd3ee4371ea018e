import { aws_athena as athena, aws_glue as glue, aws_iam as iam, aws_kms as kms, aws_s3 as s3, Duration, RemovalPolicy, Size, Stack, Token } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { PREFIX } from '../contract';
import { Naming } from '../naming';
import { Retention } from '../retention';
import { check, checkDays } from '../validate';
import { namedQueries } from './named-queries';
import { RECORD_COLUMNS } from './record-columns';

/** How archived transactions are asked with SQL. */
export interface ArchiveQueryProps {
  /**
   * Bytes that one query may read, at least 10 MB. A query that would read more is stopped:
   * it has probably forgotten to say which days it is about.
   *
   * @default Size.gibibytes(10)
   */
  readonly scanLimit?: Size;

  /**
   * How long results are kept.
   *
   * @default Duration.days(7)
   */
  readonly resultsExpireAfter?: Duration;
}

/**
 * SQL over the archived transactions, with Amazon Athena.
 *
 * @see https://docs.aws.amazon.com/athena/latest/ug/partition-projection.html
 */
export interface IArchiveQueries {
  /** Database of the table, in the AWS Glue Data Catalog. */
  readonly database: glue.CfnDatabase;
  /** One row for each archived revision of a row, partitioned by `day`, which is written `yyyy/mm/dd`. */
  readonly table: glue.CfnTable;
  /** Work group that limits what a query reads, and keeps its results in `resultsBucket`. */
  readonly workGroup: athena.CfnWorkGroup;
  /** Results of queries, for a few days. */
  readonly resultsBucket: s3.Bucket;
  /** Queries to begin with, by construct id. */
  readonly namedQueries: { [id: string]: athena.CfnNamedQuery };
  /**
   * Lets somebody run queries in the work group over the archived transactions, and read the results.
   *
   * @param grantee - who may
   */
  grantQuery(grantee: iam.IGrantable): iam.Grant;
}

export interface ArchiveQueriesProps {
  readonly naming: Naming;
  /** Name of the system, for physical names where the service demands one. */
  readonly system: string;
  readonly retention: Retention;
  readonly removalPolicy: RemovalPolicy;
  readonly bucket: s3.IBucket;
  /** Encrypts the results. */
  readonly encryptionKey?: kms.IKey;
  readonly serverAccessLogsBucket?: s3.IBucket;
  readonly options: ArchiveQueryProps;
}

const TABLE_NAME = 'transactions';
const WORK_GROUP_ACTIONS = [
  'GetWorkGroup', 'StartQueryExecution', 'StopQueryExecution', 'GetQueryExecution', 'GetQueryResults', 'ListNamedQueries', 'GetNamedQuery',
  'BatchGetNamedQuery',
];
/** Objects expire this long after they are written, and a run may be late. */
const LATE_DAYS = 30;

export class ArchiveQueries extends Construct implements IArchiveQueries {
  public readonly database: glue.CfnDatabase;
  public readonly table: glue.CfnTable;
  public readonly workGroup: athena.CfnWorkGroup;
  public readonly resultsBucket: s3.Bucket;
  public readonly namedQueries: { [id: string]: athena.CfnNamedQuery };

  public constructor(scope: Construct, id: string, private readonly props: ArchiveQueriesProps) {
    super(scope, id);
    const stack = Stack.of(this);
    this.database = new glue.CfnDatabase(this, 'Database', {
      catalogId: stack.account,
      databaseInput: { name: this.databaseName(), description: 'Archived payment transactions' },
    });
    this.table = this.createTable();
    this.resultsBucket = this.createResultsBucket();
    this.workGroup = this.createWorkGroup();
    const queries = namedQueries(`"${this.databaseName()}"."${TABLE_NAME}"`);
    this.namedQueries = Object.fromEntries(queries.map(({ id: queryId, sql, ...words }) => [queryId, new athena.CfnNamedQuery(this, queryId, {
      ...words, queryString: sql, database: this.database.ref, workGroup: this.workGroup.ref,
    })]));
  }

  public grantQuery(grantee: iam.IGrantable): iam.Grant {
    const stack = Stack.of(this);
    const { bucket, encryptionKey } = this.props;
    const grant = (actions: string[], resourceArns: string[], conditions?: { [operator: string]: { [key: string]: string } }) =>
      iam.Grant.addToPrincipal({ grantee, actions, resourceArns, ...(conditions && { conditions: conditions as never }) });
    const catalog = ['catalog', `database/${this.database.ref}`, `table/${this.database.ref}/${TABLE_NAME}`];
    const grants = [
      grant(
        WORK_GROUP_ACTIONS.map((action) => `athena:${action}`),
        [stack.formatArn({ service: 'athena', resource: 'workgroup', resourceName: this.workGroup.ref })],
      ),
      grant(['glue:GetDatabase', 'glue:GetTable', 'glue:GetPartitions'], catalog.map((resource) => stack.formatArn({ service: 'glue', resource }))),
      grant(['s3:GetObject'], [bucket.arnForObjects(`${PREFIX.transactions}*`)]),
      grant(['s3:ListBucket'], [bucket.bucketArn], { StringLike: { 's3:prefix': `${PREFIX.transactions}*` } }),
      grant(['s3:GetBucketLocation'], [bucket.bucketArn, this.resultsBucket.bucketArn]),
      grant(['s3:ListBucket', 's3:ListBucketMultipartUploads'], [this.resultsBucket.bucketArn]),
      grant(['s3:GetObject', 's3:PutObject', 's3:AbortMultipartUpload', 's3:ListMultipartUploadParts'], [this.resultsBucket.arnForObjects('*')]),
      ...(bucket.encryptionKey ? [bucket.encryptionKey.grantDecrypt(grantee)] : []),
      ...(encryptionKey ? [encryptionKey.grantEncryptDecrypt(grantee)] : []),
    ];
    return grants.reduce((all, one) => all.combine(one));
  }

  /** Lower case, and underscores alone: anything else has to be quoted in some statements and not in others. */
  private databaseName(): string {
    const { naming, system } = this.props;
    const name = naming.of('transaction_archive') ?? `transaction_archive_${system.toLowerCase()}`;
    return Token.isUnresolved(name) ? name : name.replace(/[^a-z0-9_]/g, '_');
  }

  private createTable(): glue.CfnTable {
    const location = `s3://${this.props.bucket.bucketName}/${PREFIX.transactions}`;
    return new glue.CfnTable(this, 'Table', {
      catalogId: Stack.of(this).account,
      databaseName: this.database.ref,
      tableInput: {
        name: TABLE_NAME,
        description: 'Archived rows, one line of gzip NDJSON each',
        tableType: 'EXTERNAL_TABLE',
        partitionKeys: [{ name: 'day', type: 'string', comment: 'Day of receipt in UTC, as yyyy/mm/dd' }],
        parameters: {
          'EXTERNAL': 'TRUE',
          'classification': 'json',
          'compressionType': 'gzip',
          'projection.enabled': 'true',
          'projection.day.type': 'date',
          'projection.day.format': 'yyyy/MM/dd',
          'projection.day.range': this.projectedDays(),
          'projection.day.interval': '1',
          'projection.day.interval.unit': 'DAYS',
          'storage.location.template': `${location}\${day}/`,
          'read_restored_glacier_objects': 'true',
        },
        storageDescriptor: {
          location,
          columns: RECORD_COLUMNS.map((column) => ({ ...column })),
          compressed: true,
          inputFormat: 'org.apache.hadoop.mapred.TextInputFormat',
          outputFormat: 'org.apache.hadoop.hive.ql.io.HiveIgnoreKeyTextOutputFormat',
          serdeInfo: {
            serializationLibrary: 'org.openx.data.jsonserde.JsonSerDe',
            // Keys of metadata may differ in case alone, which would be a duplicate key otherwise.
            parameters: { 'case.insensitive': 'FALSE' },
          },
        },
      },
    });
  }

  /** Days that may have objects. Without it Athena would look for every day since 1970 when a query names none. */
  private projectedDays(): string {
    const { expireAfter, archiveAfter } = this.props.retention;
    if (expireAfter.isUnresolved()) return 'NOW-10YEARS,NOW';
    return `NOW-${expireAfter.toDays() + Math.ceil(archiveAfter.toHours() / 24) + LATE_DAYS}DAYS,NOW`;
  }

  private createResultsBucket(): s3.Bucket {
    const { naming, removalPolicy, options, encryptionKey, serverAccessLogsBucket } = this.props;
    const expiration = options.resultsExpireAfter ?? Duration.days(7);
    checkDays('archival.athena.resultsExpireAfter', expiration, 1, 3650);
    return new s3.Bucket(this, 'Results', {
      bucketName: naming.of('transaction-query-results'),
      encryption: encryptionKey ? s3.BucketEncryption.KMS : s3.BucketEncryption.S3_MANAGED,
      encryptionKey,
      bucketKeyEnabled: encryptionKey && true,
      serverAccessLogsBucket,
      serverAccessLogsPrefix: serverAccessLogsBucket && 'transaction-query-results/',
      enforceSSL: true,
      minimumTLSVersion: 1.2,
      blockPublicAccess: s3.BlockPublicAccess.BLOCK_ALL,
      objectOwnership: s3.ObjectOwnership.BUCKET_OWNER_ENFORCED,
      lifecycleRules: [{ id: 'results-lifecycle', expiration, abortIncompleteMultipartUploadAfter: Duration.days(1) }],
      removalPolicy,
      autoDeleteObjects: removalPolicy === RemovalPolicy.DESTROY,
    });
  }

  private createWorkGroup(): athena.CfnWorkGroup {
    const { naming, system, options, encryptionKey } = this.props;
    const limit = options.scanLimit ?? Size.gibibytes(10);
    check(!limit.isUnresolved(), 'archival.athena.scanLimit', 'a token', 'use a value that is known when the app is synthesized');
    const bytes = limit.toBytes();
    check(bytes >= 10_000_000 && bytes <= 7_000_000_000_000_000, 'archival.athena.scanLimit', `${bytes} bytes`, 'use at least 10 MB: Athena takes no less');
    return new athena.CfnWorkGroup(this, 'WorkGroup', {
      name: naming.of('transaction-archive') ?? `${system}-archive`,
      description: 'Queries over archived payment transactions',
      // History and queries go with the work group, or it could not go.
      recursiveDeleteOption: true,
      workGroupConfiguration: {
        enforceWorkGroupConfiguration: true,
        publishCloudWatchMetricsEnabled: true,
        bytesScannedCutoffPerQuery: bytes,
        engineVersion: { selectedEngineVersion: 'Athena engine version 3' },
        resultConfiguration: {
          outputLocation: `s3://${this.resultsBucket.bucketName}/`,
          encryptionConfiguration: encryptionKey ? { encryptionOption: 'SSE_KMS', kmsKey: encryptionKey.keyArn } : { encryptionOption: 'SSE_S3' },
          expectedBucketOwner: Stack.of(this).account,
        },
      },
    });
  }
}
