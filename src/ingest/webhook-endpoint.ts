import {
  aws_apigateway as apigateway, aws_dynamodb as dynamodb, aws_lambda as lambda, aws_logs as logs,
  aws_secretsmanager as secretsmanager, aws_wafv2 as wafv2, Duration, Stack, Token,
} from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { ENV, ProviderConfig, TierThresholds } from '../contract';
import { grantOnTable, grantSecret } from '../encryption';
import { FunctionOptions, HandlerContext, HandlerFunction } from '../packaging/handler-function';
import { BoundProvider, WebhookProvider } from '../providers/webhook-provider';
import { sortKeys } from '../stable-json';
import { logGroupFor } from '../stores';
import { check, checkWholeNumber } from '../validate';
import { allowListPolicy } from './allow-list';
import { addDomain, isExecuteApiDisabled } from './endpoint-domain';
import { EndpointProps } from './endpoint-props';
import { SIGNATURE_HEADERS } from './signature-headers';

export interface WebhookEndpointProps {
  readonly context: HandlerContext;
  readonly endpoint: EndpointProps;
  readonly validator: FunctionOptions;
  readonly providers: WebhookProvider[];
  readonly thresholds: TierThresholds;
  readonly table: dynamodb.ITable;
}

const STAGE = 'prod';

/** Lambda's limit for all environment variables together. */
const MAX_ENVIRONMENT_BYTES = 4096;

/** The public front: API Gateway in front of the validator. */
export class WebhookEndpoint extends Construct {
  public readonly api: apigateway.RestApi;
  public readonly accessLogGroup: logs.ILogGroup;
  public readonly validator: lambda.Function;
  public readonly alias?: lambda.Alias;
  public readonly secrets: { [endpoint: string]: secretsmanager.ISecret };
  public readonly domain?: apigateway.DomainName;
  public readonly webAcl?: wafv2.CfnWebACL;
  public readonly webAclLogGroup?: logs.LogGroup;
  private readonly names: string[];

  public constructor(scope: Construct, id: string, props: WebhookEndpointProps) {
    super(scope, id);
    const { context, endpoint } = props;
    const maxBodyBytes = endpoint.maxBodyBytes ?? 128 * 1024;
    checkWholeNumber('endpoint.maxBodyBytes', maxBodyBytes, 1024, 190 * 1024);
    checkWholeNumber('endpoint.throttlingRateLimit', endpoint.throttlingRateLimit, 1, 100_000);
    checkWholeNumber('endpoint.throttlingBurstLimit', endpoint.throttlingBurstLimit, 1, 100_000);

    this.names = props.providers.map(({ name }) => name);
    this.accessLogGroup = endpoint.accessLogGroup ?? logGroupFor(this, 'AccessLogs', 'apigateway/webhook-api', context);
    this.api = this.createApi(props);
    if (endpoint.domain) this.domain = addDomain(this, this.api, endpoint.domain);
    const bound = this.bindProviders(props);
    const handler = new HandlerFunction(this, 'Validator', {
      context,
      handler: 'validator',
      prop: 'validator',
      baseName: 'webhook-validator',
      description: 'Verifies webhooks and stores what they say',
      ...props.validator,
      memorySize: props.validator.memorySize ?? 1024,
      timeout: props.validator.timeout ?? Duration.seconds(30),
      environment: {
        [ENV.table]: props.table.tableName,
        [ENV.providers]: Stack.of(this).toJsonString(sortKeys(bound.map(configOf))),
        [ENV.thresholds]: JSON.stringify(sortKeys(props.thresholds)),
        [ENV.maxBodyBytes]: String(maxBodyBytes),
      },
    });
    this.validator = handler.function;
    this.alias = handler.alias;
    for (const { secret } of bound) if (secret) grantSecret(secret, this.validator, context.encryptionKey);
    this.secrets = Object.fromEntries(bound.filter(({ secret }) => secret).map(({ name, secret }) => [name, secret!]));
    grantOnTable(props.table, this.validator, 'dynamodb:PutItem');
    checkEnvironment(bound.map(configOf), props.thresholds);

    const integration = new apigateway.LambdaIntegration(handler.target, { proxy: true, allowTestInvoke: false });
    const webhook = this.api.root.addResource('webhook');
    const endpointResource = webhook.addResource('{provider}');
    for (const resource of [webhook, endpointResource]) {
      resource.addMethod('POST', integration);
      if (bound.some(({ answersGet }) => answersGet)) resource.addMethod('GET', integration);
    }
    const guard = endpoint.webAcl?._bind(this, { context, stage: this.api.deploymentStage, secretHeaders: headersOf(bound) });
    this.webAcl = guard?.webAcl;
    this.webAclLogGroup = guard?.logGroup;
  }

  /** Address of an endpoint, to be registered at its provider; of the bare one without a name. */
  public urlFor(name?: string): string {
    if (name !== undefined) this.refuseUnknown('webhookUrl', name);
    const path = name === undefined ? '/webhook' : `/webhook/${name}`;
    return this.domain ? `https://${this.domain.domainName}${path}` : this.api.urlForPath(path);
  }

