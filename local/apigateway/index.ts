export { headersOf, locate, urlFor, type Location } from './front';
export { type InvokeFunction } from './lambda-integration';
export { type ApiRequest, type ApiResponse, type MultiValues, type RestApi } from './model';
export { apiGatewayResources } from './resources';
export { RestApis, type RestApisOptions } from './rest-apis';
