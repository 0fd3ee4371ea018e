import { Exchange, header } from './exchange';
import { GatewayError } from './gateway-error';
import { mergeHeaders } from './headers';
import { mediaType } from './media-types';
import { ApiResponse, MockIntegration } from './model';

/** Answers a `MOCK` method: the request template names a status, which selects one of the responses. */
export function mockResponse(exchange: Exchange, integration: MockIntegration): ApiResponse {
  const status = mockStatus(requestTemplate(exchange, integration));
  const { responses } = integration;
  const response = responses.find(({ selectionPattern }) => selectionPattern && new RegExp(`^(?:${selectionPattern})$`).test(String(status)))
    ?? responses.find(({ selectionPattern }) => !selectionPattern);
  if (status === undefined || !response) {
    throw new GatewayError('API_CONFIGURATION_ERROR', 'Internal server error', status ? 'No mock response matches' : 'The mock request template names no status');
  }
  const [type, body] = Object.entries(response.templates)[0] ?? ['application/json', ''];
  return { status: response.statusCode, headers: mergeHeaders({ 'Content-Type': type }, response.headers), body: Buffer.from(body) };
}

/** The status in `{ statusCode: 200 }`, quoted or not. */
export function mockStatus(template: string): number | undefined {
  const [, status] = /^\s*\{\s*["']?statusCode["']?\s*:\s*(\d{3})\s*\}\s*$/.exec(template) ?? [];
  return status ? Number(status) : undefined;
}

function requestTemplate({ request }: Exchange, { requestTemplates, passthrough }: MockIntegration): string {
  const template = requestTemplates[mediaType(header(request, 'content-type'))];
  if (template !== undefined) return template;
  const refused = passthrough === 'NEVER' || (passthrough === 'WHEN_NO_TEMPLATES' && Object.keys(requestTemplates).length > 0);
  if (refused) throw new GatewayError('UNSUPPORTED_MEDIA_TYPE', 'Unsupported Media Type');
  return request.body.toString('utf8');
}
