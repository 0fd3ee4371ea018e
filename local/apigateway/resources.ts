import { onlyProperties, Resource, ResourceLoaders } from '../kernel/resource';
import { unknownVariables } from './context-variables';
import { loadMethod } from './method-loader';
import { ApiResource } from './model';
import { fixedValue, onlyValues, refuse } from './refusals';
import { RestApis } from './rest-apis';
import { loadStage } from './stage-loader';

/** Loads REST APIs from their CloudFormation resources. */
export function apiGatewayResources(apis: RestApis): ResourceLoaders {
  return {
    'AWS::ApiGateway::RestApi': (resource) => loadApi(apis, resource),
    'AWS::ApiGateway::Resource': (resource) => loadResource(apis, resource),
    'AWS::ApiGateway::Method': (resource) => loadMethod(apis, resource),
    'AWS::ApiGateway::RequestValidator': (resource) => loadValidator(apis, resource),
    'AWS::ApiGateway::GatewayResponse': (resource) => loadGatewayResponse(apis, resource),
    'AWS::ApiGateway::Stage': (resource) => loadStage(apis, resource),
    // Stages serve the API as it is loaded, so a snapshot of it needs no loading of its own.
    'AWS::ApiGateway::Deployment': (resource) => onlyProperties(resource, ['Description', 'RestApiId']),
    // Methods read their models; one with a schema of its own is refused there.
    'AWS::ApiGateway::Model': (resource) => onlyProperties(resource, ['ContentType', 'Description', 'Name', 'RestApiId', 'Schema']),
    'AWS::ApiGateway::Account': (resource) => onlyProperties(resource, ['CloudWatchRoleArn']),
  };
}

function loadApi(apis: RestApis, resource: Resource): void {
  const { properties } = resource;
  onlyProperties(resource, [
    'ApiKeySourceType', 'BinaryMediaTypes', 'Description', 'DisableExecuteApiEndpoint', 'EndpointConfiguration', 'FailOnWarnings', 'Name',
    // Permissions and TLS have no local effect.
    'EndpointAccessMode', 'Policy', 'SecurityPolicy', 'Tags',
  ]);
  onlyValues(resource, properties, { ApiKeySourceType: ['HEADER'] });
  const binaryMediaTypes: string[] = properties.BinaryMediaTypes ?? [];
  const partial = binaryMediaTypes.find((type) => type !== '*/*' && type.includes('*'));
  if (partial) refuse(resource, `the binary media type ${partial}`);
  const root = node(resource.attributes.RootResourceId, '', '/');
  apis.add({
    id: resource.ref,
    name: properties.Name ?? resource.logicalId,
    binaryMediaTypes,
    root,
    resources: new Map([[root.id, root]]),
    stages: new Map(),
    validators: new Map(),
    gatewayResponses: new Map(),
  });
}

function loadResource(apis: RestApis, resource: Resource): void {
  onlyProperties(resource, ['ParentId', 'PathPart', 'RestApiId']);
  const { ParentId, PathPart, RestApiId } = resource.properties;
  const { resources } = apis.get(RestApiId);
  const parent = resources.get(ParentId) ?? refuse(resource, `the unknown parent ${ParentId}`);
  const child = node(resource.ref, PathPart, `${parent.path === '/' ? '' : parent.path}/${PathPart}`);
  parent.children.push(child);
  resources.set(child.id, child);
}

function node(id: string, pathPart: string, path: string): ApiResource {
  return { id, pathPart, path, children: [], methods: new Map() };
}

function loadValidator(apis: RestApis, resource: Resource): void {
  onlyProperties(resource, ['Name', 'RestApiId', 'ValidateRequestBody', 'ValidateRequestParameters']);
  const { RestApiId, ValidateRequestBody, ValidateRequestParameters } = resource.properties;
  apis.get(RestApiId).validators.set(resource.ref, { body: ValidateRequestBody === true, parameters: ValidateRequestParameters === true });
}

const HEADER = 'gatewayresponse.header.';

function loadGatewayResponse(apis: RestApis, resource: Resource): void {
  onlyProperties(resource, ['ResponseParameters', 'ResponseTemplates', 'ResponseType', 'RestApiId', 'StatusCode']);
  const { ResponseParameters = {}, ResponseTemplates = {}, ResponseType, RestApiId, StatusCode } = resource.properties;
  const headers = Object.entries(ResponseParameters).map(([target, value]) => {
    if (!target.startsWith(HEADER)) refuse(resource, `the response parameter ${target}`);
    return [target.slice(HEADER.length), fixedValue(resource, value)];
  });
  const unknown = Object.values<string>(ResponseTemplates).flatMap(unknownVariables);
  if (unknown.length > 0) refuse(resource, `$context.${unknown[0]} in a response template`);
  apis.get(RestApiId).gatewayResponses.set(ResponseType, {
    statusCode: StatusCode === undefined ? undefined : Number(StatusCode),
    headers: Object.fromEntries(headers),
    templates: ResponseTemplates,
  });
}
