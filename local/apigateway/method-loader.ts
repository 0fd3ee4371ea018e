import { onlyProperties, Resource } from '../kernel/resource';
import { mockStatus } from './mock';
import { Method, MockIntegration, MockResponse, ProxyIntegration, RequestValidator, RequiredParameter } from './model';
import { fixedValue, onlyValues, refuse } from './refusals';
import { RestApis } from './rest-apis';

/** Adds a method to its resource; only `AWS_PROXY` to a function and `MOCK` can be served. */
export function loadMethod(apis: RestApis, resource: Resource): void {
  const { properties } = resource;
  onlyProperties(resource, [
    'ApiKeyRequired', 'AuthorizationType', 'HttpMethod', 'Integration', 'MethodResponses', 'OperationName', 'RequestModels', 'RequestParameters',
    'RequestValidatorId', 'ResourceId', 'RestApiId',
  ]);
  onlyValues(resource, properties, { ApiKeyRequired: [false], AuthorizationType: ['NONE'] });
  const api = apis.get(properties.RestApiId);
  const target = api.resources.get(properties.ResourceId) ?? refuse(resource, `the unknown resource ${properties.ResourceId}`);
  const validator = api.validators.get(properties.RequestValidatorId);
  if (properties.RequestValidatorId && !validator) refuse(resource, `the unknown request validator ${properties.RequestValidatorId}`);
  target.methods.set(properties.HttpMethod, {
    httpMethod: properties.HttpMethod,
    integration: integration(resource),
    ...validation(resource, validator),
  });
}

function validation(resource: Resource, validator: RequestValidator | undefined): Pick<Method, 'requiredParameters' | 'jsonContentTypes'> {
  const { RequestParameters = {}, RequestModels = {} } = resource.properties;
  return {
    requiredParameters: validator?.parameters ? requiredParameters(RequestParameters) : [],
    jsonContentTypes: validator?.body ? jsonContentTypes(resource, RequestModels) : [],
  };
}

function requiredParameters(parameters: Readonly<Record<string, unknown>>): RequiredParameter[] {
  return Object.keys(parameters).filter((name) => parameters[name] === true).flatMap((parameter) => {
    const [, location, name] = /^method\.request\.(header|querystring)\.(.+)$/.exec(parameter) ?? [];
    return location ? [{ location: location as RequiredParameter['location'], name }] : [];
  });
}

/** The built-in model `Empty` accepts any JSON; checking another one needs its schema. */
function jsonContentTypes(resource: Resource, models: Readonly<Record<string, string>>): string[] {
  const checked = Object.entries(models).find(([, model]) => model !== 'Empty');
  if (checked) refuse(resource, `validation of the request body against the model ${checked[1]}`);
  return Object.keys(models);
}

function integration(resource: Resource): ProxyIntegration | MockIntegration {
  const { Integration } = resource.properties;
  switch (Integration?.Type) {
    case 'AWS_PROXY': return proxyIntegration(resource, Integration);
    case 'MOCK': return mockIntegration(resource, Integration);
    default: return refuse(resource, `the integration type ${Integration?.Type ?? '(none)'}`);
  }
}

type Properties = Readonly<Record<string, unknown>>;

/** Some integration properties change nothing: templates do not apply to a proxy, roles are not checked. */
function proxyIntegration(resource: Resource, properties: Properties): ProxyIntegration {
  onlyKeys(resource, properties, [
    'Type', 'Uri', 'IntegrationHttpMethod', 'TimeoutInMillis', 'Credentials', 'ConnectionType', 'PassthroughBehavior', 'ResponseTransferMode',
    'IntegrationResponses', 'CacheKeyParameters', 'CacheNamespace',
  ]);
  onlyValues(resource, properties, { IntegrationHttpMethod: ['POST'], ConnectionType: ['INTERNET'], ResponseTransferMode: ['BUFFERED'] });
  const [, functionArn] = /:lambda:path\/2015-03-31\/functions\/(arn:[^/$]+)\/invocations$/.exec(String(properties.Uri)) ?? [];
  return {
    type: 'AWS_PROXY',
    functionArn: functionArn ?? refuse(resource, `the integration ${properties.Uri}; only Lambda functions`),
    timeoutMs: Number(properties.TimeoutInMillis ?? 29_000),
  };
}

function mockIntegration(resource: Resource, properties: Properties): MockIntegration {
  onlyKeys(resource, properties, ['Type', 'RequestTemplates', 'PassthroughBehavior', 'IntegrationResponses', 'TimeoutInMillis', 'CacheKeyParameters', 'CacheNamespace']);
  const requestTemplates = (properties.RequestTemplates ?? {}) as Record<string, string>;
  const unreadable = Object.values(requestTemplates).find((template) => mockStatus(template) === undefined);
  if (unreadable !== undefined) refuse(resource, `the mock request template ${unreadable}; only { "statusCode": … }`);
  return {
    type: 'MOCK',
    requestTemplates,
    passthrough: (properties.PassthroughBehavior ?? 'WHEN_NO_MATCH') as MockIntegration['passthrough'],
    responses: ((properties.IntegrationResponses ?? []) as Properties[]).map((response) => mockResponse(resource, response)),
  };
}

const HEADER = 'method.response.header.';

function mockResponse(resource: Resource, properties: Properties): MockResponse {
  onlyKeys(resource, properties, ['ResponseParameters', 'ResponseTemplates', 'SelectionPattern', 'StatusCode']);
  const templates = (properties.ResponseTemplates ?? {}) as Record<string, string>;
  const mapping = Object.values(templates).find((template) => /[$#]/.test(template));
  if (mapping !== undefined) refuse(resource, `the mapping template ${mapping}; only fixed text`);
  return {
    statusCode: Number(properties.StatusCode),
    selectionPattern: properties.SelectionPattern as string | undefined,
    headers: Object.fromEntries(Object.entries(properties.ResponseParameters ?? {}).map(([target, value]) => {
      if (!target.startsWith(HEADER)) refuse(resource, `the response parameter ${target}`);
      return [target.slice(HEADER.length), fixedValue(resource, value)];
    })),
    templates,
  };
}

function onlyKeys(resource: Resource, properties: Properties, allowed: readonly string[]): void {
  const unknown = Object.keys(properties).filter((key) => !allowed.includes(key));
  if (unknown.length > 0) refuse(resource, `Integration.${unknown.join(', ')}`);
}
