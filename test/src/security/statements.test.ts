import { CONFIGURATIONS } from '../../configurations';
import { Statement, statementsOf } from '../../helpers/iam';
import { synthesize } from '../../helpers/template';

const SUBJECTS = new Map(Object.entries(CONFIGURATIONS).map(([name, props]) => [name, synthesize(props)]));
const STATEMENTS = new Map([...SUBJECTS].map(([name, subject]) => [name, statementsOf(subject)]));

/** Actions with a wildcard, as the CDK grants them on one key or one bucket. */
const WILD_ACTIONS = ['kms:ReEncrypt*', 'kms:GenerateDataKey*', 's3:GetBucket*', 's3:List*', 's3:DeleteObject*', 'kms:*'];

/** Actions that take no resource, or whose resource does not exist before them. */
const UNLIMITED = [
  /^xray:(Put(TraceSegments|TelemetryRecords)|GetSampling(Rules|Targets))$/, /^dynamodb:ListStreams$/,
  /^logs:(Create|Get|Update|Delete|List)LogDeliver(y|ies)$/, /^logs:(PutResourcePolicy|DescribeResourcePolicies|DescribeLogGroups)$/,
  /^ec2:(Create|Describe|Delete)NetworkInterfaces?$/, /^ec2:DescribeSubnets$/, /^ec2:(Una|A)ssignPrivateIpAddresses$/,
];

const isIdentityPolicy = ({ ownerType }: Statement) => ownerType === 'AWS::IAM::Policy' || ownerType === 'AWS::IAM::Role';
const allowedBy = (configuration: string) => STATEMENTS.get(configuration)!.filter(({ effect }) => effect === 'Allow');
const describeStatement = ({ owner, actions, principals }: Statement) => `${owner}: ${actions.join()} to ${principals.join() || 'its role'}`;

describe.each(Object.keys(CONFIGURATIONS))('every statement of the configuration %s', (configuration) => {
  it('names its actions', () => {
    const wild = allowedBy(configuration).flatMap(({ actions }) => actions).filter((action) => action.includes('*'));
    expect(wild.filter((action) => !WILD_ACTIONS.includes(action))).toEqual([]);
  });

  it('names its resources where AWS has any', () => {
    const everywhere = allowedBy(configuration).filter((statement) => isIdentityPolicy(statement) && statement.resources.includes('*'));
    expect(everywhere.flatMap(({ actions }) => actions).filter((action) => !UNLIMITED.some((pattern) => pattern.test(action)))).toEqual([]);
  });

  it('lets the whole key only to the account that has it', () => {
    const owners = allowedBy(configuration).filter(({ actions }) => actions.includes('kms:*')).map(({ principals }) => principals);
    for (const principals of owners) expect(principals).toEqual(['AWS:arn:${AWS::Partition}:iam::${AWS::AccountId}:root']);
  });

  it('binds a service to what it acts for, so that nobody else can send it', () => {
    const unbound = allowedBy(configuration).filter(({ principals, condition, actions }) =>
      principals.some((principal) => principal.startsWith('Service:')) && condition === undefined
      // Reveals nothing but that the key exists; log streams are made before there is a rule to name.
      && actions.some((action) => action !== 'kms:DescribeKey' && action !== 'logs:CreateLogStream'));
    expect(unbound.map(describeStatement)).toEqual([]);
  });

  it('allows everybody nothing but to call the endpoint', () => {
    const everybody = allowedBy(configuration).filter(({ principals }) => principals.some((principal) => /(^|:)\*$/.test(principal)));
    expect([...new Set(everybody.flatMap(({ actions }) => actions))].filter((action) => action !== 'execute-api:Invoke')).toEqual([]);
  });

  it('passes no role on and creates no principal', () => {
    const dangerous = allowedBy(configuration).flatMap(({ actions }) => actions).filter((action) => /^(iam|sts|organizations):/.test(action));
    expect(dangerous).toEqual([]);
  });

  it('deletes nothing of the archive, but for the custom resource that empties a bucket on purpose', () => {
    const deleting = allowedBy(configuration).filter(({ actions }) => actions.some((action) => /^s3:(Delete|PutLifecycle|PutBucketPolicy|BypassGovernance)/.test(action)));
    for (const { principals } of deleting) expect([configuration, ...principals]).toEqual(['dev', expect.stringContaining('CustomS3AutoDeleteObjects')]);
  });
});

describe.each(Object.keys(CONFIGURATIONS))('every store of the configuration %s', (configuration) => {
  const subject = SUBJECTS.get(configuration)!;
  const deniesPlainText = (owner: string) => STATEMENTS.get(configuration)!
    .some(({ ownerType, effect, condition }) => ownerType === owner && effect === 'Deny' && condition?.Bool?.['aws:SecureTransport'] === 'false');

  it.each(['AWS::S3::BucketPolicy', 'AWS::SQS::QueuePolicy', 'AWS::SNS::TopicPolicy'])('%s refuses what comes without TLS', (owner) => {
    expect(subject.all(owner).length).toBeGreaterThan(0);
    expect(deniesPlainText(owner)).toBe(true);
  });

  it('is encrypted at rest', () => {
    for (const { Properties } of subject.all('AWS::DynamoDB::Table')) expect(Properties.SSESpecification.SSEEnabled).toBe(true);
    for (const { Properties } of subject.all('AWS::S3::Bucket')) expect(Properties.BucketEncryption).toBeDefined();
    for (const { Properties } of subject.all('AWS::SQS::Queue')) expect(Properties.SqsManagedSseEnabled ?? Properties.KmsMasterKeyId).toBeDefined();
  });

  it('of objects is closed to the public', () => {
    for (const { Properties } of subject.all('AWS::S3::Bucket')) {
      expect(Properties.PublicAccessBlockConfiguration)
        .toEqual({ BlockPublicAcls: true, BlockPublicPolicy: true, IgnorePublicAcls: true, RestrictPublicBuckets: true });
    }
  });

  it('fits into a template: fewer than 500 resources, less than 1 MB', () => {
    expect(Object.keys(subject.resources).length).toBeLessThan(500);
    expect(JSON.stringify(subject.template.toJSON()).length).toBeLessThan(1_000_000);
  });

  it('holds no secret in an environment variable', () => {
    const values = subject.all('AWS::Lambda::Function').flatMap(({ Properties }) => Object.entries(Properties.Environment?.Variables ?? {}));
    expect(values.filter(([name]) => /secret|password|token|key$/i.test(name))).toEqual([]);
    expect(JSON.stringify(subject.template.toJSON())).not.toMatch(/whsec_|sk_live|resolve:secretsmanager/);
  });
});