  /** Refuses a name that no endpoint has: there would be nothing to hear of. */
  public refuseUnknown(prop: string, name: string): void {
    check(this.names.includes(name), prop, name, `use the name of an endpoint: ${this.names.join(', ')}`);
  }

  private bindProviders({ context, providers, endpoint }: WebhookEndpointProps): BoundProvider[] {
    const names = providers.map(({ name }) => name);
    check(providers.length > 0, 'providers', names, 'name at least one provider, or leave it out for the default');
    const twice = names.find((name, index) => names.indexOf(name) !== index);
    check(twice === undefined, 'providers', twice, 'each endpoint needs a name of its own: set the option name');
    // Not the stage's own URL: it depends on the function whose environment this goes into.
    const { region, urlSuffix } = Stack.of(this);
    const baseUrl = endpoint.domain
      ? `https://${endpoint.domain.domainName}`
      : `https://${this.api.restApiId}.execute-api.${region}.${urlSuffix}/${STAGE}`;
    return providers.map((provider) => provider._bind(this, { baseUrl, removalPolicy: context.removalPolicy, encryptionKey: context.encryptionKey }));
  }

  private createApi({ context, endpoint, providers }: WebhookEndpointProps): apigateway.RestApi {
    const api = new apigateway.RestApi(this, 'Api', {
      // CloudWatch tells APIs apart by this name.
      restApiName: context.naming.of('webhook-api') ?? context.system,
      description: 'Receives webhooks of payment providers',
      binaryMediaTypes: ['*/*'],
      // Providers' servers gain nothing from CloudFront in between, and custom domains with mutual TLS are regional.
      endpointTypes: [apigateway.EndpointType.REGIONAL],
      disableExecuteApiEndpoint: isExecuteApiDisabled(endpoint.domain, endpoint.disableExecuteApiEndpoint),
      policy: allowListPolicy(providers),
      cloudWatchRole: endpoint.cloudWatchRole ?? true,
      deployOptions: {
        stageName: STAGE,
        tracingEnabled: context.tracing,
        throttlingRateLimit: endpoint.throttlingRateLimit ?? 1000,
        throttlingBurstLimit: endpoint.throttlingBurstLimit ?? 2000,
        accessLogDestination: new apigateway.LogGroupLogDestination(this.accessLogGroup),
        accessLogFormat: apigateway.AccessLogFormat.custom(JSON.stringify({
          requestId: '$context.requestId',
          ip: '$context.identity.sourceIp',
          requestTime: '$context.requestTime',
          httpMethod: '$context.httpMethod',
          resourcePath: '$context.resourcePath',
          path: '$context.path',
          status: '$context.status',
          protocol: '$context.protocol',
          responseLength: '$context.responseLength',
          latency: '$context.responseLatency',
          traceId: '$context.xrayTraceId',
        })),
      },
    });
    // The system names its own outputs.
    api.node.tryRemoveChild('Endpoint');

    const asError = { 'application/json': '{"error":$context.error.messageString}' };
    api.addGatewayResponse('NotFound', {
      type: apigateway.ResponseType.MISSING_AUTHENTICATION_TOKEN,
      statusCode: '404',
      templates: { 'application/json': '{"error":"Not found: webhooks are received by POST /webhook and POST /webhook/{provider}"}' },
    });
    api.addGatewayResponse('ClientError', { type: apigateway.ResponseType.DEFAULT_4XX, templates: asError });
    api.addGatewayResponse('ServerError', { type: apigateway.ResponseType.DEFAULT_5XX, templates: asError });
    return api;
  }
}

function headersOf(providers: BoundProvider[]): string[] {
  const own = providers.map(({ options }) => options?.header).filter((header): header is string => typeof header === 'string');
  return [...new Set([...SIGNATURE_HEADERS, ...own.map((header) => header.toLowerCase())])];
}

function configOf({ name, kind, secret, options }: BoundProvider, index: number): ProviderConfig {
  return { name, kind, ...(secret && { secretArn: secret.secretArn }), ...(index === 0 && { isDefault: true }), ...(options && { options }) };
}

/** Measured with tokens at about the length of what they stand for. */
function checkEnvironment(configs: ProviderConfig[], thresholds: TierThresholds): void {
  const tokenBytes = 100;
  const text = JSON.stringify(configs, (_, value) => (Token.isUnresolved(value) ? '#'.repeat(tokenBytes) : value));
  const bytes = text.length + JSON.stringify(thresholds).length + 512;
  check(
    bytes <= MAX_ENVIRONMENT_BYTES, 'providers and thresholds', `${bytes} bytes of configuration`,
    `AWS Lambda takes ${MAX_ENVIRONMENT_BYTES}: use fewer endpoints or currencies, or a second system`,
  );
}
