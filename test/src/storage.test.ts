import { statementsOf } from '../helpers/iam';
import { synthesize } from '../helpers/template';

const subject = synthesize();
const { system } = subject;

describe('table', () => {
  const table = subject.propertiesOf(system.table);

  it('is paid per request', () => expect(table.BillingMode).toBe('PAY_PER_REQUEST'));

  it('is encrypted with a key whose use can be audited', () => expect(table.SSESpecification).toEqual({ SSEEnabled: true }));

  it('makes a signed event id unique within its transaction', () => {
    expect(table.KeySchema).toEqual([{ AttributeName: 'transaction_id', KeyType: 'HASH' }, { AttributeName: 'event_id', KeyType: 'RANGE' }]);
    expect(table.AttributeDefinitions.map(({ AttributeType }: any) => AttributeType)).toEqual(['S', 'S']);
  });

  it('streams whole new rows', () => expect(table.StreamSpecification).toEqual({ StreamViewType: 'NEW_IMAGE' }));

  it('forgets tombstones by itself', () => expect(table.TimeToLiveSpecification).toEqual({ AttributeName: 'expires_at', Enabled: true }));

  it('has no index: nothing but the archiver reads it, and that reads all', () => expect(table.GlobalSecondaryIndexes).toBeUndefined());
});

describe('audit bucket', () => {
  const bucket = subject.propertiesOf(system.auditBucket);

  it('keeps what was overwritten or deleted', () => expect(bucket.VersioningConfiguration).toEqual({ Status: 'Enabled' }));

  it('is encrypted', () => {
    expect(bucket.BucketEncryption.ServerSideEncryptionConfiguration).toEqual([{ ServerSideEncryptionByDefault: { SSEAlgorithm: 'AES256' } }]);
  });

  it('is closed to the public in all four ways, and has no ACLs', () => {
    expect(bucket.PublicAccessBlockConfiguration).toEqual({
      BlockPublicAcls: true, BlockPublicPolicy: true, IgnorePublicAcls: true, RestrictPublicBuckets: true,
    });
    expect(bucket.OwnershipControls.Rules).toEqual([{ ObjectOwnership: 'BucketOwnerEnforced' }]);
  });

  it('refuses plain HTTP and old TLS', () => {
    const denials = statementsOf(subject).filter(({ ownerType, effect }) => ownerType === 'AWS::S3::BucketPolicy' && effect === 'Deny');
    expect(denials.map(({ condition }) => condition)).toEqual([
      { Bool: { 'aws:SecureTransport': 'false' } }, { NumericLessThan: { 's3:TlsVersion': 1.2 } },
    ]);
    const arn = `\${${subject.idOf(system.auditBucket)}.Arn}`;
    for (const { principals, resources } of denials) {
      expect(principals).toEqual(['AWS:*']);
      expect(resources).toEqual([arn, `${arn}/*`]);
    }
  });

  it('moves objects to cheaper classes and deletes them in the end, old versions and unfinished uploads too', () => {
    expect(bucket.LifecycleConfiguration.Rules).toEqual([{
      Id: expect.any(String),
      Status: 'Enabled',
      Transitions: [{ StorageClass: 'STANDARD_IA', TransitionInDays: 30 }, { StorageClass: 'GLACIER', TransitionInDays: 90 }],
      ExpirationInDays: 365,
      NoncurrentVersionExpiration: { NoncurrentDays: 365 },
      AbortIncompleteMultipartUpload: { DaysAfterInitiation: 7 },
    }]);
  });
});

describe('relay', () => {
  const [mapping] = subject.all('AWS::Lambda::EventSourceMapping').map(({ Properties }) => Properties);

  it('reads the stream of the table from its beginning, so that nothing stored before the first poll is missed', () => {
    expect(mapping.EventSourceArn).toEqual({ 'Fn::GetAtt': [subject.idOf(system.table), 'StreamArn'] });
    expect(mapping.FunctionName).toEqual({ Ref: subject.idOf(system.relay) });
    expect(mapping.StartingPosition).toBe('TRIM_HORIZON');
  });

  it('gives up on a record after some tries, but not on those beside it', () => {
    expect(mapping.FunctionResponseTypes).toEqual(['ReportBatchItemFailures']);
    expect(mapping.BisectBatchOnFunctionError).toBe(true);
    expect(mapping.MaximumRetryAttempts).toBeGreaterThan(0);
    expect(mapping.MaximumRetryAttempts).toBeLessThan(10_000);
  });

  it('keeps the payload of what it gave up on', () => {
    expect(mapping.DestinationConfig.OnFailure.Destination).toEqual({ 'Fn::GetAtt': [subject.idOf(system.auditBucket), 'Arn'] });
  });

  it('publishes new transactions, events and conflicts, but neither updates nor tombstones nor bookkeeping', () => {
    const [filter, ...others] = mapping.FilterCriteria.Filters.map(({ Pattern }: any) => JSON.parse(Pattern));
    expect(others).toEqual([]);
    expect(filter.eventName).toEqual(['INSERT']);
    expect(filter.dynamodb.NewImage.record.S.sort()).toEqual(['conflict', 'event', 'transaction']);
  });
});

describe('dead-letter queues', () => {
  const queues = { routing: system.routingDeadLetters, workflow: system.workflowDeadLetters, archive: system.archiveDeadLetters };

  it.each(Object.entries(queues))('of %s: kept for two weeks, encrypted, TLS only', (_, queue) => {
    expect(subject.propertiesOf(queue)).toMatchObject({ MessageRetentionPeriod: 14 * 86_400, SqsManagedSseEnabled: true });
    const denials = statementsOf(subject).filter(({ effect, resources }) => effect === 'Deny' && resources[0] === `\${${subject.idOf(queue)}.Arn}`);
    expect(denials.map(({ condition }) => condition)).toEqual([{ Bool: { 'aws:SecureTransport': 'false' } }]);
  });
});
