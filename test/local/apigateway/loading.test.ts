import { apiGatewayResources, headersOf, locate, RestApis, urlFor } from '../../../local/apigateway';
import { VirtualClock } from '../../../local/kernel/clock';
import { Journal } from '../../../local/kernel/journal';
import { Metrics } from '../../../local/kernel/metrics';

function newApis(): RestApis {
  const clock = new VirtualClock();
  return new RestApis({ clock, journal: new Journal(clock), metrics: new Metrics(clock), invoke: async () => ({ payload: '{}' }), logs: () => undefined });
}

async function load(apis: RestApis, type: string, properties: Record<string, unknown>, ref = 'thing'): Promise<void> {
  const attributes = { RootResourceId: `${ref}-root` };
  await apiGatewayResources(apis)[`AWS::ApiGateway::${type}`]({ logicalId: 'Thing', type: `AWS::ApiGateway::${type}`, ref, attributes, properties, metadata: {} });
}

async function withApi(...stages: string[]): Promise<RestApis> {
  const apis = newApis();
  await load(apis, 'RestApi', { Name: 'webhooks' }, 'api');
  for (const StageName of stages) await load(apis, 'Stage', { RestApiId: 'api', StageName, DeploymentId: 'd' });
  return apis;
}

const PROXY = { Type: 'AWS_PROXY', IntegrationHttpMethod: 'POST', Uri: 'arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/arn:aws:lambda:us-east-1:000000000000:function:f/invocations' };
const METHOD = { RestApiId: 'api', ResourceId: 'api-root', HttpMethod: 'POST', AuthorizationType: 'NONE' };

describe('loading refuses what it would ignore', () => {
  test.each<[string, Record<string, unknown>, string]>([
    ['RestApi', { Body: {} }, 'Body'],
    ['RestApi', { BinaryMediaTypes: ['image/*'] }, 'the binary media type image/*'],
    ['RestApi', { MinimumCompressionSize: 1 }, 'MinimumCompressionSize'],
    ['Stage', { RestApiId: 'api', StageName: 's', CanarySetting: {} }, 'CanarySetting'],
    ['Stage', { RestApiId: 'api', StageName: 's', CacheClusterEnabled: true }, 'CacheClusterEnabled true'],
    ['Stage', { RestApiId: 'api', StageName: 's', MethodSettings: [{ CachingEnabled: true }] }, 'CachingEnabled true'],
    ['Stage', { RestApiId: 'api', StageName: 's', AccessLogSetting: { DestinationArn: 'arn:aws:logs:x', Format: '$context.colour' } }, '$context.colour in the access log format'],
    ['Stage', { RestApiId: 'api', StageName: 's', AccessLogSetting: { DestinationArn: 'arn:aws:firehose:x' } }, 'an access log in arn:aws:firehose:x'],
    ['Method', { ...METHOD, AuthorizationType: 'AWS_IAM', Integration: PROXY }, 'AuthorizationType "AWS_IAM"'],
    ['Method', { ...METHOD, ApiKeyRequired: true, Integration: PROXY }, 'ApiKeyRequired true'],
    ['Method', { ...METHOD, Integration: { Type: 'HTTP_PROXY' } }, 'the integration type HTTP_PROXY'],
    ['Method', { ...METHOD, Integration: { ...PROXY, Uri: 'arn:aws:apigateway:us-east-1:sqs:path/x' } }, 'only Lambda functions'],
    ['Method', { ...METHOD, Integration: { ...PROXY, RequestTemplates: {} } }, 'Integration.RequestTemplates'],
    ['Method', { ...METHOD, Integration: { Type: 'MOCK', RequestTemplates: { 'application/json': '#set($x = 1)' } } }, 'the mock request template'],
    ['Method', { ...METHOD, Integration: { Type: 'MOCK', IntegrationResponses: [{ StatusCode: '200', ResponseTemplates: { 'application/json': '$input.body' } }] } }, 'only fixed text'],
    ['Method', { ...METHOD, Integration: PROXY, RequestValidatorId: 'none' }, 'the unknown request validator none'],
    ['GatewayResponse', { RestApiId: 'api', ResponseParameters: { 'gatewayresponse.header.A': 'method.request.header.A' } }, 'only fixed values'],
  ])('%s %j', async (type, properties, message) => {
    const apis = await withApi();
    await expect(load(apis, type, properties)).rejects.toThrow(message);
  });

  test('a model with a schema of its own, once it is validated against', async () => {
    const apis = await withApi();
    await load(apis, 'RequestValidator', { RestApiId: 'api', ValidateRequestBody: true }, 'validator');
    const method = { ...METHOD, Integration: PROXY, RequestModels: { 'application/json': 'Payment' } };
    await expect(load(apis, 'Method', { ...method, RequestValidatorId: 'validator' })).rejects.toThrow('against the model Payment');
    await expect(load(apis, 'Method', method)).resolves.toBeUndefined();
  });
});

describe('local URLs', () => {
  test('lead to their stage', async () => {
    const apis = await withApi('prod', 'test');
    const { pathname } = new URL(`${urlFor('api', 'test', 'http://127.0.0.1:4010')}/webhook/stripe`);
    expect(locate(apis, pathname)).toEqual({ apiId: 'api', stage: 'test', path: '/webhook/stripe' });
    expect(locate(apis, '/_api/api/test')).toEqual({ apiId: 'api', stage: 'test', path: '/' });
    expect(locate(apis, '/prod/webhook')).toEqual({ apiId: 'api', stage: 'prod', path: '/webhook' });
    expect(locate(apis, '/webhook')).toBeUndefined();
  });

  test('may leave out the only stage of the only API', async () => {
    const apis = await withApi('prod');
    expect(locate(apis, '/webhook/stripe')).toEqual({ apiId: 'api', stage: 'prod', path: '/webhook/stripe' });
    expect(locate(apis, '/')).toEqual({ apiId: 'api', stage: 'prod', path: '/' });
    await load(apis, 'RestApi', { Name: 'other' }, 'second');
    expect(locate(apis, '/webhook/stripe')).toBeUndefined();
  });

  test('headers keep their case, and repeated ones all their values', () => {
    expect(headersOf(['Stripe-Signature', 'a', 'x-one', '1', 'X-One', '2'])).toEqual({ 'Stripe-Signature': ['a'], 'x-one': ['1', '2'] });
  });
});
