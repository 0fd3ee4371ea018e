import { identityOf } from '../../../local/assembly';

const of = (type: string, properties: Record<string, unknown> = {}, logicalId = 'Thing') => identityOf(type, logicalId, 'Payments', properties, 'http://127.0.0.1:4010');
const account = '000000000000';

describe('identityOf', () => {
  test.each<[string, Record<string, unknown>, string, Record<string, string>]>([
    ['AWS::DynamoDB::Table', { TableName: 't' }, 't', { Arn: `arn:aws:dynamodb:us-east-1:${account}:table/t` }],
    ['AWS::DynamoDB::GlobalTable', { TableName: 't', StreamSpecification: {} }, 't', { StreamArn: `arn:aws:dynamodb:us-east-1:${account}:table/t/stream/2026-01-01T00:00:00.000` }],
    ['AWS::SQS::Queue', { QueueName: 'q' }, `http://127.0.0.1:4010/${account}/q`, { Arn: `arn:aws:sqs:us-east-1:${account}:q`, QueueName: 'q' }],
    ['AWS::SQS::Queue', { FifoQueue: true }, `http://127.0.0.1:4010/${account}/Payments-Thing.fifo`, { QueueName: 'Payments-Thing.fifo' }],
    ['AWS::SNS::Topic', { TopicName: 'a' }, `arn:aws:sns:us-east-1:${account}:a`, { TopicName: 'a', TopicArn: `arn:aws:sns:us-east-1:${account}:a` }],
    ['AWS::S3::Bucket', {}, 'payments-thing', { Arn: 'arn:aws:s3:::payments-thing', RegionalDomainName: 'payments-thing.s3.us-east-1.amazonaws.com' }],
    ['AWS::Events::EventBus', { Name: 'b' }, 'b', { Arn: `arn:aws:events:us-east-1:${account}:event-bus/b`, Name: 'b' }],
    ['AWS::Events::Rule', { Name: 'r' }, 'r', { Arn: `arn:aws:events:us-east-1:${account}:rule/r` }],
    ['AWS::Events::Rule', { Name: 'r', EventBusName: `arn:aws:events:us-east-1:${account}:event-bus/b` }, 'b|r', { Arn: `arn:aws:events:us-east-1:${account}:rule/b/r` }],
    ['AWS::Events::Archive', { ArchiveName: 'a' }, 'a', { Arn: `arn:aws:events:us-east-1:${account}:archive/a` }],
    ['AWS::Scheduler::Schedule', { Name: 's', GroupName: 'g' }, 's', { Arn: `arn:aws:scheduler:us-east-1:${account}:schedule/g/s` }],
    ['AWS::StepFunctions::StateMachine', { StateMachineName: 'm' }, `arn:aws:states:us-east-1:${account}:stateMachine:m`, { Name: 'm' }],
    ['AWS::Lambda::Function', {}, 'Payments-Thing', { Arn: `arn:aws:lambda:us-east-1:${account}:function:Payments-Thing` }],
    ['AWS::Lambda::Version', { FunctionName: 'f' }, `arn:aws:lambda:us-east-1:${account}:function:f:1`, { Version: '1' }],
    ['AWS::Lambda::Alias', { FunctionName: 'f', Name: 'live' }, `arn:aws:lambda:us-east-1:${account}:function:f:live`, {}],
    ['AWS::Logs::LogGroup', { LogGroupName: '/x' }, '/x', { Arn: `arn:aws:logs:us-east-1:${account}:log-group:/x:*` }],
    ['AWS::IAM::Role', { RoleName: 'r', Path: '/app/' }, 'r', { Arn: `arn:aws:iam::${account}:role/app/r` }],
    ['AWS::ApiGateway::Stage', { StageName: 'prod' }, 'prod', {}],
    ['AWS::CloudWatch::Alarm', { AlarmName: 'a' }, 'a', { Arn: `arn:aws:cloudwatch:us-east-1:${account}:alarm:a` }],
    ['AWS::ECR::Repository', { RepositoryName: 'r' }, 'r', { RepositoryUri: `${account}.dkr.ecr.us-east-1.amazonaws.com/r` }],
    ['AWS::WAFv2::WebACL', { Name: 'w', Scope: 'REGIONAL' }, expect.stringMatching(/^w\|.{36}\|REGIONAL$/) as unknown as string, {}],
    ['Custom::LogRetention', { LogGroupName: 'g' }, 'Payments-Thing', { LogGroupName: 'g' }],
  ])('%s %j', (type, properties, ref, attributes) => {
    expect(of(type, properties)).toMatchObject({ ref, attributes });
  });

  test('ids look like AWS ids and do not change', () => {
    const api = of('AWS::ApiGateway::RestApi');
    expect(api.ref).toMatch(/^[a-z0-9]{10}$/);
    expect(api.attributes.RootResourceId).not.toBe(api.ref);
    expect(of('AWS::ApiGateway::RestApi')).toEqual(api);
    expect(of('AWS::ApiGateway::RestApi', {}, 'Other').ref).not.toBe(api.ref);
    expect(of('AWS::SecretsManager::Secret', { Name: 's' }).ref).toMatch(new RegExp(`^arn:aws:secretsmanager:us-east-1:${account}:secret:s-[a-z0-9]{6}$`));
    expect(of('AWS::EC2::VPC', { CidrBlock: '10.0.0.0/16' }).ref).toMatch(/^vpc-[0-9a-f]{17}$/);
  });

  test('cuts long names to the limit and keeps them apart', () => {
    const long = 'L'.repeat(100);
    const [a, b] = [of('AWS::Lambda::Function', {}, `${long}A`).ref, of('AWS::Lambda::Function', {}, `${long}B`).ref];
    expect([a.length, b.length]).toEqual([64, 64]);
    expect(a).not.toBe(b);
    expect(of('AWS::S3::Bucket', {}, long).ref).toMatch(/^[a-z0-9-]{63}$/);
  });
});
