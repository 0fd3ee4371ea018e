/** Why a finding of a rule pack stands. */
export interface AcceptedFinding {
  readonly reason: string;
  /** The option that closes it. Without one it is found whatever is set. */
  readonly closedBy?: string;
  /** Configurations other than `all` in which it does not occur, because of what they leave out. */
  readonly notIn?: string[];
  /** The only configurations in which it occurs. */
  readonly onlyIn?: string[];
}

const OWN_KEY = 'encrypted with a key that AWS manages; a key of the customer costs by the month and the call';
const SIGNATURE = 'the signature of the provider is the authorization; a provider has neither IAM credentials nor a Cognito user';
const EXECUTION_LOGS = 'execution logs would hold bodies and signatures; access logs are on';
const SECRET_SHARED = 'the secret is shared with a sender, so a rotation on one side alone cuts it off; two secrets may be live at once, see docs/providers.md';

/** By the name of the rule, without that of its pack. */
export const ACCEPTED: { readonly [rule: string]: AcceptedFinding } = {
  APIG2: { reason: 'the signature is over raw bytes, so the validator verifies them before anything parses them' },
  APIG3: { reason: 'a web ACL is paid for by the month and often shared', closedBy: 'endpoint.webAcl' },
  APIG4: { reason: SIGNATURE },
  APIG6: { reason: EXECUTION_LOGS },
  COG4: { reason: SIGNATURE },
  IAM4: { reason: 'the account-wide role of API Gateway, as its documentation has it', closedBy: 'endpoint.cloudWatchRole: false', notIn: ['minimal'] },
  IAM5: { reason: 'traces, log delivery and stream listing take no resource; key prefixes and versions are of one resource; see iam.test.ts' },
  S1: { reason: 'server access logs need a second bucket, which is the business of the account', closedBy: 'archival.serverAccessLogsBucket' },
  SF2: { reason: 'asked for by tracing: false', onlyIn: ['minimal'] },
  SMG4: { reason: SECRET_SHARED },
  SQS3: { reason: 'they are dead-letter queues themselves: of rule targets and of workflow tasks' },

  APIGWAssociatedWithWAF: { reason: 'a web ACL is paid for by the month and often shared', closedBy: 'endpoint.webAcl' },
  APIGWCacheEnabledAndEncrypted: { reason: 'a webhook is never answered from a cache' },
  APIGWExecutionLoggingEnabled: { reason: EXECUTION_LOGS },
  APIGWSSLEnabled: { reason: 'about the certificate an API shows to an HTTP backend; this one invokes a function' },
  CloudWatchAlarmAction: { reason: 'who is to be told is known to the user alone', closedBy: 'alarms.actions', notIn: ['minimal'] },
  CloudWatchLogGroupEncrypted: { reason: OWN_KEY, closedBy: 'encryptionKey' },
  DynamoDBInBackupPlan: { reason: 'point-in-time recovery covers 35 days, and rows leave the table for the archive after one; backup plans are chosen by tag' },
  IAMNoInlinePolicy: { reason: 'a policy for one role alone, which goes with it; the CDK makes them so' },
  LambdaConcurrency: {
    reason: 'reserved concurrency is taken from the account; whoever knows the load sets it', closedBy: 'functions.*.reservedConcurrentExecutions',
  },
  LambdaDLQ: { reason: 'about asynchronous invocation, which no function has; stream, workflow and callers each have their own way with failures' },
  LambdaInsideVPC: { reason: 'the functions call nothing but AWS services, and fetch the certificates of PayPal', closedBy: 'vpc' },
  S3BucketLoggingEnabled: { reason: 'server access logs need a second bucket', closedBy: 'archival.serverAccessLogsBucket' },
  S3BucketReplicationEnabled: { reason: 'a second region is the business of the account; auditBucket takes a bucket that is replicated' },
  S3BucketVersioningEnabled: { reason: 'results of queries, which can be asked again; the archive itself is versioned', onlyIn: ['all'] },
  S3DefaultEncryptionKMS: { reason: OWN_KEY, closedBy: 'encryptionKey' },
  SNSEncryptedKMS: { reason: 'the key that AWS manages for SNS lets no rule of EventBridge publish', closedBy: 'encryptionKey' },
  SecretsManagerRotationEnabled: { reason: SECRET_SHARED },
  SecretsManagerUsingKMSKey: { reason: OWN_KEY, closedBy: 'encryptionKey' },
};
