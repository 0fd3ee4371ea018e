import { RemovalPolicy } from 'aws-cdk-lib';
import { IConstruct } from 'constructs';
import { HandlerPackaging } from '../../../src';
import { permissionsOf, Statement, statementsOf } from '../../helpers/iam';
import { referencesIn, render, synthesize } from '../../helpers/template';

const subject = synthesize();
const { system } = subject;
const statements = statementsOf(subject);
const allowed = statements.filter(({ effect }) => effect === 'Allow');

const ref = (construct: IConstruct) => `\${${subject.idOf(construct)}}`;
const arn = (construct: IConstruct, attribute = 'Arn') => `\${${subject.idOf(construct)}.${attribute}}`;
const ANY = ['*'];

/** Own logs and own traces: what every function may do. */
const telemetryOf = (fn: typeof system.validator) => ({
  'logs:CreateLogStream': [arn(fn.logGroup)],
  'logs:PutLogEvents': [arn(fn.logGroup)],
  'xray:PutTelemetryRecords': ANY,
  'xray:PutTraceSegments': ANY,
});

describe('each function may do exactly what it does', () => {
  const [secret] = subject.all('AWS::SecretsManager::Secret');
  const bucket = arn(system.auditBucket);

  it('validator: read its secrets, add rows', () => {
    expect(permissionsOf(subject, system.validator.role!)).toEqual({
      ...telemetryOf(system.validator),
      'secretsmanager:GetSecretValue': [`\${${secret.logicalId}}`],
      'secretsmanager:DescribeSecret': [`\${${secret.logicalId}}`],
      'dynamodb:PutItem': [arn(system.table)],
    });
  });

  it('relay: read the stream, publish to the bus, keep what failed under its prefix', () => {
    const stream = [arn(system.table, 'StreamArn')];
    expect(permissionsOf(subject, system.relay.role!)).toEqual({
      ...telemetryOf(system.relay),
      'dynamodb:ListStreams': ANY,
      'dynamodb:DescribeStream': stream,
      'dynamodb:GetRecords': stream,
      'dynamodb:GetShardIterator': stream,
      'events:PutEvents': [arn(system.bus)],
      's3:PutObject': [`${bucket}/aws/lambda/*`],
      's3:ListBucket': [bucket],
    });
  });

  it('fraud detector: read, add and update rows, publish alerts', () => {
    expect(permissionsOf(subject, system.fraudDetector.role!)).toEqual({
      ...telemetryOf(system.fraudDetector),
      'dynamodb:GetItem': [arn(system.table)],
      'dynamodb:Query': [arn(system.table)],
      'dynamodb:PutItem': [arn(system.table)],
      'dynamodb:UpdateItem': [arn(system.table)],
      'sns:Publish': [ref(system.alertTopic)],
    });
  });

  it('archiver: read and bury rows, create and read archive objects, delete none', () => {
    expect(permissionsOf(subject, system.archiver.role!)).toEqual({
      ...telemetryOf(system.archiver),
      'dynamodb:Scan': [arn(system.table)],
      'dynamodb:Query': [arn(system.table)],
      'dynamodb:PutItem': [arn(system.table)],
      'dynamodb:UpdateItem': [arn(system.table)],
      'dynamodb:DeleteItem': [arn(system.table)],
      's3:PutObject': [`${bucket}/manifests/*`, `${bucket}/transactions/*`],
      's3:GetObject': [`${bucket}/manifests/*`, `${bucket}/transactions/*`],
      's3:ListBucket': [bucket],
    });
  });
});

describe('each workflow may do exactly what its tasks do', () => {
  const delivery = ['CreateLogDelivery', 'GetLogDelivery', 'UpdateLogDelivery', 'DeleteLogDelivery', 'ListLogDeliveries', 'PutResourcePolicy',
    'DescribeResourcePolicies', 'DescribeLogGroups'].map((action) => [`logs:${action}`, ANY]);
  const tracing = ['PutTraceSegments', 'PutTelemetryRecords', 'GetSamplingRules', 'GetSamplingTargets'].map((action) => [`xray:${action}`, ANY]);
  const telemetry = Object.fromEntries([...delivery, ...tracing]);
  const invoke = (fn: IConstruct) => [arn(fn), `${arn(fn)}:*`];

  it('transaction workflow', () => {
    expect(permissionsOf(subject, system.workflow.role)).toEqual({
      ...telemetry,
      'lambda:InvokeFunction': invoke(system.fraudDetector),
      'dynamodb:UpdateItem': [`arn:\${AWS::Partition}:dynamodb:\${AWS::Region}:\${AWS::AccountId}:table/${ref(system.table)}`],
      'sns:Publish': [ref(system.alertTopic)],
      'events:PutEvents': [arn(system.bus)],
      'sqs:SendMessage': [arn(system.workflowDeadLetters)],
    });
  });

  it('archive workflow', () => {
    expect(permissionsOf(subject, system.archiveWorkflow.role)).toEqual({
      ...telemetry, 'lambda:InvokeFunction': invoke(system.archiver), 'sqs:SendMessage': [arn(system.archiveDeadLetters)],
    });
  });

  it.each([['transaction', 'highValueRule', 'workflow'], ['archive', 'archiveSchedule', 'archiveWorkflow']] as const)(
    'the rules of the %s workflow may start it and nothing else',
    (_, rule, workflow) => {
      const target = subject.propertiesOf(system[rule]).Targets.find(({ Arn }: any) => render(Arn) === ref(system[workflow]));
      const [role] = referencesIn(render(target.RoleArn));
      const granted = allowed.filter(({ roles }) => roles.includes(role));
      expect(granted.map(({ actions, resources }) => [actions, resources])).toEqual([[['states:StartExecution'], [ref(system[workflow])]]]);
    },
  );
});

