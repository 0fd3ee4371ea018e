import { header } from './exchange';
import { GatewayError } from './gateway-error';
import { mediaType } from './media-types';
import { ApiRequest, Method } from './model';

/** Refuses a request that lacks what its method asks for. */
export function validateRequest(request: ApiRequest, method: Method): void {
  const missing = method.requiredParameters.filter(({ location, name }) =>
    location === 'header' ? header(request, name) === undefined : !request.query.has(name));
  if (missing.length > 0) {
    throw new GatewayError('BAD_REQUEST_PARAMETERS', `Missing required request parameters: [${missing.map(({ name }) => name).join(', ')}]`);
  }
  if (method.jsonContentTypes.includes(mediaType(header(request, 'content-type'))) && !isJson(request.body)) {
    throw new GatewayError('BAD_REQUEST_BODY', 'Invalid request body');
  }
}

function isJson(body: Buffer): boolean {
  try {
    JSON.parse(body.toString('utf8'));
    return true;
  } catch {
    return false;
  }
}
