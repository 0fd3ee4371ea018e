import { aws_secretsmanager as secretsmanager } from 'aws-cdk-lib';
import { WebhookProvider } from '../../src';
import { render, synthesize } from '../helpers/template';

const subject = synthesize();
const { system } = subject;

describe('REST API', () => {
  const methods = subject.all('AWS::ApiGateway::Method').map(({ Properties }) => Properties);

  it('takes webhooks of every provider, and nothing but POST', () => {
    const parts = subject.all('AWS::ApiGateway::Resource').map(({ Properties }) => Properties.PathPart);
    expect(parts).toEqual(['webhook', '{provider}']);
    expect(methods.map(({ HttpMethod }) => HttpMethod)).toEqual(['POST', 'POST']);
  });

  it('hands the body through as raw bytes, because the signature is over bytes', () => {
    expect(subject.propertiesOf(system.api).BinaryMediaTypes).toEqual(['*/*']);
    for (const { Integration } of methods) {
      expect(Integration.Type).toBe('AWS_PROXY');
      expect(render(Integration.Uri)).toContain(`\${${subject.idOf(system.validator)}.Arn}`);
    }
  });

  it('is not behind an authorizer: the signature of the provider is the authentication', () => {
    for (const { AuthorizationType } of methods) expect(AuthorizationType).toBe('NONE');
  });

  it('has one stage, prod', () => {
    expect(subject.all('AWS::ApiGateway::Stage').map(({ Properties }) => Properties.StageName)).toEqual(['prod']);
  });

  it('may invoke the validator only for these two routes of this API', () => {
    const sources = subject.all('AWS::Lambda::Permission').map(({ Properties }) => {
      expect(render(Properties.FunctionName)).toBe(`\${${subject.idOf(system.validator)}.Arn}`);
      expect(Properties.Principal).toBe('apigateway.amazonaws.com');
      return render(Properties.SourceArn).split(`:\${${subject.idOf(system.api)}}/`)[1];
    });
    expect(sources.map((source) => source.replace(/^[^/]*/, '<stage>')).sort()).toEqual(['<stage>/POST/webhook', '<stage>/POST/webhook/*']);
  });

  it('answers what no route takes with 404 and everything it refuses itself with JSON', () => {
    const responses = subject.all('AWS::ApiGateway::GatewayResponse').map(({ Properties }) => Properties);
    const byType = Object.fromEntries(responses.map((response) => [response.ResponseType, response]));
    expect(byType.MISSING_AUTHENTICATION_TOKEN.StatusCode).toBe('404');
    expect(Object.keys(byType).sort()).toEqual(['DEFAULT_4XX', 'DEFAULT_5XX', 'MISSING_AUTHENTICATION_TOKEN']);
    for (const { ResponseTemplates } of responses) {
      const sample = ResponseTemplates['application/json'].replace('$context.error.messageString', '"Too Many Requests"');
      expect(JSON.parse(sample)).toEqual({ error: expect.any(String) });
    }
  });

  it('is redeployed when a route or a response changes', () => {
    const dependencies = new Set(subject.all('AWS::ApiGateway::Deployment').flatMap((deployment: any) => deployment.DependsOn));
    for (const type of ['AWS::ApiGateway::Resource', 'AWS::ApiGateway::Method', 'AWS::ApiGateway::GatewayResponse']) {
      for (const { logicalId } of subject.all(type)) expect(dependencies).toContain(logicalId);
    }
  });
});

describe('access log', () => {
  const { AccessLogSetting } = subject.all('AWS::ApiGateway::Stage')[0].Properties;

  it('goes to the log group of the system', () => {
    expect(render(AccessLogSetting.DestinationArn)).toBe(`\${${subject.idOf(system.accessLogGroup)}.Arn}`);
  });

  it('is one JSON line that says who asked for what, what came of it, and where its trace is', () => {
    const line = JSON.parse(AccessLogSetting.Format);
    expect(AccessLogSetting.Format).not.toContain('\n');
    expect(Object.values(line)).toEqual(expect.arrayContaining([
      '$context.requestId', '$context.identity.sourceIp', '$context.httpMethod', '$context.path', '$context.status', '$context.responseLatency',
      '$context.xrayTraceId',
    ]));
  });

  it('names no header and no body, where signatures and card data are', () => {
    expect(AccessLogSetting.Format).not.toMatch(/header|body|authorizer/i);
  });
});

