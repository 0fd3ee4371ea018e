import { fillIn } from './context-variables';
import { Exchange } from './exchange';
import { GatewayError } from './gateway-error';
import { mergeHeaders } from './headers';
import { ApiResponse } from './model';

/** The response to an error: the API's own `GatewayResponse` if it has one, else what API Gateway says. */
export function errorResponse(exchange: Exchange, error: GatewayError): ApiResponse {
  const { gatewayResponses } = exchange.api;
  const custom = gatewayResponses.get(error.type) ?? gatewayResponses.get(error.status < 500 ? 'DEFAULT_4XX' : 'DEFAULT_5XX');
  const [contentType, template] = Object.entries(custom?.templates ?? {})[0] ?? ['application/json', undefined];
  return {
    status: custom?.statusCode ?? error.status,
    headers: mergeHeaders({ 'Content-Type': contentType, 'x-amzn-ErrorType': error.exception }, custom?.headers ?? {}),
    body: Buffer.from(template === undefined ? defaultBody(error) : fillIn(template, exchange)),
  };
}

/** Refusals before the integration come without the space that API Gateway's later errors have. */
export function defaultBody(error: GatewayError): string {
  const early = ['ACCESS_DENIED', 'MISSING_AUTHENTICATION_TOKEN', 'THROTTLED', 'REQUEST_TOO_LARGE'].includes(error.type);
  return `{"message":${early ? '' : ' '}${JSON.stringify(error.message)}}`;
}
