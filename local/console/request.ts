import type { WebhookRequest } from '../../runtime/providers/adapter';
import { Capture } from './capture';

/** A captured request as adapters take it. */
export function requestOf({ method, headers, query, body, at }: Capture): WebhookRequest {
  return {
    method,
    headers: new Map(Object.entries(headers).map(([name, values]) => [name.toLowerCase(), values])),
    query: new Map(new URLSearchParams(query)),
    body,
    receivedAt: Date.parse(at),
  };
}
