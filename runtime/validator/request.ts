import type { APIGatewayProxyEvent } from 'aws-lambda';
import type { WebhookRequest } from '../providers/adapter';

/** The bytes the sender signed, whatever API Gateway wrapped them in. */
export function requestOf(event: APIGatewayProxyEvent): WebhookRequest {
  const headers = new Map<string, readonly string[]>();
  for (const [name, values] of Object.entries(event.multiValueHeaders ?? {})) {
    const key = name.toLowerCase();
    headers.set(key, [...(headers.get(key) ?? []), ...(values ?? [])]);
  }
  return {
    method: event.httpMethod,
    headers,
    query: new Map(Object.entries(event.queryStringParameters ?? {}).map(([name, value]) => [name, value ?? ''])),
    body: Buffer.from(event.body ?? '', event.isBase64Encoded ? 'base64' : 'utf8'),
    receivedAt: event.requestContext.requestTimeEpoch,
  };
}

/** Media type of the body, without parameters. */
export function contentTypeOf(request: WebhookRequest): string {
  return (request.headers.get('content-type')?.[0] ?? '').split(';')[0].trim().toLowerCase();
}
