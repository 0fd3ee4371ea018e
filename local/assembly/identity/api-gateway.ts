import { arn, REGION } from '../../kernel/identity';
import { byId, each, Identity, IdentityRules, named, Naming } from './names';

const shortId = (attribute: string) => (resource: Naming): Identity => ({
  ref: resource.id(6),
  attributes: { [attribute]: resource.id(6) },
});

/** API Gateway REST APIs. */
export const API_GATEWAY: IdentityRules = {
  'AWS::ApiGateway::RestApi': (api) => {
    const RestApiId = api.id(10);
    return { ref: RestApiId, attributes: { RestApiId, RootResourceId: [...RestApiId].reverse().join('') } };
  },
  'AWS::ApiGateway::Resource': shortId('ResourceId'),
  'AWS::ApiGateway::Deployment': shortId('DeploymentId'),
  'AWS::ApiGateway::RequestValidator': shortId('RequestValidatorId'),
  'AWS::ApiGateway::UsagePlan': shortId('Id'),
  'AWS::ApiGateway::GatewayResponse': shortId('Id'),
  'AWS::ApiGateway::Stage': named('StageName'),
  'AWS::ApiGateway::Model': (model) => ({ ref: model.properties.Name ?? model.id(10), attributes: {} }),
  'AWS::ApiGateway::ApiKey': (key) => ({ ref: key.id(10), attributes: { APIKeyId: key.id(10) } }),
  'AWS::ApiGateway::Authorizer': shortId('AuthorizerId'),
  ...each(byId, 'AWS::ApiGateway::Method', 'AWS::ApiGateway::Account', 'AWS::ApiGateway::UsagePlanKey', 'AWS::ApiGateway::BasePathMapping'),
  'AWS::ApiGateway::DomainName': (domain) => {
    const [ref, host] = [domain.properties.DomainName, `d-${domain.id(10)}.execute-api.${REGION}.amazonaws.com`];
    return {
      ref,
      attributes: {
        DomainNameArn: arn('apigateway', `/domainnames/${ref}`, { account: '' }),
        RegionalDomainName: host,
        RegionalHostedZoneId: 'Z1UJRXOUMOOFQ8',
        DistributionDomainName: host,
        DistributionHostedZoneId: 'Z2FDTNDATAQYW2',
      },
    };
  },
};
