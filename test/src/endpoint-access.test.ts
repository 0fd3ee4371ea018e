import { aws_s3 as s3 } from 'aws-cdk-lib';
import { AmountUnit, WebAcl, WebhookProvider } from '../../src';
import { SIGNATURE_HEADERS } from '../../src/ingest/signature-headers';
import { render, synthesize } from '../helpers/template';
import { ACL_ARN, domain } from './props/options';

describe('a custom domain', () => {
  const subject = synthesize((scope) => ({
    providers: [WebhookProvider.square(), WebhookProvider.stripe()],
    endpoint: { domain: domain(scope, { mutualTls: { bucket: s3.Bucket.fromBucketName(scope, 'Trust', 'trust'), key: 'store.pem' } }) },
  }));
  const { system } = subject;

  it('is where providers send, without a stage in the path', () => {
    const urls = [undefined, 'stripe'].map((name) => render(subject.stack.resolve(system.webhookUrl(name))));
    expect(urls).toEqual([`https://\${${subject.idOf(system.domain!)}}/webhook`, `https://\${${subject.idOf(system.domain!)}}/webhook/stripe`]);
  });

  it('is part of what Square signs, to the byte', () => {
    const [square] = JSON.parse(subject.environmentOf(system.validator).PROVIDERS);
    expect(square.options.notificationUrl).toBe('https://hooks.example.com/webhook/square');
  });

  it('leads to the stage from its root', () => {
    const [mapping] = subject.all('AWS::ApiGateway::BasePathMapping');
    expect(mapping.Properties).not.toHaveProperty('BasePath');
    expect(mapping.Properties.Stage).toBeDefined();
  });

  it('is the only way in, so that nobody gets around mutual TLS', () => {
    expect(subject.propertiesOf(system.api)).toMatchObject({ DisableExecuteApiEndpoint: true, EndpointConfiguration: { Types: ['REGIONAL'] } });
    expect(subject.propertiesOf(system.domain!)).toMatchObject({
      EndpointConfiguration: { Types: ['REGIONAL'] }, MutualTlsAuthentication: { TruststoreUri: 's3://trust/store.pem' },
    });
  });

  it('leaves the other name open where that is asked for', () => {
    const open = synthesize((scope) => ({ endpoint: { domain: domain(scope), disableExecuteApiEndpoint: false } }));
    expect(open.propertiesOf(open.system.api).DisableExecuteApiEndpoint).toBe(false);
  });
});

describe('an allow-list of addresses', () => {
  const subject = synthesize({
    providers: [
      WebhookProvider.stripe({ allowedCidrs: ['192.0.2.0/24'] }),
      WebhookProvider.adyen(),
      WebhookProvider.paystack({ allowedCidrs: ['198.51.100.7/32', '2001:db8::/32'] }),
    ],
  });
  const statements: any[] = subject.propertiesOf(subject.system.api).Policy.Statement;

  it('guards an endpoint, and the bare path with the first one', () => {
    expect(statements[0]).toMatchObject({
      Effect: 'Allow', Resource: ['execute-api:/*/*/webhook', 'execute-api:/*/*/webhook/stripe'],
      Condition: { IpAddress: { 'aws:SourceIp': ['192.0.2.0/24'] } },
    });
    expect(statements[2]).toMatchObject({
      Resource: 'execute-api:/*/*/webhook/paystack', Condition: { IpAddress: { 'aws:SourceIp': ['198.51.100.7/32', '2001:db8::/32'] } },
    });
  });

  it('leaves the other endpoints open', () => {
    expect(statements[1].Resource).toBe('execute-api:/*/*/webhook/adyen');
    expect(statements[1]).not.toHaveProperty('Condition');
  });

  it('allows no path but the literal ones, so that no other spelling gets past it', () => {
    const paths = statements.flatMap(({ Effect, Resource }) => Effect === 'Allow' ? [Resource].flat() : []).map((resource: string) => resource.slice(16));
    expect(paths.filter((path) => path.includes('*'))).toEqual([]);
  });
});

describe('a managed web ACL', () => {
  const subject = synthesize({
    environmentSuffix: 'dev',
    endpoint: { webAcl: WebAcl.managedRules() },
    providers: [WebhookProvider.hmac({
      name: 'acme', header: 'X-Acme-Proof',
      mapping: { transactionId: 'id', eventId: 'id', eventType: 'type', moneyTypes: ['paid'], amount: 'a', amountUnit: AmountUnit.MINOR, currency: 'c' },
    })],
  });
  const [acl] = subject.all('AWS::WAFv2::WebACL');
  const [logging] = subject.all('AWS::WAFv2::LoggingConfiguration');

  it('stands in front of the stage', () => {
    const [association] = subject.all('AWS::WAFv2::WebACLAssociation');
    expect(render(association.Properties.WebACLArn)).toBe(`\${${acl.logicalId}.Arn}`);
    expect(render(association.Properties.ResourceArn)).toMatch(/:apigateway:.*\/restapis\/.*\/stages\//);
  });

  it('has the managed rules, and leaves bodies and user agents to the signature', () => {
    expect(acl.Properties.Rules.map(({ Name }: any) => Name)).toEqual([
      'AWSManagedRulesAmazonIpReputationList', 'AWSManagedRulesKnownBadInputsRuleSet', 'AWSManagedRulesCommonRuleSet',
    ]);
    const overrides = acl.Properties.Rules.flatMap(({ Statement }: any) => Statement.ManagedRuleGroupStatement.RuleActionOverrides);
    for (const { ActionToUse } of overrides) expect(ActionToUse).toEqual({ Count: {} });
    expect(overrides.map(({ Name }: any) => Name)).toEqual(expect.arrayContaining(['SizeRestrictions_BODY', 'NoUserAgent_HEADER', 'CrossSiteScripting_BODY']));
  });

  it('logs what it found to a group of the name that AWS WAF wants', () => {
    expect(subject.propertiesOf(subject.system.webAclLogGroup!).LogGroupName).toBe('aws-waf-logs-webhook-api-dev');
    expect(render(logging.Properties.LogDestinationConfigs[0])).toMatch(/:log-group:\$\{\w+\}$/);
    expect(logging.Properties.LoggingFilter).toMatchObject({ DefaultBehavior: 'DROP', Filters: [{ Behavior: 'KEEP', Requirement: 'MEETS_ANY' }] });
  });

  it('logs no signature, of a known provider or of one of your own', () => {
    const redacted = logging.Properties.RedactedFields.map(({ SingleHeader }: any) => SingleHeader.Name);
    expect(redacted).toEqual([...SIGNATURE_HEADERS, 'x-acme-proof']);
  });

  it('is nobody else\'s when it exists already', () => {
    const other = synthesize({ endpoint: { webAcl: WebAcl.fromArn(ACL_ARN) } });
    expect(other.all('AWS::WAFv2::WebACLAssociation').map(({ Properties }) => Properties.WebACLArn)).toEqual([ACL_ARN]);
    expect([other.all('AWS::WAFv2::WebACL'), other.system.webAcl, other.system.webAclLogGroup]).toEqual([[], undefined, undefined]);
  });
});
