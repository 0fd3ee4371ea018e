import { Readable } from 'node:stream';

/**
 * Takes the place of `@smithy/node-http-handler` in the handlers under proof: everything
 * of the AWS SDK stays as it is, its retries included, and only the wire is ours.
 */
export interface WireRequest {
  readonly method: string;
  readonly path: string;
  readonly query?: Readonly<Record<string, string | string[] | null>>;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
}

export interface WireResponse {
  readonly statusCode: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

/** Provided by the environment the handler is loaded into. */
declare const sendOverWire: (request: WireRequest) => Promise<WireResponse>;

export class NodeHttpHandler {
  public static create(): NodeHttpHandler {
    return new NodeHttpHandler();
  }

  public readonly metadata = { handlerProtocol: 'http/1.1' };

  public async handle(request: WireRequest): Promise<{ response: object }> {
    const { statusCode, headers, body } = await sendOverWire(request);
    return { response: { statusCode, headers: { ...headers }, body: Readable.from(body.length > 0 ? [body] : []) } };
  }

  public updateHttpClientConfig(): void { /* there is nothing to configure */ }

  public httpHandlerConfigs(): object {
    return {};
  }

  public destroy(): void { /* there is no connection */ }
}

export async function streamCollector(stream: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of stream) chunks.push(chunk);
  return new Uint8Array(Buffer.concat(chunks));
}