/** Actions that AWS does not let one limit to a resource, or where none exists yet. */
const UNLIMITED: { [action: string]: string } = {
  'xray:PutTraceSegments': 'X-Ray has no resource for traces',
  'xray:PutTelemetryRecords': 'X-Ray has no resource for traces',
  'xray:GetSamplingRules': 'X-Ray has no resource for sampling',
  'xray:GetSamplingTargets': 'X-Ray has no resource for sampling',
  'dynamodb:ListStreams': 'lists, so it takes no single stream; names only',
  'logs:CreateLogDelivery': 'log deliveries of Step Functions are not resources',
  'logs:GetLogDelivery': 'log deliveries of Step Functions are not resources',
  'logs:UpdateLogDelivery': 'log deliveries of Step Functions are not resources',
  'logs:DeleteLogDelivery': 'log deliveries of Step Functions are not resources',
  'logs:ListLogDeliveries': 'log deliveries of Step Functions are not resources',
  'logs:PutResourcePolicy': 'resource policies belong to the account',
  'logs:DescribeResourcePolicies': 'resource policies belong to the account',
  'logs:DescribeLogGroups': 'Step Functions checks the group before it delivers',
};

/** Ends of ARNs that hold a wildcard. */
const PARTIAL: { [suffix: string]: string } = {
  '/transactions/*': 'keys of archive objects',
  '/manifests/*': 'keys of manifests',
  '/aws/lambda/*': 'keys that AWS Lambda gives to failed records',
  ':*': 'versions of the one function invoked',
};

describe('wildcards', () => {
  const withWildcard = ({ resources }: Statement) => resources.some((resource) => resource.includes('*'));

  it('are never actions', () => {
    expect(allowed.flatMap(({ actions }) => actions).filter((action) => action.includes('*'))).toEqual([]);
  });

  it('are resources only where an action takes no other', () => {
    const actions = allowed.filter(({ resources }) => resources.includes('*')).flatMap((statement) => statement.actions);
    expect([...new Set(actions)].sort()).toEqual(Object.keys(UNLIMITED).sort());
  });

  it('end an ARN only where it stands for keys or versions of one resource', () => {
    const arns = allowed.filter(withWildcard).flatMap(({ resources }) => resources).filter((resource) => resource !== '*' && resource.includes('*'));
    const suffixes = arns.map((resource) => resource.replace(/^\$\{\w+\.Arn\}/, ''));
    expect([...new Set(suffixes)].sort()).toEqual(Object.keys(PARTIAL).sort());
  });

  it('are never principals of an allowance', () => {
    expect(allowed.flatMap(({ principals }) => principals).filter((principal) => !principal.startsWith('Service:'))).toEqual([]);
  });
});

describe('roles', () => {
  const roles = subject.all('AWS::IAM::Role');

  it('trust one AWS service each', () => {
    for (const { Properties } of roles) {
      const [statement, ...others] = Properties.AssumeRolePolicyDocument.Statement;
      expect(others).toEqual([]);
      expect(statement).toEqual({
        Action: 'sts:AssumeRole', Effect: 'Allow', Principal: { Service: expect.stringMatching(/^[a-z]+\.amazonaws\.com$/) },
      });
    }
  });

  it('have no managed policy, but for the account-wide one of API Gateway that only exists as such', () => {
    const managed = roles.flatMap(({ Properties }) => Properties.ManagedPolicyArns ?? []).map(render);
    expect(managed).toEqual(['arn:${AWS::Partition}:iam::aws:policy/service-role/AmazonAPIGatewayPushToCloudWatchLogs']);
  });

  it('are held by one user each', () => {
    const used = Object.values(subject.resources)
      .filter(({ Type }) => ['AWS::Lambda::Function', 'AWS::StepFunctions::StateMachine', 'AWS::ApiGateway::Account'].includes(Type))
      .map(({ Properties }) => render(Properties.Role ?? Properties.RoleArn ?? Properties.CloudWatchRoleArn));
    expect(new Set(used).size).toBe(used.length);
  });
});

test('packaging as zip, without traces, grants nothing more', () => {
  const bare = synthesize({ packaging: HandlerPackaging.zip(), tracing: false, removalPolicy: RemovalPolicy.RETAIN });
  const count = (list: Statement[]) => new Set(list.filter(({ effect }) => effect === 'Allow').flatMap(({ actions }) => actions));
  expect([...count(statements)]).toEqual(expect.arrayContaining([...count(statementsOf(bare))]));
  expect([...count(statementsOf(bare))].filter((action) => action.startsWith('xray:'))).toEqual([]);
});
