import {
  aws_apigateway as apigateway, aws_dynamodb as dynamodb, aws_lambda as lambda, aws_logs as logs, Duration, Stack, Token,
} from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { ENV, ProviderConfig, TierThresholds } from '../contract';
import { FunctionOptions, HandlerContext, HandlerFunction } from '../packaging/handler-function';
import { BoundProvider, WebhookProvider } from '../providers/webhook-provider';
import { sortKeys } from '../stable-json';
import { check, checkWholeNumber } from '../validate';

/** Settings of the public endpoint. */
export interface EndpointProps {
  /**
   * Requests per second the stage lets through in the long run; above it callers get 429 and retry.
   *
   * @default 1000
   */
  readonly throttlingRateLimit?: number;

  /**
   * Requests the stage lets through at once.
   *
   * @default 2000
   */
  readonly throttlingBurstLimit?: number;

  /**
   * Largest body in bytes that is accepted, 1 KiB to 190 KiB: a row holds the body and
   * what was read from it, and DynamoDB holds 400 KB per row. Larger bodies get 413.
   *
   * @default 131072
   */
  readonly maxBodyBytes?: number;

  /**
   * Whether to set the account-wide role that lets API Gateway write logs. Turn it off where
   * the account has one already.
   *
   * @default true
   */
  readonly cloudWatchRole?: boolean;
}

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
  public readonly accessLogGroup: logs.LogGroup;
  public readonly validator: lambda.Function;

  public constructor(scope: Construct, id: string, props: WebhookEndpointProps) {
    super(scope, id);
    const { context, endpoint } = props;
    const maxBodyBytes = endpoint.maxBodyBytes ?? 128 * 1024;
    checkWholeNumber('endpoint.maxBodyBytes', maxBodyBytes, 1024, 190 * 1024);
    checkWholeNumber('endpoint.throttlingRateLimit', endpoint.throttlingRateLimit, 1, 100_000);
    checkWholeNumber('endpoint.throttlingBurstLimit', endpoint.throttlingBurstLimit, 1, 100_000);

    this.accessLogGroup = new logs.LogGroup(this, 'AccessLogs', {
      logGroupName: context.naming.of('webhook-api') && `/aws/apigateway/${context.naming.of('webhook-api')}`,
      retention: context.logRetention,
      removalPolicy: context.removalPolicy,
    });
    this.api = this.createApi(props);
    const bound = this.bindProviders(props);
    this.validator = new HandlerFunction(this, 'Validator', {
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
    }).function;
    bound.forEach(({ secret }) => secret?.grantRead(this.validator));
    props.table.grant(this.validator, 'dynamodb:PutItem');
    checkEnvironment(bound.map(configOf), props.thresholds);

    const integration = new apigateway.LambdaIntegration(this.validator, { proxy: true, allowTestInvoke: false });
    const webhook = this.api.root.addResource('webhook');
    const endpointResource = webhook.addResource('{provider}');
    for (const resource of [webhook, endpointResource]) {
      resource.addMethod('POST', integration);
      if (bound.some(({ answersGet }) => answersGet)) resource.addMethod('GET', integration);
    }
  }

  private bindProviders({ context, providers }: WebhookEndpointProps): BoundProvider[] {
    const names = providers.map(({ name }) => name);
    check(providers.length > 0, 'providers', names, 'name at least one provider, or leave it out for the default');
    const twice = names.find((name, index) => names.indexOf(name) !== index);
    check(twice === undefined, 'providers', twice, 'each endpoint needs a name of its own: set the option name');
    // Not the stage's own URL: it depends on the function whose environment this goes into.
    const { region, urlSuffix } = Stack.of(this);
    const baseUrl = `https://${this.api.restApiId}.execute-api.${region}.${urlSuffix}/${STAGE}`;
    return providers.map((provider) => provider._bind(this, { baseUrl, removalPolicy: context.removalPolicy }));
  }

  private createApi({ context, endpoint }: WebhookEndpointProps): apigateway.RestApi {
    const api = new apigateway.RestApi(this, 'Api', {
      // CloudWatch tells APIs apart by this name.
      restApiName: context.naming.of('webhook-api') ?? context.system,
      description: 'Receives webhooks of payment providers',
      binaryMediaTypes: ['*/*'],
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
