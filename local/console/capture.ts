import type { ProviderConfig } from '../../src/contract';
import { JournalEntry } from '../kernel/journal';
import { Runner } from '../runner/runner';
import { System } from '../runner/systems';

type RawHeaders = Readonly<Record<string, readonly string[]>>;

/** A request to a webhook endpoint, as the front door recorded it. */
export interface Capture {
  readonly id: string;
  readonly traceId?: string;
  readonly at: string;
  readonly seq: number;
  readonly method: string;
  readonly path: string;
  readonly query: string;
  readonly headers: RawHeaders;
  readonly sourceIp: string;
  readonly bytes: number;
  readonly body: Buffer;
  /** Too large to be kept whole. */
  readonly truncated: boolean;
  readonly system?: System;
  readonly endpoint?: ProviderConfig;
}

export function captureOf({ systems }: Pick<Runner, 'systems'>, { at, seq, traceId, data }: JournalEntry): Capture {
  const { requestId, apiId, method, path, query, headers, sourceIp, body, bodyBase64 } = data as Record<string, string>;
  const bodySize = Number(data.bodySize);
  const system = systems.find((candidate) => candidate.apiId === apiId);
  const [, root, name] = path.split('/');
  const endpoint = root === 'webhook' ? system?.endpoints.find((one) => (name ? one.name === decoded(name) : one.isDefault)) : undefined;
  const bytes = bodyBase64 === undefined ? Buffer.from(body) : Buffer.from(bodyBase64, 'base64');
  return {
    id: requestId, traceId, at, seq, method, path, query, headers: headers as unknown as RawHeaders, sourceIp, system, endpoint,
    bytes: bodySize, body: bytes, truncated: bytes.length < bodySize,
  };
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

/** A header of a capture, whatever its case. */
export function headerOf({ headers }: Capture, name: string): string | undefined {
  return Object.entries(headers).find(([key]) => key.toLowerCase() === name)?.[1][0];
}