describe('webhook URL', () => {
  it('is that of the default provider, or of the one named', () => {
    const url = (name?: string) => render(subject.stack.resolve(system.webhookUrl(name)));
    expect(url()).toMatch(/^https:\/\/\$\{\w+\}\.execute-api\.\$\{AWS::Region\}\.\$\{AWS::URLSuffix\}\/\$\{\w+prod\w+\}\/webhook$/);
    expect(url('standard-webhooks')).toBe(`${url()}/standard-webhooks`);
  });
});

describe('outputs', () => {
  it('say where to send webhooks and where everything ended up', () => {
    const outputs = Object.entries(subject.template.findOutputs('*'))
      .map(([logicalId, { Value }]) => [logicalId.replace(/^Payments|.{8}$/g, ''), render(Value)]);
    expect(Object.fromEntries(outputs)).toEqual({
      WebhookUrl: render(subject.stack.resolve(system.webhookUrl())),
      TableName: `\${${subject.idOf(system.table)}}`,
      EventBusName: `\${${subject.idOf(system.bus)}}`,
      AlertTopicArn: `\${${subject.idOf(system.alertTopic)}}`,
      AuditBucketName: `\${${subject.idOf(system.auditBucket)}}`,
      WorkflowArn: `\${${subject.idOf(system.workflow)}}`,
      ArchiveWorkflowArn: `\${${subject.idOf(system.archiveWorkflow)}}`,
      EventArchiveName: `\${${subject.idOf(system.eventArchive)}}`,
      RoutingDeadLettersUrl: `\${${subject.idOf(system.routingDeadLetters)}}`,
      WorkflowDeadLettersUrl: `\${${subject.idOf(system.workflowDeadLetters)}}`,
      ArchiveDeadLettersUrl: `\${${subject.idOf(system.archiveDeadLetters)}}`,
      DashboardName: `\${${subject.idOf(system.dashboard!)}}`,
    });
  });
});

describe('providers', () => {
  const own = synthesize((scope) => ({
    providers: [
      WebhookProvider.stripe({ secret: secretsmanager.Secret.fromSecretNameV2(scope, 'Imported', 'payments/stripe') }),
      WebhookProvider.standardWebhooks({ name: 'partner-a' }),
      WebhookProvider.standardWebhooks({ name: 'partner-b' }),
    ],
  }));
  const configs: any[] = JSON.parse(own.environmentOf(own.system.validator).PROVIDERS);

  it('each have a path and a secret of their own', () => {
    expect(configs.map(({ name }) => name)).toEqual(['stripe', 'partner-a', 'partner-b']);
    expect(new Set(configs.map(({ secretArn }) => secretArn)).size).toBe(3);
  });

  it('share the bare path with nobody but the first', () => {
    expect(configs.map(({ isDefault }) => isDefault)).toEqual([true, undefined, undefined]);
  });

  it('bring their secret by reference: no secret value is in the template', () => {
    for (const { secretArn } of configs) expect(secretArn).toMatch(/^\$\{\w+\}$|:secret:payments\/stripe$/);
    expect(/"SecretString"|resolve:secretsmanager/.test(JSON.stringify(own.resources))).toBe(false);
  });

  it('that sign with a certificate get no secret', () => {
    const payPal = synthesize({ providers: [WebhookProvider.payPal({ webhookId: '8PT597110X687430LKGECATA' })] });
    payPal.template.resourceCountIs('AWS::SecretsManager::Secret', 0);
    expect(JSON.parse(payPal.environmentOf(payPal.system.validator).PROVIDERS)[0]).not.toHaveProperty('secretArn');
  });

  it('that check the endpoint by a GET can, and only then is there one', () => {
    const verbs = (provider: WebhookProvider) => synthesize({ providers: [provider] }).all('AWS::ApiGateway::Method')
      .map(({ Properties }) => Properties.HttpMethod);
    expect(verbs(WebhookProvider.braintree({ publicKey: 'abc123' })).sort()).toEqual(['GET', 'GET', 'POST', 'POST']);
    expect(verbs(WebhookProvider.adyen()).sort()).toEqual(['POST', 'POST']);
  });

  it('keep their generated secret when another one is added before them', () => {
    const before = Object.keys(own.template.findResources('AWS::SecretsManager::Secret'));
    const more = synthesize({ providers: ['new', 'partner-b', 'partner-a'].map((name) => WebhookProvider.standardWebhooks({ name })) });
    expect(Object.keys(more.template.findResources('AWS::SecretsManager::Secret'))).toEqual(expect.arrayContaining(before));
  });
});
