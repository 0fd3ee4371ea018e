import { createServer, IncomingMessage, Server, ServerResponse } from 'node:http';
import { AddressInfo } from 'node:net';

/** One invocation, as the Runtime API hands it to a function. */
export interface RuntimeInvocation {
  readonly requestId: string;
  readonly deadlineMs: number;
  readonly functionArn: string;
  readonly traceHeader: string;
  readonly payload: string;
}

/** What a function answered. */
export interface RuntimeAnswer {
  readonly kind: 'response' | 'error';
  readonly payload: string;
  readonly residentBytes?: number;
  /** The process ends itself after this answer. */
  readonly exiting: boolean;
}

export interface RuntimeEvents {
  /** The function asked for its first invocation: it is initialized. */
  ready(): void;
  initFailed(body: string): void;
  answered(answer: RuntimeAnswer): void;
}

const BASE = '/2018-06-01/runtime';
/** What Lambda allows a synchronous answer. */
export const MAX_RESPONSE_BYTES = 6_291_556;

/** The Lambda Runtime API of one execution environment. */
export class RuntimeApi {
  private server?: Server;
  private waiting?: ServerResponse;
  private offered?: RuntimeInvocation;
  private current?: string;

  public constructor(private readonly events: RuntimeEvents) {}

  /** Listens on loopback; gives the `host:port` for AWS_LAMBDA_RUNTIME_API. */
  public async start(): Promise<string> {
    // Bound to one address, so nothing outside this machine can reach a handler.
    // A connection closed for idleness in the moment the handler answers would be the end of its process.
    this.server = createServer({ keepAliveTimeout: 0 }, (request, response) => void this.serve(request, response).catch(() => response.destroy()));
    await new Promise<void>((resolve, reject) => this.server!.once('error', reject).listen(0, '127.0.0.1', resolve));
    return `127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  public offer(invocation: RuntimeInvocation): void {
    this.offered = invocation;
    this.handOver();
  }

  public close(): void {
    this.server?.close();
    this.server?.closeAllConnections();
  }

  private async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = request.url ?? '';
    if (request.method === 'GET' && path === `${BASE}/invocation/next`) return this.next(response);
    const body = await readText(request);
    if (request.method === 'POST' && path === `${BASE}/init/error`) {
      accept(response);
      return this.events.initFailed(body);
    }
    const [, requestId, kind] = new RegExp(`^${BASE}/invocation/([^/]+)/(response|error)$`).exec(path) ?? [];
    if (request.method !== 'POST' || !requestId) return refuse(response, 404, 'NotFound', `${request.method} ${path}`);
    if (requestId !== this.current) return refuse(response, 400, 'InvalidRequestID', 'Invalid request ID');
    this.current = undefined;
    this.settle(kind as 'response' | 'error', body, request, response);
  }

  private next(response: ServerResponse): void {
    this.waiting = response;
    this.events.ready();
    this.handOver();
  }

  private handOver(): void {
    if (!this.waiting || !this.offered) return;
    const { requestId, deadlineMs, functionArn, traceHeader, payload } = this.offered;
    this.waiting.writeHead(200, {
      'content-type': 'application/json',
      'content-length': Buffer.byteLength(payload),
      'lambda-runtime-aws-request-id': requestId,
      'lambda-runtime-deadline-ms': deadlineMs,
      'lambda-runtime-invoked-function-arn': functionArn,
      'lambda-runtime-trace-id': traceHeader,
    }).end(payload);
    this.current = requestId;
    this.waiting = undefined;
    this.offered = undefined;
  }

  private settle(kind: 'response' | 'error', payload: string, request: IncomingMessage, response: ServerResponse): void {
    const residentBytes = Number(request.headers['lambda-local-resident-bytes']) || undefined;
    const exiting = request.headers['lambda-local-exiting'] === 'true';
    if (Buffer.byteLength(payload) <= MAX_RESPONSE_BYTES) {
      accept(response);
      return this.events.answered({ kind, payload, residentBytes, exiting });
    }
    const tooLarge = {
      errorType: 'Function.ResponseSizeTooLarge',
      errorMessage: `Response payload size exceeded maximum allowed payload size (${MAX_RESPONSE_BYTES} bytes).`,
    };
    refuse(response, 413, 'RequestEntityTooLarge', tooLarge.errorMessage);
    this.events.answered({ kind: 'error', payload: JSON.stringify(tooLarge), residentBytes, exiting });
  }
}

async function readText(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}

function accept(response: ServerResponse): void {
  response.writeHead(202, { 'content-type': 'application/json' }).end('{"status":"OK"}');
}

function refuse(response: ServerResponse, status: number, errorType: string, errorMessage: string): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify({ errorType, errorMessage }));
}
