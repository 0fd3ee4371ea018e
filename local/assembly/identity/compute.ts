import { ACCOUNT, arn, REGION } from '../../kernel/identity';
import { byId, each, Identity, IdentityRules, named, Naming } from './names';

/** Lambda, IAM, logs, CloudWatch, network and what CloudFormation itself brings. */
export const COMPUTE: IdentityRules = {
  'AWS::Lambda::Function': (lambda) => {
    const name = lambda.name('FunctionName');
    return { ref: name, attributes: { Arn: arn('lambda', `function:${name}`) } };
  },
  'AWS::Lambda::Version': (version) => {
    const ref = `${functionArn(version)}:1`;
    return { ref, attributes: { FunctionArn: ref, Version: '1' } };
  },
  'AWS::Lambda::Alias': (alias) => {
    const ref = `${functionArn(alias)}:${alias.properties.Name}`;
    return { ref, attributes: { AliasArn: ref } };
  },
  'AWS::Lambda::EventSourceMapping': (mapping) => {
    const Id = mapping.uuid();
    return { ref: Id, attributes: { Id, EventSourceMappingArn: arn('lambda', `event-source-mapping:${Id}`) } };
  },
  ...each(byId, 'AWS::Lambda::EventInvokeConfig', 'AWS::Lambda::Permission'),
  'AWS::Logs::LogGroup': (group) => {
    const name = group.name('LogGroupName', 512);
    return { ref: name, attributes: { Arn: arn('logs', `log-group:${name}:*`) } };
  },
  'AWS::Logs::LogStream': named('LogStreamName', 512),
  'AWS::Logs::ResourcePolicy': named('PolicyName', 255),
  'AWS::Logs::QueryDefinition': (query) => ({ ref: query.uuid(), attributes: { QueryDefinitionId: query.uuid() } }),
  ...each(byId, 'AWS::Logs::MetricFilter', 'AWS::Logs::SubscriptionFilter'),
  'AWS::IAM::Role': (role) => {
    const name = role.name('RoleName');
    return { ref: name, attributes: { Arn: iamArn(role, 'role', name), RoleId: `AROA${role.id(17).toUpperCase()}` } };
  },
  'AWS::IAM::Policy': (policy) => ({ ref: policy.name('PolicyName', 128), attributes: { Id: policy.generated(128) } }),
  'AWS::IAM::ManagedPolicy': (policy) => {
    const ref = iamArn(policy, 'policy', policy.name('ManagedPolicyName', 128));
    return { ref, attributes: { PolicyArn: ref } };
  },
  ...each(alarm, 'AWS::CloudWatch::Alarm', 'AWS::CloudWatch::CompositeAlarm'),
  'AWS::CloudWatch::Dashboard': named('DashboardName', 255),
  'AWS::WAFv2::WebACL': webAcl,
  'AWS::WAFv2::IPSet': (set) => {
    const [name, Id] = [set.name('Name', 128), set.uuid()];
    return { ref: `${name}|${Id}|${set.properties.Scope}`, attributes: { Id, Arn: arn('wafv2', `regional/ipset/${name}/${Id}`) } };
  },
  'AWS::WAFv2::WebACLAssociation': byId,
  'AWS::WAFv2::LoggingConfiguration': (logging) => ({ ref: logging.properties.ResourceArn, attributes: {} }),
  'AWS::CertificateManager::Certificate': (certificate) => ({ ref: arn('acm', `certificate/${certificate.uuid()}`), attributes: {} }),
  ...network(),
  'AWS::CDK::Metadata': byId,
  'AWS::CloudFormation::CustomResource': byId,
  'AWS::CloudFormation::Stack': (stack) => ({ ref: arn('cloudformation', `stack/${stack.generated(128)}/${stack.uuid()}`), attributes: {} }),
  'Custom::LogRetention': (retention) => ({ ref: retention.generated(128), attributes: { LogGroupName: retention.properties.LogGroupName } }),
};

/** A function property holds the name or the ARN. */
function functionArn(resource: Naming): string {
  const name = String(resource.properties.FunctionName);
  return name.startsWith('arn:') ? name : arn('lambda', `function:${name}`);
}

function iamArn(resource: Naming, kind: string, name: string): string {
  return arn('iam', `${kind}${resource.properties.Path ?? '/'}${name}`, { region: '' });
}

function alarm(resource: Naming): Identity {
  const name = resource.name('AlarmName', 255);
  return { ref: name, attributes: { Arn: arn('cloudwatch', `alarm:${name}`) } };
}

function webAcl(resource: Naming): Identity {
  const [name, Id] = [resource.name('Name', 128), resource.uuid()];
  return {
    ref: `${name}|${Id}|${resource.properties.Scope}`,
    attributes: { Id, Arn: arn('wafv2', `regional/webacl/${name}/${Id}`), LabelNamespace: `awswaf:${ACCOUNT}:webacl:${name}:` },
  };
}

/** Network resources have ids and nothing behind them: handlers reach the local services directly. */
function network(): IdentityRules {
  const ec2 = (prefix: string, idAttribute: string, more: (resource: Naming) => Record<string, string> = () => ({})) =>
    (resource: Naming): Identity => ({
      ref: resource.hexId(prefix),
      attributes: { [idAttribute]: resource.hexId(prefix), ...more(resource) },
    });
  return {
    'AWS::EC2::VPC': ec2('vpc', 'VpcId', (vpc) => ({ CidrBlock: vpc.properties.CidrBlock, DefaultSecurityGroup: vpc.hexId('sg') })),
    'AWS::EC2::Subnet': ec2('subnet', 'SubnetId', ({ properties }) => ({
      AvailabilityZone: properties.AvailabilityZone ?? `${REGION}a`,
      CidrBlock: properties.CidrBlock,
      VpcId: properties.VpcId,
    })),
    'AWS::EC2::SecurityGroup': ec2('sg', 'GroupId', (group) => ({ VpcId: group.properties.VpcId ?? '' })),
    'AWS::EC2::RouteTable': ec2('rtb', 'RouteTableId'),
    'AWS::EC2::InternetGateway': ec2('igw', 'InternetGatewayId'),
    'AWS::EC2::NatGateway': ec2('nat', 'NatGatewayId'),
    'AWS::EC2::VPCEndpoint': ec2('vpce', 'Id'),
    'AWS::EC2::EIP': (address) => ({ ref: '192.0.2.1', attributes: { PublicIp: '192.0.2.1', AllocationId: address.hexId('eipalloc') } }),
    'AWS::EC2::FlowLog': ec2('fl', 'Id'),
    ...each(byId, 'AWS::EC2::Route', 'AWS::EC2::SubnetRouteTableAssociation', 'AWS::EC2::VPCGatewayAttachment',
      'AWS::EC2::SecurityGroupIngress', 'AWS::EC2::SecurityGroupEgress'),
  };
}
